"""Closing what has passed its time, and telling everybody who could vote what came of it."""

from notifier.render import Renderer
from notifier.telling import Written, write_tells
from store.actions.matters import close_due
from store.database import Transaction
from store.domain.matter_tells import result_tells
from store.queries.matters import contacts_to_ask


async def close_and_tell(tx: Transaction, renderer: Renderer) -> list[Written]:
    """The count and its announcement are one transaction: no result is known to some and lost to others."""
    written = []
    for matter in await close_due(tx):
        contact_ids, _ = await contacts_to_ask(tx, matter.id)
        written += await write_tells(tx, renderer, result_tells(matter, contact_ids))
    return written
