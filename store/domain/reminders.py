"""What people are told of a service day without asking: that it is near, on another day, or called off."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from store.domain.quiet_hours import QuietHours
from store.domain.series import Booking, Changed, Occurrence
from store.domain.settings import AreaSettings
from store.domain.speech import Option, Question, Say, Tell

COMING = (Option("yes", label="booking_yes"), Option("no", label="booking_no"))
_FAR = {0: "today", 1: "tomorrow"}


def day_facts(occurrence: Occurrence) -> dict[str, object]:
    """What a text says of a service day."""
    return {
        "service": occurrence.series.service,
        "host": occurrence.series.host,
        "place": occurrence.place,
        "begins": occurrence.begins_at,
        "ends": occurrence.ends_at,
        "books": occurrence.series.slot_minutes > 0,
        "cancelled": occurrence.cancelled_at is not None,
        "reason": occurrence.reason,
    }


def booking_facts(booking: Booking) -> dict[str, object]:
    return {**day_facts(booking.occurrence), "position": booking.position, "at": booking.at}


def reminder_tells(
    occurrence: Occurrence,
    bookings: Sequence[Booking],
    subscribers: Iterable[int],
    settings: AreaSettings,
    now: datetime,
) -> list[Tell]:
    """Those who booked are asked whether they come; those who subscribed only hear of it."""
    when = {"when": _when(occurrence, settings, now)}
    told = {booking.contact_id for booking in bookings}
    asked = [
        _asked(booking, Say("service_day.remind", {**booking_facts(booking), **when}, COMING)) for booking in bookings
    ]
    say = Say("service_day.near", {**day_facts(occurrence), **when})
    return asked + [Tell(one, say, occurrence_id=occurrence.id) for one in subscribers if one not in told]


def _when(occurrence: Occurrence, settings: AreaSettings, now: datetime) -> str:
    """Tomorrow, today, or "" (the date is said) where an SMS would wait until another day has begun."""
    local = now.astimezone(settings.zone)
    if QuietHours(settings.quiet_from, settings.quiet_to).covers(local.time()):
        return ""
    return _FAR.get((occurrence.day - local.date()) // timedelta(days=1), "")


def changed_tells(changed: Changed) -> tuple[Tell, ...]:
    """Those who booked hear that the day is called off, or when or where it is now and whether they come then."""
    if changed.occurrence.cancelled_at:
        say = Say("service_day.called_off", day_facts(changed.occurrence))
        return tuple(Tell(one.contact_id, say, occurrence_id=changed.occurrence.id) for one in changed.bookings)
    message = "service_day.elsewhere" if changed.was == changed.occurrence.day else "service_day.moved"
    return tuple(
        _asked(one, Say(message, {**booking_facts(one), "was": changed.was}, COMING)) for one in changed.bookings
    )


def _asked(booking: Booking, say: Say) -> Tell:
    question = Question("booking", booking.id, f"{booking.at:%m-%d %H:%M}")
    return Tell(booking.contact_id, say, question, occurrence_id=booking.occurrence.id)
