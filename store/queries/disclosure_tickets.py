"""What residents ask of the books: objections to what was disclosed, and what they want disclosed (点题公开)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select

from store.database import Transaction
from store.domain.people import Staff
from store.domain.tickets import OPEN_STATES, Category, Ticket, TicketState
from store.queries.access import sees_tickets
from store.queries.tickets import all_tickets, ticket_from, visible_to
from store.tables import disclosure_items, ticket_messages, tickets

PAGE = 30
_UNANSWERED = OPEN_STATES - {TicketState.IN_PROGRESS}


@dataclass(frozen=True, slots=True)
class Asked:
    """`answer` is the last that was answered, "" while nothing was; `is_public`: an item says it to everybody."""

    ticket: Ticket
    said: str = field(repr=False)
    answer: str = field(repr=False)
    is_public: bool

    @property
    def is_open(self) -> bool:
        return self.ticket.state in _UNANSWERED


@dataclass(frozen=True, slots=True)
class AskedPage:
    """`before` is the key with which the next page begins, None on the last."""

    lines: tuple[Asked, ...]
    before: int | None


async def asked_of_books(tx: Transaction, person: Staff, village_id: int, before: int | None = None) -> AskedPage:
    """What this person may see, the newest first. Who asked is not said here."""
    older = [tickets.c.id < before] if before is not None else []
    rows = await tx.all(
        all_tickets()
        .where(
            sees_tickets(person),
            tickets.c.village_id == village_id,
            tickets.c.category == Category.DISCLOSURE,
            *older,
        )
        .order_by(tickets.c.id.desc())
        .limit(PAGE + 1)
    )
    listed = await visible_to(tx, person, [ticket_from(row) for row in rows[:PAGE]])
    return AskedPage(await _lines(tx, listed), rows[PAGE - 1].id if len(rows) > PAGE else None)


async def open_questions(tx: Transaction, person: Staff, village_id: int) -> int:
    """How many of them wait for a first answer; complaints of people in office are in nobody's sum."""
    waiting = (
        all_tickets()
        .where(
            sees_tickets(person),
            tickets.c.village_id == village_id,
            tickets.c.category == Category.DISCLOSURE,
            tickets.c.about_staff.is_(False),
            tickets.c.state.in_(_UNANSWERED),
        )
        .subquery()
    )
    return int(await tx.scalar(select(func.count()).select_from(waiting)))


async def _lines(tx: Transaction, listed: Sequence[Ticket]) -> tuple[Asked, ...]:
    """However many tickets, two statements."""
    ids = [ticket.id for ticket in listed]
    spoken = await tx.all(
        select(ticket_messages)
        .where(ticket_messages.c.ticket_id.in_(ids), ticket_messages.c.internal.is_(False))
        .order_by(ticket_messages.c.id)
    )
    said: dict[int, str] = {}
    answers: dict[int, str] = {}
    for line in spoken:
        if line.by_staff_id is None:
            said.setdefault(line.ticket_id, line.text)
        else:
            answers[line.ticket_id] = line.text
    out = await tx.all(select(disclosure_items.c.asked_in).where(disclosure_items.c.asked_in.in_(ids)))
    public = {row.asked_in for row in out}
    return tuple(
        Asked(ticket, said.get(ticket.id, ""), answers.get(ticket.id, ""), ticket.id in public) for ticket in listed
    )
