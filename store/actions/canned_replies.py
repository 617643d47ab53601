"""What a village often answers, kept in words of its own for whoever works on its tickets."""

from sqlalchemy import func, select

from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotAllowed, Refusal
from store.domain.people import Staff
from store.queries.access import may_edit_replies
from store.queries.ticket_desk import reply_of
from store.tables import canned_replies

MOST_REPLIES = 30
LONGEST_NAME = 40
LONGEST_REPLY = 1000


async def keep_reply(tx: Transaction, village: Area, person: Staff, name: str, text: str, reply_id: int = 0) -> None:
    """Write one down, or write that of `reply_id` anew.

    Raises NotAllowed for who serves a part of the village only, NotFound for another village's reply, Refusal
    ("reply.words_missing"), ("reply.too_long"), ("reply.too_many").
    """
    _check(village, person)
    if not name or not text:
        raise Refusal("reply.words_missing")
    if len(name) > LONGEST_NAME or len(text) > LONGEST_REPLY:
        raise Refusal("reply.too_long", most=LONGEST_REPLY)
    if reply_id:
        await reply_of(tx, village.id, reply_id)
        await tx.run(canned_replies.update().where(canned_replies.c.id == reply_id).values(name=name, text=text))
    else:
        mine = select(func.count()).select_from(canned_replies).where(canned_replies.c.village_id == village.id)
        if await tx.scalar(mine) >= MOST_REPLIES:
            raise Refusal("reply.too_many", most=MOST_REPLIES)
        reply_id = await tx.insert(canned_replies, village_id=village.id, name=name, text=text)
    tx.audit(village.id, f"staff:{person.id}", "reply.kept", f"reply:{reply_id}", text)


async def drop_reply(tx: Transaction, village: Area, person: Staff, reply_id: int) -> None:
    """Raises NotAllowed for who serves a part of the village only."""
    _check(village, person)
    mine = (canned_replies.c.id == reply_id, canned_replies.c.village_id == village.id)
    if await tx.run(canned_replies.delete().where(*mine)):
        tx.audit(village.id, f"staff:{person.id}", "reply.dropped", f"reply:{reply_id}")


def _check(village: Area, person: Staff) -> None:
    if not may_edit_replies(person, village.path):
        raise NotAllowed("staff.only")
