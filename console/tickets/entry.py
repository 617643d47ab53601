"""Writing a ticket down for somebody who stands at the counter or is on the telephone."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from console.tickets.asked import TICKETS
from console.visits import Fields, Office, Visit, led_to, once
from notifier.pages import language_asked
from notifier.telling import write_tells
from store.actions.casework import note_on_ticket
from store.actions.contacts import find_or_add_contact
from store.actions.ticket_handlers import called_to
from store.actions.tickets import submit_ticket
from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotFound, Refusal
from store.domain.lengths import whole
from store.domain.people import Contact, ContactKind, Resident, Staff
from store.domain.phones import e164
from store.domain.speech import Tell
from store.domain.ticket_tells import new_case_tells, received_say
from store.domain.tickets import CONFIDENTIAL_CATEGORIES, Category, Report, Ticket
from store.queries.areas import groups_of, villages_served
from store.queries.people import residents_by_ids, staff_of_village
from store.queries.tickets import ticket_seen_by

CATEGORIES = tuple(category for category in Category if category is not Category.VISIT)
SAID_HOW = ("telephone", "counter")
_LONGEST_SUBJECT = 80


@dataclass(frozen=True, slots=True)
class EntryPages:
    office: Office

    async def enter(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        async with self.office.database.write(self.office.clock()) as tx:
            await once(tx, request, visit, fields, TICKETS)
            ticket = await self._submit(tx, visit.person, fields, self._how(request, fields))
            where = await self._where(tx, visit.person, ticket)
        raise led_to(where, "new")

    async def _submit(self, tx: Transaction, person: Staff, fields: Fields, how: str) -> Ticket:
        """The resident gets his receipt, whoever should work on it hears of it, and who wrote it down is kept."""
        village = _chosen(await villages_served(tx, person), fields.get("village", ""))
        report, accused = await _report(tx, village, fields)
        contact = await _contact(tx, village, fields)
        resident = await _resident(tx, contact, fields)
        ticket = await submit_ticket(
            tx,
            village,
            report,
            contact,
            resident_id=resident.id if resident else None,
            area=await _group(tx, village, fields, resident),
            accused=accused,
        )
        await note_on_ticket(tx, ticket, person, how)
        receipt = Tell(contact.id, received_say(ticket), ticket_id=ticket.id)
        await write_tells(tx, self.office.renderer, [receipt, *new_case_tells(ticket, await called_to(tx, ticket))])
        return ticket

    def _how(self, request: web.Request, fields: Fields) -> str:
        how = fields.get("how", "")
        words = self.office.pages.words(language_asked(request))["console"]
        return words[f"noted_{how if how in SAID_HOW else SAID_HOW[0]}"]

    async def _where(self, tx: Transaction, person: Staff, ticket: Ticket) -> str:
        """The ticket, or the list where it is for others' eyes only."""
        try:
            await ticket_seen_by(tx, person, ticket.id)
        except NotFound:
            return f"{TICKETS}?number={ticket.number}"
        return f"{TICKETS}/{ticket.id}"

    async def form(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            villages = await villages_served(tx, visit.person)
            asked = str(villages[0].id) if len(villages) == 1 else visit.asked(request).get("village", "")
            village = _chosen(villages, asked) if asked else None
            groups = await groups_of(tx, village.id) if village else []
            officers = await staff_of_village(tx, village.path) if village else []
        return self.office.page(
            request,
            visit,
            "new.html",
            here="new",
            villages=villages,
            village=village,
            groups=groups,
            officers=officers,
            categories=CATEGORIES,
            said_how=SAID_HOW,
        )


def _chosen(villages: Sequence[Area], village_id: str) -> Area:
    """Raises NotFound for a village that is not his."""
    for village in villages:
        if str(village.id) == village_id:
            return village
    raise NotFound("area.unknown")


async def _report(tx: Transaction, village: Area, fields: Fields) -> tuple[Report, list[int]]:
    """What was said, and whom in office it complains of."""
    text, kind = fields.get("text", ""), fields.get("category", "")
    if not text or kind not in set(CATEGORIES):
        raise Refusal("ticket.what_missing")
    officers = await staff_of_village(tx, village.path)
    accused = [officer.id for officer in officers if str(officer.id) == fields.get("about", "")]
    # The subject stands in messages to a phone that others may share.
    is_private = bool(accused) or Category(kind) in CONFIDENTIAL_CATEGORIES
    report = Report(
        category=Category(kind),
        subject="" if is_private else whole(fields.get("subject", ""), _LONGEST_SUBJECT),
        text=text,
        place=fields.get("place", ""),
        urgent="urgent" in fields,
        about_staff=bool(accused),
    )
    return report, accused


async def _contact(tx: Transaction, village: Area, fields: Fields) -> Contact:
    """Where to answer. Raises Refusal("ticket.phone_missing") where the number is none."""
    number = e164(fields.get("phone", ""))
    if number is None:
        raise Refusal("ticket.phone_missing")
    return await find_or_add_contact(tx, village.id, ContactKind.PHONE, number)


async def _resident(tx: Transaction, contact: Contact, fields: Fields) -> Resident | None:
    """Who of those that share the phone: by the name that was given, or the only one."""
    holders = await residents_by_ids(tx, contact.holders)
    named = [holder for holder in holders if holder.name == fields.get("name", "")]
    if named:
        return named[0]
    return holders[0] if len(holders) == 1 and not fields.get("name") else None


async def _group(tx: Transaction, village: Area, fields: Fields, resident: Resident | None) -> Area | None:
    """The group that was chosen, else the one where he lives."""
    wanted = fields.get("group") or str(resident.group_id if resident else "")
    return next((group for group in await groups_of(tx, village.id) if str(group.id) == wanted), None)
