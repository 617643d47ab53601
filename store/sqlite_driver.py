"""SQLAlchemy's aiosqlite driver with fewer visits to its thread: SQLAlchemy's own makes four a statement.

A turn is some dozens of statements of some microseconds each; on the way to the thread and back they cost ten times
that, and a greenlet, without which SQLAlchemy waits for nothing, costs as much as the statement. So on the writing
connection a statement that is asked for outside a greenlet runs at once, where it is asked for. In one it goes to the
thread, as what may take long does: BEGIN IMMEDIATE where another process holds the lock, COMMIT and ROLLBACK for the
disk, a write of very many rows. On reading connections, whose queries may be long, every query goes there, once.

A connection that is being opened visits nobody until SQLAlchemy has got to know it: somebody who is cut off (his
browser has gone) would leave it to nobody.
"""

import sqlite3
import time
from collections import deque
from collections.abc import Sequence
from threading import Thread
from typing import Any

import aiosqlite
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
    SQLiteDialect_aiosqlite,
)
from sqlalchemy.util.concurrency import await_, in_greenlet

BUSY_TIMEOUT_SECONDS = 5
"""So long a transaction waits for another process's."""
_BEGIN_WRITING = "BEGIN IMMEDIATE"
"""A read that turns into a write must hold the lock from its first statement, or two both pass the same check."""

_Ran = tuple[sqlite3.Cursor, Sequence[Any]]
"""A statement that has run, and its rows."""


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """Runs every statement in the driver's thread, with its rows, in one visit."""

    __slots__ = ("_ran",)

    def __init__(self, adapt_connection: AsyncAdapt_aiosqlite_connection) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection  # noqa: SLF001 - as SQLAlchemy's own cursor does
        self._rows = deque()
        self._ran: Any = None

    @property
    def description(self) -> Any:
        return self._ran and self._ran.description

    @property
    def rowcount(self) -> int:
        return self._ran.rowcount if self._ran else -1

    @property
    def lastrowid(self) -> Any:
        return self._ran.lastrowid

    def execute(self, operation: Any, parameters: Any = None) -> None:
        self._take(_execute, operation, parameters or ())

    def executemany(self, operation: Any, seq_of_parameters: Any) -> None:
        self._take(_execute_many, operation, seq_of_parameters)

    def _take(self, function: Any, operation: str, parameters: Any) -> None:
        adapted: Any = self._adapt_connection
        try:
            self._ran, rows = adapted.run(function, operation, parameters)
        except Exception as error:  # noqa: BLE001 - SQLAlchemy maps what its driver raises
            adapted._handle_exception(error)  # noqa: SLF001
        self._rows = deque(rows)

    async def _async_soft_close(self) -> None:
        """The statement has ended already."""

    def close(self) -> None:
        self._rows.clear()


def _execute(connection: sqlite3.Connection, operation: str, parameters: Any) -> _Ran:
    cursor = connection.execute(operation, parameters)
    return cursor, cursor.fetchall() if cursor.description else ()


def _execute_many(connection: sqlite3.Connection, operation: str, parameters: Any) -> _Ran:
    return connection.executemany(operation, parameters), ()


def _wait_and_begin(connection: sqlite3.Connection) -> None:
    """Nowhere else does the writing connection wait for a lock: it would keep everybody waiting."""
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}")
    try:
        connection.execute(_BEGIN_WRITING)
    finally:
        connection.execute("PRAGMA busy_timeout=0")


class _Connection(AsyncAdapt_aiosqlite_connection):
    """`is_new` until its first settings are made; `is_visiting` while the thread may be at something of ours."""

    __slots__ = ("is_new", "is_visiting")

    _cursor_cls: Any = _Cursor

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self.is_new = True
        self.is_visiting = False

    def create_function(self, *arguments: Any, **options: Any) -> None:
        self._raw.create_function(*arguments, **options)

    def begin(self) -> None:
        """SQLAlchemy's `do_begin`; the driver begins none itself (isolation_level=None)."""
        self._raw.execute("BEGIN")

    def run(self, function: Any, operation: str, parameters: Any) -> _Ran:
        if self.is_new:
            return self._run_here(function, operation, parameters)
        visited: _Ran = self._visit(function, operation, parameters)
        return visited

    def _run_here(self, function: Any, operation: str, parameters: Any) -> _Ran:
        ran: _Ran = function(self._raw, operation, parameters)
        return ran

    def _visit(self, function: Any, *arguments: Any) -> Any:
        connection: Any = self._connection
        self.is_visiting = True  # and stays so, where this is cut off
        outcome = await_(connection._execute(function, self._raw, *arguments))  # noqa: SLF001
        self.is_visiting = False
        return outcome

    @property
    def _raw(self) -> sqlite3.Connection:
        connection: Any = self._connection
        raw: sqlite3.Connection = connection._conn  # noqa: SLF001
        return raw

    def rollback(self) -> None:
        """Where there is nothing to undo nobody is visited. The pool asks for one after every commit."""
        connection: Any = self._connection._connection  # noqa: SLF001
        if connection is not None and (connection.in_transaction or self.is_visiting):
            super().rollback()
            self.is_visiting = False

    def close(self) -> None:
        super().close()
        driver: Any = self.dbapi
        driver.forget(self._connection)

    def terminate(self) -> None:
        """Have the driver's thread close it, after the statement that it is at, and wait for nothing.

        SQLAlchemy's own waits for the close; where that is cancelled as well (a stop in the midst of a statement), a
        task is left behind that waits for a thread which has ended, and the process never ends.
        """
        driver: Any = self.dbapi
        driver.leave(self._connection)


class _DirectConnection(_Connection):
    """Runs a statement where it is asked for, unless that is a greenlet."""

    __slots__ = ()

    def begin(self) -> None:
        try:
            self._raw.execute(_BEGIN_WRITING)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            self._visit(_wait_and_begin)

    def run(self, function: Any, operation: str, parameters: Any) -> _Ran:
        if self.is_new or not in_greenlet():
            return self._run_here(function, operation, parameters)
        visited: _Ran = self._visit(function, operation, parameters)
        return visited


class SqliteDialect(SQLiteDialect_aiosqlite):
    """SQLAlchemy's, beginning transactions as its connections do."""

    supports_statement_cache = True

    def do_begin(self, dbapi_connection: Any) -> None:
        dbapi_connection.begin()


registry.register("sqlite.banyan", __name__, SqliteDialect.__name__)


class SqliteDriver(AsyncAdapt_aiosqlite_dbapi):
    """The `module` of an engine on sqlite+banyan. A `direct` one needs check_same_thread=False."""

    def __init__(self, *, direct: bool) -> None:
        super().__init__(aiosqlite, sqlite3)
        self._made = _DirectConnection if direct else _Connection
        self._open: set[Any] = set()
        self._leaving: list[Thread] = []

    def connect(self, *arguments: Any, **options: Any) -> AsyncAdapt_aiosqlite_connection:
        connection: Any = aiosqlite.connect(*arguments, **options)
        connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy's own does
        self._open.add(connection)
        try:
            await_(connection)
        except BaseException:  # cancelled while it was being opened: nobody else could close it
            self.leave(connection)
            raise
        return self._made(self, connection)

    def forget(self, connection: Any) -> None:
        """It is closed."""
        self._open.discard(connection)

    def leave(self, connection: Any) -> None:
        """Leave a connection to its thread, which closes it after what it is at."""
        self.forget(connection)
        connection.stop()
        thread: Thread = connection._thread  # noqa: SLF001
        self._leaving = [*filter(Thread.is_alive, self._leaving), thread]

    def leave_all(self) -> None:
        """Of a pool that was given up: what comes back to it is closed by nobody else."""
        for connection in tuple(self._open):
            self.leave(connection)

    def wait_for_threads(self, seconds: float) -> None:
        """Return when what was left is closed, or the time is over: until then the file may still change."""
        until = time.monotonic() + seconds
        for thread in self._leaving:
            thread.join(max(0.0, until - time.monotonic()))
