"""Two tickets about one thing: the younger becomes a part of the older, or each is shown beside the other."""

from sqlalchemy import or_

from store.actions.ticket_steps import record_step
from store.database import Transaction
from store.domain.errors import Refusal
from store.domain.people import Staff
from store.domain.tickets import Ticket, TicketEvent, advance
from store.queries.tickets import seen_with_number, ticket_by_id, whole_of
from store.tables import ticket_links, tickets


async def merge_tickets(tx: Transaction, ticket: Ticket, person: Staff, number: int) -> Ticket:
    """Make the younger of the two, with its own parts, a part of the older; the younger, as it was.

    Both keep their number, conversation and history. From now on every step of the older one is told to whoever sent
    the younger. The older one takes over that it is urgent, and the nearer deadline. Raises Refusal
    ("ticket.no_such_number") for one that this person may not see, ("ticket.merge_private") where one of them is
    confidential or a visit, ("ticket.merged_already"), ("ticket.not_now") where one is over.
    """
    other = await seen_with_number(tx, person, ticket.village_id, number)
    await _lock(tx, ticket, other)
    wholes = [await whole_of(tx, person, await ticket_by_id(tx, one.id)) for one in (ticket, other)]
    older, younger = sorted(wholes, key=lambda one: one.id)
    if older.id == younger.id:
        raise Refusal("ticket.merged_already", number=number)
    for one in (older, younger):
        if one.confidential or one.is_visit:
            raise Refusal("ticket.merge_private", number=one.number)
        advance(one.state, TicketEvent.MERGED)
    await _join(tx, older, younger)
    for one in (older, younger):
        await record_step(tx, one, TicketEvent.MERGED, person)
    return younger


async def _lock(tx: Transaction, *pair: Ticket) -> None:
    """In the order of their ids, as everybody does: nobody merges or answers one of them before the commit."""
    ids = {one_id for one in pair for one_id in (one.id, one.joined_to_id) if one_id}
    wanted = tickets.select().where(tickets.c.id.in_(ids)).order_by(tickets.c.id)
    await tx.all(wanted.with_for_update())


async def _join(tx: Transaction, older: Ticket, younger: Ticket) -> None:
    parts = or_(tickets.c.id == younger.id, tickets.c.joined_to_id == younger.id)
    await tx.run(tickets.update().where(parts).values(joined_to_id=older.id))
    await tx.run(
        tickets.update()
        .where(tickets.c.id == older.id)
        .values(urgent=older.urgent or younger.urgent, due_at=min(older.due_at, younger.due_at))
    )


async def link_tickets(tx: Transaction, ticket: Ticket, person: Staff, number: int) -> None:
    """Show each of the two beside the other, to whoever may see both.

    Raises Refusal("ticket.no_such_number") for one that this person may not see, ("ticket.linked_already").
    """
    other = await seen_with_number(tx, person, ticket.village_id, number)
    first, second = sorted((ticket.id, other.id))
    is_new = first != second and await tx.insert_new(
        ticket_links, ticket_id=first, other_id=second, by_staff_id=person.id, at=tx.now
    )
    if not is_new:
        raise Refusal("ticket.linked_already", number=number)
    for one in (ticket, other):
        await record_step(tx, one, TicketEvent.LINKED, person)
