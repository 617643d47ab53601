"""Booking a slot of a service day, changing it, giving it back; subscribing to its reminders.

Whoever decides on a slot holds the occurrence's row: of two who want the same one, the second sees that it is taken.
The unique index on (occurrence, slot) keeps it so whatever else may write.
"""

from sqlalchemy import select

from store.actions.contacts import subscribe
from store.database import Transaction
from store.domain.errors import Refusal
from store.domain.occurrences import ServiceKind
from store.domain.people import Contact, Staff
from store.domain.series import Booking, Occurrence
from store.domain.service_days import Booked, book, booker, cancel, change, topic_of
from store.queries.occurrences import occurrence_by_id
from store.queries.service_days import booking_by_id
from store.tables import bookings, subscriptions


async def book_slot(
    tx: Transaction,
    occurrence_id: int,
    number: int,
    contact: Contact,
    resident_id: int | None,
    by: Staff | None = None,
) -> Booking:
    """Book the slot with that number; `by` is who did it for him at the counter.

    Raises Refusal as `store.domain.service_days.book` does.
    """
    occurrence = await _open_occurrence(tx, occurrence_id)
    who = booker(contact.id, resident_id)
    slot = book(occurrence.slots, await _booked(tx, occurrence), who, tx.now, number)
    booking_id = await tx.insert(
        bookings,
        occurrence_id=occurrence.id,
        slot=slot.number,
        contact_id=contact.id,
        resident_id=resident_id,
        booked_at=tx.now,
    )
    _record(tx, occurrence, contact, "booking.made", booking_id, by)
    return await booking_by_id(tx, booking_id)


async def change_booking(
    tx: Transaction, booking: Booking, occurrence_id: int, number: int, contact: Contact
) -> Booking:
    """Take another slot in place of the old one, of that day or of another.

    Raises Refusal as `store.domain.service_days.change` and `book` do.
    """
    # Both days are held in one order, so that two who swap do not wait for each other.
    held = {day: await _open_occurrence(tx, day) for day in sorted({booking.occurrence.id, occurrence_id})}
    old, new = held[booking.occurrence.id], held[occurrence_id]
    who = booker(booking.contact_id, booking.resident_id)
    if old.id == new.id:
        slot = change(old.slots, await _booked(tx, old), who, number, tx.now)
    else:
        cancel(old.slots, await _booked(tx, old), who, tx.now)
        slot = book(new.slots, await _booked(tx, new), who, tx.now, number)
    values = {"occurrence_id": new.id, "slot": slot.number, "confirmed_at": None}
    await tx.run(bookings.update().where(bookings.c.id == booking.id).values(**values))
    _record(tx, new, contact, "booking.changed", booking.id)
    return await booking_by_id(tx, booking.id)


async def cancel_booking(tx: Transaction, booking: Booking, contact: Contact, by: Staff | None = None) -> None:
    """Give the slot back. Raises Refusal: `service_day.not_booked`, `service_day.past`."""
    occurrence = await occurrence_by_id(tx, booking.occurrence.id, lock=True)
    who = booker(booking.contact_id, booking.resident_id)
    cancel(occurrence.slots, await _booked(tx, occurrence), who, tx.now)
    await tx.run(bookings.update().where(bookings.c.id == booking.id).values(cancelled_at=tx.now))
    _record(tx, occurrence, contact, "booking.cancelled", booking.id, by)


async def confirm_booking(tx: Transaction, booking: Booking, contact: Contact) -> None:
    """Whoever booked has said that he is coming."""
    await tx.run(bookings.update().where(bookings.c.id == booking.id).values(confirmed_at=tx.now))
    _record(tx, booking.occurrence, contact, "booking.confirmed", booking.id)


async def subscribe_to_service(tx: Transaction, contact: Contact, service: ServiceKind) -> None:
    await subscribe(tx, contact, topic_of(service))


async def unsubscribe_from_service(tx: Transaction, contact: Contact, service: ServiceKind) -> None:
    await tx.run(
        subscriptions.delete().where(
            subscriptions.c.contact_id == contact.id, subscriptions.c.topic == topic_of(service)
        )
    )


async def _open_occurrence(tx: Transaction, occurrence_id: int) -> Occurrence:
    occurrence = await occurrence_by_id(tx, occurrence_id, lock=True)
    if occurrence.cancelled_at:
        raise Refusal("service_day.cancelled", at=occurrence.begins_at)
    return occurrence


async def _booked(tx: Transaction, occurrence: Occurrence) -> Booked:
    rows = await tx.all(
        select(bookings).where(bookings.c.occurrence_id == occurrence.id, bookings.c.cancelled_at.is_(None))
    )
    return {booker(row.contact_id, row.resident_id): row.slot for row in rows}


def _record(
    tx: Transaction, occurrence: Occurrence, contact: Contact, action: str, booking_id: int, by: Staff | None = None
) -> None:
    actor = f"staff:{by.id}" if by else f"contact:{contact.id}"
    tx.audit(occurrence.series.area_id, actor, action, f"booking:{booking_id}")
