"""SQLAlchemy's aiosqlite driver with fewer visits to its thread: SQLAlchemy's own makes four a statement.

A turn is some dozens of statements of some microseconds each; on the way to the thread and back they cost ten times
that. So on the writing connection a statement runs where it is asked for, and only what may take long goes to the
thread: BEGIN IMMEDIATE where another process holds the lock, COMMIT and ROLLBACK for the disk, and a write of very
many rows. On reading connections, whose queries may be long, every query goes there, once.

A connection that is being opened visits nobody until SQLAlchemy has got to know it: somebody who is cut off (his
browser has gone) would leave it to nobody.
"""

import sqlite3
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Thread
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.util.concurrency import await_

BEGIN = "BEGIN IMMEDIATE"
BEGIN_READING = "BEGIN"
BUSY_TIMEOUT_SECONDS = 5
"""So long a transaction waits for another process's."""
MANY = 200
"""Rows: so many in one write hold the loop up for some milliseconds."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a statement left behind."""

    description: Any
    rowcount: int
    lastrowid: int | None
    rows: Sequence[Any]


_NOTHING = _Outcome(None, -1, None, ())


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """Runs every statement in the driver's thread, with its rows, in one visit."""

    __slots__ = ("_outcome",)

    def __init__(self, adapt_connection: AsyncAdapt_aiosqlite_connection) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection  # noqa: SLF001 - as SQLAlchemy's own cursor does
        self._rows = deque()
        self._outcome = _NOTHING

    @property
    def description(self) -> Any:
        return self._outcome.description

    @property
    def rowcount(self) -> int:
        return self._outcome.rowcount

    @property
    def lastrowid(self) -> Any:
        return self._outcome.lastrowid

    def execute(self, operation: Any, parameters: Any = None) -> None:
        self._take(_execute, operation, parameters or ())

    def executemany(self, operation: Any, seq_of_parameters: Any) -> None:
        self._take(_execute_many, operation, seq_of_parameters)

    def _take(self, function: Any, operation: str, parameters: Any) -> None:
        try:
            self._outcome = self._run(function, operation, parameters)
        except Exception as error:  # noqa: BLE001 - SQLAlchemy maps what its driver raises
            self._adapt_connection._handle_exception(error)  # noqa: SLF001
        self._rows = deque(self._outcome.rows)

    def _run(self, function: Any, operation: str, parameters: Any) -> _Outcome:
        adapted: Any = self._adapt_connection
        run = self._run_here if adapted.is_new or operation == BEGIN_READING else self._visit
        return run(function, operation, parameters)

    def _visit(self, function: Any, operation: str, parameters: Any) -> _Outcome:
        adapted: Any = self._adapt_connection
        connection: Any = self._connection
        adapted.is_visiting = True  # and stays so, where this is cut off
        outcome: _Outcome = await_(connection._execute(function, connection._conn, operation, parameters))  # noqa: SLF001
        adapted.is_visiting = False
        return outcome

    def _run_here(self, function: Any, operation: str, parameters: Any) -> _Outcome:
        connection: Any = self._connection
        # SQLAlchemy insists on an await, and this one never leaves the task.
        outcome: _Outcome = await_(_here(function, connection._conn, operation, parameters))  # noqa: SLF001
        return outcome

    async def _async_soft_close(self) -> None:
        """The statement has ended already."""

    def close(self) -> None:
        self._rows.clear()


class _DirectCursor(_Cursor):
    """Runs a statement where it is asked for, unless it may take long."""

    __slots__ = ()

    def _run(self, function: Any, operation: str, parameters: Any) -> _Outcome:
        if operation == BEGIN:
            return self._begin()
        if _may_take_long(function, operation, parameters):
            return self._visit(function, operation, parameters)
        return self._run_here(function, operation, parameters)

    def _begin(self) -> _Outcome:
        try:
            return self._run_here(_execute, BEGIN, ())
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
        return self._visit(_wait_and_begin, BEGIN, ())


def _may_take_long(function: Any, operation: str, parameters: Any) -> bool:
    if function is _execute_many:
        return len(parameters) > MANY
    copies_rows = operation.startswith("INSERT") and "SELECT" in operation
    return copies_rows or len(parameters) > MANY


def _wait_and_begin(connection: sqlite3.Connection, operation: str, parameters: Any) -> _Outcome:
    """Nowhere else does the writing connection wait for a lock: it would keep everybody waiting."""
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}")
    try:
        return _execute(connection, operation, parameters)
    finally:
        connection.execute("PRAGMA busy_timeout=0")


async def _here(function: Any, connection: sqlite3.Connection, operation: str, parameters: Any) -> _Outcome:
    outcome: _Outcome = function(connection, operation, parameters)
    return outcome


def _execute(connection: sqlite3.Connection, operation: str, parameters: Any) -> _Outcome:
    cursor = connection.execute(operation, parameters)
    rows = cursor.fetchall() if cursor.description else ()
    outcome = _Outcome(cursor.description, cursor.rowcount, cursor.lastrowid, rows)
    cursor.close()
    return outcome


def _execute_many(connection: sqlite3.Connection, operation: str, parameters: Any) -> _Outcome:
    cursor = connection.executemany(operation, parameters)
    outcome = _Outcome(cursor.description, cursor.rowcount, cursor.lastrowid, ())
    cursor.close()
    return outcome


class _Connection(AsyncAdapt_aiosqlite_connection):
    """`is_new` until its first settings are made; `is_visiting` while the thread may be at something of ours."""

    __slots__ = ("is_new", "is_visiting")

    _cursor_cls: Any = _Cursor

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self.is_new = True
        self.is_visiting = False

    def create_function(self, *arguments: Any, **options: Any) -> None:
        connection: Any = self._connection
        connection._conn.create_function(*arguments, **options)  # noqa: SLF001

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
    __slots__ = ()

    _cursor_cls: Any = _DirectCursor


class SqliteDriver(AsyncAdapt_aiosqlite_dbapi):
    """The `module` of an engine on sqlite+aiosqlite. A `direct` one needs check_same_thread=False."""

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
