"""Visits as those see them who go."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from store.database import Transaction
from store.domain.errors import NotFound
from store.domain.people import Staff
from store.domain.reach import VisitOutcome
from store.domain.tickets import OPEN_STATES, Ticket
from store.domain.visits import Visit
from store.queries.tickets import ticket_by_id
from store.tables import notice_visits, notices, staff, tickets

PAGE = 50
_MOST_DIGITS = 18
"""Of a BIGINT."""


def _visits() -> Select[Any]:
    same = and_(tickets.c.village_id == notice_visits.c.village_id, tickets.c.number == notice_visits.c.ticket_number)
    return (
        select(notice_visits, tickets.c.id.label("ticket_id"), notices.c.number.label("notice_number"), notices.c.text)
        .join(tickets, same)
        .join(notices, notices.c.id == notice_visits.c.notice_id)
    )


async def visit_of(tx: Transaction, ticket: Ticket) -> Visit:
    """Raises NotFound where the ticket is no visit."""
    row = await tx.first(_visits().where(tickets.c.id == ticket.id))
    if row is None:
        raise NotFound("ticket.unknown", number=ticket.number)
    outcome = VisitOutcome(row.outcome) if row.outcome else None
    return Visit(ticket, row.notice_id, row.notice_number, row.text, outcome)


@dataclass(frozen=True, slots=True)
class Door:
    """One household to be told at its door, as a list shows it. `outcome` is None until somebody was there."""

    visit_id: int
    ticket_id: int
    ticket_number: int
    place: str
    notice_id: int
    notice_number: int
    text: str = field(repr=False)
    officer: str
    is_mine: bool
    outcome: VisitOutcome | None
    due_at: datetime
    reported_at: datetime | None


@dataclass(frozen=True, slots=True)
class DoorPage:
    """`after` is the key with which the next page begins, "" on the last."""

    doors: tuple[Door, ...]
    after: str


async def doors_of_notice(tx: Transaction, person: Staff, notice_id: int, after: str = "") -> DoorPage:
    """All visits of a notice in the order in which they were opened, whoever is to go."""
    return await _doors(tx, person, notice_visits.c.notice_id == notice_id, after)


async def doors_before(tx: Transaction, person: Staff, after: str = "") -> DoorPage:
    """Those that this person is still to go to."""
    open_ones = and_(tickets.c.assignee_id == person.id, tickets.c.state.in_(OPEN_STATES))
    return await _doors(tx, person, open_ones, after)


async def _doors(tx: Transaction, person: Staff, wanted: ColumnElement[bool], after: str) -> DoorPage:
    last = int(after) if after.isdecimal() and len(after) <= _MOST_DIGITS else 0
    same = and_(tickets.c.village_id == notice_visits.c.village_id, tickets.c.number == notice_visits.c.ticket_number)
    rows = await tx.all(
        select(
            notice_visits,
            tickets.c.id.label("ticket_id"),
            tickets.c.place,
            tickets.c.assignee_id,
            tickets.c.due_at,
            notices.c.number.label("notice_number"),
            notices.c.text,
            staff.c.name.label("officer"),
        )
        .join(tickets, same)
        .join(notices, notices.c.id == notice_visits.c.notice_id)
        .outerjoin(staff, staff.c.id == tickets.c.assignee_id)
        .where(wanted, notice_visits.c.id > last)
        .order_by(notice_visits.c.id)
        .limit(PAGE + 1)
    )
    doors = tuple(_door(row, person) for row in rows[:PAGE])
    return DoorPage(doors, str(doors[-1].visit_id) if len(rows) > PAGE else "")


def _door(row: Any, person: Staff) -> Door:
    return Door(
        visit_id=row.id,
        ticket_id=row.ticket_id,
        ticket_number=row.ticket_number,
        place=row.place,
        notice_id=row.notice_id,
        notice_number=row.notice_number,
        text=row.text,
        officer=row.officer or "",
        is_mine=row.assignee_id == person.id,
        outcome=VisitOutcome(row.outcome) if row.outcome else None,
        due_at=row.due_at,
        reported_at=row.reported_at,
    )


async def visits_before(tx: Transaction, person: Staff, most: int) -> list[Ticket]:
    """The doors that this person is still to go to, those of the same place together."""
    rows = await tx.all(
        select(tickets.c.id)
        .where(
            tickets.c.assignee_id == person.id,
            tickets.c.contact_id.is_(None),
            tickets.c.state.in_(OPEN_STATES),
        )
        .order_by(tickets.c.due_at, tickets.c.place, tickets.c.id)
        .limit(most)
    )
    return [await ticket_by_id(tx, row.id) for row in rows]
