"""The delivery ledger: writing what is to be said, and what is asked with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, select

from store.database import Transaction
from store.domain.deliveries import DeliveryState, SkipReason
from store.domain.speech import Question
from store.queries.people import CHUNK
from store.tables import HAS_PROVIDER_ID, deliveries, questions


@dataclass(frozen=True, slots=True)
class Draft:
    """A delivery to be written, rendered already; `buttons` are label and data, `skipped` why it will not go out."""

    area_id: int
    contact_id: int | None
    account_id: int | None
    text: str = field(repr=False)
    due_at: datetime
    buttons: Sequence[Sequence[str]] = ()
    resident_id: int | None = None
    notice_id: int | None = None
    reminds_id: int | None = None
    ticket_id: int | None = None
    matter_id: int | None = None
    occurrence_id: int | None = None
    inbound_id: int | None = None
    is_receipt: bool = False
    is_bulk: bool = False
    """One of very many, which lets conversations pass."""
    state: DeliveryState = DeliveryState.QUEUED
    skipped: SkipReason | None = None
    replaces: str = ""


async def write_delivery(tx: Transaction, draft: Draft) -> int:
    return await tx.insert(deliveries, **_row(tx, draft))


async def bring_forward(tx: Transaction, *, written_at: datetime) -> None:
    """What was released for a moment that has not come goes out now: a person wanted it so."""
    ahead = (deliveries.c.created_at == written_at, deliveries.c.due_at > tx.now)
    await tx.run(deliveries.update().where(*ahead).values(due_at=tx.now))


async def sent_as(tx: Transaction, account_id: int, provider_id: str) -> tuple[str, list[list[str]]] | None:
    """The text and the buttons of the message that the provider names so."""
    row = await tx.first(
        select(deliveries.c.text, deliveries.c.buttons).where(
            deliveries.c.account_id == account_id, HAS_PROVIDER_ID, deliveries.c.provider_id == provider_id
        )
    )
    return (row.text, row.buttons) if row else None


async def write_deliveries(tx: Transaction, drafts: Sequence[Draft]) -> None:
    """Many at once, in one statement."""
    await tx.insert_many(deliveries, [_row(tx, draft) for draft in drafts])


async def write_deliveries_for_ids(tx: Transaction, drafts: Sequence[Draft]) -> list[int]:
    """The same where the rows' ids are wanted, in the drafts' order: some five times slower."""
    return await tx.insert_for_ids(deliveries, [_row(tx, draft) for draft in drafts])


def _row(tx: Transaction, draft: Draft) -> dict[str, object]:
    return {
        "area_id": draft.area_id,
        "account_id": draft.account_id,
        "contact_id": draft.contact_id,
        "resident_id": draft.resident_id,
        "notice_id": draft.notice_id,
        "reminds_id": draft.reminds_id,
        "ticket_id": draft.ticket_id,
        "matter_id": draft.matter_id,
        "occurrence_id": draft.occurrence_id,
        "inbound_id": draft.inbound_id,
        "text": draft.text,
        "buttons": [list(button) for button in draft.buttons],
        "replaces": draft.replaces,
        "is_receipt": draft.is_receipt,
        "is_bulk": draft.is_bulk,
        "state": DeliveryState.SKIPPED if draft.skipped else draft.state,
        "reason": draft.skipped or "",
        "provider_id": "",
        "attempts": 0,
        "due_at": draft.due_at,
        "lease_holder": "",
        "created_at": tx.now,
    }


async def end_questions(tx: Transaction, contact_ids: Sequence[int], question: Question) -> None:
    """Asked again, a question's older copies are over."""
    asked = {"about": question.kind, "subject": question.subject_id, "now": tx.now}
    for start in range(0, len(contact_ids), CHUNK):
        await tx.run(_END, {**asked, "contacts": contact_ids[start : start + CHUNK]})


_END = (
    questions.update()
    .where(
        questions.c.contact_id.in_(bindparam("contacts", expanding=True)),
        questions.c.kind == bindparam("about"),
        questions.c.subject_id == bindparam("subject"),
        questions.c.answered_at.is_(None),
    )
    .values(answered_at=bindparam("now"))
)


async def put_questions(
    tx: Transaction, contact_ids: Sequence[int], question: Question, keys: Sequence[str]
) -> dict[int, int]:
    """Ask many the same, so that a bare digit within 48 hours answers it; the question's id by contact.

    Whom it was asked before must be freed of the older one first (`end_questions`).
    """
    if not contact_ids:
        return {}
    asked = {
        "kind": question.kind,
        "subject_id": question.subject_id,
        "label": question.label[:80],
        "options": list(keys),
        "asked_at": tx.now,
    }
    ids = await tx.insert_for_ids(questions, [{"contact_id": contact_id, **asked} for contact_id in contact_ids])
    return dict(zip(contact_ids, ids, strict=True))
