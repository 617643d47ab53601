"""Whose calendar asks, and what stands in it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from store.database import Transaction
from store.domain.errors import NotFound
from store.domain.people import Staff
from store.domain.series import Occurrence
from store.queries.access import receives
from store.queries.areas import settings_for, villages_served
from store.queries.people import staff_by_id
from store.queries.service_days import service_days_between, taken_slots
from store.tables import calendar_feeds

TOKEN = "calendar_feeds.token"  # noqa: S105 - the context of its blind index
BACK, AHEAD = timedelta(days=60), timedelta(days=60)


@dataclass(frozen=True, slots=True)
class FeedDay:
    """A day on which somebody serves. Who booked is not said: calendars are kept by strangers."""

    occurrence: Occurrence
    village: str
    booked: int


async def feed_begun_at(tx: Transaction, person: Staff) -> datetime | None:
    """Since when his calendar has an address; None where it has none."""
    found = await tx.first(select(calendar_feeds.c.begun_at).where(calendar_feeds.c.staff_id == person.id))
    return found.begun_at if found else None


async def holder_of_feed(tx: Transaction, token: str) -> Staff:
    """Raises NotFound for an address that leads nowhere, or whose holder has left office."""
    index = tx.keyring.index(token, context=TOKEN)
    staff_id = await tx.scalar(select(calendar_feeds.c.staff_id).where(calendar_feeds.c.token_index == index))
    if staff_id is None:
        raise NotFound("staff.unknown")
    return await staff_by_id(tx, staff_id)


async def feed_days(tx: Transaction, person: Staff) -> list[FeedDay]:
    """The days on which he serves, called-off ones too, of the two months behind and ahead."""
    found: list[FeedDay] = []
    for village in await villages_served(tx, person):
        settings = await settings_for(tx, village.id)
        today = tx.now.astimezone(settings.zone).date()
        days = [
            one
            for one in await service_days_between(tx, settings, today - BACK, today + AHEAD)
            if one.series.service and receives(person, one.series.service, village.path)
        ]
        taken = await taken_slots(tx, days)
        found += [FeedDay(one, settings.village_name, len(taken[one.id])) for one in days]
    return found
