"""Every write on a ticket: each changes the ticket, keeps the line that was said, and leaves an event and a fact."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from store.actions.areas import next_number
from store.actions.contacts import address_of
from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotAllowed, Refusal
from store.domain.people import Contact, ContactKind, Role, Staff
from store.domain.tickets import (
    ANSWER_URGENT_WITHIN,
    ANSWER_WITHIN,
    LAPSES_AFTER,
    TRANSITIONS,
    Category,
    Report,
    Ticket,
    TicketEvent,
    TicketState,
    advance,
    asker_of,
    roles_for,
)
from store.domain.working_calendar import WorkingCalendar
from store.queries.access import may_know_sender
from store.queries.areas import settings_for
from store.queries.people import contact_by_id, contacts_of_staff, staff_by_id, staff_on_duty, staff_with_role
from store.queries.tickets import barred_from, open_tickets_like, ticket_by_id, tickets_gone_quiet, tickets_joined_to
from store.tables import ticket_events, ticket_messages, tickets

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
        due_at=await _answer_due(tx, village, urgent=report.urgent),
    )
    await _say(tx, ticket_id, report.text, files=report.files)
    ticket = await ticket_by_id(tx, ticket_id)
    await _record(tx, ticket, TicketEvent.SUBMITTED, actor=f"contact:{contact.id}")
    return await _assign(tx, ticket)


async def _answer_due(tx: Transaction, village: Area, *, urgent: bool) -> datetime:
    if urgent:
        return tx.now + ANSWER_URGENT_WITHIN
    settings = await settings_for(tx, village.id)
    return WorkingCalendar(settings.own_days, zone=settings.zone).add_working_time(tx.now, ANSWER_WITHIN)


async def _assign(tx: Transaction, ticket: Ticket) -> Ticket:
    handlers = await handlers_of(tx, ticket)
    assignee = handlers[0].id if handlers else None
    await tx.run(tickets.update().where(tickets.c.id == ticket.id).values(assignee_id=assignee))
    return replace(ticket, assignee_id=assignee)


async def handlers_of(tx: Transaction, ticket: Ticket) -> list[Staff]:
    """Who should work on a ticket: the roles of its category, where nobody holds them the front desk.

    An urgent one goes first to whoever is on duty that day. Nobody whom it complains of is among them.
    """
    roles = roles_for(ticket.category, about_staff=ticket.about_staff)
    found = await staff_with_role(tx, ticket.area_path, roles)
    if not found and not ticket.about_staff:
        found = await staff_with_role(tx, ticket.area_path, (Role.FRONT_DESK,))
    if ticket.urgent and not ticket.confidential:
        found = [*await _on_duty(tx, ticket), *found]
    barred = await barred_from(tx, ticket)
    return [person for person in dict.fromkeys(found) if person.id not in barred]


async def called_to(tx: Transaction, ticket: Ticket) -> list[Contact]:
    """The phones of whoever should work on it; of an urgent one all, else of the one it was given to."""
    people = await handlers_of(tx, ticket)
    return await contacts_of_staff(tx, [one.id for one in (people if ticket.urgent else people[:1])])


async def _on_duty(tx: Transaction, ticket: Ticket) -> list[Staff]:
    settings = await settings_for(tx, ticket.village_id)
    staff_id = await staff_on_duty(tx, ticket.village_id, tx.now.astimezone(settings.zone).date())
    return [await staff_by_id(tx, staff_id)] if staff_id else []


async def add_to_ticket(tx: Transaction, ticket: Ticket, contact: Contact, text: str, files: Sequence[str]) -> None:
    """The resident said more about it."""
    await _say(tx, ticket.id, text, files=files)
    await _record(tx, ticket, TicketEvent.ADDED, actor=f"contact:{contact.id}")


async def accept_ticket(tx: Transaction, ticket: Ticket, person: Staff) -> list[Ticket]:
    """Take a ticket on, with those joined to it that nobody has taken on yet; itself is the first."""
    waiting, _ = TRANSITIONS[TicketEvent.ACCEPTED]
    joined = [one for one in await tickets_joined_to(tx, ticket) if one.state in waiting]
    return [await _move(tx, one, TicketEvent.ACCEPTED, person, assignee_id=person.id) for one in (ticket, *joined)]


async def answer_ticket(tx: Transaction, ticket: Ticket, person: Staff, text: str) -> list[Ticket]:
    """Answer the resident, and those whose tickets are joined to this one; they are in progress from then on."""
    return [
        await _move_and_say(tx, one, TicketEvent.ANSWERED, person, text)
        for one in (ticket, *await tickets_joined_to(tx, ticket))
    ]


async def spend_sms_answer(tx: Transaction, ticket: Ticket) -> bool:
    """Whether an answer may still go out by SMS: a ticket has three (received, one answer or question, done)."""
    mine = (tickets.c.id == ticket.id, tickets.c.answered_by_sms.is_(False))
    return bool(await tx.run(tickets.update().where(*mine).values(answered_by_sms=True)))


async def number_to_ring(tx: Transaction, ticket: Ticket, person: Staff) -> str:
    """Where a resident of SMS had his one answer already: his number, to be rung. Else "", and one may be sent."""
    contact = await contact_by_id(tx, asker_of(ticket))
    if contact.kind is not ContactKind.PHONE or await spend_sms_answer(tx, ticket):
        return ""
    return await show_number(tx, ticket, person)


async def show_number(tx: Transaction, ticket: Ticket, person: Staff) -> str:
    """The phone number of whoever asked, "" where he wrote by chat. Whoever looked is in the audit log.

    Raises NotAllowed where the sender's name is for the handler only.
    """
    if not may_know_sender(person, ticket):
        raise NotAllowed("ticket.sender_hidden")
    contact = await contact_by_id(tx, asker_of(ticket))
    if contact.kind is not ContactKind.PHONE:
        return ""
    tx.audit(ticket.village_id, f"staff:{person.id}", "contact.shown", f"contact:{contact.id}")
    return await address_of(tx, contact.id)


async def note_on_ticket(tx: Transaction, ticket: Ticket, person: Staff, text: str) -> None:
    """A note that the resident never sees."""
    await _say(tx, ticket.id, text, by=person, internal=True)
    await _record(tx, ticket, TicketEvent.NOTED, actor=f"staff:{person.id}", by=person)


async def pass_on_ticket(tx: Transaction, ticket: Ticket, person: Staff, to: Staff) -> Ticket:
    """Give a ticket to somebody else of that area. Raises NotAllowed where it complains of him or of his kin."""
    if to.id in await barred_from(tx, ticket):
        raise NotAllowed("ticket.not_to_him")
    return await _move(tx, ticket, TicketEvent.TRANSFERRED, person, assignee_id=to.id)


async def return_ticket(tx: Transaction, ticket: Ticket, person: Staff, reason: str) -> Ticket:
    """Send a ticket back to the front desk, to be sorted anew; what is confidential stays so.

    Raises Refusal("ticket.reason_missing") without a reason.
    """
    if not reason.strip():
        raise Refusal("ticket.reason_missing")
    desk = await staff_with_role(tx, ticket.area_path, (Role.FRONT_DESK,))
    category = ticket.category if ticket.confidential else Category.OTHER
    moved = await _move(
        tx, ticket, TicketEvent.RETURNED, person, assignee_id=desk[0].id if desk else None, category=category
    )
    await _say(tx, ticket.id, reason, by=person, internal=True)
    return moved


async def resolve_ticket(tx: Transaction, ticket: Ticket, person: Staff, text: str) -> list[Ticket]:
    """The matter is settled, for those whose tickets are joined to it too; each is asked whether he agrees."""
    return [
        await _move_and_say(tx, one, TicketEvent.RESOLVED, person, text, resolved_at=tx.now)
        for one in (ticket, *await tickets_joined_to(tx, ticket))
    ]


async def finish_visit(tx: Transaction, ticket: Ticket, person: Staff, text: str) -> Ticket:
    """An officer has been at the door: closed with what he says of it, and nobody is asked whether he agrees."""
    return await _move_and_say(tx, ticket, TicketEvent.VISITED, person, text, closed_at=tx.now)


async def _move_and_say(
    tx: Transaction, ticket: Ticket, event: TicketEvent, person: Staff, text: str, **changes: object
) -> Ticket:
    moved = await _move(tx, ticket, event, person, assignee_id=person.id, **changes)
    await _say(tx, ticket.id, text, by=person)
    return moved


async def confirm_ticket(tx: Transaction, ticket: Ticket, contact: Contact, rating: str) -> Ticket:
    """The resident agrees that it is settled; `rating` is satisfied, fair or dissatisfied."""
    return await _settle(tx, ticket, TicketEvent.CONFIRMED, contact, closed_at=tx.now, rating=rating)


async def reopen_ticket(tx: Transaction, ticket: Ticket, contact: Contact) -> Ticket:
    """The resident does not agree: it starts again, with the same person and a new deadline."""
    village = await _village(tx, ticket)
    due_at = await _answer_due(tx, village, urgent=ticket.urgent)
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
    return await _change(tx, ticket, TicketEvent.LAPSED, "system", None, closed_at=tx.now)


async def lapse_quiet_tickets(tx: Transaction, now: datetime) -> None:
    """The tick's chore: close what was resolved a week ago and not spoken of since, some at a time."""
    for ticket in await tickets_gone_quiet(tx, now - LAPSES_AFTER, LAPSED_AT_ONCE):
        await lapse_ticket(tx, ticket)


async def use_safe_contact(tx: Transaction, ticket: Ticket, safe: Contact) -> None:
    """Answer this ticket only there."""
    await tx.run(tickets.update().where(tickets.c.id == ticket.id).values(safe_contact_id=safe.id))
    tx.audit(ticket.village_id, f"contact:{safe.id}", "ticket.safe_contact", f"ticket:{ticket.id}")


async def _village(tx: Transaction, ticket: Ticket) -> Area:
    return (await settings_for(tx, ticket.village_id)).area


async def _move(tx: Transaction, ticket: Ticket, event: TicketEvent, person: Staff, **changes: object) -> Ticket:
    return await _change(tx, ticket, event, f"staff:{person.id}", person, **changes)


async def _settle(tx: Transaction, ticket: Ticket, event: TicketEvent, contact: Contact, **changes: object) -> Ticket:
    return await _change(tx, ticket, event, f"contact:{contact.id}", None, **changes)


async def _change(
    tx: Transaction, ticket: Ticket, event: TicketEvent, actor: str, by: Staff | None, **changes: object
) -> Ticket:
    """Advance the state if it is still the one that was read: of two who act at once the second is refused."""
    state = advance(ticket.state, event)
    touched = await tx.run(
        tickets.update()
        .where(tickets.c.id == ticket.id, tickets.c.state == ticket.state)
        .values(state=state, **changes)
    )
    if not touched:
        raise Refusal("ticket.changed_meanwhile", number=ticket.number)
    await _record(tx, ticket, event, actor=actor, by=by)
    return await ticket_by_id(tx, ticket.id)


async def _say(
    tx: Transaction,
    ticket_id: int,
    text: str,
    *,
    by: Staff | None = None,
    internal: bool = False,
    files: Sequence[str] = (),
) -> None:
    await tx.insert(
        ticket_messages,
        ticket_id=ticket_id,
        by_staff_id=by.id if by else None,
        text=text,
        internal=internal,
        files=list(files),
        at=tx.now,
    )


async def record_step(tx: Transaction, ticket: Ticket, event: TicketEvent, person: Staff) -> None:
    """A step that a member of staff took and that leaves the state as it is."""
    await _record(tx, ticket, event, actor=f"staff:{person.id}", by=person)


async def _record(tx: Transaction, ticket: Ticket, event: TicketEvent, *, actor: str, by: Staff | None = None) -> None:
    await tx.insert(
        ticket_events,
        ticket_id=ticket.id,
        event=event,
        by_staff_id=by.id if by else None,
        detail={"state": ticket.state},
        at=tx.now,
    )
    tx.audit(ticket.village_id, actor, event, f"ticket:{ticket.id}")
