"""Stores for tests, copied from two that are made once: an empty one, and one with the small village in it.

Copying is many times cheaper than migrating and settling people for every test.
"""

import asyncio
import itertools
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Table, create_engine, make_url, text
from sqlalchemy.pool import NullPool

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


def postgresql_stores(server: str, folder: Path) -> Stores:
    """One database, emptied and filled again: PostgreSQL copies whole databases at the cost of their files."""
    keyring, engine = new_keyring(), create_engine(server, poolclass=NullPool)
    migrate(make_url(server))
    with engine.begin() as connection:
        connection.execute(text(_EMPTY_TABLES))
        _empty(connection)
    villagers = _make(lambda _name: server, keyring, folder)
    with engine.begin() as connection:
        kept = {table: [dict(row._mapping) for row in connection.execute(table.select())] for table in _TABLES}

    def copy(name: str, _target: Path) -> str:
        with engine.begin() as connection:
            _empty(connection)
            if name == VILLAGE:
                _refill(connection, kept)
        return server

    return Stores(keyring, villagers, copy)


_TABLES = metadata.sorted_tables
_ROOM_FOR_IDS = 10_000
# Most tables are empty already, and to truncate sixty takes a tenth of a second. As a replica this transaction heeds
# neither references nor the triggers of append-only tables.
_EMPTY_TABLES = """
CREATE SCHEMA copying;
CREATE FUNCTION copying.empty_tables(names text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text; filled boolean; counter text;
BEGIN
    PERFORM set_config('session_replication_role', 'replica', true);
    FOREACH name IN ARRAY names LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO filled;
        CONTINUE WHEN NOT filled;
        EXECUTE format('DELETE FROM %I', name);
        SELECT pg_get_serial_sequence(name, attname) INTO counter FROM pg_attribute
            WHERE attrelid = name::regclass AND attname = 'id';
        CONTINUE WHEN counter IS NULL;
        EXECUTE format('ALTER SEQUENCE %s RESTART', counter);
    END LOOP;
END $$
"""


def _empty(connection: Connection) -> None:
    connection.execute(text("SELECT copying.empty_tables(:names)"), {"names": [table.name for table in _TABLES]})


def _refill(connection: Connection, kept: Mapping[Table, Sequence[dict[str, object]]]) -> None:
    for table, rows in kept.items():
        if rows:
            connection.execute(table.insert(), rows)
            if "id" in table.c:
                sequence = f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), {_ROOM_FOR_IDS})"
                connection.execute(text(sequence))


def _make(url_of: Callable[[str], str], keyring: Keyring, folder: Path) -> Hub:
    for name in (EMPTY, VILLAGE):
        migrate(make_url(url_of(name)))
    return asyncio.run(_settle(Database(url_of(VILLAGE), keyring), folder))


async def _settle(database: Database, folder: Path) -> Hub:
    try:
        return await small_village(database, folder / "files")
    finally:
        await database.close()
