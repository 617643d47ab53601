"""What the delivery ledger holds."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from store.database import Transaction
from store.domain.deliveries import DeliveryState
from store.queries.people import ADDRESS
from store.tables import contacts, deliveries


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
