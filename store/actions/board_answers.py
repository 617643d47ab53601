"""Answers about what was disclosed, written for everybody to read on the next month's page."""

from sqlalchemy import select

from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotFound, Refusal
from store.domain.people import Staff
from store.domain.privacy import holds_personal_number
from store.tables import board_answers, disclosure_items, disclosures

LONGEST_ANSWER = 300
"""Characters: several answers share a page with the accounts."""


async def answer_for_all(tx: Transaction, village: Area, item_id: int, text: str, by: Staff) -> None:
    """Write, or write anew, what everybody may read about a published item; an empty text takes it back.

    Raises NotFound("disclosure.item_unknown"), and Refusal: disclosure.answer_long, disclosure.personal_number.
    """
    text = text.strip()
    if len(text) > LONGEST_ANSWER:
        raise Refusal("disclosure.answer_long", most=LONGEST_ANSWER)
    if holds_personal_number(text):
        raise Refusal("disclosure.personal_number")
    await _check_published(tx, village, item_id)
    await tx.run(board_answers.delete().where(board_answers.c.item_id == item_id))
    if text:
        await tx.insert_new(board_answers, item_id=item_id, text=text, by_staff_id=by.id, at=tx.now)
    action = "disclosure.answered" if text else "disclosure.answer_taken_back"
    tx.audit(village.id, f"staff:{by.id}", action, f"disclosure_item:{item_id}", text)


async def _check_published(tx: Transaction, village: Area, item_id: int) -> None:
    found = await tx.first(
        select(disclosure_items.c.id)
        .join(disclosures, disclosures.c.id == disclosure_items.c.disclosure_id)
        .where(
            disclosure_items.c.id == item_id,
            disclosures.c.area_id == village.id,
            disclosures.c.published_at.is_not(None),
        )
        .with_for_update(of=disclosure_items)
    )
    if found is None:
        raise NotFound("disclosure.item_unknown")
