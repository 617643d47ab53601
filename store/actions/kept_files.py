"""Files that leave the disk and the books again: exports whose days ran out, and what nothing refers to any more."""

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import Text, cast, select

from store.database import Transaction
from store.domain.tasks import FILE_KEPT_FOR
from store.files import FileStore
from store.tables import disclosure_files, emergency_notices, files, inbound_messages, sessions, tasks, ticket_messages

FORGOTTEN_AT_ONCE = 50
GRACE = timedelta(days=1)
"""So long whoever has the file before him may still put it somewhere."""

_NAMED = (disclosure_files.c.sha256, tasks.c.file)
_LISTED = (inbound_messages.c.body, ticket_messages.c.files, emergency_notices.c.evidence_files, sessions.c.data)
"""Every column that refers to a file."""


async def let_go(tx: Transaction, sha256: str) -> None:
    """Nothing refers to it here any more: a day later `forget_files` looks whether anything else does."""
    await tx.run(files.update().where(files.c.sha256 == sha256).values(dropped_at=tx.now))


async def forget_files(tx: Transaction, store: FileStore, now: datetime) -> None:
    """The tick's chore: what nobody may fetch any more leaves the disk and the books; that it was made stays.

    It leaves the disk first: where the commit fails, the next tick finds its row. No two sheets are one file, for each
    holds the moment at which it was made.
    """
    digests = [*await _exported(tx, now), *await _dropped(tx, now)]
    for digest in digests:
        await asyncio.to_thread(store.remove, digest)
    await tx.run(files.delete().where(files.c.sha256.in_(digests)))
    await tx.run(tasks.update().where(tasks.c.file.in_(digests)).values(file=""))


async def _exported(tx: Transaction, now: datetime) -> list[str]:
    old = (tasks.c.file != "", tasks.c.asked_at <= now - FILE_KEPT_FOR)
    return [row.file for row in await tx.all(select(tasks.c.file).where(*old).limit(FORGOTTEN_AT_ONCE))]


async def _dropped(tx: Transaction, now: datetime) -> list[str]:
    """Those that nothing refers to; one that is in use elsewhere is not looked at again."""
    due = select(files.c.sha256).where(files.c.dropped_at <= now - GRACE).limit(FORGOTTEN_AT_ONCE)
    digests = [row.sha256 for row in await tx.all(due)]
    used = [digest for digest in digests if await _is_used(tx, digest)]
    await tx.run(files.update().where(files.c.sha256.in_(used)).values(dropped_at=None))
    return [digest for digest in digests if digest not in used]


async def _is_used(tx: Transaction, sha256: str) -> bool:
    named = [column == sha256 for column in _NAMED]
    listed = [cast(column, Text).contains(sha256) for column in _LISTED]
    for condition in (*named, *listed):
        if await tx.first(select(1).where(condition).limit(1)) is not None:
            return True
    return False
