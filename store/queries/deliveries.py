"""What the delivery ledger holds."""

from collections.abc import Sequence

from sqlalchemy import select

from store.database import Transaction
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
