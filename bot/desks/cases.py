"""The tickets before a member of staff: he sees only what his roles and areas allow."""

from dataclasses import dataclass

from store.actions.casework import (
    accept_ticket,
    answer_ticket,
    note_on_ticket,
    number_to_ring,
    pass_on_ticket,
    resolve_ticket,
    return_ticket,
)
from store.database import Transaction
from store.domain.conversation import Speaker
from store.domain.people import Contact, Staff
from store.domain.tickets import Ticket, TicketMessage
from store.queries.people import contacts_of_staff, staff_by_id
from store.queries.tickets import (
    colleagues_for,
    conversation_of,
    sender_name,
    ticket_for_staff,
    ticket_seen_by,
    tickets_waiting_for,
)


@dataclass(frozen=True, slots=True)
class Cases:
    tx: Transaction
    speaker: Speaker

    async def waiting(self) -> list[Ticket]:
        return await tickets_waiting_for(self.tx, self.speaker.office_holder)

    async def get(self, ticket_id: int) -> Ticket:
        return await ticket_seen_by(self.tx, self.speaker.office_holder, ticket_id)

    async def numbered(self, number: int) -> Ticket:
        return await ticket_for_staff(self.tx, self.speaker.office_holder, number)

    async def conversation(self, ticket: Ticket) -> list[TicketMessage]:
        return await conversation_of(self.tx, ticket.id, internal=True)

    async def sender_of(self, ticket: Ticket) -> str:
        return await sender_name(self.tx, self.speaker.office_holder, ticket)

    async def accept(self, ticket: Ticket) -> list[Ticket]:
        return await accept_ticket(self.tx, ticket, self.speaker.office_holder)

    async def answer(self, ticket: Ticket, text: str) -> list[Ticket]:
        return await answer_ticket(self.tx, ticket, self.speaker.office_holder, text)

    async def number_to_ring(self, ticket: Ticket) -> str:
        return await number_to_ring(self.tx, ticket, self.speaker.office_holder)

    async def note(self, ticket: Ticket, text: str) -> None:
        await note_on_ticket(self.tx, ticket, self.speaker.office_holder, text)

    async def colleagues(self, ticket: Ticket) -> list[Staff]:
        return await colleagues_for(self.tx, self.speaker.office_holder, ticket)

    async def pass_on(self, ticket: Ticket, staff_id: int) -> list[Contact]:
        await pass_on_ticket(self.tx, ticket, self.speaker.office_holder, await staff_by_id(self.tx, staff_id))
        return await contacts_of_staff(self.tx, [staff_id])

    async def give_back(self, ticket: Ticket, reason: str) -> list[Contact]:
        returned = await return_ticket(self.tx, ticket, self.speaker.office_holder, reason)
        return await contacts_of_staff(self.tx, [returned.assignee_id] if returned.assignee_id else [])

    async def resolve(self, ticket: Ticket, text: str) -> list[Ticket]:
        return await resolve_ticket(self.tx, ticket, self.speaker.office_holder, text)
