"""Tickets before a member of staff: accepted, answered, passed on, returned, resolved."""

from store.actions.contacts import address_of
from store.actions.ticket_steps import change_state, record_event, say_on_ticket
from store.database import Transaction
from store.domain.errors import NotAllowed, Refusal
from store.domain.people import Contact, ContactKind, Role, Staff
from store.domain.tickets import TRANSITIONS, Category, Ticket, TicketEvent, asker_of
from store.queries.access import may_know_sender
from store.queries.people import contact_by_id, staff_with_role
from store.queries.tickets import barred_from, tickets_joined_to
from store.queries.windows import closed_among, phones_instead
from store.tables import tickets


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
    if await _phone_of(tx, ticket) is None or await spend_sms_answer(tx, ticket):
        return ""
    return await show_number(tx, ticket, person)


async def show_number(tx: Transaction, ticket: Ticket, person: Staff) -> str:
    """The phone number of whoever asked, "" where he wrote by chat. Whoever looked is in the audit log.

    Raises NotAllowed where the sender's name is for the handler only.
    """
    if not may_know_sender(person, ticket):
        raise NotAllowed("ticket.sender_hidden")
    phone = await _phone_of(tx, ticket)
    if phone is None:
        return ""
    tx.audit(ticket.village_id, f"staff:{person.id}", "contact.shown", f"contact:{phone.id}")
    return await address_of(tx, phone.id)


async def _phone_of(tx: Transaction, ticket: Ticket) -> Contact | None:
    """Whoever asked by phone, or the phone that is told while his chat takes nothing; None where he is told in chat."""
    contact = await contact_by_id(tx, asker_of(ticket))
    if contact.kind is ContactKind.PHONE:
        return contact
    closed = await closed_among(tx, [contact])
    return (await phones_instead(tx, closed)).get(contact.id) if closed and not ticket.confidential else None


async def note_on_ticket(tx: Transaction, ticket: Ticket, person: Staff, text: str) -> None:
    """A note that the resident never sees."""
    await say_on_ticket(tx, ticket.id, text, by=person, internal=True)
    await record_event(tx, ticket, TicketEvent.NOTED, actor=f"staff:{person.id}", by=person)


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
    await say_on_ticket(tx, ticket.id, reason, by=person, internal=True)
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
    await say_on_ticket(tx, ticket.id, text, by=person)
    return moved


async def _move(tx: Transaction, ticket: Ticket, event: TicketEvent, person: Staff, **changes: object) -> Ticket:
    return await change_state(tx, ticket, event, f"staff:{person.id}", person, **changes)
