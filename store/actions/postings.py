"""Notices put into chat groups that have no interface for robots: a person does it and says so."""

from store.database import Transaction
from store.domain.errors import Refusal
from store.domain.lengths import whole
from store.domain.notices import Notice, NoticeState
from store.domain.people import Staff
from store.tables import notice_postings

LONGEST_GROUP_NAME = 40


async def record_posting(tx: Transaction, notice: Notice, person: Staff, group_name: str) -> None:
    """Posted, by whom, when and where: it is never counted as received. Raises Refusal("notice.not_now")."""
    if notice.state is not NoticeState.APPROVED:
        raise Refusal("notice.not_now", number=notice.number, notice_state=notice.state.value)
    await tx.insert(
        notice_postings,
        notice_id=notice.id,
        group_name=whole(group_name, LONGEST_GROUP_NAME),
        by_staff_id=person.id,
        at=tx.now,
    )
    tx.audit(notice.village_id, f"staff:{person.id}", "notice.posted", f"notice:{notice.id}", group_name)
