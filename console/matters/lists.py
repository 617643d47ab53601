"""The matters of a village: what waits for a step, what is over, and writing down a new one."""

from dataclasses import dataclass

from aiohttp import web

from console.fields import whole_number
from console.places import choose_village
from console.visits import Fields, Office, Visit, led_to, once
from store.actions.matters import propose_matter
from store.database import Transaction
from store.domain.deliberation import MatterRecord
from store.domain.errors import NotFound, Refusal
from store.domain.settings import AreaSettings
from store.queries.access import may_run_matters
from store.queries.areas import village_served
from store.queries.matters import ARCHIVE_PAGE, matters_archived, matters_to_run
from store.queries.people import contact_by_id


@dataclass(frozen=True, slots=True)
class MatterLists:
    office: Office

    async def villages(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        return await choose_village(self.office, request, visit, "matters_villages.html")

    async def list(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        is_archive, before = request.query.get("show", "") == "over", request.query.get("before", "")
        async with self.office.database.read(self.office.clock()) as tx:
            settings = await village_served(tx, visit.person, int(request.match_info["village"]))
            if is_archive:
                found = await matters_archived(tx, settings.area.id, whole_number(before) or None)
            else:
                found = await matters_to_run(tx, settings.area.id)
        more = is_archive and len(found) > ARCHIVE_PAGE
        shown = found[:ARCHIVE_PAGE] if is_archive else found
        return self.office.page(
            request,
            visit,
            "matters_list.html",
            zone=settings.zone,
            village=settings.area,
            matters=shown,
            is_archive=is_archive,
            before=shown[-1].id if more else 0,
            may_run=may_run_matters(visit.person, settings.area.path),
        )

    async def propose(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """It stands there as a proposal of whoever writes it down, and takes the same way as any other."""
        async with self.office.database.write(self.office.clock()) as tx:
            settings = await _village_run(tx, request, visit)
            where = f"/console/matters/{settings.area.id}"
            await once(tx, request, visit, fields, where)
            proposed = await _propose(tx, visit, settings, fields.get("text", ""))
        raise led_to(f"{where}/{proposed.id}", "new")

    async def new(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            settings = await _village_run(tx, request, visit)
        return self.office.page(
            request, visit, "matters_new.html", village=settings.area, text=visit.told.written.get("text", "")
        )


async def _village_run(tx: Transaction, request: web.Request, visit: Visit) -> AreaSettings:
    """Raises NotFound for a village whose matters he does not run."""
    settings = await village_served(tx, visit.person, int(request.match_info["village"]))
    if not may_run_matters(visit.person, settings.area.path):
        raise NotFound("matter.unknown")
    return settings


async def _propose(tx: Transaction, visit: Visit, settings: AreaSettings, text: str) -> MatterRecord:
    if not text:
        raise Refusal("matter.words_missing")
    return await propose_matter(tx, settings.area, text, await contact_by_id(tx, visit.session.phone_contact_id))
