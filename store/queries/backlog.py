"""What waits: messages that nobody has answered yet, and messages that should be out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from store.database import Transaction
from store.domain.accounts import WAITING_KINDS
from store.domain.deliveries import DeliveryState
from store.tables import channel_accounts, deliveries, delivery_is, inbound_messages, waits_for_turn


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many rows, and for how long the one that waits longest."""

    count: int = 0
    longest: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Backlog:
    """`outbound` is by account and whether they are some of very many; pages fetch theirs, so those are not in it."""

    inbound: Waiting
    outbound: Mapping[tuple[int, bool], Waiting]


async def backlog_of(tx: Transaction) -> Backlog:
    """Of the whole store, in three statements on the partial indexes of what waits."""
    heard = await tx.first(
        select(func.count().label("n"), func.min(inbound_messages.c.received_at).label("since")).where(waits_for_turn())
    )
    sending = select(channel_accounts.c.id).where(channel_accounts.c.kind.not_in(WAITING_KINDS))
    lanes = {(row.id, is_bulk): Waiting() for row in await tx.all(sending) for is_bulk in (False, True)}
    due = (
        select(
            deliveries.c.account_id,
            deliveries.c.is_bulk,
            func.count().label("n"),
            func.min(deliveries.c.due_at).label("since"),
        )
        .where(
            delivery_is(DeliveryState.QUEUED),
            deliveries.c.account_id.in_({account_id for account_id, _ in lanes}),
            deliveries.c.is_bulk.in_((False, True)),  # names every column of the index up to due_at
            deliveries.c.due_at <= tx.now,
        )
        .group_by(deliveries.c.account_id, deliveries.c.is_bulk)
    )
    found = {(row.account_id, row.is_bulk): Waiting(row.n, tx.now - row.since) for row in await tx.all(due)}
    return Backlog(Waiting(heard.n, tx.now - heard.since) if heard.n else Waiting(), {**lanes, **found})
