"""The demo's forty tickets, played again step by step at their own times."""

from bot.demo.parts import Loaded
from bot.demo.tickets import Ticket, TicketStep
from bot.dialogue.topics import classify
from store.actions.areas import start_counter
from store.actions.casework import accept_ticket, answer_ticket, note_on_ticket, resolve_ticket
from store.actions.contacts import find_or_add_contact
from store.actions.tickets import add_to_ticket, confirm_ticket, lapse_ticket, reopen_ticket, submit_ticket
from store.database import Transaction
from store.domain.people import Contact, ContactKind
from store.domain.tickets import Report, TicketEvent
from store.domain.tickets import Ticket as Written
from store.queries.tickets import ticket_by_id


async def load_tickets(tx: Transaction, loaded: Loaded) -> None:
    """Every ticket with its number of the script; the transaction's clock goes along."""
    today = tx.now
    tickets = sorted(loaded.demo.tickets, key=lambda ticket: ticket.number)
    await start_counter(tx, loaded.village.id, "ticket", after=tickets[0].number - 1)
    for ticket in tickets:
        await _play(tx, loaded, ticket)
    tx.now = today


async def _play(tx: Transaction, loaded: Loaded, ticket: Ticket) -> None:
    contact = await _contact(tx, loaded, ticket)
    first, *steps = ticket.steps
    tx.now = first.at
    report = Report(
        category=ticket.category,
        subject=classify(first.text).subject,
        text=first.text,
        place=ticket.place,
        urgent=ticket.urgent,
        about_staff=bool(ticket.accused),
    )
    written = await submit_ticket(
        tx,
        loaded.village,
        report,
        contact,
        resident_id=loaded.residents[ticket.resident],
        area=loaded.area(ticket.group),
        accused=[loaded.staff[ticket.accused].id] if ticket.accused else [],
    )
    for step in steps:
        tx.now = step.at
        await _take(tx, loaded, written.id, contact, step)


async def _contact(tx: Transaction, loaded: Loaded, ticket: Ticket) -> Contact:
    """The phone, or the phone's own web chat visitor."""
    if ticket.channel is ContactKind.PHONE:
        return loaded.phones[ticket.phone]
    visitor = f"phone{ticket.phone[-4:].translate(_TO_BASE32)}a"
    return await find_or_add_contact(tx, loaded.village.id, ticket.channel, visitor, account_id=loaded.chat.id)


_TO_BASE32 = str.maketrans("0123456789", "abcdefghij")


async def _take(tx: Transaction, loaded: Loaded, ticket_id: int, contact: Contact, step: TicketStep) -> None:
    written: Written = await ticket_by_id(tx, ticket_id)
    person = loaded.staff.get(step.staff)
    match step.event:
        case TicketEvent.ADDED:
            await add_to_ticket(tx, written, contact, step.text, ())
        case TicketEvent.CONFIRMED:
            await confirm_ticket(tx, written, contact, "satisfied")
        case TicketEvent.REOPENED:
            await reopen_ticket(tx, written, contact)
        case TicketEvent.LAPSED:
            await lapse_ticket(tx, written)
        case TicketEvent.ACCEPTED if person:
            await accept_ticket(tx, written, person)
        case TicketEvent.ANSWERED if person:
            await answer_ticket(tx, written, person, step.text)
        case TicketEvent.NOTED if person:
            await note_on_ticket(tx, written, person, step.text)
        case TicketEvent.RESOLVED if person:
            await resolve_ticket(tx, written, person, step.text)
        case _:
            raise ValueError(f"the script has a step that nobody can play: {step.event} by {step.staff!r}")
