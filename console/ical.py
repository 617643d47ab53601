"""Service days as an iCalendar file (RFC 5545), which a phone subscribes to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from store.domain.series import Occurrence

MEDIA_TYPE = "text/calendar"
_READ_AGAIN = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Entry:
    """A day as one calendar says it; by its `uid` a phone knows it again when it is moved or called off."""

    day: Occurrence
    uid: str
    summary: str
    location: str
    changed_at: datetime


def calendar_of(name: str, entries: Iterable[Entry]) -> bytes:
    """A day that was called off stays in it as cancelled, so that a phone takes it out."""
    calendar = Calendar()
    calendar.add("prodid", "-//Banyan//service days//")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", _READ_AGAIN, parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry))
    content: bytes = calendar.to_ical()
    return content


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.changed_at.astimezone(UTC))
    event.add("dtstart", entry.day.begins_at.astimezone(UTC))
    event.add("dtend", entry.day.ends_at.astimezone(UTC))
    event.add("summary", entry.summary)
    event.add("location", entry.location)
    event.add("status", "CANCELLED" if entry.day.cancelled_at else "CONFIRMED")
    return event
