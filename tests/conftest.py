import gc
import ipaddress
import socket
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis
import pytest

from store.database import Database
from tests import real_parts
from tests.hub import Hub
from tests.postgres import running_postgres
from tests.stores import EMPTY, VILLAGE, Stores, postgresql_stores, sqlite_stores

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


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays to the end: nobody looks through it for garbage, now or after any test."""
    gc.disable()
    collected = yield
    gc.freeze()
    gc.enable()
    return collected


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


@pytest.fixture(scope="session")
def sqlite_originals(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    return sqlite_stores(tmp_path_factory.mktemp("originals"))


@pytest.fixture(scope="session")
def postgresql_originals(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    with postgresql_stores(postgres_url, tmp_path_factory.mktemp("originals")) as stores:
        yield stores


@pytest.fixture(params=["sqlite", "postgresql"])
def stores(request: pytest.FixtureRequest) -> Stores:
    originals: Stores = request.getfixturevalue(f"{request.param}_originals")
    return originals


@pytest.fixture(scope="session")
def store_folder() -> Iterator[Path]:
    """In memory where there is room: each commit waits for a disk, and what is thrown away need not survive it."""
    with TemporaryDirectory(prefix="banyan-store-", dir=real_parts.memory_folder()) as name:
        yield Path(name)


@pytest.fixture(scope="session")
def databases() -> dict[str, Database]:
    """By address: closed after every test and opened by the next, they keep the statements that they compiled."""
    return {}


@pytest.fixture
def store_url(request: pytest.FixtureRequest, stores: Stores, store_folder: Path) -> str:
    """A store of either kind, so that the same tests run on both: with the small village where a test asks for it."""
    return stores.copy(VILLAGE if "hub" in request.fixturenames else EMPTY, store_folder)


@pytest.fixture
async def database(store_url: str, stores: Stores, databases: dict[str, Database]) -> AsyncIterator[Database]:
    opened = databases.setdefault(store_url, Database(store_url, stores.keyring))
    yield opened
    await opened.close()
    opened.queue = None


@pytest.fixture
def hub(database: Database, stores: Stores, tmp_path: Path) -> Hub:
    """The small village of tests/hub.py."""
    return stores.village_at(database, tmp_path)
