"""Visits as those see them who go."""

from typing import Any

from sqlalchemy import Select, and_, select

from store.database import Transaction
from store.domain.errors import NotFound
from store.domain.people import Staff
from store.domain.reach import VisitOutcome
from store.domain.tickets import OPEN_STATES, Ticket
from store.domain.visits import Visit
from store.queries.tickets import ticket_by_id
from store.tables import notice_visits, notices, tickets


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
