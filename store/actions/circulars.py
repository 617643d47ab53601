"""Circulars: the row that binds the notices of several villages."""

from store.database import Transaction
from store.domain.people import Staff
from store.tables import circulars


async def begin_circular(tx: Transaction, person: Staff) -> int:
    """The circular under which this person writes to several villages; its notices are drafted by their own actions."""
    return await tx.insert(circulars, drafted_by=person.id, drafted_at=tx.now)
