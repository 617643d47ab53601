"""The audit chain at the console: read in plain words, checked by a press, taken along as a sheet."""

from dataclasses import dataclass

from aiohttp import web

from console.audit.sentences import sentence_of
from console.fields import whole_number
from console.jobs.pages import JOBS
from console.places import first_or_asked
from console.visits import Fields, Office, Visit, once
from notifier.pages import language_asked
from store.actions.tasks import ask_for_task
from store.database import Transaction
from store.domain.areas import Area
from store.domain.audit_search import KINDS, PARTIES, AuditSearch
from store.domain.jobs import JobName
from store.domain.people import Staff
from store.queries.access import may_search_audit
from store.queries.areas import places_of, settings_for
from store.queries.audit_book import search_book
from store.queries.people import staff_of_village, staff_serving
from store.queries.verifying import chain_length


@dataclass(frozen=True, slots=True)
class AuditPages:
    office: Office

    async def list(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        search, key = AuditSearch.of(request.query), whole_number(request.query.get("after", ""))
        async with self.office.database.read(self.office.clock()) as tx:
            places = await places_of(tx, visit.person, may_search_audit)
            area = first_or_asked(places, request.query.get("area", ""))
            found = await search_book(tx, visit.person, area, search, key)
            people = await _officers(tx, area)
            zone = (await settings_for(tx, area.id)).zone
        words = self.office.pages.words(language_asked(request))
        return self.office.page(
            request,
            visit,
            "audit.html",
            places=places,
            area=area,
            given={"area": area.id, **search.given},
            people=people,
            parties=PARTIES,
            kinds=KINDS,
            lines=[sentence_of(line, zone, words) for line in found.lines],
            after=found.after,
            is_first=not key,
        )

    async def verify(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """Following a chain of years takes a minute: it is done behind the page."""
        async with self.office.database.write(self.office.clock()) as tx:
            area = await _place(tx, visit.person, fields)
            await once(tx, request, visit, fields, JOBS)
            total = await chain_length(tx, area.id)
            task_id = await ask_for_task(tx, JobName.VERIFY_CHAIN, visit.person, area.id, total)
        raise web.HTTPSeeOther(f"{JOBS}/{task_id}")

    async def export(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """What was looked for, as a sheet. That somebody took it stands in the same book."""
        search = AuditSearch.of(fields)
        async with self.office.database.write(self.office.clock()) as tx:
            area = await _place(tx, visit.person, fields)
            await once(tx, request, visit, fields, JOBS)
            facts = {**search.given, "language": language_asked(request)}
            total = await chain_length(tx, area.id)
            task_id = await ask_for_task(tx, JobName.EXPORT_AUDIT, visit.person, area.id, total, facts)
            tx.audit(area.id, f"staff:{visit.person.id}", "audit.exported", f"area:{area.id}", search.given)
        raise web.HTTPSeeOther(f"{JOBS}/{task_id}")


async def _officers(tx: Transaction, area: Area) -> list[Staff]:
    """Who may have acted there: those who serve the area or a part of it."""
    everyone = {one.id: one for one in (*await staff_serving(tx, area.path), *await staff_of_village(tx, area.path))}
    return sorted(everyone.values(), key=lambda one: one.name)


async def _place(tx: Transaction, person: Staff, fields: Fields) -> Area:
    return first_or_asked(await places_of(tx, person, may_search_audit), fields.get("area", ""))
