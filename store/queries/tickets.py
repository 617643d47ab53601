"""Tickets, their conversations, and which of them a member of staff has before him."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, false, or_, select

from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotFound, Refusal
from store.domain.people import Staff
from store.domain.tickets import (
    CONFIDENTIAL_CATEGORIES,
    OPEN_STATES,
    Category,
    Report,
    Ticket,
    TicketMessage,
    TicketState,
)
from store.queries.access import may_know_sender, may_see_ticket
from store.queries.people import resident_by_id, residents_by_ids, staff_serving
from store.tables import areas, deliveries, residents, staff, ticket_links, ticket_messages, tickets

RECENT = 10


def ticket_from(row: Any) -> Ticket:
    return Ticket(
        id=row.id,
        village_id=row.village_id,
        area_id=row.area_id,
        area_path=row.path,
        number=row.number,
        category=Category(row.category),
        state=TicketState(row.state),
        subject=row.subject,
        place=row.place,
        urgent=row.urgent,
        about_staff=row.about_staff,
        contact_id=row.safe_contact_id or row.contact_id,
        resident_id=row.resident_id,
        assignee_id=row.assignee_id,
        opened_at=row.opened_at,
        due_at=row.due_at,
        rating=row.rating,
        accused=tuple(row.accused),
        joined_to_id=row.joined_to_id,
    )


def all_tickets() -> Select[Any]:
    return select(tickets, areas.c.path).join(areas, areas.c.id == tickets.c.area_id)


async def ticket_by_id(tx: Transaction, ticket_id: int) -> Ticket:
    row = await tx.first(_WITH_ID, {"ticket": ticket_id})
    if row is None:
        raise NotFound("ticket.unknown")
    return ticket_from(row)


_WITH_ID = all_tickets().where(tickets.c.id == bindparam("ticket"))


async def ticket_numbered(tx: Transaction, village_id: int, number: int) -> Ticket | None:
    row = await tx.first(all_tickets().where(tickets.c.village_id == village_id, tickets.c.number == number))
    return ticket_from(row) if row else None


async def tickets_of_contact(tx: Transaction, contact_id: int, *, limit: int = RECENT) -> list[Ticket]:
    """What this contact asked for, the newest first."""
    return [ticket_from(row) for row in await tx.all(_OF_CONTACT, {"contact": contact_id, "most": limit})]


_THEIRS = all_tickets().where(
    or_(tickets.c.contact_id == bindparam("contact"), tickets.c.safe_contact_id == bindparam("contact"))
)
_OF_CONTACT = _THEIRS.order_by(tickets.c.id.desc()).limit(bindparam("most"))


async def ticket_of_contact(tx: Transaction, contact_id: int, ticket_id: int) -> Ticket:
    """Also one that this phone was told of in place of the chat that asked. Raises NotFound for another's."""
    given = {"contact": contact_id, "ticket": ticket_id}
    row = await tx.first(_ONE_OF_CONTACT, given) or await tx.first(_TOLD_TO_CONTACT, given)
    if row is None:
        raise NotFound("ticket.unknown")
    return ticket_from(row)


_ONE_OF_CONTACT = _THEIRS.where(tickets.c.id == bindparam("ticket"))
_TOLD_TO_CONTACT = all_tickets().where(
    tickets.c.id == bindparam("ticket"),
    exists().where(deliveries.c.ticket_id == tickets.c.id, deliveries.c.contact_id == bindparam("contact")),
)


async def ticket_for_staff(tx: Transaction, person: Staff, number: int) -> Ticket:
    """The ticket of that number where this person serves. Raises NotFound, also for one that he may not see."""
    rows = await tx.all(all_tickets().where(tickets.c.number == number, _inside(person)))
    for ticket in await visible_to(tx, person, map(ticket_from, rows)):
        return ticket
    raise NotFound("ticket.unknown", number=number)


async def ticket_seen_by(tx: Transaction, person: Staff, ticket_id: int) -> Ticket:
    """Raises NotFound, also for one that he may not see."""
    ticket = await ticket_by_id(tx, ticket_id)
    if not await visible_to(tx, person, [ticket]):
        raise NotFound("ticket.unknown", number=ticket.number)
    return ticket


async def seen_with_number(tx: Transaction, person: Staff, village_id: int, number: int) -> Ticket:
    """The village's ticket of that number. Raises Refusal("ticket.no_such_number"), also for one he may not see."""
    found = await ticket_numbered(tx, village_id, number)
    if found is None or not await visible_to(tx, person, [found]):
        raise Refusal("ticket.no_such_number", number=number)
    return found


async def whole_of(tx: Transaction, person: Staff, ticket: Ticket) -> Ticket:
    """The ticket of which this one is a part, or itself; of one that he may not see he learns nothing."""
    if ticket.joined_to_id is None:
        return ticket
    seen = await visible_to(tx, person, [await ticket_by_id(tx, ticket.joined_to_id)])
    return seen[0] if seen else ticket


async def tickets_beside(tx: Transaction, person: Staff, ticket: Ticket) -> list[Ticket]:
    """What this one belongs with and he may see: the ticket that it is a part of, its parts, and linked ones."""
    links = [
        select(here.label("id")).where(there == ticket.id)
        for here, there in (
            (ticket_links.c.ticket_id, ticket_links.c.other_id),
            (ticket_links.c.other_id, ticket_links.c.ticket_id),
        )
    ]
    ways = [tickets.c.id.in_(link) for link in links]
    near = or_(tickets.c.joined_to_id == ticket.id, tickets.c.id == ticket.joined_to_id, *ways)
    rows = await tx.all(all_tickets().where(near).order_by(tickets.c.id))
    return await visible_to(tx, person, map(ticket_from, rows))


async def sender_name(tx: Transaction, person: Staff, ticket: Ticket) -> str:
    """The name of the resident who asked; "" for a guest, and for whom it is hidden from."""
    if ticket.resident_id is None or not may_know_sender(person, ticket):
        return ""
    return (await resident_by_id(tx, ticket.resident_id)).name


async def colleagues_for(tx: Transaction, person: Staff, ticket: Ticket) -> list[Staff]:
    """Whom he may pass a ticket on to."""
    barred = await barred_from(tx, ticket)
    serving = await staff_serving(tx, ticket.area_path)
    return [other for other in serving if other.id != person.id and other.id not in barred]


async def tickets_waiting_for(tx: Transaction, person: Staff) -> list[Ticket]:
    """Open tickets that this person may see, his own and the most urgent first."""
    rows = await tx.all(
        all_tickets()
        .where(tickets.c.state.in_(OPEN_STATES), _inside(person))
        .order_by(tickets.c.urgent.desc(), tickets.c.due_at, tickets.c.id)
    )
    seen = await visible_to(tx, person, map(ticket_from, rows))
    return sorted(seen, key=lambda ticket: ticket.assignee_id != person.id)


async def open_tickets_like(tx: Transaction, area: Area, report: Report) -> list[Ticket]:
    """Open tickets of the last day on the same subject in the same place, the oldest first: one cause, several homes.

    A confidential matter is never compared with another's, nor one whose subject is unknown.
    """
    if not report.subject or report.about_staff or report.category in CONFIDENTIAL_CATEGORIES:
        return []
    rows = await tx.all(
        all_tickets()
        .where(
            tickets.c.area_id == area.id,
            tickets.c.category == report.category,
            tickets.c.subject == report.subject,
            tickets.c.state.in_(OPEN_STATES),
            tickets.c.opened_at > tx.now - timedelta(days=1),
        )
        .order_by(tickets.c.id)
    )
    return [ticket_from(row) for row in rows]


async def tickets_joined_to(tx: Transaction, ticket: Ticket) -> list[Ticket]:
    """Open tickets of others about the same thing: what is said of this one is said of them."""
    rows = await tx.all(
        all_tickets()
        .where(tickets.c.joined_to_id == ticket.id, tickets.c.state.in_(OPEN_STATES))
        .order_by(tickets.c.id)
    )
    return [ticket_from(row) for row in rows]


async def tickets_gone_quiet(tx: Transaction, since: datetime, limit: int) -> list[Ticket]:
    """Resolved tickets of which the resident has said nothing since then, locked where two might close them."""
    spoke = (
        select(ticket_messages.c.id)
        .where(
            ticket_messages.c.ticket_id == tickets.c.id,
            ticket_messages.c.by_staff_id.is_(None),
            ticket_messages.c.at > since,
        )
        .exists()
    )
    rows = await tx.all(
        all_tickets()
        .where(tickets.c.state == TicketState.RESOLVED, tickets.c.resolved_at <= since, ~spoke)
        .order_by(tickets.c.resolved_at)
        .limit(limit)
        .with_for_update(skip_locked=True, of=tickets)
    )
    return [ticket_from(row) for row in rows]


def _inside(person: Staff) -> ColumnElement[bool]:
    """Where a person's duties lie, or what was given to him elsewhere."""
    paths = sorted({duty.area_path for duty in person.duties})
    within = select(areas.c.id).where(or_(false(), *(areas.c.path.startswith(path) for path in paths)))
    return or_(tickets.c.assignee_id == person.id, tickets.c.area_id.in_(within))


async def visible_to(tx: Transaction, person: Staff, found: Iterable[Ticket]) -> list[Ticket]:
    return [ticket for ticket in found if may_see_ticket(person, ticket, barred=await barred_from(tx, ticket))]


async def barred_from(tx: Transaction, ticket: Ticket) -> frozenset[int]:
    """The staff whom a ticket complains of, and those who share a household with one of them."""
    if not ticket.accused:
        return frozenset()
    accused = await tx.all(select(staff.c.resident_id).where(staff.c.id.in_(ticket.accused)))
    homes = [person.household_id for person in await residents_by_ids(tx, [row.resident_id for row in accused])]
    kin = await tx.all(
        select(staff.c.id)
        .join(residents, residents.c.id == staff.c.resident_id)
        .where(residents.c.household_id.in_(homes))
    )
    return frozenset(ticket.accused) | {row.id for row in kin}


async def conversation_of(tx: Transaction, ticket_id: int, *, internal: bool) -> list[TicketMessage]:
    """The lines of a ticket in order; staff's internal notes only where asked for."""
    lines = select(ticket_messages).where(ticket_messages.c.ticket_id == ticket_id).order_by(ticket_messages.c.id)
    if not internal:
        lines = lines.where(ticket_messages.c.internal.is_(False))
    return [
        TicketMessage(row.by_staff_id, row.text, row.at, row.internal, tuple(row.files)) for row in await tx.all(lines)
    ]
