"""Procrastinate's tables on PostgreSQL, in a schema of their own beside the village's books.

The queue owns no truth: where the library's version is another, its tables are made anew, and the minute's tick defers
again what was in them.
"""

from importlib.metadata import version

import psycopg
from procrastinate.schema import SchemaManager

from store.domain.errors import StoreUnavailable

SCHEMA = "procrastinate"
VERSION = version("procrastinate")
_MAKER_LOCK = 5_200_212
"""PostgreSQL advisory lock of whoever makes the tables."""


def prepare_queue(conninfo: str) -> None:
    """Make the queue's tables, or make them anew for this version of the library. Raises StoreUnavailable."""
    try:
        with psycopg.connect(conninfo) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [_MAKER_LOCK])
            if _version_of(connection) != VERSION:
                connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
                connection.execute(f"CREATE SCHEMA {SCHEMA}")
                connection.execute(f"SET LOCAL search_path TO {SCHEMA}")
                connection.execute(SchemaManager.get_schema())
                connection.execute(f"COMMENT ON SCHEMA {SCHEMA} IS '{VERSION}'")
    except psycopg.OperationalError as error:
        raise StoreUnavailable(type(error).__name__) from error


def is_prepared(conninfo: str) -> bool:
    """Whether `prepare_queue` was called for this version. Raises StoreUnavailable."""
    try:
        with psycopg.connect(conninfo) as connection:
            return _version_of(connection) == VERSION
    except psycopg.OperationalError as error:
        raise StoreUnavailable(type(error).__name__) from error


def _version_of(connection: psycopg.Connection) -> str:
    found = connection.execute(f"SELECT obj_description(to_regnamespace('{SCHEMA}'), 'pg_namespace')").fetchone()
    return str(found[0] or "") if found else ""
