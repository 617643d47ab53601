"""The time in which a channel takes messages for a person, where it ends: it begins anew whenever he writes."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Update, bindparam, select

from store.database import Transaction
from store.domain.conversation import SESSION_VALID
from store.domain.deliveries import NEWS_KEEPS, WOKEN_AT_ONCE, DeliveryState, SkipReason
from store.queries.people import CHUNK
from store.tables import UtcDateTime, contacts, deliveries, questions


async def open_window(tx: Transaction, contact_id: int, wrote_at: datetime, seconds: int) -> list[int]:
    """He has written: for so long he can be written to, and what has waited longest for him goes out first.

    What is more than fits goes out when he writes the next time. The answer is which questions he gets only now:
    what he has just written is no answer to them (`ask_now`).
    """
    await tx.run(_OPEN, {"contact": contact_id, "until": wrote_at + timedelta(seconds=seconds)})
    await tx.run(_LET_GO, {"contact": contact_id, "before": tx.now - NEWS_KEEPS})
    return _questions_in(await tx.all(_WAKE, {"contact": contact_id, "now": tx.now}))


async def close_windows(tx: Transaction, contact_ids: Sequence[int], delivery_ids: Sequence[int]) -> None:
    """His channel says that it takes nothing more before he writes: what it refused waits for that.

    A notice's row does not: it has failed, and its second step or a visit follows.
    """
    await tx.run(_CLOSE, {"ids": contact_ids, "until": tx.now})
    await put_off_questions(tx, _questions_in(await tx.all(_SLEEP, {"ids": delivery_ids})))


async def put_off_questions(tx: Transaction, question_ids: Sequence[int]) -> None:
    """No bare digit answers what he has not been asked yet."""
    await _set_asked(tx, question_ids, tx.now - SESSION_VALID)


async def ask_now(tx: Transaction, question_ids: Sequence[int]) -> None:
    """From now on a bare digit answers them."""
    await _set_asked(tx, question_ids, tx.now)


async def _set_asked(tx: Transaction, question_ids: Sequence[int], at: datetime) -> None:
    for start in range(0, len(question_ids), CHUNK):
        part = question_ids[start : start + CHUNK]
        await tx.run(questions.update().where(questions.c.id.in_(part)).values(asked_at=at))


def _questions_in(rows: Iterable[Any]) -> list[int]:
    """Those that the buttons of the rows answer: "q:<id>:<key>"."""
    kinds = (data.split(":") for row in rows for _, data in row.buttons)
    return sorted({int(parts[1]) for parts in kinds if parts[0] == "q"})


_OPEN = (
    contacts.update()
    .where(contacts.c.id == bindparam("contact"))
    .values(open_until=bindparam("until", type_=UtcDateTime))
)
_DORMANT = (deliveries.c.contact_id == bindparam("contact"), deliveries.c.state == DeliveryState.DORMANT)
_LET_GO = (
    deliveries.update()
    .where(*_DORMANT, deliveries.c.ticket_id.is_(None), deliveries.c.created_at < bindparam("before"))
    .values(state=DeliveryState.SKIPPED, reason=SkipReason.WINDOW_CLOSED)
)


def _wake() -> Update:
    longest = select(deliveries.c.id).where(*_DORMANT).order_by(deliveries.c.id).limit(WOKEN_AT_ONCE)
    to = {"state": DeliveryState.QUEUED, "due_at": bindparam("now", type_=UtcDateTime), "is_bulk": False}
    return deliveries.update().where(deliveries.c.id.in_(longest)).values(to).returning(deliveries.c.buttons)


_WAKE = _wake()
_CLOSE = (
    contacts.update()
    .where(contacts.c.id.in_(bindparam("ids", expanding=True)))
    .values(open_until=bindparam("until", type_=UtcDateTime))
)
_SLEEP = (
    deliveries.update()
    .where(
        deliveries.c.id.in_(bindparam("ids", expanding=True)),
        deliveries.c.state == DeliveryState.FAILED,
        deliveries.c.notice_id.is_(None),
        deliveries.c.reminds_id.is_(None),
    )
    .values(state=DeliveryState.DORMANT, reason="")
    .returning(deliveries.c.buttons)
)
