"""Roster files that were brought to the console and wait for a clerk's word: sealed, for they hold numbers."""

import base64
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, func, select

from store.database import Transaction
from store.domain.errors import NotFound
from store.domain.jobs import JobName
from store.tables import progress, roster_uploads, staff

CONTENT = "roster_uploads.content"
"""The sealing context."""
LISTED = 10


class UploadState(StrEnum):
    """`shown`: its preview waits for a word. `taking`: a job writes it."""

    SHOWN = "shown"
    TAKING = "taking"
    TAKEN = "taken"
    DROPPED = "dropped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Upload:
    """`people` is how many stand in it, `read` how many of them the job that takes it over has read.

    `counts` are those of new and changed people and of numbers, once it is taken; `problem` is a refusal's key.
    """

    id: int
    village_id: int
    staff_id: int
    by: str
    name: str
    people: int
    read: int
    state: UploadState
    flags: tuple[str, ...]
    reason: str
    problem: str
    counts: tuple[int, ...]
    uploaded_at: datetime


def _upload(row: Any) -> Upload:
    return Upload(
        id=row.id,
        village_id=row.area_id,
        staff_id=row.staff_id,
        by=row.by,
        name=row.name,
        people=row.people,
        read=row.read,
        state=UploadState(row.state),
        flags=tuple(row.flags),
        reason=row.reason,
        problem=row.problem,
        counts=tuple(row.counts),
        uploaded_at=row.uploaded_at,
    )


async def upload_by_id(tx: Transaction, upload_id: int) -> Upload:
    found = await _where(tx, roster_uploads.c.id == upload_id)
    if not found:
        raise NotFound("file.unknown", name="")
    return found[0]


async def uploads_of(tx: Transaction, village_id: int) -> list[Upload]:
    """The latest, the newest first."""
    return await _where(tx, roster_uploads.c.area_id == village_id)


async def _where(tx: Transaction, condition: Any) -> list[Upload]:
    of_upload = and_(progress.c.job == JobName.IMPORT_ROSTER, progress.c.subject_id == roster_uploads.c.id)
    columns = [column for column in roster_uploads.c if column.name != "content"]
    rows = await tx.all(
        select(*columns, staff.c.name.label("by"), func.coalesce(progress.c.done, 0).label("read"))
        .join(staff, staff.c.id == roster_uploads.c.staff_id)
        .outerjoin(progress, of_upload)
        .where(condition)
        .order_by(roster_uploads.c.id.desc())
        .limit(LISTED)
    )
    return [_upload(row) for row in rows]


async def upload_content(tx: Transaction, upload_id: int) -> bytes:
    """The file as it came. Raises NotFound where it is kept no more."""
    sealed = await tx.scalar(select(roster_uploads.c.content).where(roster_uploads.c.id == upload_id))
    if sealed is None:
        raise NotFound("file.unknown", name="")
    return base64.b64decode(tx.keyring.open(sealed, context=CONTENT))
