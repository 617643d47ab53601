"""When the lawyer, the police or the town's leaders receive: asking, booking, changing, being reminded."""

from collections.abc import Mapping, Sequence

from bot.dialogue.flows.identity import which_of_them
from bot.dialogue.talk import Answer, Said, Talk, ask, options, tell_back
from bot.dialogue.topics import classify, read_intent
from bot.dialogue.words import Word, read_word
from store.domain.conversation import OpenQuestion
from store.domain.occurrences import ServiceKind
from store.domain.reminders import booking_facts, day_facts
from store.domain.series import Booking, Occurrence
from store.domain.service_days import SERVICE_CATEGORY, Slot
from store.domain.speech import Option, Say
from store.domain.ticket_tells import case_tells
from store.domain.tickets import Report

DAYS_SHOWN = 3
SLOTS_SHOWN = 4
_MIDDAY = 12
_LONGEST_WISH = 12
_LATER = ("到时再说", "到时候再说", "再说", "later")
_CALLED = {
    "律师": ServiceKind.LAWYER,
    "民警": ServiceKind.POLICE,
    "警察": ServiceKind.POLICE,
    "镇": ServiceKind.TOWN_LEADERS,
    "驻点": ServiceKind.TOWN_LEADERS,
    "说事": ServiceKind.TALK_DAY,
}


async def open_service_days(talk: Talk) -> Answer:
    """The next days of each service, and what this person has booked."""
    days = await talk.desk.service_days.ahead()
    if not days:
        return tell_back("service_days.none")
    mine = await talk.desk.service_days.mine()
    services = _by_service(days)
    if len(services) == 1 and not mine:
        return await _offer(talk, next(iter(services)))
    choices = (
        *(Option(f"mine.{one.id}", label="service_mine", text=_clock(one)) for one in mine[:DAYS_SHOWN]),
        *(Option(f"service.{service}", label=f"service_{service}") for service in services),
    )
    shown = [_service_facts(found) for found in services.values()]
    booked = [booking_facts(one) for one in mine]
    return ask("service_days.chosen", "service_days.list", choices, services=shown, mine=booked)


def _by_service(days: Sequence[Occurrence]) -> Mapping[ServiceKind, list[Occurrence]]:
    found: dict[ServiceKind, list[Occurrence]] = {}
    for day in days:
        if day.series.service:
            found.setdefault(day.series.service, []).append(day)
    return found


def _service_facts(days: Sequence[Occurrence]) -> dict[str, object]:
    return {**day_facts(days[0]), "days": [day_facts(day) for day in days[:DAYS_SHOWN]]}


def _clock(booking: Booking) -> str:
    return f"{booking.at:%-m-%-d %-H:%M}"


async def chosen(talk: Talk, said: Said) -> Answer | None:
    """A service, by digit or by name, or what was booked before."""
    kind, _, which = said.choice.partition(".")
    if kind == "mine":
        booking = await talk.desk.service_days.booking(int(which))
        choices = options("change", "cancel", prefix="booking")
        return ask("service_days.mine", "service_day.mine", choices, {"booking": booking.id}, **booking_facts(booking))
    if kind == "service":
        return await _offer(talk, ServiceKind(which))
    named = next((service for word, service in _CALLED.items() if word in said.normal), None)
    return await _offer(talk, named) if named and len(said.normal) <= _LONGEST_WISH else None


async def mine_chosen(talk: Talk, said: Said) -> Answer | None:
    """Another time for what was booked, or none."""
    if not said.choice:
        return None
    booking = await talk.desk.service_days.booking(talk.number("booking"))
    if said.choice == "cancel":
        return await _give_back(talk, booking)
    service = booking.occurrence.series.service
    return await _offer(talk, service, booking=booking.id) if service else None


async def _offer(talk: Talk, service: ServiceKind, *, offset: int = 0, booking: int = 0) -> Answer:
    """The next free times of a service, a few of one day at once; beyond the last it begins anew."""
    days = _by_service(await talk.desk.service_days.ahead()).get(service, [])
    if not days:
        return tell_back("service_days.none")
    free = await talk.desk.service_days.free(days)
    page = _page(free, offset if offset < len(free) else 0)
    more = options("later", prefix="service") if len(free) > len(page) else ()
    reminds = "unsubscribe" if await talk.desk.service_days.is_subscribed(service) else "subscribe"
    choices = (*map(_slot_option, page), *more, *options(reminds, prefix="service"))
    data = {"service": service, "offset": offset + len(page), "booking": booking}
    if not page:
        return ask("service_days.slot", "service_day.no_slots", choices, data, **_service_facts(days))
    return ask("service_days.slot", "service_day.slots", choices, data, **day_facts(page[0][0]))


def _page(free: Sequence[tuple[Occurrence, Slot]], offset: int) -> Sequence[tuple[Occurrence, Slot]]:
    page = free[offset : offset + SLOTS_SHOWN]
    return [one for one in page if one[0].id == page[0][0].id]


def _slot_option(one: tuple[Occurrence, Slot]) -> Option:
    day, slot = one
    half = "slot_morning" if slot.starts_at.hour < _MIDDAY else "slot_afternoon"
    return Option(f"slot.{day.id}.{slot.number}", label=half, text=f"{slot.starts_at:%-H:%M}")


async def slot_chosen(talk: Talk, said: Said) -> Answer | None:
    """A time was chosen; on a phone that several share, who comes is asked first."""
    service = ServiceKind(str(talk.data["service"]))
    if said.choice in {"subscribe", "unsubscribe"}:
        return await _remind(talk, service, said.choice)
    if said.choice == "later":
        return await _offer(talk, service, offset=talk.number("offset"), booking=talk.number("booking"))
    if not said.choice:
        return None
    _, occurrence, number = said.choice.split(".")
    data = {"occurrence": int(occurrence), "number": int(number)}
    if talk.number("booking"):
        return await _change(talk, **data)
    if talk.speaker.resident is None and not talk.speaker.is_guest:
        return which_of_them(talk, "service_days.book", data)
    return await _book(talk, **data)


async def _remind(talk: Talk, service: ServiceKind, choice: str) -> Answer:
    if choice == "subscribe":
        await talk.desk.service_days.subscribe(service)
        return tell_back("service_day.subscribed", service=service)
    await talk.desk.service_days.unsubscribe(service)
    return tell_back("service_day.unsubscribed", service=service)


async def book_for(talk: Talk, _said: Said) -> Answer | None:
    """Who comes has been said: the time that was chosen before becomes his."""
    return await _book(talk, talk.number("occurrence"), talk.number("number"))


async def _book(talk: Talk, occurrence: int, number: int) -> Answer:
    booking = await talk.desk.service_days.book(occurrence, number)
    skip = options("skip", prefix="booking")
    return ask("service_days.about", "service_day.booked", skip, {"booking": booking.id}, **booking_facts(booking))


async def _change(talk: Talk, occurrence: int, number: int) -> Answer:
    before = await talk.desk.service_days.booking(talk.number("booking"))
    booking = await talk.desk.service_days.change(before, occurrence, number)
    return tell_back("service_day.changed", **booking_facts(booking))


async def _give_back(talk: Talk, booking: Booking) -> Answer:
    await talk.desk.service_days.cancel(booking)
    return tell_back("service_day.given_back", **booking_facts(booking))


async def about_given(talk: Talk, said: Said) -> Answer | None:
    """What he comes about, in a sentence, goes to those who will hear it; a danger does not wait for the day."""
    booking = await talk.desk.service_days.booking(talk.number("booking"))
    if said.choice == "skip" or said.normal in _LATER or read_word(said.text) is Word.NO:
        return tell_back("service_day.see_you", **booking_facts(booking))
    if not said.text or read_intent(said.text) or classify(said.text).danger:
        return None
    ticket, handlers = await talk.desk.tickets.submit(_report(booking, said))
    say = Say("service_day.noted", {**booking_facts(booking), "number": ticket.number})
    return Answer((say,), tells=case_tells(ticket, handlers))


def _report(booking: Booking, said: Said) -> Report:
    """The ticket's text begins with the booking, so that whoever reads the one finds the other."""
    service = booking.occurrence.series.service or ServiceKind.TALK_DAY
    return Report(
        category=SERVICE_CATEGORY[service],
        subject="",
        text=f"[{booking.at:%m-%d %H:%M} {booking.occurrence.series.host} #{booking.position}] {said.text}",
        about_staff=classify(said.text).about_staff,
        files=said.body.files,
    )


async def reminder_answered(talk: Talk, question: OpenQuestion, said: Said) -> Answer:
    """Is he coming? Yes keeps the time, no gives it back to others."""
    booking = await talk.desk.service_days.booking(question.subject_id)
    if said.choice == "no":
        return await _give_back(talk, booking)
    await talk.desk.service_days.confirm(booking)
    return tell_back("service_day.kept", **booking_facts(booking))
