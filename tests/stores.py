"""Stores for tests, copied from two that are made once: an empty one, and one with the small village in it.

Copying is many times cheaper than migrating and settling people for every test.
"""

import asyncio
import itertools
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Table, create_engine, exists, make_url, select, text

from store.database import Database
from store.files import FileStore
from store.keyring import Keyring, new_keyring
from store.migrations import migrate
from store.tables import metadata
from tests.hub import Clock, Hub, small_village

EMPTY, VILLAGE = "banyan_empty", "banyan_village"


@dataclass(frozen=True, slots=True)
class Stores:
    """The two originals of one kind of database, and how to copy one."""

    keyring: Keyring
    villagers: Hub
    copy: Callable[[str, Path], str]

    def village_at(self, database: Database, folder: Path) -> Hub:
        """The small village's people over a copy of its store, at the moment at which they were settled."""
        hub = self.villagers
        return Hub(
            database,
            FileStore(folder / "files"),
            Clock(),
            hub.village,
            list(hub.groups),
            hub.sms,
            hub.chat,
            dict(hub.residents),
            dict(hub.numbers),
            dict(hub.staff),
            _ids=itertools.count(_ROOM_FOR_IDS),
        )


def sqlite_stores(folder: Path) -> Stores:
    def url_of(name: str) -> str:
        return f"sqlite:///{folder}/{name}.db"

    def copy(name: str, target: Path) -> str:
        for left in target.glob("banyan.db-*"):
            left.unlink()
        shutil.copyfile(folder / f"{name}.db", target / "banyan.db")
        return f"sqlite:///{target}/banyan.db"

    keyring = new_keyring()
    return Stores(keyring, _make(url_of, keyring, folder), copy)


@contextmanager
def postgresql_stores(server: str, folder: Path) -> Iterator[Stores]:
    """One database, emptied and filled again: PostgreSQL copies whole databases at the cost of their files."""
    # A connection that stays keeps the functions' plans. Some tests end everybody's connections.
    keyring, engine = new_keyring(), create_engine(server, pool_size=1, pool_pre_ping=True)
    migrate(make_url(server))
    with engine.begin() as connection:
        connection.execute(text(_emptying()))
        connection.execute(_EMPTY)
    villagers = _make(lambda _name: server, keyring, folder)
    with engine.begin() as connection:
        kept = [table for table in _TABLES if connection.scalar(select(exists().select_from(table)))]
        connection.execute(text(_filling(kept)))

    def copy(name: str, _target: Path) -> str:
        with engine.begin() as connection:
            connection.execute(_EMPTY)
            if name == VILLAGE:
                connection.execute(_FILL)
        return server

    yield Stores(keyring, villagers, copy)
    engine.dispose()


_TABLES = metadata.sorted_tables
_ROOM_FOR_IDS = 10_000
_EMPTY, _FILL = text("SELECT copying.empty_tables()"), text("SELECT copying.fill_tables()")
_FUNCTION = """
CREATE FUNCTION copying.{name}() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('session_replication_role', 'replica', true);
    {steps}
END $$;
"""
_CLEAR = "IF EXISTS (SELECT FROM {name}) THEN DELETE FROM {name}; {count} END IF;"
_PUT_BACK = "INSERT INTO {name} SELECT * FROM copying.{name}; {count}"


def _emptying() -> str:
    """Most tables are empty already, and to truncate seventy takes a tenth of a second.

    As a replica this transaction heeds neither references nor the triggers of append-only tables.
    """
    steps = [_CLEAR.format(name=table.name, count=_count_from(table, 1)) for table in _TABLES]
    return "CREATE SCHEMA copying;" + _FUNCTION.format(name="empty_tables", steps="\n    ".join(steps))


def _filling(kept: Sequence[Table]) -> str:
    """With the rows that these tables have now."""
    copies = [f"CREATE TABLE copying.{table.name} AS TABLE {table.name};" for table in kept]
    steps = [_PUT_BACK.format(name=table.name, count=_count_from(table, _ROOM_FOR_IDS)) for table in kept]
    return "".join(copies) + _FUNCTION.format(name="fill_tables", steps="\n    ".join(steps))


def _count_from(table: Table, first_id: int) -> str:
    counter = f"pg_get_serial_sequence('{table.name}', 'id')"
    return f"PERFORM setval({counter}, {first_id}, false);" if "id" in table.c else ""


def _make(url_of: Callable[[str], str], keyring: Keyring, folder: Path) -> Hub:
    for name in (EMPTY, VILLAGE):
        migrate(make_url(url_of(name)))
    return asyncio.run(_settle(Database(url_of(VILLAGE), keyring), folder))


async def _settle(database: Database, folder: Path) -> Hub:
    try:
        return await small_village(database, folder / "files")
    finally:
        await database.close()
