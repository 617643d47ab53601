"""The address at which a person's own calendar reads his service days: secret, one a person, and taken back at will."""

import secrets

from store.database import Transaction
from store.domain.people import Staff
from store.queries.feeds import TOKEN
from store.tables import calendar_feeds


async def new_feed(tx: Transaction, person: Staff) -> str:
    """The secret of a new address; the old one, if any, leads nowhere from now on. It is shown once and not kept."""
    token = secrets.token_urlsafe(32)
    await end_feed(tx, person)
    await tx.insert(
        calendar_feeds, staff_id=person.id, token_index=tx.keyring.index(token, context=TOKEN), begun_at=tx.now
    )
    tx.audit(person.area_id, f"staff:{person.id}", "feed.begun", f"staff:{person.id}")
    return token


async def end_feed(tx: Transaction, person: Staff) -> None:
    if await tx.run(calendar_feeds.delete().where(calendar_feeds.c.staff_id == person.id)):
        tx.audit(person.area_id, f"staff:{person.id}", "feed.ended", f"staff:{person.id}")
