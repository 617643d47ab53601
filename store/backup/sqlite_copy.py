"""The books on SQLite: one file, copied by the online backup API while the hub goes on writing."""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from store.backup import BackupError
from store.backup.manifest import TableCopy
from store.domain.errors import StoreUnavailable
from store.sqlite_driver import BUSY_TIMEOUT_SECONDS
from store.tables import metadata

MEMBER = "store/banyan.db"


def copy_out(database: Path, target: Path) -> tuple[TableCopy, ...]:
    """Copy the file as it stands at this moment, in one step: in steps, a busy hub would make it begin again for ever.

    Raises StoreUnavailable.
    """
    with _connected(database) as source, _connected(target) as copy:
        source.backup(copy)
        return tuple(
            TableCopy(table.name, tuple(table.columns.keys()), _count(copy, table.name))
            for table in metadata.sorted_tables
        )


def check_copy(copy: Path, tables: Sequence[TableCopy]) -> None:
    """Raises BackupError where rows are missing, or SQLite finds the file broken."""
    with _connected(copy) as connection:
        if connection.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise BackupError("The backup's store is broken.")
        for table in tables:
            if _count(connection, table.name) != table.rows:
                raise BackupError(f"The backup's store lacks rows of {table.name}.")


def run_on(copy: Path, statement: str) -> None:
    with _connected(copy) as connection, connection:
        connection.execute(statement)


def copy_in(copy: Path, database: Path) -> None:
    """Put the copy in the place of an empty store, in one transaction. Raises BackupError where it is not empty."""
    database.parent.mkdir(parents=True, exist_ok=True)
    with _connected(copy) as source, _connected(database) as target:
        if is_filled(target):
            raise BackupError(f"There are books in {database} already. A backup is restored into an empty store only.")
        source.backup(target)
        target.execute("PRAGMA journal_mode=WAL")


def is_filled(connection: sqlite3.Connection) -> bool:
    there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'areas'").fetchone()
    return bool(there and connection.execute("SELECT 1 FROM areas LIMIT 1").fetchone())


@contextlib.contextmanager
def _connected(database: Path) -> Iterator[sqlite3.Connection]:
    try:
        with contextlib.closing(sqlite3.connect(database, timeout=BUSY_TIMEOUT_SECONDS)) as connection:
            yield connection
    except sqlite3.DatabaseError as error:
        raise StoreUnavailable(type(error).__name__) from error


def _count(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - an identifier
