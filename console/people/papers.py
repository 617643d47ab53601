"""How long what is kept, and the impact assessment: pages to read and to print."""

from dataclasses import dataclass

from aiohttp import web

from console.places import first_or_asked, villages_open_to
from console.visits import Office, Visit
from store.domain.retention import RETENTION
from store.queries.access import may_keep_roster
from store.queries.assessment import assessment_of


@dataclass(frozen=True, slots=True)
class PaperPages:
    office: Office

    async def retention(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            villages = await villages_open_to(tx, visit.person, may_keep_roster)
        village = first_or_asked(villages, request.query.get("village", ""))
        return self.office.page(request, visit, "people_retention.html", village=village, periods=RETENTION)

    async def assessment(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            villages = await villages_open_to(tx, visit.person, may_keep_roster)
            village = first_or_asked(villages, request.query.get("village", ""))
            found = await assessment_of(tx, village)
            today = tx.now.astimezone(visit.settings.zone).date()
        return self.office.page(
            request,
            visit,
            "people_assessment.html",
            village=village,
            found=found,
            today=today,
            periods=RETENTION,
        )
