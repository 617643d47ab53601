"""The slots of one service day and who has taken them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.domain.errors import Refusal
from store.domain.occurrences import ServiceKind
from store.domain.people import Role
from store.domain.tickets import Category

Booked = Mapping[int, int]
"""`booker` → number of his slot: one booking a person, on this one occurrence."""

SERVICE_ROLES: Mapping[ServiceKind, tuple[Role, ...]] = {
    ServiceKind.LAWYER: (Role.LEGAL_ADVISER, Role.LEGAL_TUTOR),
    ServiceKind.POLICE: (Role.POLICE, Role.SECURITY),
    ServiceKind.TOWN_LEADERS: (Role.TOWN_OFFICIAL,),
    ServiceKind.TALK_DAY: (Role.COUNCIL_CHAIR, Role.PARTY_BRANCH),
}
"""Who serves on such a day, and so may know who comes."""

SERVICE_CATEGORY: Mapping[ServiceKind, Category] = {
    ServiceKind.LAWYER: Category.LEGAL,
    ServiceKind.POLICE: Category.SECURITY,
    ServiceKind.TOWN_LEADERS: Category.OTHER,
    ServiceKind.TALK_DAY: Category.OTHER,
}
"""What is asked there becomes a ticket of this category."""


def topic_of(service: ServiceKind) -> str:
    """The topic to which people subscribe for the reminders of a service."""
    return f"service_day.{service}"


def booker(contact_id: int, resident_id: int | None) -> int:
    """Who stands in line: a resident, or the address of somebody whom nobody knows, negative so as to meet none."""
    return -contact_id if resident_id is None else resident_id


@dataclass(frozen=True, slots=True)
class Slot:
    """One resident's time; `number` counts from 1 through the day, whether others are taken or not."""

    number: int
    starts_at: datetime
    ends_at: datetime


def slots_of(starts_at: datetime, ends_at: datetime, slot_minutes: int) -> tuple[Slot, ...]:
    """Whole slots between two moments; what is left over at the end is nobody's.

    Raises Refusal `service_day.no_slots` where not one fits.
    """
    length = timedelta(minutes=slot_minutes)
    count = (ends_at - starts_at) // length if slot_minutes > 0 else 0
    if count < 1:
        raise Refusal("service_day.no_slots", minutes=slot_minutes)
    return tuple(
        Slot(index + 1, starts_at + index * length, starts_at + (index + 1) * length) for index in range(count)
    )


def free_slots(slots: Sequence[Slot], booked: Booked, now: datetime) -> tuple[Slot, ...]:
    """What can still be booked: not taken and not begun."""
    taken = set(booked.values())
    return tuple(slot for slot in slots if slot.number not in taken and now < slot.starts_at)


def book(slots: Sequence[Slot], booked: Booked, resident_id: int, now: datetime, number: int | None = None) -> Slot:
    """The slot that becomes this resident's: the one with `number`, else the first that is free.

    Raises Refusal: `service_day.already_booked` (number, at), `service_day.past` (the last slot has begun, or the one
    asked for), `service_day.full`, `service_day.no_such_slot` (number), `service_day.slot_taken` (number).
    """
    if resident_id in booked:
        own = _slot(slots, booked[resident_id])
        raise Refusal("service_day.already_booked", number=own.number, at=own.starts_at)
    _check_not_begun(slots[-1], now)
    free = free_slots(slots, booked, now)
    if not free:
        raise Refusal("service_day.full")
    return free[0] if number is None else _free_slot(slots, booked, number, now)


def change(slots: Sequence[Slot], booked: Booked, resident_id: int, number: int, now: datetime) -> Slot:
    """The slot that becomes this resident's in place of his old one; his own may be named again.

    Raises Refusal: `service_day.not_booked`, `service_day.past` (either slot has begun), `service_day.no_such_slot`
    (number), `service_day.slot_taken` (number).
    """
    own = cancel(slots, booked, resident_id, now)
    return own if number == own.number else _free_slot(slots, booked, number, now)


def cancel(slots: Sequence[Slot], booked: Booked, resident_id: int, now: datetime) -> Slot:
    """The slot that becomes free. Raises Refusal: `service_day.not_booked`, `service_day.past` (it has begun)."""
    own = _own_slot(slots, booked, resident_id)
    _check_not_begun(own, now)
    return own


def _own_slot(slots: Sequence[Slot], booked: Booked, resident_id: int) -> Slot:
    if resident_id not in booked:
        raise Refusal("service_day.not_booked")
    return _slot(slots, booked[resident_id])


def _free_slot(slots: Sequence[Slot], booked: Booked, number: int, now: datetime) -> Slot:
    slot = _slot(slots, number)
    _check_not_begun(slot, now)
    if number in booked.values():
        raise Refusal("service_day.slot_taken", number=number)
    return slot


def _slot(slots: Sequence[Slot], number: int) -> Slot:
    if not 1 <= number <= len(slots):
        raise Refusal("service_day.no_such_slot", number=number)
    return slots[number - 1]


def _check_not_begun(slot: Slot, now: datetime) -> None:
    if slot.starts_at <= now:
        raise Refusal("service_day.past", at=slot.starts_at)
