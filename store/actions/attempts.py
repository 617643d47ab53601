"""What the calls said of each delivery, and the rows of whose call nobody heard the end.

A row found in `sending` when its lease has run out becomes `unknown` and is never blindly resent.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, String, Update, bindparam, case, null, or_, select

from store.actions.accounts import locked_account
from store.actions.delivery_receipts import match_waiting
from store.database import Transaction
from store.domain.deliveries import RANK, DeliveryState
from store.queries.people import CHUNK
from store.tables import UtcDateTime, channel_accounts, deliveries, delivery_attempts, delivery_is


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one call said of one delivery. `due_at` is when it is tried again, where it is."""

    delivery_id: int
    number: int
    state: DeliveryState
    started_at: datetime
    provider_id: str = ""
    code: str = ""
    detail: str = ""
    due_at: datetime | None = None


async def record_attempts(tx: Transaction, account_id: int, attempts: Sequence[Attempt]) -> None:
    """Write down what the calls said: the rows' new states, and one attempt row each.

    A receipt may have come before the call's own answer: a state that is higher already stays. On PostgreSQL the
    account is locked against a receipt that is written down at this very moment: neither would see the other.

    Whoever lost the connection while committing comes again with the same answers: they are kept once, and a row that
    has been claimed anew since waits for the answer of its later attempt.
    """
    if tx.is_postgresql:
        await locked_account(tx, account_id)
    alike: defaultdict[tuple[int, DeliveryState, str, datetime | None], list[int]] = defaultdict(list)
    for attempt in attempts:
        alike[attempt.number, attempt.state, attempt.code[:80], attempt.due_at].append(attempt.delivery_id)
    for (number, state, reason, due_at), ids in alike.items():
        await _move(tx, ids, number, state, reason, due_at)
    named = [
        {"row": one.delivery_id, "number": one.number, "name": one.provider_id[:80]}
        for one in attempts
        if one.provider_id
    ]
    await tx.run_many(_NAME, named)
    await tx.insert_new_many(
        delivery_attempts,
        [
            {
                "delivery_id": attempt.delivery_id,
                "number": attempt.number,
                "outcome": attempt.state,
                "code": attempt.code[:40],
                "detail": attempt.detail[:200],
                "started_at": attempt.started_at,
                "finished_at": tx.now,
            }
            for attempt in attempts
        ],
    )
    await match_waiting(tx, account_id, [str(one["name"]) for one in named])


_NOT_CLAIMED_SINCE = deliveries.c.attempts <= bindparam("number")
_NAME = (
    deliveries.update()
    .where(deliveries.c.id == bindparam("row"), _NOT_CLAIMED_SINCE)
    .values(provider_id=bindparam("name"))
)


async def _move(
    tx: Transaction, ids: Sequence[int], number: int, state: DeliveryState, reason: str, due_at: datetime | None
) -> None:
    given: dict[str, object] = {"number": number, "why": reason}
    if state is DeliveryState.SENT:
        given["sent"] = tx.now
    if state is DeliveryState.QUEUED:
        given["next"] = due_at
    for start in range(0, len(ids), CHUNK):
        await tx.run(_moving(state), {"ids": ids[start : start + CHUNK], **given})


@cache
def _moving(state: DeliveryState) -> Update:
    """Only what is tried again gets a new time: SQLite writes the indexes of every column that is named."""
    lower = [other for other, rank in RANK.items() if rank < RANK[state] or other is DeliveryState.SENDING]
    is_lower = deliveries.c.state.in_(lower)
    to: dict[Column[Any], ColumnElement[Any]] = {
        deliveries.c.state: case((is_lower, state), else_=deliveries.c.state),
        deliveries.c.reason: case((is_lower, bindparam("why", type_=String)), else_=deliveries.c.reason),
        deliveries.c.lease_until: case((is_lower, null()), else_=deliveries.c.lease_until),
    }
    if state is DeliveryState.QUEUED:
        to[deliveries.c.due_at] = case((is_lower, bindparam("next", type_=UtcDateTime)), else_=deliveries.c.due_at)
    if state is DeliveryState.SENT:  # also where the receipt has been quicker than the call's answer
        to[deliveries.c.sent_at] = bindparam("sent", type_=UtcDateTime)
    return (
        deliveries.update().where(deliveries.c.id.in_(bindparam("ids", expanding=True)), _NOT_CLAIMED_SINCE).values(to)
    )


async def may_look_up(tx: Transaction, account_id: int, every: timedelta) -> bool:
    """Whether it is time to ask an account's provider about unknown fates; of all processes one is told so."""
    asked = channel_accounts.c.looked_up_at
    return bool(
        await tx.run(
            channel_accounts.update()
            .where(channel_accounts.c.id == account_id, or_(asked.is_(None), asked <= tx.now - every))
            .values(looked_up_at=tx.now)
        )
    )


async def give_up_stale(tx: Transaction, account_id: int) -> int:
    """Rows whose sender died in the middle of the call: nobody can say whether they went out."""
    await locked_account(tx, account_id)
    rows = await tx.all(
        select(deliveries.c.id, deliveries.c.attempts)
        .where(
            deliveries.c.account_id == account_id,
            delivery_is(DeliveryState.SENDING),
            deliveries.c.lease_until <= tx.now,
        )
        .with_for_update(skip_locked=True)
    )
    stale = [Attempt(row.id, row.attempts, DeliveryState.UNKNOWN, tx.now, code="interrupted") for row in rows]
    if stale:
        await record_attempts(tx, account_id, stale)
    return len(stale)
