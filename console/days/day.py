"""One service day: who comes, booking for somebody, giving a slot back; calling it off, moving it, another place."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date

from aiohttp import web

from console.fields import whole_number
from console.visits import Fields, Office, Visit, led_to, once
from notifier.telling import write_tells
from store.actions.bookings import book_slot, cancel_booking
from store.actions.contacts import caller_at
from store.actions.series import cancel_occurrence, move_occurrence
from store.actions.series_changes import change_place
from store.database import Transaction
from store.domain.errors import NotAllowed, NotFound, Refusal
from store.domain.people import Staff, masked_name
from store.domain.reminders import booking_facts, changed_tells
from store.domain.series import Booking, Occurrence
from store.domain.service_days import Slot
from store.domain.settings import AreaSettings
from store.domain.speech import Say, Tell
from store.queries.access import may_arrange_day, receives
from store.queries.areas import village_served
from store.queries.occurrences import occurrence_by_id
from store.queries.people import contact_by_id
from store.queries.service_days import booking_by_id, bookings_on, names_of


@dataclass(frozen=True, slots=True)
class Arriving:
    """Somebody who has booked; `name` is whole only for those who serve on that day, "" of a guest."""

    booking: Booking
    name: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A day as this person may see it. `free` are the slots that can still be booked."""

    settings: AreaSettings
    day: Occurrence
    line: tuple[Arriving, ...]
    free: tuple[Slot, ...]
    is_over: bool
    may_arrange: bool


@dataclass(frozen=True, slots=True)
class DayPages:
    office: Office

    async def printed(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        """The list for the table at which they receive."""
        async with self.office.database.read(self.office.clock()) as tx:
            sheet = await _sheet(tx, visit.person, request)
        return self.office.page(request, visit, "days_print.html", zone=sheet.settings.zone, sheet=sheet, day=sheet.day)

    async def act(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """One action, once however often it is pressed; whoever booked hears of it."""
        action, where = request.match_info["action"], _path(request)
        async with self.office.database.write(self.office.clock()) as tx:
            sheet = await _sheet(tx, visit.person, request)
            if not sheet.may_arrange:
                raise NotAllowed("service_day.not_yours")
            await once(tx, request, visit, fields, where)
            tells = await ACTIONS[action](tx, sheet.day, visit.person, fields)
            await write_tells(tx, self.office.renderer, tells)
        raise led_to(where, action, told=len(tells))

    async def one(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            sheet = await _sheet(tx, visit.person, request)
        return self.office.page(
            request,
            visit,
            "days_day.html",
            zone=sheet.settings.zone,
            sheet=sheet,
            day=sheet.day,
            path=_path(request),
            told=request.query.get("told", "")[:4],
        )


async def _sheet(tx: Transaction, person: Staff, request: web.Request) -> Sheet:
    """Raises NotFound for a day that is not of that village, or a village that he does not serve."""
    settings = await village_served(tx, person, int(request.match_info["village"]))
    day = await occurrence_by_id(tx, int(request.match_info["day"]))
    service = day.series.service
    if day.series.area_id != settings.area.id or service is None:
        raise NotFound("service_day.unknown")
    booked = await bookings_on(tx, day)
    names = await names_of(tx, booked)
    whole = receives(person, service, settings.area.path)
    line = tuple(Arriving(one, _name(names.get(one.resident_id or 0, ""), whole=whole)) for one in booked)
    taken = {one.number for one in booked}
    slots = day.slots if day.series.slot_minutes and not day.cancelled_at else ()
    return Sheet(
        settings=settings,
        day=day,
        line=line,
        free=tuple(slot for slot in slots if slot.number not in taken and slot.starts_at > tx.now),
        is_over=day.is_over(tx.now),
        may_arrange=may_arrange_day(person, service, settings.area.path),
    )


def _name(name: str, *, whole: bool) -> str:
    return name if whole else masked_name(name) if name else ""


async def _call_off(tx: Transaction, day: Occurrence, person: Staff, fields: Fields) -> tuple[Tell, ...]:
    return changed_tells(await cancel_occurrence(tx, day.id, fields.get("text", ""), actor=f"staff:{person.id}"))


async def _move(tx: Transaction, day: Occurrence, person: Staff, fields: Fields) -> tuple[Tell, ...]:
    try:
        to = date.fromisoformat(fields.get("to", ""))
    except ValueError as error:
        raise Refusal("service_day.form") from error
    return changed_tells(await move_occurrence(tx, day.id, to, actor=f"staff:{person.id}"))


async def _place(tx: Transaction, day: Occurrence, person: Staff, fields: Fields) -> tuple[Tell, ...]:
    return changed_tells(await change_place(tx, day.id, fields.get("place", ""), actor=f"staff:{person.id}"))


async def _book(tx: Transaction, day: Occurrence, person: Staff, fields: Fields) -> tuple[Tell, ...]:
    """Somebody at the counter or on the telephone: his slot, told to his phone."""
    contact, resident = await caller_at(tx, day.series.area_id, fields.get("phone", ""), fields.get("name", ""))
    booking = await book_slot(
        tx, day.id, whole_number(fields.get("slot", "")), contact, resident.id if resident else None, by=person
    )
    return (Tell(contact.id, Say("service_day.booked_for", booking_facts(booking)), occurrence_id=day.id),)


async def _give_back(tx: Transaction, day: Occurrence, person: Staff, fields: Fields) -> tuple[Tell, ...]:
    booking = await booking_by_id(tx, whole_number(fields.get("booking", "")))
    if booking.occurrence.id != day.id:
        raise NotFound("service_day.not_booked")
    contact = await contact_by_id(tx, booking.contact_id)
    await cancel_booking(tx, booking, contact, by=person)
    return (Tell(contact.id, Say("service_day.given_back", booking_facts(booking)), occurrence_id=day.id),)


_Action = Callable[[Transaction, Occurrence, Staff, Fields], Awaitable[tuple[Tell, ...]]]

ACTIONS: Mapping[str, _Action] = {
    "call-off": _call_off,
    "move": _move,
    "place": _place,
    "book": _book,
    "give-back": _give_back,
}


def _path(request: web.Request) -> str:
    return f"/console/days/{request.match_info['village']}/day/{request.match_info['day']}"
