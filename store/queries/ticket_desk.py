"""What lies on the desk of whoever works on tickets: the village's canned replies, and his own saved lists."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from store.database import Transaction
from store.domain.errors import NotFound
from store.domain.people import Staff
from store.tables import canned_replies, saved_views


@dataclass(frozen=True, slots=True)
class CannedReply:
    id: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class SavedView:
    """`asked` are the fields of the list's address, by name."""

    id: int
    name: str
    asked: Mapping[str, str]


async def replies_of(tx: Transaction, village_id: int) -> list[CannedReply]:
    mine = select(canned_replies).where(canned_replies.c.village_id == village_id)
    rows = await tx.all(mine.order_by(canned_replies.c.name, canned_replies.c.id))
    return [CannedReply(row.id, row.name, row.text) for row in rows]


async def reply_of(tx: Transaction, village_id: int, reply_id: int) -> CannedReply:
    """Raises NotFound, also for another village's."""
    mine = (canned_replies.c.id == reply_id, canned_replies.c.village_id == village_id)
    row = await tx.first(select(canned_replies).where(*mine))
    if row is None:
        raise NotFound("reply.unknown")
    return CannedReply(row.id, row.name, row.text)


async def views_of(tx: Transaction, person: Staff) -> list[SavedView]:
    rows = await tx.all(select(saved_views).where(saved_views.c.staff_id == person.id).order_by(saved_views.c.id))
    return [SavedView(row.id, row.name, row.asked) for row in rows]
