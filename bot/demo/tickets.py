"""Forty things that villagers said over the last half year, each with its conversation and what became of it."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from random import Random

from bot.demo.clock import ZONE
from bot.demo.people import Resident, Roster
from bot.demo.phones import Phone
from bot.demo.speakers import speaks_as
from bot.demo.ticket_texts import SCRIPT
from store.domain.people import ContactKind
from store.domain.tickets import Category, TicketEvent, TicketState, advance

FIRST_NUMBER = 3092
"""So that the water that did not come has the number 3127."""

CHANNELS = {"sms": ContactKind.PHONE, "chat": ContactKind.WEB_CHAT}
OWN_WORDS = frozenset({TicketEvent.SUBMITTED, TicketEvent.ADDED, TicketEvent.CONFIRMED, TicketEvent.REOPENED})
NOBODYS = OWN_WORDS | {TicketEvent.LAPSED}
UNHEARD = {
    ContactKind.WEB_CHAT: frozenset({TicketEvent.NOTED, TicketEvent.LAPSED}),
    ContactKind.PHONE: frozenset({TicketEvent.NOTED, TicketEvent.LAPSED, TicketEvent.ACCEPTED}),
}
"""Events of which the resident gets no line: an SMS costs money, and three a ticket are enough."""

HANDLERS = {
    Category.DISPUTE: "deputy",
    Category.SECURITY: "deputy",
    Category.POPULATION: "clerk",
    Category.REHABILITATION: "womens_chair",
    Category.WELFARE: "womens_chair",
    Category.ORGANIZATIONS: "accountant",
    Category.ERRAND: "clerk",
    Category.LEGAL: "accountant",
    Category.DISCLOSURE: "supervisor_1",
    Category.PROPOSAL: "secretary",
    Category.OTHER: "clerk",
}
"""Who holds the category's role. Infrastructure, environment and safety go to the leader of the group."""


@dataclass(frozen=True, slots=True)
class TicketLine:
    """One line of the conversation. `by` is "resident", or "village" for what Banyan said."""

    at: datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class TicketStep:
    """An event of the ticket's life. `staff` is the key of who did it, empty for the resident or the clock."""

    at: datetime
    event: TicketEvent
    staff: str
    text: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket and all that was said. `phone` is where it came from, `safe_contact` the only number to answer, if any.

    `accused` is the key of the person in office it complains of; `joined_to` the number of the first report.
    `errand_mode` is done_at_once (马上办), carried (代着办), accompanied (领着办) or empty.
    """

    number: int
    resident: int
    phone: str
    channel: ContactKind
    category: Category
    group: int
    place: str
    urgent: bool
    accused: str
    handler: str
    safe_contact: str
    errand_mode: str
    joined_to: int | None
    state: TicketState
    lines: tuple[TicketLine, ...]
    steps: tuple[TicketStep, ...]

    @property
    def about_staff(self) -> bool:
        return bool(self.accused)


@dataclass(frozen=True, slots=True)
class Scene:
    """One ticket of the script, before anyone plays it."""

    days_ago: int
    who: str
    group: int
    channel: str
    category: Category
    place: str
    extra: Mapping[str, str]
    moves: tuple[tuple[int, time, str, str], ...]


def ask_forty(
    dice: Random, today: date, roster: Roster, phones: Mapping[int, Phone], officers: Collection[int]
) -> tuple[Ticket, ...]:
    """The tickets in the order of their numbers; nobody speaks twice, and nobody in office or his kin speaks."""
    kin = {roster.resident(number).household for number in officers}
    strangers = [one for one in roster.residents if one.household not in kin]
    tickets: list[Ticket] = []
    for number, scene in enumerate(_scenes(), FIRST_NUMBER):
        fits = _fits(scene, phones, today)
        speaker = dice.choice([one for one in strangers if fits(one)])
        strangers.remove(speaker)
        safe_contact = _safe_contact(dice, scene, speaker, roster, phones)
        tickets.append(_ticket(scene, number, speaker.group, phones[speaker.number], today, safe_contact=safe_contact))
    return tuple(tickets)


def _scenes() -> Iterator[Scene]:
    for block in SCRIPT.strip().split("\n\n"):
        opening, *moves = block.splitlines()
        _, days_ago, who, group, channel, category, place, *extra = opening.split(" ")
        yield Scene(
            int(days_ago),
            who,
            int(group),
            channel,
            Category(category),
            place,
            dict(pair.split("=") for pair in extra),
            tuple(_move(line) for line in moves),
        )


def _move(line: str) -> tuple[int, time, str, str]:
    day, clock, step, text = (*line.split(" ", 3), "")[:4]
    return int(day), time.fromisoformat(clock), step, text


def _fits(scene: Scene, phones: Mapping[int, Phone], today: date) -> Callable[[Resident], bool]:
    speaks = speaks_as(scene.who, scene.group, today)

    def fits(one: Resident) -> bool:
        phone = phones.get(one.number)
        return (
            phone is not None
            and phone.residents[0] == one.number
            and not (scene.channel == "chat" and phone.feature)
            and one.age_on(today) >= int(scene.extra.get("from", 0))
            and scene.extra.get("city", one.away_to) == one.away_to
            and not (scene.extra.get("safe") == "other" and one.relation not in ("妻子", "儿媳"))
            and speaks(one)
        )

    return fits


def _safe_contact(dice: Random, scene: Scene, speaker: Resident, roster: Roster, phones: Mapping[int, Phone]) -> str:
    """`own` is the number it came from, `other` a woman's in another home."""
    match scene.extra.get("safe"):
        case None:
            return ""
        case "other":
            women = [
                one.number
                for one in roster.residents
                if one.sex == "女" and one.registered and one.household != speaker.household and one.number in phones
            ]
            return phones[dice.choice(women)].number
        case _:
            return phones[speaker.number].number


def _ticket(scene: Scene, number: int, group: int, phone: Phone, today: date, *, safe_contact: str) -> Ticket:
    accused = scene.extra.get("about", "")
    handler = "supervisor_1" if accused else HANDLERS.get(scene.category, f"leader_{group}")
    lines, steps = _conversation(scene, number, handler, today)
    joins = scene.extra.get("joins")
    return Ticket(
        number=number,
        resident=phone.residents[0],
        phone=phone.number,
        channel=CHANNELS[scene.channel],
        category=scene.category,
        group=group,
        place=scene.place,
        urgent="urgent" in scene.extra,
        accused=accused,
        handler=handler,
        safe_contact=safe_contact,
        errand_mode=scene.extra.get("mode", ""),
        joined_to=number + int(joins) if joins else None,
        state=reduce(advance, (step.event for step in steps[1:]), TicketState.RECEIVED),
        lines=lines,
        steps=steps,
    )


def _conversation(
    scene: Scene, number: int, handler: str, today: date
) -> tuple[tuple[TicketLine, ...], tuple[TicketStep, ...]]:
    lines: list[TicketLine] = []
    steps: list[TicketStep] = []
    for day, clock, word, raw in scene.moves:
        at = datetime.combine(today - timedelta(days=scene.days_ago - day), clock, ZONE)
        text = raw.replace("{n}", str(number))
        event = _event(word, first=not steps)
        if event is not None:
            steps.append(TicketStep(at, event, "" if event in NOBODYS else handler, text))
        if event not in UNHEARD[CHANNELS[scene.channel]]:
            lines.append(TicketLine(at, "resident" if event in OWN_WORDS else "village", text))
    return tuple(lines), tuple(steps)


def _event(word: str, *, first: bool) -> TicketEvent | None:
    if word == "told":
        return None
    if word == "said":
        return TicketEvent.SUBMITTED if first else TicketEvent.ADDED
    return TicketEvent(f"ticket.{word}")
