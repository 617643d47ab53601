"""Notices as anybody may read them on the village's notice board: those to everybody, once they are out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from store.database import Transaction
from store.domain.areas import Area
from store.domain.audiences import AudienceKind, audience_from
from store.domain.notices import Notice, NoticeState
from store.queries.notices import notice_by_id
from store.tables import notices


@dataclass(frozen=True, slots=True)
class PublicNotice:
    """Without the name of whoever wrote it."""

    number: int
    text: str = field(repr=False)
    approved_at: datetime


PAGE = 20


@dataclass(frozen=True, slots=True)
class PublicNotices:
    """`before` is the number with which the next page begins, None on the last."""

    notices: tuple[PublicNotice, ...]
    before: int | None


def is_public(notice: Notice) -> bool:
    """Whether it was for the whole village, and has been let go."""
    return notice.state is NoticeState.APPROVED and notice.audience.is_whole


async def public_notice(tx: Transaction, village_id: int, number: int) -> PublicNotice | None:
    """None where there is none that everybody may read, also for one that was called off."""
    row = await tx.first(
        select(notices.c.id, notices.c.decided_at).where(
            notices.c.area_id == village_id, notices.c.number == number, notices.c.cancelled_at.is_(None)
        )
    )
    if row is None:
        return None
    notice = await notice_by_id(tx, row.id)
    return PublicNotice(notice.number, notice.text, row.decided_at) if is_public(notice) else None


async def public_notices(tx: Transaction, village: Area, before: int | None = None, most: int = PAGE) -> PublicNotices:
    """What everybody may read, the newest first, of those below a number."""
    found: list[PublicNotice] = []
    while len(found) <= most:
        rows = await _to_the_village(tx, village, before)
        found += [
            PublicNotice(row.number, row.text, row.decided_at)
            for row in rows
            if audience_from(village, row.audience).is_whole
        ]
        if len(rows) <= PAGE:
            break
        before = rows[-1].number  # some went to a part of the village only: others are fetched
    listed = tuple(found[:most])
    return PublicNotices(listed, listed[-1].number if len(found) > most else None)


async def _to_the_village(tx: Transaction, village: Area, before: int | None) -> Sequence[Any]:
    to_all = notices.c.audience["kind"].as_string() == AudienceKind.VILLAGE
    below = [notices.c.number < before] if before is not None else []
    return await tx.all(
        select(notices.c.number, notices.c.text, notices.c.decided_at, notices.c.audience)
        .where(
            notices.c.area_id == village.id,
            notices.c.state == NoticeState.APPROVED,
            notices.c.cancelled_at.is_(None),
            notices.c.audience_area_id == village.id,
            to_all,
            *below,
        )
        .order_by(notices.c.number.desc())
        .limit(PAGE + 1)
    )
