"""Who works on a ticket, and whose phones are called to it."""

from dataclasses import replace

from store.database import Transaction
from store.domain.people import Contact, Role, Staff
from store.domain.tickets import Ticket, roles_for
from store.queries.areas import settings_for
from store.queries.people import contacts_of_staff, staff_by_id, staff_on_duty, staff_with_role
from store.queries.tickets import barred_from
from store.tables import tickets


async def assign_ticket(tx: Transaction, ticket: Ticket) -> Ticket:
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
