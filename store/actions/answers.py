"""Answers to a notice: one a household, the last of which counts; and one reminder to the silent."""

from collections.abc import Sequence

from store.actions.notices import confirm_notice
from store.database import Transaction
from store.domain.errors import NotAllowed, Refusal
from store.domain.notices import Notice
from store.domain.people import Contact, Staff
from store.queries.access import may_approve
from store.tables import notice_answers, notices


async def answer_notice(
    tx: Transaction, notice: Notice, contact: Contact, resident_ids: Sequence[int], answer: str
) -> None:
    """Keep what these households (by their heads) or persons answer; what they answered before no longer counts.

    Raises Refusal("answer.unknown") where the notice does not ask for that.
    """
    if not notice.asked.takes(answer):
        raise Refusal("answer.unknown", number=notice.number)
    given = {"contact_id": contact.id, "answer": answer, "answered_at": tx.now}
    for resident_id in resident_ids:
        mine = (notice_answers.c.notice_id == notice.id, notice_answers.c.resident_id == resident_id)
        if not await tx.insert_new(notice_answers, notice_id=notice.id, resident_id=resident_id, **given):
            await tx.run(notice_answers.update().where(*mine).values(**given))
    await confirm_notice(tx, notice.id, contact)


def may_remind(person: Staff, notice: Notice) -> bool:
    """Its drafter, and whoever could have approved it."""
    return notice.is_of(person) or may_approve(person, notice.audience.area.path)


async def begin_reminder(tx: Transaction, notice: Notice, person: Staff) -> None:
    """Take the one reminder that a notice has. Raises NotAllowed, and Refusal("answer.reminded") the second time."""
    if not may_remind(person, notice):
        raise NotAllowed("notice.not_his", number=notice.number)
    not_yet = (notices.c.id == notice.id, notices.c.reminded_at.is_(None))
    if not await tx.run(notices.update().where(*not_yet).values(reminded_at=tx.now)):
        raise Refusal("answer.reminded", number=notice.number)
    tx.audit(notice.village_id, f"staff:{person.id}", "notice.reminded", f"notice:{notice.id}")
