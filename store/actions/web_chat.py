"""Web chat and the simulator: a message is delivered when its page has read it."""

from collections.abc import Collection

from sqlalchemy import select

from store.database import Transaction
from store.domain.deliveries import DeliveryState
from store.queries.web_chat import Correspondent
from store.tables import contacts, deliveries


async def mark_read_by_page(tx: Transaction, who: Correspondent, delivery_ids: Collection[int]) -> int:
    """Waiting messages of this conversation become delivered; how many did. Those that were stay as they are."""
    this_persons = select(contacts.c.id).where(
        contacts.c.kind == who.kind, contacts.c.address_index == who.address_index
    )
    return await tx.run(
        deliveries.update()
        .where(
            deliveries.c.id.in_(delivery_ids),
            deliveries.c.contact_id.in_(this_persons),
            deliveries.c.account_id == who.account_id,
            deliveries.c.state == DeliveryState.QUEUED,
            deliveries.c.due_at <= tx.now,
        )
        .values(state=DeliveryState.DELIVERED, delivered_at=tx.now)
    )
