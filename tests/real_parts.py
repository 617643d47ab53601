"""What tests need to start the real programs that Banyan talks to."""

import itertools
import os
import random
import shutil
import socket
from pathlib import Path

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


_MEMORY = Path("/dev/shm")  # noqa: S108 - Linux's own place for it, in which each test run makes a folder of its own
_ROOM_BYTES = 2**30


def memory_folder() -> Path | None:
    """Where files are kept in memory, if this machine has room for some; a container's is often small."""
    return _MEMORY if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOM_BYTES else None


# Below the range (32768 and up) from which Linux picks ports by itself, so that no connection takes one in between.
_PORTS = range(10_000, 32_000)
_OFFERED = itertools.cycle(_PORTS)
# Each process begins elsewhere: the tests run in several.
next(itertools.islice(_OFFERED, random.randrange(len(_PORTS)), None))


def free_port() -> int:
    """Return a loopback TCP port that nobody listens on and that this process has not named before."""
    return next(port for port in _OFFERED if _is_free(port))


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
