"""What residents ask of the books, until when it is to be answered, and what was answered."""

from dataclasses import dataclass

from aiohttp import web

from console.disclosures.asking import village_asked
from console.fields import whole_number
from console.visits import Office, Visit
from store.domain.disclosure_catalogue import last_day
from store.queries.access import may_answer_publicly
from store.queries.areas import settings_for
from store.queries.disclosure_tickets import asked_of_books


@dataclass(frozen=True, slots=True)
class AskedPages:
    office: Office

    async def list(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        key = whole_number(request.query.get("before", "")) or None
        async with self.office.database.read(self.office.clock()) as tx:
            village, villages = await village_asked(tx, visit.person, request.query)
            settings = await settings_for(tx, village.id)
            found = await asked_of_books(tx, visit.person, village.id, key)
        due = {
            line.ticket.id: last_day(line.ticket.opened_at.astimezone(settings.zone).date(), settings.reply_days)
            for line in found.lines
        }
        return self.office.page(
            request,
            visit,
            "disclosure_asked.html",
            zone=settings.zone,
            village=village,
            villages=villages,
            found=found,
            due=due,
            today=self.office.clock().astimezone(settings.zone).date(),
            may_answer=may_answer_publicly(visit.person, village.path),
        )
