"""One step of a ticket: its state, the line that was said, and the event and the fact that it leaves."""

from collections.abc import Sequence

from store.database import Transaction
from store.domain.errors import Refusal
from store.domain.people import Staff
from store.domain.tickets import Ticket, TicketEvent, advance
from store.queries.tickets import ticket_by_id
from store.tables import ticket_events, ticket_messages, tickets


async def change_state(
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
    await record_event(tx, ticket, event, actor=actor, by=by)
    return await ticket_by_id(tx, ticket.id)


async def say_on_ticket(
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
    await record_event(tx, ticket, event, actor=f"staff:{person.id}", by=person)


async def record_event(
    tx: Transaction, ticket: Ticket, event: TicketEvent, *, actor: str, by: Staff | None = None
) -> None:
    await tx.insert(
        ticket_events,
        ticket_id=ticket.id,
        event=event,
        by_staff_id=by.id if by else None,
        detail={"state": ticket.state},
        at=tx.now,
    )
    tx.audit(ticket.village_id, actor, event, f"ticket:{ticket.id}")
