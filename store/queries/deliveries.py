"""What the delivery ledger holds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, select

from store.database import Transaction
from store.domain.deliveries import DeliveryState
from store.queries.people import ADDRESS
from store.tables import contacts, deliveries, delivery_attempts, delivery_is

_LOOKED_AT = 64


async def texts_of(tx: Transaction, delivery_ids: Sequence[int], address: str) -> list[str]:
    """The texts of those deliveries that went to this address, in order."""
    index = tx.keyring.index(address, context=ADDRESS)
    rows = await tx.all(
        select(deliveries.c.text)
        .join(contacts, contacts.c.id == deliveries.c.contact_id)
        .where(deliveries.c.id.in_(delivery_ids), contacts.c.address_index == index)
        .order_by(deliveries.c.id)
    )
    return [row.text for row in rows]


async def next_sendable_at(tx: Transaction, account_id: int, until: datetime) -> datetime | None:
    """When, before `until`, the next message of an account falls due at an address that is free then; None if none."""
    rows = await tx.all(_COMING, {"account": account_id, "until": until})
    moments = [max(row.due_at, row.next_free_at or row.due_at) for row in rows]
    return min((moment for moment in moments if moment < until), default=None)


_COMING = (
    select(deliveries.c.due_at, contacts.c.next_free_at)
    .join(contacts, contacts.c.id == deliveries.c.contact_id)
    .where(
        deliveries.c.account_id == bindparam("account"),
        delivery_is(DeliveryState.QUEUED),
        deliveries.c.is_bulk.in_((False, True)),  # names every column of the index up to due_at
        deliveries.c.due_at < bindparam("until"),
    )
    .order_by(deliveries.c.due_at, deliveries.c.id)
    .limit(_LOOKED_AT)
)


@dataclass(frozen=True, slots=True)
class InDoubt:
    """A message of which nobody can say whether it went out, and when its last call began."""

    id: int
    address: str = field(repr=False)
    provider_id: str
    sent_at: datetime


async def in_doubt(tx: Transaction, account_id: int, since: datetime, most: int) -> list[InDoubt]:
    """An account's messages of unknown fate whose last call began after `since`, the latest first."""
    rows = await tx.all(
        select(deliveries.c.id, deliveries.c.provider_id, contacts.c.address, delivery_attempts.c.started_at)
        .join(contacts, contacts.c.id == deliveries.c.contact_id)
        .join(
            delivery_attempts,
            (delivery_attempts.c.delivery_id == deliveries.c.id)
            & (delivery_attempts.c.number == deliveries.c.attempts),
        )
        .where(
            deliveries.c.account_id == account_id,
            delivery_is(DeliveryState.UNKNOWN),
            delivery_attempts.c.started_at > since,
        )
        .order_by(deliveries.c.id.desc())
        .limit(most)
    )
    return [
        InDoubt(row.id, tx.keyring.open(row.address, context=ADDRESS), row.provider_id, row.started_at) for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Waiting:
    id: int
    resident_id: int | None


async def waiting_of_notice(tx: Transaction, notice_id: int) -> list[Waiting]:
    """A notice's deliveries that have not gone out."""
    rows = await tx.all(
        select(deliveries.c.id, deliveries.c.resident_id)
        .where(deliveries.c.notice_id == notice_id, deliveries.c.state == DeliveryState.QUEUED)
        .order_by(deliveries.c.id)
    )
    return [Waiting(row.id, row.resident_id) for row in rows]
