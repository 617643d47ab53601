"""What a piece of work costs SQLite, in steps of its own machine: the same on a loaded computer as on an idle one."""

import itertools
import sqlite3
from collections.abc import Callable

from store.database import Transaction

STEP = 100
"""Instructions of SQLite's machine that count as one."""


async def count_steps(tx: Transaction) -> Callable[[], int]:
    """Count from now on; the answer tells how many there have been."""
    steps = itertools.count()
    raw = await tx.connection.get_raw_connection()
    raw.driver_connection._conn.set_progress_handler(lambda: next(steps) < 0, STEP)  # type: ignore[union-attr]
    return lambda: next(steps)


async def count_compilations(tx: Transaction) -> Callable[[], int]:
    """Count from now on what SQLite compiles (its authorizer is asked for each part); every statement is, once."""
    parts = itertools.count()
    raw = await tx.connection.get_raw_connection()

    def allow(*_part: object) -> int:
        next(parts)
        return sqlite3.SQLITE_OK

    raw.driver_connection._conn.set_authorizer(allow)  # type: ignore[union-attr]
    return lambda: next(parts)
