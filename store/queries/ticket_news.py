"""Whether something has happened to tickets since a page was made, for those who may see them."""

from sqlalchemy import func, or_, select

from store.database import Transaction
from store.domain.people import Staff
from store.domain.tickets import Ticket, TicketEvent
from store.queries.access import sees_tickets
from store.queries.ticket_sheets import Happened
from store.queries.tickets import all_tickets, ticket_from, visible_to
from store.tables import areas, staff, ticket_events, tickets

LOOKED_AT = 50
"""Of more tickets than that which moved at once, the newest tell enough."""


async def newest_step(tx: Transaction) -> int:
    return int(await tx.scalar(select(func.max(ticket_events.c.id))) or 0)


async def newest_step_seen(tx: Transaction, person: Staff, since: int) -> int:
    """The newest step after `since` of a ticket that this person may see, 0 where there is none.

    On PostgreSQL a step may commit behind a higher id; it is then seen with the next one.
    """
    # "+ 0" keeps SQLite from walking through all events there are, in the order of their tickets.
    its_ticket = (ticket_events.c.ticket_id + 0).label("ticket_id")
    moved = (
        select(its_ticket, func.max(ticket_events.c.id).label("step"))
        .join(tickets, tickets.c.id == ticket_events.c.ticket_id)
        .join(areas, areas.c.id == tickets.c.area_id)
        .where(ticket_events.c.id > since, sees_tickets(person))
        .group_by(its_ticket)
        .order_by(func.max(ticket_events.c.id).desc())
        .limit(LOOKED_AT)
    )
    steps = {row.ticket_id: int(row.step) for row in await tx.all(moved)}
    if not steps:
        return 0
    rows = await tx.all(all_tickets().where(tickets.c.id.in_(steps)))
    return max((steps[ticket.id] for ticket in await visible_to(tx, person, map(ticket_from, rows))), default=0)


async def steps_of_others(tx: Transaction, person: Staff, ticket: Ticket, since: int) -> list[Happened]:
    """What others have done with a ticket after the step `since`, in order; "" stands for the resident."""
    rows = await tx.all(
        select(ticket_events.c.id, ticket_events.c.event, ticket_events.c.at, staff.c.name)
        .outerjoin(staff, staff.c.id == ticket_events.c.by_staff_id)
        .where(
            ticket_events.c.ticket_id == ticket.id,
            ticket_events.c.id > since,
            or_(ticket_events.c.by_staff_id.is_(None), ticket_events.c.by_staff_id != person.id),
        )
        .order_by(ticket_events.c.id)
    )
    return [Happened(row.id, TicketEvent(row.event), row.name or "", row.at) for row in rows]
