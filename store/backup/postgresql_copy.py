"""The books on PostgreSQL: every table by COPY, all of them from one snapshot.

Not pg_dump: it must be installed, and must be no older than the server.
"""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql
from sqlalchemy import URL

from store.backup import BackupError
from store.backup.manifest import TableCopy
from store.database import conninfo_of
from store.domain.errors import StoreUnavailable
from store.tables import metadata

_CHUNK_BYTES = 1024 * 1024


def member_of(table: str) -> str:
    return f"store/{table}.copy"


@contextlib.contextmanager
def snapshot(url: URL) -> Iterator[psycopg.Connection]:
    """A connection that sees the books of one moment, whatever is written meanwhile. Raises StoreUnavailable."""
    with _connected(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        yield connection


def copy_table(connection: psycopg.Connection, name: str, target: Path) -> TableCopy:
    """Write one table's rows to a file, in PostgreSQL's text format."""
    columns = tuple(metadata.tables[name].columns.keys())
    with connection.cursor() as cursor, target.open("wb") as file:
        with cursor.copy(sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(name), _listed(columns))) as copy:
            for chunk in copy:
                file.write(chunk)
        return TableCopy(name, columns, cursor.rowcount)


@contextlib.contextmanager
def filling(url: URL) -> Iterator[psycopg.Connection]:
    """A transaction in which an empty store is filled. Raises BackupError where it is not empty, StoreUnavailable."""
    with _connected(url) as connection:
        connection.execute("LOCK TABLE areas IN ACCESS EXCLUSIVE MODE")
        if connection.execute("SELECT 1 FROM areas LIMIT 1").fetchone():
            raise BackupError(
                "There are books in this database already. A backup is restored into an empty store only."
            )
        yield connection
        _set_counters(connection)


def fill_table(connection: psycopg.Connection, table: TableCopy, rows: IO[bytes]) -> None:
    """Read one table's rows, in one statement: its references to itself are checked at its end.

    Raises BackupError where they are not as many as were copied, or do not fit.
    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), _listed(table.columns))
    try:
        with connection.cursor() as cursor:
            with cursor.copy(statement) as copy:
                while chunk := rows.read(_CHUNK_BYTES):
                    copy.write(chunk)
            found = cursor.rowcount
    except (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError) as error:
        raise BackupError(f"The rows of {table.name} do not fit into this store.") from error
    if found != table.rows:
        raise BackupError(f"The backup's store lacks rows of {table.name}.")


def _set_counters(connection: psycopg.Connection) -> None:
    """COPY brings ids of its own; new rows go on after them."""
    columns = connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() "
        "AND pg_get_serial_sequence(quote_ident(table_name), column_name) IS NOT NULL"
    ).fetchall()
    for table, column in columns:
        connection.execute(
            sql.SQL("SELECT setval(pg_get_serial_sequence(%s, %s), max({})) FROM {} HAVING max({}) IS NOT NULL").format(
                sql.Identifier(column), sql.Identifier(table), sql.Identifier(column)
            ),
            [table, column],
        )


def _listed(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


@contextlib.contextmanager
def _connected(url: URL) -> Iterator[psycopg.Connection]:
    try:
        with psycopg.connect(conninfo_of(url)) as connection:
            yield connection
    except psycopg.OperationalError as error:
        raise StoreUnavailable(type(error).__name__) from error
