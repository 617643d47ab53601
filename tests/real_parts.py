"""What tests need to start the real programs that Banyan talks to."""

import os
import socket

import pytest


def require_real_part(name: str, *, present: bool, reason: str) -> None:
    """Skip the test where the part is missing, and say why.

    Where BANYAN_REQUIRE_REAL_PARTS=1 (CI) it fails instead, so that no gap goes unseen.
    """
    if present:
        return
    if os.environ.get("BANYAN_REQUIRE_REAL_PARTS") == "1":
        pytest.fail(f"{name} is required here: {reason}", pytrace=False)
    pytest.skip(f"{name}: {reason}")


def free_port() -> int:
    """Return a loopback TCP port that nobody listened on a moment ago; another process may still take it first."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port
