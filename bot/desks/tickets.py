"""A resident's own tickets."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.dialogue.numbers import read_number
from store.actions.contacts import find_or_add_contact
from store.actions.ticket_handlers import called_to
from store.actions.tickets import add_to_ticket, confirm_ticket, reopen_ticket, submit_ticket, use_safe_contact
from store.database import Transaction
from store.domain.areas import Area
from store.domain.conversation import Speaker
from store.domain.people import Contact, ContactKind, Role, Staff
from store.domain.tickets import Report, Ticket
from store.queries.areas import groups_of
from store.queries.people import contacts_of_staff, staff_of_village
from store.queries.tickets import open_tickets_like, ticket_of_contact, tickets_of_contact

_GROUP = re.compile(r"第?([一二三四五六七八九十两\d]{1,3})(?:组|社|村民小组)")
_OFFICES = {
    "书记": Role.PARTY_BRANCH,
    "支书": Role.PARTY_BRANCH,
    "主任": Role.FRONT_DESK,
    "村长": Role.FRONT_DESK,
    "会计": Role.ACCOUNTANT,
    "治保": Role.SECURITY,
    "调解": Role.MEDIATOR,
    "网格员": Role.GRID_OFFICER,
    "组长": Role.GRID_OFFICER,
    "监委": Role.SUPERVISORS,
    "监督委员": Role.SUPERVISORS,
}


@dataclass(frozen=True, slots=True)
class OwnTickets:
    tx: Transaction
    speaker: Speaker

    async def submit(self, report: Report) -> tuple[Ticket, list[Contact]]:
        resident = self.speaker.resident
        ticket = await submit_ticket(
            self.tx,
            self.speaker.settings.area,
            report,
            self.speaker.contact,
            resident_id=resident.id if resident else None,
            area=await self._group_of(report),
            accused=[person.id for person in await self._accused(report)] if report.about_staff else (),
        )
        return ticket, await called_to(self.tx, ticket)

    async def mine(self) -> list[Ticket]:
        return await tickets_of_contact(self.tx, self.speaker.contact.id)

    async def get(self, ticket_id: int) -> Ticket:
        """Only what was asked for from here."""
        return await ticket_of_contact(self.tx, self.speaker.contact.id, ticket_id)

    async def add(self, ticket: Ticket, text: str, files: Sequence[str]) -> list[Contact]:
        await add_to_ticket(self.tx, ticket, self.speaker.contact, text, files)
        return await self._assigned(ticket)

    async def confirm(self, ticket: Ticket, rating: str) -> Ticket:
        return await confirm_ticket(self.tx, ticket, self.speaker.contact, rating)

    async def reopen(self, ticket: Ticket) -> tuple[Ticket, list[Contact]]:
        reopened = await reopen_ticket(self.tx, ticket, self.speaker.contact)
        return reopened, await self._assigned(reopened)

    async def already_said(self, report: Report) -> Ticket | None:
        """This contact's own open ticket about the same thing: nobody need say a thing twice."""
        where = await self._group_of(report) or self.speaker.settings.area
        alike = await open_tickets_like(self.tx, where, report)
        return next((ticket for ticket in alike if ticket.contact_id == self.speaker.contact.id), None)

    async def answer_at(self, ticket: Ticket, number: str) -> None:
        """Answer this ticket at another phone only, which need not be on the roster."""
        safe = await find_or_add_contact(self.tx, ticket.village_id, ContactKind.PHONE, number)
        await use_safe_contact(self.tx, ticket, safe)

    async def _assigned(self, ticket: Ticket) -> list[Contact]:
        return await contacts_of_staff(self.tx, [ticket.assignee_id] if ticket.assignee_id else [])

    async def _group_of(self, report: Report) -> Area | None:
        """The group that was named, else the one where those who hold this contact live."""
        groups = await groups_of(self.tx, self.speaker.settings.area.id)
        named = _GROUP.search(report.place) or _GROUP.search(report.text)
        number = read_number(named[1]) if named else None
        homes = {holder.group_id for holder in self.speaker.holders}
        wanted = [group for group in groups if (group.number == number if number else {group.id} == homes)]
        return wanted[0] if wanted else None

    async def _accused(self, report: Report) -> list[Staff]:
        """Those in office whom a complaint names, by name or by office; nobody where it names none."""
        people = await staff_of_village(self.tx, self.speaker.settings.area.path)
        named = [person for person in people if person.name in report.text]
        if named:
            return named
        roles = {role for word, role in _OFFICES.items() if word in report.text}
        group = await self._group_of(report)
        where = (group or self.speaker.settings.area).path
        return [
            person
            for person in people
            if any(duty.role in roles and where.startswith(duty.area_path) for duty in person.duties)
        ]
