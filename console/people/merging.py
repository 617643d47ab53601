"""Somebody who stands in the roster twice: first what will happen, then one press."""

from dataclasses import dataclass

from aiohttp import web

from console.fields import whole_number
from console.people.presses import PEOPLE, named
from console.visits import Fields, Office, Visit, led_to, once
from store.actions.merging import merge_residents
from store.actions.personal_data import person_to_keep
from store.domain.errors import NotAllowed, NotFound, Refusal
from store.queries.merging import likely_doubles, merging_of
from store.queries.residents import resident_sheet


@dataclass(frozen=True, slots=True)
class MergePages:
    office: Office

    async def merge(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        kept_id, gone_id = named(request, "resident"), whole_number(fields.get("gone", ""))
        where = f"{PEOPLE}/{kept_id}"
        async with self.office.database.write(self.office.clock()) as tx:
            await once(tx, request, visit, fields, where)
            await merge_residents(tx, visit.person, kept_id, gone_id)
        raise led_to(where, "merge")

    async def page(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        """Without a second person those who may be meant; with him what will happen."""
        kept_id, other = named(request, "resident"), whole_number(request.query.get("with", ""))
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
                visit = self.office.refusing(request, visit, problem)
            doubles = await likely_doubles(tx, visit.person, sheet) if merging is None else []
        return self.office.page(request, visit, "people_merge.html", sheet=sheet, merging=merging, doubles=doubles)
