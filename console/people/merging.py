"""Somebody who stands in the roster twice: first what will happen, then one press."""

from dataclasses import dataclass
from functools import partial

from aiohttp import web

from console.people.presses import PEOPLE, named, number_of, pressed
from console.visits import Fields, Office, Visit
from store.actions.merging import merge_residents
from store.actions.personal_data import person_to_keep
from store.database import Transaction
from store.domain.errors import NotAllowed, NotFound, Refusal
from store.domain.people import Staff
from store.queries.merging import likely_doubles, merging_of
from store.queries.residents import resident_sheet


@dataclass(frozen=True, slots=True)
class MergePages:
    office: Office

    async def page(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        return await self._page(request, visit)

    async def merge(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        kept_id, gone_id = named(request, "resident"), number_of(fields.get("gone", ""))
        work = partial(self._merge, visit.person, kept_id, gone_id)
        try:
            done = await pressed(self.office, visit, fields, f"resident/{kept_id}/merge", work)
        except Refusal as refusal:
            said = self.office.refused(request, refusal, visit.settings)
            return await self._page(request, visit, status=409, refusal=said)
        raise web.HTTPSeeOther(f"{PEOPLE}/{kept_id}?done={done}")

    async def _merge(self, person: Staff, kept_id: int, gone_id: int, tx: Transaction) -> str:
        await merge_residents(tx, person, kept_id, gone_id)
        return "merge"

    async def _page(self, request: web.Request, visit: Visit, *, status: int = 200, refusal: str = "") -> web.Response:
        """Without a second person those who may be meant; with him what will happen."""
        kept_id, other = named(request, "resident"), number_of(request.query.get("with", ""))
        merging = None
        async with self.office.database.read(self.office.clock()) as tx:
            sheet = await resident_sheet(tx, visit.person, kept_id)
            try:
                await person_to_keep(tx, visit.person, kept_id)
                merging = await merging_of(tx, visit.person, kept_id, other) if other else None
            except NotFound:
                raise
            except NotAllowed as refused:
                raise NotFound("resident.unknown") from refused
            except Refusal as problem:
                status, refusal = 409, self.office.refused(request, problem, visit.settings)
            doubles = await likely_doubles(tx, visit.person, sheet) if merging is None else []
        return self.office.pages.page(
            request,
            "people_merge.html",
            status=status,
            **visit.known,
            here="people",
            sheet=sheet,
            merging=merging,
            doubles=doubles,
            refusal=refusal,
        )
