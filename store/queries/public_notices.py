"""Notices as anybody may read them on the village's notice board: those to everybody, once they are out."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from store.database import Transaction
from store.domain.notices import Notice, NoticeState
from store.queries.notices import notice_by_id
from store.tables import notices


@dataclass(frozen=True, slots=True)
class PublicNotice:
    """Without the name of whoever wrote it."""

    number: int
    text: str = field(repr=False)
    approved_at: datetime


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
