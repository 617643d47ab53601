"""The tickets before a member of staff: he sees only what his roles and areas allow."""

from dataclasses import dataclass

from store.actions.contacts import address_of
from store.actions.tickets import (
    accept_ticket,
    answer_ticket,
    note_on_ticket,
    pass_on_ticket,
    resolve_ticket,
    return_ticket,
    spend_sms_answer,
)
from store.database import Transaction
from store.domain.conversation import Speaker
from store.domain.errors import NotAllowed
from store.domain.people import Contact, ContactKind, Staff
from store.domain.tickets import Ticket, TicketMessage, asker_of
from store.queries.people import contact_by_id, contacts_of_staff, resident_by_id, staff_by_id, staff_serving
from store.queries.tickets import (
    barred_from,
    conversation_of,
    ticket_by_id,
    ticket_for_staff,
    tickets_waiting_for,
)


@dataclass(frozen=True, slots=True)
class Cases:
    tx: Transaction
    speaker: Speaker

    @property
    def person(self) -> Staff:
        """Raises NotAllowed for whoever holds no office (any more)."""
        if self.speaker.staff is None:
            raise NotAllowed("staff.only")
        return self.speaker.staff

    async def waiting(self) -> list[Ticket]:
        return await tickets_waiting_for(self.tx, self.person)

    async def get(self, ticket_id: int) -> Ticket:
        ticket = await ticket_by_id(self.tx, ticket_id)
        return await self.numbered(ticket.number)

    async def numbered(self, number: int) -> Ticket:
        return await ticket_for_staff(self.tx, self.person, number)

    async def conversation(self, ticket: Ticket) -> list[TicketMessage]:
        return await conversation_of(self.tx, ticket.id, internal=True)

    async def sender_of(self, ticket: Ticket) -> str:
        """The sender's name; for whom the ticket hides it, only its handler sees it."""
        if ticket.resident_id is None or (ticket.hides_sender and ticket.assignee_id != self.person.id):
            return ""
        return (await resident_by_id(self.tx, ticket.resident_id)).name

    async def accept(self, ticket: Ticket) -> Ticket:
        return await accept_ticket(self.tx, ticket, self.person)

    async def answer(self, ticket: Ticket, text: str) -> list[Ticket]:
        return await answer_ticket(self.tx, ticket, self.person, text)

    async def number_to_ring(self, ticket: Ticket) -> str:
        """Where a resident of SMS had his one answer already: his number, to be rung. Else "", and one may be sent."""
        contact = await contact_by_id(self.tx, asker_of(ticket))
        if contact.kind is not ContactKind.PHONE or await spend_sms_answer(self.tx, ticket):
            return ""
        self.tx.audit(ticket.village_id, f"staff:{self.person.id}", "contact.shown", f"contact:{contact.id}")
        return await address_of(self.tx, contact.id)

    async def note(self, ticket: Ticket, text: str) -> None:
        await note_on_ticket(self.tx, ticket, self.person, text)

    async def colleagues(self, ticket: Ticket) -> list[Staff]:
        barred = await barred_from(self.tx, ticket)
        serving = await staff_serving(self.tx, ticket.area_path)
        return [other for other in serving if other.id != self.person.id and other.id not in barred]

    async def pass_on(self, ticket: Ticket, staff_id: int) -> list[Contact]:
        await pass_on_ticket(self.tx, ticket, self.person, await staff_by_id(self.tx, staff_id))
        return await contacts_of_staff(self.tx, [staff_id])

    async def give_back(self, ticket: Ticket, reason: str) -> list[Contact]:
        returned = await return_ticket(self.tx, ticket, self.person, reason)
        return await contacts_of_staff(self.tx, [returned.assignee_id] if returned.assignee_id else [])

    async def resolve(self, ticket: Ticket, text: str) -> list[Ticket]:
        return await resolve_ticket(self.tx, ticket, self.person, text)
