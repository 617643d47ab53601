"""Questions that wait for a contact's answer: for 48 hours a bare digit is one."""

from typing import Any

from sqlalchemy import bindparam, select

from store.database import Transaction
from store.domain.conversation import SESSION_VALID, OpenQuestion
from store.domain.people import Contact
from store.tables import questions


async def open_questions(tx: Transaction, contact: Contact) -> tuple[OpenQuestion, ...]:
    """Questions of the last 48 hours that nobody answered yet, the oldest first."""
    rows = await tx.all(_OPEN_QUESTIONS, {"contact": contact.id, "since": tx.now - SESSION_VALID})
    return tuple(map(_question, rows))


_OPEN_QUESTIONS = (
    select(questions)
    .where(
        questions.c.contact_id == bindparam("contact"),
        questions.c.answered_at.is_(None),
        questions.c.asked_at > bindparam("since"),
    )
    .order_by(questions.c.asked_at, questions.c.id)
)


def _question(row: Any) -> OpenQuestion:
    return OpenQuestion(
        row.id, row.kind, row.subject_id, row.label, tuple(row.options), row.asked_at, is_open=row.answered_at is None
    )


async def close_question(tx: Transaction, question_id: int) -> bool:
    """Take a question's answer once: of two that come at the same time the second finds it answered."""
    return bool(
        await tx.run(
            questions.update()
            .where(questions.c.id == question_id, questions.c.answered_at.is_(None))
            .values(answered_at=tx.now)
        )
    )


async def question_by_id(tx: Transaction, contact: Contact, question_id: int) -> OpenQuestion | None:
    row = await tx.first(select(questions).where(questions.c.id == question_id, questions.c.contact_id == contact.id))
    return _question(row) if row else None
