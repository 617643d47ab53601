"""What the store promises, on both databases: its shape, its guards, its chain, its numbers."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Integer,
    LargeBinary,
    String,
    create_engine,
    func,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.types import TypeEngine

from store.actions.areas import add_area, change_setting, next_number
from store.database import Database, Transaction
from store.domain.areas import Area, AreaKind
from store.domain.errors import Refusal, StoreUnavailable
from store.migrations import migrate
from store.queries.verifying import first_broken_entry
from store.shape import is_at_head
from store.tables import APPEND_ONLY, UtcDateTime, area_settings, areas, audit_entries, audit_heads, contacts, metadata
from tests.hub import Hub

NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)


@pytest.fixture
async def county(database: Database) -> Area:
    async with database.write(NOW) as tx:
        return await add_area(tx, AreaKind.COUNTY, "青榕县")


@pytest.fixture
async def second(database: Database) -> AsyncIterator[Database]:
    """Another process' view of the same store."""
    opened = Database(database.url.render_as_string(hide_password=False), database.keyring)
    yield opened
    await opened.close()


def sync_url(store_url: str) -> str:
    return store_url.replace("postgresql://", "postgresql+psycopg://")


def test_the_migrations_make_what_the_tables_say(store_url: str) -> None:
    engine = create_engine(sync_url(store_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert differences == []


async def test_migrating_a_filled_store_again_changes_nothing(hub: Hub, store_url: str) -> None:
    await hub.text("陈伯", "三组晒谷场边停水了")
    before = await _everything(hub.database)
    migrate(make_url(store_url))
    assert await is_at_head(hub.database)
    assert await _everything(hub.database) == before
    assert sum(before.values()) > 40


async def _everything(database: Database) -> dict[str, int]:
    async with database.read(NOW) as tx:
        return {
            table.name: int(await tx.scalar(select(func.count()).select_from(table)))
            for table in metadata.tables.values()
        }


def test_every_guarded_table_is_one(store_url: str) -> None:
    assert store_url
    assert set(APPEND_ONLY) <= set(metadata.tables)


@pytest.mark.parametrize("change", ["DELETE FROM {table}", "UPDATE {table} SET {column} = {column}"])
@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_what_is_append_only_is_never_changed(hub: Hub, table: str, change: str) -> None:
    """A row trigger needs a row: references are not checked while it is put in."""
    columns = metadata.tables[table].columns
    await _put_any_row(hub.database, table)
    with pytest.raises(DBAPIError, match="append"):
        async with hub.database.write(NOW) as tx:
            await tx.run(text(change.format(table=table, column=next(iter(columns)).name)))
    async with hub.database.read(NOW) as tx:
        assert int(await tx.scalar(text(f"SELECT count(*) FROM {table}"))) > 0  # noqa: S608 - our own names


async def _put_any_row(database: Database, table: str) -> None:
    engine = create_engine(
        database.url.set(drivername="sqlite" if database.is_sqlite else "postgresql+psycopg"),
        isolation_level="AUTOCOMMIT",
    )
    unchecked = "PRAGMA foreign_keys=OFF" if database.is_sqlite else "SET session_replication_role = replica"
    with engine.connect() as connection:
        connection.execute(text(unchecked))
        connection.execute(metadata.tables[table].insert().values(**_any_values(table)))
    engine.dispose()


def _any_values(table: str) -> dict[str, object]:
    given: dict[type[TypeEngine[Any]], object] = {
        BigInteger: 777, Integer: 777, String: "x", LargeBinary: b"x", JSON: {}, Boolean: False, UtcDateTime: NOW,
    }  # fmt: skip
    values = {
        column.name: given[type(column.type)]
        for column in metadata.tables[table].columns
        if not column.nullable and column.name != "id"
    }
    if table == "casts":
        values["choice"] = 1
    return values


async def test_a_naive_moment_is_refused(database: Database, county: Area) -> None:
    with pytest.raises(StatementError, match="naive"):
        async with database.write(NOW) as tx:
            await tx.insert(
                contacts,
                area_id=county.id,
                kind="phone",
                address=b"",
                address_index=b"",
                last4_index=b"",
                display_name="",
                language="zh_CN",
                created_at=datetime(2026, 11, 18, 12, 0),  # noqa: DTZ001 - the point of the test
            )


@pytest.mark.parametrize("hours", [-11, 0, 8])
async def test_a_moment_comes_back_as_the_same_one(database: Database, county: Area, hours: int) -> None:
    there = (NOW + timedelta(microseconds=123_456)).astimezone(timezone(timedelta(hours=hours)))
    async with database.write(there) as tx:
        tx.audit(county.id, "test", "looked", "clock")
    async with database.read(NOW) as tx:
        assert await tx.scalar(select(audit_entries.c.at).order_by(audit_entries.c.id.desc()).limit(1)) == there
        assert await first_broken_entry(tx, county.id) is None


async def test_the_chain_holds_after_many_writers(database: Database, second: Database, county: Area) -> None:
    async with database.write(NOW) as tx:
        other = await add_area(tx, AreaKind.COUNTY, "白榕县")

    async def write(number: int) -> None:
        async with (database, second)[number % 2].write(NOW) as tx:
            for area in (county, other) if number % 3 else (other, county):
                tx.audit(area.id, f"staff:{number}", "wrote", f"thing:{number}", {"number": number})
                tx.audit(area.id, f"staff:{number}", "wrote", f"thing:{number}")

    await asyncio.gather(*map(write, range(40)))
    async with database.read(NOW) as tx:
        assert [await first_broken_entry(tx, area.id) for area in (county, other)] == [None, None]
        assert await tx.scalar(select(func.count()).select_from(audit_entries)) == 2 * (1 + 40 * 2)


async def test_a_chain_that_somebody_changed_by_hand_is_found(database: Database, county: Area) -> None:
    for number in range(4):
        async with database.write(NOW) as tx:
            tx.audit(county.id, "staff:7", "wrote", f"thing:{number}")
    async with database.write(NOW) as tx:
        disabled = "DROP TRIGGER {0}" if database.is_sqlite else "ALTER TABLE audit_entries DISABLE TRIGGER USER"
        for trigger in await _triggers_of(tx, "audit_entries"):
            await tx.run(text(disabled.format(trigger)))
        await tx.run(audit_entries.update().where(audit_entries.c.sequence == 3).values(actor="staff:8"))
        broken = await first_broken_entry(tx, county.id)
        await tx.connection.rollback()
    assert broken == 3


async def _triggers_of(tx: Transaction, table: str) -> list[str]:
    if tx.is_postgresql:
        return [""]
    found = await tx.all(
        text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table").bindparams(table=table)
    )
    return [row.name for row in found]


async def test_what_fails_leaves_no_fact(database: Database, county: Area) -> None:
    with pytest.raises(Refusal):  # noqa: PT012 - it fails after it has written
        async with database.write(NOW) as tx:
            await change_setting(tx, county.id, "landline", "6123456", actor="test")
            raise Refusal("staff.only")
    async with database.read(NOW) as tx:
        assert await tx.scalar(select(func.count()).select_from(audit_entries)) == 1
        assert await tx.scalar(select(func.count()).select_from(area_settings)) == 0


async def test_a_savepoint_undoes_its_writes_and_its_facts_and_nothing_else(database: Database, county: Area) -> None:
    async with database.write(NOW) as tx:
        tx.audit(county.id, "test", "before", "x")
        with pytest.raises(Refusal):  # noqa: PT012 - it fails after it has written
            async with tx.savepoint():
                await change_setting(tx, county.id, "landline", "1", actor="test")
                async with tx.savepoint():
                    tx.audit(county.id, "test", "inner", "x")
                raise Refusal("staff.only")
        async with tx.savepoint():
            tx.audit(county.id, "test", "after", "x")
    async with database.read(NOW) as tx:
        actions = [row.action for row in await tx.all(select(audit_entries.c.action).order_by(audit_entries.c.id))]
        assert actions == ["area.added", "before", "after"]
        assert await tx.scalar(select(func.count()).select_from(area_settings)) == 0
        assert await first_broken_entry(tx, county.id) is None


async def test_a_savepoint_that_a_constraint_ended_can_be_gone_on_after(database: Database, county: Area) -> None:
    async with database.write(NOW) as tx:
        with pytest.raises(DBAPIError):
            async with tx.savepoint():
                await tx.insert(audit_heads, area_id=county.id, sequence=0, hash="")
        await change_setting(tx, county.id, "landline", "2", actor="test")
    async with database.read(NOW) as tx:
        assert await tx.scalar(select(area_settings.c.value)) == "2"


async def test_what_is_under_way_when_the_store_closes_comes_to_its_end(second: Database) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def read_on() -> None:
        async with second.read(NOW) as tx:
            await tx.scalar(select(areas.c.name))
            begun.set()
            await asyncio.sleep(0.1)
            await tx.scalar(select(areas.c.name))
            ended.set()

    reading = asyncio.create_task(read_on())
    await begun.wait()
    await second.close()
    assert ended.is_set()
    await reading


async def test_numbers_have_no_gap_and_no_double(database: Database, second: Database, county: Area) -> None:
    async def take(number: int) -> int | None:
        try:
            async with (database, second)[number % 2].write(NOW) as tx:
                taken = await next_number(tx, county.id, "ticket", first=1001)
                await asyncio.sleep(0)
                if number % 5 == 0:
                    raise Refusal("staff.only")  # noqa: TRY301 - inside the transaction that it ends
                return taken
        except Refusal:
            return None

    taken = [number for number in await asyncio.gather(*map(take, range(40))) if number is not None]
    assert sorted(taken) == list(range(1001, 1001 + 32))


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_reading_writes_nothing(database: Database, county: Area) -> None:
    with pytest.raises(StoreUnavailable):
        async with database.read(NOW) as tx:
            await tx.run(areas.update().values(name="x"))
    async with database.read(NOW) as tx:
        assert await tx.scalar(select(areas.c.name)) == county.name


async def test_a_reference_to_nothing_is_refused(database: Database) -> None:
    with pytest.raises(DBAPIError):
        async with database.write(NOW) as tx:
            await tx.insert(audit_heads, area_id=404_404, sequence=0, hash="")
