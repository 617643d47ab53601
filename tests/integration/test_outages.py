"""The store is away: locked, full or gone. It is said so, nothing is half done, and afterwards everything goes on."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from sqlalchemy import create_engine, func, select, text

from bot.inbox import Inbox
from notifier.message import InboundMessage
from notifier.pulse import Pulse
from notifier.render import Renderer
from store.database import Database
from store.domain.errors import StoreUnavailable
from store.tables import audit_entries, contacts, deliveries, inbound_messages
from tests.hub import Hub

NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.sqlite_driver.BUSY_TIMEOUT_SECONDS", 0.1)
    monkeypatch.setattr("bot.inbox.OUTAGE_SECONDS", 0.05)
    monkeypatch.setattr("bot.inbox.IDLE_SECONDS", 0.05)
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])


@asynccontextmanager
async def locked(database: Database) -> AsyncIterator[None]:
    """Another program holds the SQLite file's write lock."""
    connection = sqlite3.connect(str(database.url.database), isolation_level=None, timeout=0)
    try:
        while not connection.in_transaction:
            with suppress(sqlite3.OperationalError):
                connection.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(0)
        yield
        connection.execute("ROLLBACK")
    finally:
        connection.close()


def end_connections(database: Database) -> None:
    """What a restart of PostgreSQL does to those who are connected; return when it is done."""
    engine = create_engine(database.url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        )
    engine.dispose()


@asynccontextmanager
async def full(database: Database) -> AsyncIterator[None]:
    """SQLite's own limit stands for a full disk: the same error code."""
    async with database._writing.connect() as connection:
        pages = (await connection.execute(text("PRAGMA page_count"))).scalar()
        await connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    yield
    async with database._writing.connect() as connection:
        await connection.execute(text("PRAGMA max_page_count = 1000000000"))


async def facts(database: Database) -> int:
    async with database.read(NOW) as tx:
        return int(await tx.scalar(select(func.count()).select_from(audit_entries)))


on_sqlite = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("stores", ["postgresql"], indirect=True)


@on_sqlite
async def test_a_locked_file_is_said_to_be_away_and_then_taken_again(hub: Hub) -> None:
    before = await facts(hub.database)
    async with locked(hub.database):
        with pytest.raises(StoreUnavailable):
            async with hub.books() as tx:
                tx.audit(hub.village.id, "test", "wrote", "x")
        assert await hub.database.is_alive()
        assert await facts(hub.database) == before
    async with hub.books() as tx:
        tx.audit(hub.village.id, "test", "wrote", "x")
    assert await facts(hub.database) == before + 1


@on_sqlite
async def test_who_is_cut_off_while_he_waits_for_the_lock_leaves_it_to_others(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.sqlite_driver.BUSY_TIMEOUT_SECONDS", 60)

    async def write() -> None:
        async with hub.books() as tx:
            tx.audit(hub.village.id, "test", "wrote", "x")

    before = await facts(hub.database)
    async with locked(hub.database):
        waiting = asyncio.create_task(write())
        await asyncio.sleep(0.1)
        assert not waiting.done()
        waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting
    await write()
    assert await facts(hub.database) == before + 1
    async with locked(hub.database):
        pass


@on_sqlite
async def test_a_full_disk_undoes_the_whole_and_room_makes_it_go_on(hub: Hub) -> None:
    database = hub.database
    before = await facts(database)
    async with full(database):
        with pytest.raises(StoreUnavailable):  # noqa: PT012 - where in the transaction it breaks is the point
            async with database.write(NOW) as tx:
                tx.audit(hub.village.id, "test", "wrote", "x")
                async with tx.savepoint():
                    for _ in range(20):
                        await tx.run(contacts.update().values(display_name="名" * 4000))
        message = InboundMessage("m", "+8613900007001", "停水" * 20_000)
        with pytest.raises(StoreUnavailable):
            await hub.inbox.receive(hub.sms, [message])
    assert await facts(database) == before
    await hub.inbox.receive(hub.sms, [message])
    assert await hub.inbox.answer_next()


@on_sqlite
async def test_a_store_that_cannot_be_opened_is_away(tmp_path: Path, hub: Hub) -> None:
    database = Database(f"sqlite:///{tmp_path}/no/such/folder/banyan.db", hub.database.keyring)
    assert not await database.is_alive()
    with pytest.raises(StoreUnavailable):
        async with database.write(NOW):
            pass
    await database.close()


@on_sqlite
async def test_a_file_that_is_no_database_is_away(tmp_path: Path, hub: Hub) -> None:
    (tmp_path / "junk.db").write_bytes(b"this is no database" * 400)
    database = Database(f"sqlite:///{tmp_path}/junk.db", hub.database.keyring)
    assert not await database.is_alive()
    await database.close()


@on_postgresql
async def test_a_connection_that_breaks_within_a_transaction_leaves_nothing(hub: Hub) -> None:
    before = await facts(hub.database)
    with pytest.raises(StoreUnavailable):  # noqa: PT012 - where in the transaction it breaks is the point
        async with hub.books() as tx:
            tx.audit(hub.village.id, "test", "wrote", "x")
            await tx.scalar(select(func.count()).select_from(contacts))
            end_connections(hub.database)
            async with tx.savepoint():
                await tx.scalar(select(func.count()).select_from(contacts))
    assert await hub.database.is_alive()
    assert await facts(hub.database) == before


@on_postgresql
async def test_a_connection_that_broke_while_idle_is_replaced_unseen(hub: Hub) -> None:
    before = await facts(hub.database)
    end_connections(hub.database)
    async with hub.books() as tx:
        tx.audit(hub.village.id, "test", "wrote", "x")
    assert await facts(hub.database) == before + 1


async def _disturb(database: Database) -> None:
    for _ in range(8):
        if database.is_sqlite:
            async with locked(database):
                await asyncio.sleep(0.2)
        else:
            end_connections(database)
        await asyncio.sleep(0.1)


async def _say_until_taken(inbox: Inbox, hub: Hub, number: int) -> None:
    """As a provider does: again and again until it is acknowledged."""
    while True:
        with suppress(StoreUnavailable):
            return await inbox.receive(hub.chat, [InboundMessage(f"m{number}", f"visitor{number:03}", "菜单")])
        await asyncio.sleep(0.02)


async def test_what_comes_while_the_store_comes_and_goes_is_answered_once(hub: Hub) -> None:
    def send_nothing(_written: object) -> None: ...

    inbox = Inbox(hub.database, hub.files, Renderer(), Pulse(), send_nothing)
    working = asyncio.create_task(inbox.run())
    disturbing = asyncio.create_task(_disturb(hub.database))
    for number in range(15):
        await asyncio.wait_for(_say_until_taken(inbox, hub, number), 20)
        await asyncio.sleep(0.05)
    await disturbing
    async with asyncio.timeout(20):
        while await _count(hub, inbound_messages.c.state == "received"):  # noqa: ASYNC110 - a row rings no bell
            await asyncio.sleep(0.05)
    inbox.stop()
    await asyncio.wait_for(working, 10)
    async with hub.books() as tx:
        answers = await tx.all(select(deliveries.c.inbound_id, func.count()).group_by(deliveries.c.inbound_id))
    assert sorted(count for _, count in answers) == [1] * 15
    assert await _count(hub, inbound_messages.c.failures > 0) == 0


async def _count(hub: Hub, condition: object) -> int:
    async with hub.database.read(NOW) as tx:
        return int(await tx.scalar(select(func.count()).select_from(inbound_messages).where(condition)))  # type: ignore[arg-type]
