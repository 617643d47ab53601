"""Into which chat groups a notice was put by hand."""

from sqlalchemy import func, select

from store.database import Transaction
from store.domain.reach import Posting
from store.tables import notice_postings, notices, staff


async def postings_of(tx: Transaction, notice_id: int) -> list[Posting]:
    rows = await tx.all(
        select(notice_postings.c.group_name, staff.c.name, notice_postings.c.at)
        .join(staff, staff.c.id == notice_postings.c.by_staff_id)
        .where(notice_postings.c.notice_id == notice_id)
        .order_by(notice_postings.c.id)
    )
    return [Posting(row.group_name, row.name, row.at) for row in rows]


async def groups_posted_to(tx: Transaction, village_id: int, most: int) -> list[str]:
    """The chat groups into which this village's notices were put, the latest first."""
    rows = await tx.all(
        select(notice_postings.c.group_name)
        .join(notices, notices.c.id == notice_postings.c.notice_id)
        .where(notices.c.area_id == village_id)
        .group_by(notice_postings.c.group_name)
        .order_by(func.max(notice_postings.c.id).desc())
        .limit(most)
    )
    return [row.group_name for row in rows]
