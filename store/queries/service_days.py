"""Service days ahead, who has booked what, and who wants to be reminded."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from store.database import Transaction
from store.domain.errors import NotFound
from store.domain.occurrences import SeriesKind, ServiceKind
from store.domain.series import Booking, Occurrence
from store.domain.service_days import topic_of
from store.domain.settings import AreaSettings
from store.queries.occurrences import occurrence_by_id, occurrence_from, occurrences_of_series
from store.queries.people import residents_by_ids
from store.tables import bookings, contacts, occurrence_steps, occurrences, series, subscriptions


async def service_days_ahead(tx: Transaction, settings: AreaSettings, now: datetime) -> list[Occurrence]:
    """The village's service days that are not over, cancelled ones too, in the order in which they come."""
    today = now.astimezone(settings.zone).date()
    rows = await tx.all(
        occurrences_of_series()
        .where(
            series.c.area_id == settings.area.id,
            series.c.kind == SeriesKind.SERVICE_DAY,
            series.c.ended_at.is_(None),
            occurrences.c.day >= today,
        )
        .order_by(occurrences.c.day, series.c.starts_at, occurrences.c.id)
    )
    found = [occurrence_from(row, settings) for row in rows]
    return [occurrence for occurrence in found if not occurrence.is_over(now)]


async def service_days_between(tx: Transaction, settings: AreaSettings, first: date, last: date) -> list[Occurrence]:
    """The village's service days from one day to another, both included, cancelled ones too, in their order."""
    rows = await tx.all(
        occurrences_of_series()
        .where(
            series.c.area_id == settings.area.id,
            series.c.kind == SeriesKind.SERVICE_DAY,
            occurrences.c.day.between(first, last),
        )
        .order_by(occurrences.c.day, series.c.starts_at, occurrences.c.id)
    )
    return [occurrence_from(row, settings) for row in rows]


async def upcoming_of_series(tx: Transaction, series_id: int, settings: AreaSettings) -> list[Occurrence]:
    """The days of one series that are neither over nor called off."""
    today = tx.now.astimezone(settings.zone).date()
    rows = await tx.all(
        occurrences_of_series()
        .where(series.c.id == series_id, occurrences.c.day >= today, occurrences.c.cancelled_at.is_(None))
        .order_by(occurrences.c.day)
    )
    found = [occurrence_from(row, settings) for row in rows]
    return [one for one in found if not one.is_over(tx.now)]


async def bookings_on(tx: Transaction, occurrence: Occurrence) -> list[Booking]:
    """Who has booked, in the order in which they are received."""
    rows = await tx.all(
        select(bookings)
        .where(bookings.c.occurrence_id == occurrence.id, bookings.c.cancelled_at.is_(None))
        .order_by(bookings.c.slot)
    )
    return [_booking(row, occurrence, position) for position, row in enumerate(rows, start=1)]


async def bookings_ahead(
    tx: Transaction, days: Sequence[Occurrence], contact_id: int, resident_ids: Collection[int]
) -> list[Booking]:
    """What was booked from this contact, or for one of these residents, on one of those days."""
    mine = or_(bookings.c.contact_id == contact_id, bookings.c.resident_id.in_(resident_ids))
    rows = await tx.all(
        select(bookings.c.occurrence_id).where(
            mine, bookings.c.cancelled_at.is_(None), bookings.c.occurrence_id.in_([day.id for day in days])
        )
    )
    held = {row.occurrence_id for row in rows}
    found = [booking for day in days if day.id in held for booking in await bookings_on(tx, day)]
    return [one for one in found if one.contact_id == contact_id or one.resident_id in resident_ids]


async def booking_by_id(tx: Transaction, booking_id: int) -> Booking:
    """A booking that still stands. Raises NotFound("service_day.not_booked")."""
    row = await tx.first(select(bookings).where(bookings.c.id == booking_id, bookings.c.cancelled_at.is_(None)))
    if row is None:
        raise NotFound("service_day.not_booked")
    before = select(func.count()).where(
        bookings.c.occurrence_id == row.occurrence_id,
        bookings.c.slot <= row.slot,
        bookings.c.cancelled_at.is_(None),
    )
    return _booking(row, await occurrence_by_id(tx, row.occurrence_id), int(await tx.scalar(before)))


async def taken_slots(tx: Transaction, days: Sequence[Occurrence]) -> Mapping[int, set[int]]:
    """Occurrence → the numbers of its slots that are taken."""
    rows = await tx.all(
        select(bookings.c.occurrence_id, bookings.c.slot).where(
            bookings.c.occurrence_id.in_([day.id for day in days]), bookings.c.cancelled_at.is_(None)
        )
    )
    taken: dict[int, set[int]] = {day.id: set() for day in days}
    for row in rows:
        taken[row.occurrence_id].add(row.slot)
    return taken


async def names_of(tx: Transaction, booked: Sequence[Booking]) -> Mapping[int, str]:
    """Resident → name, of those who booked."""
    ids = [booking.resident_id for booking in booked if booking.resident_id is not None]
    return {resident.id: resident.name for resident in await residents_by_ids(tx, ids)}


async def subscribers_to(tx: Transaction, village_id: int, service: ServiceKind) -> list[int]:
    """The contacts that want to be reminded; not one that has stopped all general messages."""
    rows = await tx.all(
        select(contacts.c.id)
        .join(subscriptions, subscriptions.c.contact_id == contacts.c.id)
        .where(contacts.c.area_id == village_id, contacts.c.opted_out_at.is_(None), _about(service))
        .order_by(contacts.c.id)
    )
    return [row.id for row in rows]


async def is_subscribed(tx: Transaction, contact_id: int, service: ServiceKind) -> bool:
    mine = select(subscriptions).where(subscriptions.c.contact_id == contact_id, _about(service))
    return await tx.first(mine) is not None


async def occurrence_of_step(tx: Transaction, step_id: int) -> int:
    """Raises NotFound("step.unknown")."""
    found = await tx.scalar(select(occurrence_steps.c.occurrence_id).where(occurrence_steps.c.id == step_id))
    if found is None:
        raise NotFound("step.unknown")
    return int(found)


def _about(service: ServiceKind) -> ColumnElement[bool]:
    return subscriptions.c.topic == topic_of(service)


def _booking(row: Any, occurrence: Occurrence, position: int) -> Booking:
    return Booking(
        id=row.id,
        occurrence=occurrence,
        number=row.slot,
        position=position,
        contact_id=row.contact_id,
        resident_id=row.resident_id,
        confirmed=row.confirmed_at is not None,
    )
