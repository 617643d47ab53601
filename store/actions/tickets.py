"""Tickets as a resident has them: submitted, added to, confirmed or reopened; and closed when nobody speaks of them."""

from collections.abc import Sequence
from datetime import datetime

from store.actions.areas import next_number
from store.actions.ticket_handlers import assign_ticket
from store.actions.ticket_steps import change_state, record_event, say_on_ticket
from store.database import Transaction
from store.domain.areas import Area
from store.domain.people import Contact
from store.domain.tickets import (
    ANSWER_URGENT_WITHIN,
    ANSWER_WITHIN,
    LAPSES_AFTER,
    Report,
    Ticket,
    TicketEvent,
    TicketState,
)
from store.domain.working_calendar import WorkingCalendar
from store.queries.areas import settings_for
from store.queries.tickets import open_tickets_like, ticket_by_id, tickets_gone_quiet
from store.tables import tickets

FIRST_NUMBER = 1001
LAPSED_AT_ONCE = 50


async def submit_ticket(
    tx: Transaction,
    village: Area,
    report: Report,
    contact: Contact,
    *,
    resident_id: int | None = None,
    area: Area | None = None,
    accused: Sequence[int] = (),
) -> Ticket:
    """Write down what a person asked for; it is given to whoever answers for it there."""
    belongs_to = area or village
    alike = [other for other in await open_tickets_like(tx, belongs_to, report) if other.contact_id != contact.id]
    number = await next_number(tx, village.id, "ticket", first=FIRST_NUMBER)
    ticket_id = await tx.insert(
        tickets,
        village_id=village.id,
        area_id=belongs_to.id,
        number=number,
        category=report.category,
        state=TicketState.RECEIVED,
        subject=report.subject[:80],
        place=report.place[:80],
        latitude=report.latitude,
        longitude=report.longitude,
        urgent=report.urgent,
        about_staff=report.about_staff,
        accused=list(accused),
        contact_id=contact.id,
        resident_id=resident_id,
        joined_to_id=(alike[0].joined_to_id or alike[0].id) if alike else None,
        rating="",
        answered_by_sms=False,
        opened_at=tx.now,
        due_at=await _answer_due(tx, village.id, urgent=report.urgent),
    )
    await say_on_ticket(tx, ticket_id, report.text, files=report.files)
    ticket = await ticket_by_id(tx, ticket_id)
    await record_event(tx, ticket, TicketEvent.SUBMITTED, actor=f"contact:{contact.id}")
    return await assign_ticket(tx, ticket)


async def _answer_due(tx: Transaction, village_id: int, *, urgent: bool) -> datetime:
    if urgent:
        return tx.now + ANSWER_URGENT_WITHIN
    settings = await settings_for(tx, village_id)
    return WorkingCalendar(settings.own_days, zone=settings.zone).add_working_time(tx.now, ANSWER_WITHIN)


async def add_to_ticket(tx: Transaction, ticket: Ticket, contact: Contact, text: str, files: Sequence[str]) -> None:
    """The resident said more about it."""
    await say_on_ticket(tx, ticket.id, text, files=files)
    await record_event(tx, ticket, TicketEvent.ADDED, actor=f"contact:{contact.id}")


async def confirm_ticket(tx: Transaction, ticket: Ticket, contact: Contact, rating: str) -> Ticket:
    """The resident agrees that it is settled; `rating` is satisfied, fair or dissatisfied."""
    return await _settle(tx, ticket, TicketEvent.CONFIRMED, contact, closed_at=tx.now, rating=rating)


async def reopen_ticket(tx: Transaction, ticket: Ticket, contact: Contact) -> Ticket:
    """The resident does not agree: it starts again, with the same person and a new deadline."""
    due_at = await _answer_due(tx, ticket.village_id, urgent=ticket.urgent)
    return await _settle(
        tx,
        ticket,
        TicketEvent.REOPENED,
        contact,
        closed_at=None,
        resolved_at=None,
        due_at=due_at,
        answered_by_sms=False,
    )


async def lapse_ticket(tx: Transaction, ticket: Ticket) -> Ticket:
    """Nobody said anything in time: closed without a word."""
    return await change_state(tx, ticket, TicketEvent.LAPSED, "system", None, closed_at=tx.now)


async def lapse_quiet_tickets(tx: Transaction, now: datetime) -> None:
    """The tick's chore: close what was resolved a week ago and not spoken of since, some at a time."""
    for ticket in await tickets_gone_quiet(tx, now - LAPSES_AFTER, LAPSED_AT_ONCE):
        await lapse_ticket(tx, ticket)


async def use_safe_contact(tx: Transaction, ticket: Ticket, safe: Contact) -> None:
    """Answer this ticket only there."""
    await tx.run(tickets.update().where(tickets.c.id == ticket.id).values(safe_contact_id=safe.id))
    tx.audit(ticket.village_id, f"contact:{safe.id}", "ticket.safe_contact", f"ticket:{ticket.id}")


async def _settle(tx: Transaction, ticket: Ticket, event: TicketEvent, contact: Contact, **changes: object) -> Ticket:
    return await change_state(tx, ticket, event, f"contact:{contact.id}", None, **changes)
