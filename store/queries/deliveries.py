"""What the delivery ledger holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from store.database import Transaction
from store.domain.deliveries import DeliveryState
from store.queries.people import ADDRESS
from store.tables import contacts, deliveries

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
    rows = await tx.all(
        select(deliveries.c.due_at, contacts.c.next_free_at)
        .join(contacts, contacts.c.id == deliveries.c.contact_id)
        .where(
            deliveries.c.account_id == account_id,
            deliveries.c.state == DeliveryState.QUEUED,
            deliveries.c.is_bulk.in_((False, True)),  # names every column of the index up to due_at
            deliveries.c.due_at < until,
        )
        .order_by(deliveries.c.due_at, deliveries.c.id)
        .limit(_LOOKED_AT)
    )
    moments = [max(row.due_at, row.next_free_at or row.due_at) for row in rows]
    return min((moment for moment in moments if moment < until), default=None)


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
