"""The list of tickets as the console shows it: filtered, searched, some at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select

from store.database import Transaction
from store.domain.people import Staff
from store.domain.tickets import OPEN_STATES, Category, Ticket, TicketState
from store.domain.today import end_of_day
from store.queries.access import knows_senders, may_know_sender, sees_tickets
from store.queries.areas import settings_for
from store.queries.people import residents_by_ids
from store.queries.tickets import all_tickets, ticket_from, visible_to
from store.tables import areas, residents, staff, ticket_messages, tickets

PAGE = 20
MOST_WORDS = 5
_MOST_DIGITS = 9
_WEEK = timedelta(days=6)
UNANSWERED = OPEN_STATES - {TicketState.IN_PROGRESS}


class Shown(StrEnum):
    """Which tickets. `overdue`: nobody answered until it was due."""

    OPEN = "open"
    MINE = "mine"
    OVERDUE = "overdue"
    CLOSED = "closed"


class DueBy(StrEnum):
    """Until when an answer is due. `today` takes in what is overdue."""

    TODAY = "today"
    WEEK = "week"


NOBODY = 0
"""As an assignee: what nobody has taken on."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for; None and "" narrow nothing. `area_id` is a village or one of its groups."""

    shown: Shown = Shown.OPEN
    words: str = ""
    category: Category | None = None
    area_id: int | None = None
    assignee_id: int | None = None
    due: DueBy | None = None

    @property
    def is_narrowed(self) -> bool:
        return any(one is not None for one in (self.category, self.area_id, self.assignee_id, self.due))


@dataclass(frozen=True, slots=True)
class TicketLine:
    """One ticket of the list. `sender` is "" for a guest and where it is hidden; `overdue` as in `Shown`.

    `area` is the village, or the group where that is known, whose `village` it is then.
    """

    ticket: Ticket
    village: str
    area: str
    said: str
    sender: str
    assignee: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class TicketPage:
    """`after` is the key with which the next page begins, "" on the last."""

    lines: tuple[TicketLine, ...]
    after: str


async def list_tickets(tx: Transaction, person: Staff, wanted: Wanted, after: str = "") -> TicketPage:
    """What this person may see, what is urgent and open first, then the newest. `after` is a page's key or ""."""
    found: list[Ticket] = []
    zone = (await settings_for(tx, person.area_id)).zone
    today_ends = end_of_day(tx.now, zone)
    while len(found) <= PAGE:
        more = await _batch(tx, person, wanted, today_ends, after)
        found += await visible_to(tx, person, more)
        if len(more) <= PAGE:
            break
        after = _key_of(more[-1])  # somebody whom a complaint is about sees less of a batch: another is fetched
    listed = found[:PAGE]
    return TicketPage(await _lines(tx, person, listed), _key_of(listed[-1]) if len(found) > PAGE else "")


async def _batch(tx: Transaction, person: Staff, wanted: Wanted, today_ends: datetime, after: str) -> list[Ticket]:
    rows = await tx.all(
        all_tickets()
        .where(
            sees_tickets(person),
            *_filters(tx.now, person, wanted.shown),
            *_narrowed(wanted, today_ends),
            *_said(person, wanted.words),
            *_behind(after),
        )
        .order_by(_PRESSING.desc(), tickets.c.id.desc())
        .limit(PAGE + 1)
    )
    return [ticket_from(row) for row in rows]


def _narrowed(wanted: Wanted, today_ends: datetime) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.category is not None:
        conditions.append(tickets.c.category == wanted.category)
    if wanted.area_id is not None:
        conditions.append(areas.c.path.contains(f"/{wanted.area_id}/"))
    if wanted.assignee_id is not None:
        conditions.append(tickets.c.assignee_id == (wanted.assignee_id or None))
    if wanted.due is not None:
        until = today_ends if wanted.due is DueBy.TODAY else today_ends + _WEEK
        conditions += [tickets.c.state.in_(UNANSWERED), tickets.c.due_at < until]
    return conditions


_PRESSING = and_(tickets.c.urgent.is_(True), tickets.c.state.in_(OPEN_STATES))


def _is_pressing(ticket: Ticket) -> bool:
    return ticket.urgent and ticket.state in OPEN_STATES


def _key_of(ticket: Ticket) -> str:
    return f"{int(_is_pressing(ticket))}.{ticket.id}"


def _behind(after: str) -> list[ColumnElement[bool]]:
    """Nothing for a key that is none: then the list begins anew."""
    pressing, _, last = after.partition(".")
    if pressing not in {"0", "1"} or not last.isdecimal() or len(last) > 2 * _MOST_DIGITS:
        return []
    older = tickets.c.id < int(last)
    return [or_(~_PRESSING, older) if pressing == "1" else and_(~_PRESSING, older)]


def _filters(now: datetime, person: Staff, shown: Shown) -> list[ColumnElement[bool]]:
    if shown is Shown.CLOSED:
        return [tickets.c.state.not_in(OPEN_STATES)]
    if shown is Shown.OVERDUE:
        return [tickets.c.state.in_(UNANSWERED), tickets.c.due_at < now]
    mine = [tickets.c.assignee_id == person.id] if shown is Shown.MINE else []
    return [tickets.c.state.in_(OPEN_STATES), *mine]


def _said(person: Staff, words: str) -> list[ColumnElement[bool]]:
    return [_holds(person, word) for word in words.split()[:MOST_WORDS]]


def _holds(person: Staff, word: str) -> ColumnElement[bool]:
    """A number, a name or its initials, or a word of what was said. A hidden sender is not found by his name either."""
    called = residents.c.name.contains(word, autoescape=True)
    if word.isascii() and word.isalpha():
        called = or_(called, residents.c.initials == word.lower())
    named = select(residents.c.id).where(called)
    spoken = select(ticket_messages.c.ticket_id).where(ticket_messages.c.text.contains(word, autoescape=True))
    ways = [
        tickets.c.subject.contains(word, autoescape=True),
        tickets.c.place.contains(word, autoescape=True),
        tickets.c.id.in_(spoken),
        and_(tickets.c.resident_id.in_(named), knows_senders(person)),
    ]
    if word.isdecimal() and len(word) <= _MOST_DIGITS:
        ways.append(tickets.c.number == int(word))
    return or_(*ways)


async def _lines(tx: Transaction, person: Staff, listed: Sequence[Ticket]) -> tuple[TicketLine, ...]:
    """However many tickets, four statements."""
    said = await _first_words(tx, [ticket.id for ticket in listed])
    senders = {one.id: one.name for one in await residents_by_ids(tx, [t.resident_id for t in listed if t.resident_id])}
    assigned = select(staff.c.id, staff.c.name).where(staff.c.id.in_([t.assignee_id for t in listed if t.assignee_id]))
    officers = {row.id: row.name for row in await tx.all(assigned)}
    where = {area_id for ticket in listed for area_id in (ticket.village_id, ticket.area_id)}
    places = select(areas.c.id, areas.c.name).where(areas.c.id.in_(where))
    called = {row.id: row.name for row in await tx.all(places)}
    return tuple(
        TicketLine(
            ticket=ticket,
            village=called[ticket.village_id],
            area=called[ticket.area_id],
            said=said.get(ticket.id, ""),
            sender=senders.get(ticket.resident_id or 0, "") if may_know_sender(person, ticket) else "",
            assignee=officers.get(ticket.assignee_id or 0, ""),
            overdue=ticket.state in UNANSWERED and ticket.due_at < tx.now,
        )
        for ticket in listed
    )


async def _first_words(tx: Transaction, ids: Sequence[int]) -> dict[int, str]:
    first = (
        select(func.min(ticket_messages.c.id))
        .where(ticket_messages.c.ticket_id.in_(ids))
        .group_by(ticket_messages.c.ticket_id)
    )
    rows = await tx.all(
        select(ticket_messages.c.ticket_id, ticket_messages.c.text).where(ticket_messages.c.id.in_(first))
    )
    return {row.ticket_id: row.text for row in rows}
