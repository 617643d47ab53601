"""Service days as whoever speaks may use them."""

from collections.abc import Sequence
from dataclasses import dataclass

from store.actions.bookings import (
    book_slot,
    cancel_booking,
    change_booking,
    confirm_booking,
    subscribe_to_service,
    unsubscribe_from_service,
)
from store.database import Transaction
from store.domain.conversation import Speaker
from store.domain.errors import NotFound
from store.domain.occurrences import ServiceKind
from store.domain.series import Booking, Occurrence
from store.domain.service_days import Slot
from store.queries.service_days import booking_by_id, bookings_ahead, is_subscribed, service_days_ahead, taken_slots


@dataclass(frozen=True, slots=True)
class ServiceDays:
    tx: Transaction
    speaker: Speaker

    async def ahead(self) -> list[Occurrence]:
        return await service_days_ahead(self.tx, self.speaker.settings, self.tx.now)

    async def free(self, days: Sequence[Occurrence]) -> list[tuple[Occurrence, Slot]]:
        """What can still be booked on those days, in order."""
        open_days = [day for day in days if day.series.slot_minutes and not day.cancelled_at]
        taken = await taken_slots(self.tx, open_days)
        return [
            (day, slot)
            for day in open_days
            for slot in day.slots
            if slot.number not in taken[day.id] and slot.starts_at > self.tx.now
        ]

    async def mine(self) -> list[Booking]:
        return await bookings_ahead(self.tx, await self.ahead(), self.speaker.contact.id, self._residents)

    async def booking(self, booking_id: int) -> Booking:
        booking = await booking_by_id(self.tx, booking_id)
        if booking.contact_id != self.speaker.contact.id and booking.resident_id not in self._residents:
            raise NotFound("service_day.not_booked")
        return booking

    async def book(self, occurrence_id: int, number: int) -> Booking:
        if occurrence_id not in {day.id for day in await self.ahead()}:
            raise NotFound("service_day.unknown")
        resident = self.speaker.resident
        return await book_slot(self.tx, occurrence_id, number, self.speaker.contact, resident.id if resident else None)

    async def change(self, booking: Booking, occurrence_id: int, number: int) -> Booking:
        if occurrence_id not in {day.id for day in await self.ahead()}:
            raise NotFound("service_day.unknown")
        return await change_booking(self.tx, booking, occurrence_id, number, self.speaker.contact)

    async def cancel(self, booking: Booking) -> None:
        await cancel_booking(self.tx, booking, self.speaker.contact)

    async def confirm(self, booking: Booking) -> None:
        await confirm_booking(self.tx, booking, self.speaker.contact)

    async def is_subscribed(self, service: ServiceKind) -> bool:
        return await is_subscribed(self.tx, self.speaker.contact.id, service)

    async def subscribe(self, service: ServiceKind) -> None:
        await subscribe_to_service(self.tx, self.speaker.contact, service)

    async def unsubscribe(self, service: ServiceKind) -> None:
        await unsubscribe_from_service(self.tx, self.speaker.contact, service)

    @property
    def _residents(self) -> frozenset[int]:
        return frozenset(holder.id for holder in self.speaker.holders)
