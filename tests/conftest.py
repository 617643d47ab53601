import ipaddress
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import create_engine, make_url, text

from store.database import Database
from store.keyring import new_keyring
from store.migrations import migrate
from store.tables import metadata
from tests import real_parts
from tests.hub import Hub, small_village
from tests.postgres import running_postgres

hypothesis.settings.register_profile("banyan", deadline=None, max_examples=100)
hypothesis.settings.load_profile("banyan")

Address = tuple[object, ...] | str | bytes


def _is_local(address: Address) -> bool:
    """Unix sockets' addresses are paths; all others are tuples that begin with the host."""
    if not isinstance(address, tuple):
        return True
    try:
        return address[0] == "localhost" or ipaddress.ip_address(str(address[0])).is_loopback
    except ValueError:
        return False


def _refuse_the_world(address: Address) -> None:
    if not _is_local(address):
        raise RuntimeError(f"a test may connect to loopback only, not to {address!r}")


@pytest.fixture(scope="session", autouse=True)
def only_loopback() -> Iterator[None]:
    """No test may talk to the world, not even by mistake: sockets connect to loopback and Unix sockets only."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded_connect(self: socket.socket, address: Address) -> None:
        _refuse_the_world(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Address) -> int:
        _refuse_the_world(address)
        return connect_ex(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        yield


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL server, one a worker; the test that uses it empties what it filled."""
    with running_postgres() as url:
        yield url


@pytest.fixture
def free_port() -> int:
    return real_parts.free_port()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store of either kind: the same tests run on both."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/banyan.db"
    else:
        url = str(request.getfixturevalue("postgres_url"))
        _empty(url)
    migrate(make_url(url))
    return url


def _empty(url: str) -> None:
    """Truncating is many times faster than making a database a test."""
    engine = create_engine(url)
    with engine.begin() as connection:
        if connection.execute(text("SELECT to_regclass('alembic_version')")).scalar():
            names = ", ".join(table.name for table in metadata.sorted_tables)
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
    engine.dispose()


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[Database]:
    opened = Database(store_url, new_keyring())
    yield opened
    await opened.close()


@pytest.fixture
async def hub(database: Database, tmp_path: Path) -> Hub:
    """The small village of tests/hub.py."""
    return await small_village(database, tmp_path / "files")
