"""Service days as an iCalendar file (RFC 5545). Who booked is not in it: calendars are kept by strangers."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from store.queries.feeds import FeedDay

_READ_AGAIN = timedelta(hours=6)


def calendar_of(days: Iterable[FeedDay], words: Mapping[str, Mapping[str, str]], now: datetime) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Banyan//service days//")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", words["days"]["feed_name"])
    calendar.add("refresh-interval", _READ_AGAIN, parameters={"VALUE": "DURATION"})
    for day in days:
        calendar.add_component(_event(day, words, now))
    content: bytes = calendar.to_ical()
    return content


def _event(day: FeedDay, words: Mapping[str, Mapping[str, str]], now: datetime) -> Event:
    one = day.occurrence
    service = words["service"][one.series.service or ""]
    event = Event()
    event.add("uid", f"service-day-{one.id}@banyan")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", one.begins_at.astimezone(UTC))
    event.add("dtend", one.ends_at.astimezone(UTC))
    event.add("location", f"{day.village} {one.place}")
    if one.cancelled_at:
        event.add("status", "CANCELLED")
        event.add("summary", words["days"]["feed_cancelled"].format(village=day.village, service=service))
        return event
    event.add("status", "CONFIRMED")
    key = "feed_booked" if one.series.slot_minutes else "feed_open"
    event.add("summary", words["days"][key].format(village=day.village, service=service, count=day.booked))
    return event
