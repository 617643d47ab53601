"""Files that leave the disk and the books again: exports whose days ran out, and what nothing refers to any more."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, select

from store.actions.inbound import record_files
from store.database import Transaction
from store.domain.tasks import FILE_KEPT_FOR
from store.files import FileStore, StoredFile
from store.tables import (
    disclosure_files,
    emergency_notices,
    files,
    inbound_messages,
    sessions,
    tasks,
    ticket_messages,
    waits_for_turn,
)

FORGOTTEN_AT_ONCE = 50
GRACE = timedelta(days=1)
"""So long whoever has the file before him may still put it somewhere."""

_NAMED = (disclosure_files.c.sha256, tasks.c.file)
_LISTED = (ticket_messages.c.files, emergency_notices.c.evidence_files)
"""Every column by which a file is kept. That it once came in keeps it no longer than it is used."""


async def let_go(tx: Transaction, sha256: str) -> None:
    """Nothing refers to it here any more: a day later `forget_files` looks whether anything else does."""
    await tx.run(files.update().where(files.c.sha256 == sha256).values(dropped_at=tx.now))


async def keep_for_now(tx: Transaction, stored: StoredFile) -> None:
    """It came, and nothing refers to it yet: unless something does in a day, it leaves again."""
    await record_files(tx, [stored])
    await let_go(tx, stored.sha256)


async def forget_files(tx: Transaction, store: FileStore, now: datetime) -> None:
    """The tick's chore: what nobody may fetch any more leaves the disk and the books; that it was made stays.

    It leaves the disk first: where the commit fails, the next tick finds its row. No two sheets are one file, for each
    holds the moment at which it was made.
    """
    dropped = await _dropped(tx, now)
    for digest in dropped:
        await _take_from_what_came_in(tx, digest)
    digests = [*await _exported(tx, now), *dropped]
    for digest in digests:
        await asyncio.to_thread(store.remove, digest)
    await tx.run(files.delete().where(files.c.sha256.in_(digests)))
    await tx.run(tasks.update().where(tasks.c.file.in_(digests)).values(file=""))


async def _exported(tx: Transaction, now: datetime) -> list[str]:
    old = (tasks.c.file != "", tasks.c.asked_at <= now - FILE_KEPT_FOR)
    return [row.file for row in await tx.all(select(tasks.c.file).where(*old).limit(FORGOTTEN_AT_ONCE))]


async def _dropped(tx: Transaction, now: datetime) -> list[str]:
    """Those that nothing refers to; one that is in use elsewhere is not looked at again."""
    due = select(files.c.sha256).where(files.c.dropped_at <= now - GRACE).order_by(files.c.dropped_at)
    digests = [row.sha256 for row in await tx.all(due.limit(FORGOTTEN_AT_ONCE))]
    used = [digest for digest in digests if await _is_used(tx, digest)]
    await tx.run(files.update().where(files.c.sha256.in_(used)).values(dropped_at=None))
    return [digest for digest in digests if digest not in used and not await _is_spoken_of(tx, digest)]


async def _is_used(tx: Transaction, sha256: str) -> bool:
    return await _any(tx, [*(column == sha256 for column in _NAMED), *(_lists(column, sha256) for column in _LISTED)])


async def _is_spoken_of(tx: Transaction, sha256: str) -> bool:
    """Whether a conversation that has not ended, or a message that nobody has taken up, may still put it somewhere."""
    waits = waits_for_turn() & _lists(inbound_messages.c.body, sha256)
    return await _any(tx, [waits, (sessions.c.expires_at > tx.now) & _lists(sessions.c.data, sha256)])


async def _take_from_what_came_in(tx: Transaction, sha256: str) -> None:
    """What was said stays; the file that came with it is named no more."""
    brought = select(inbound_messages.c.id, inbound_messages.c.body)
    for row in await tx.all(brought.where(_lists(inbound_messages.c.body, sha256))):
        left = {**row.body, "files": [one for one in row.body["files"] if one != sha256]}
        await tx.run(inbound_messages.update().where(inbound_messages.c.id == row.id).values(body=left))


async def _any(tx: Transaction, conditions: Iterable[ColumnElement[bool]]) -> bool:
    for condition in conditions:
        if await tx.first(select(1).where(condition).limit(1)) is not None:
            return True
    return False


def _lists(column: ColumnElement[Any], sha256: str) -> ColumnElement[bool]:
    return cast(column, Text).contains(sha256)
