"""Who answers for which households (结对联系), written down as a list of names or numbers for each."""

from dataclasses import dataclass

from aiohttp import web

from console.people.presses import PEOPLE, named
from console.places import first_or_asked, village_of_form, villages_open_to
from console.visits import Fields, Office, Visit, led_to, once
from store.actions.liaisons import pair_with
from store.domain.addressing import names_listed
from store.queries.access import may_keep_roster
from store.queries.liaisons import pairings_of


@dataclass(frozen=True, slots=True)
class LiaisonPages:
    office: Office

    async def save(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        village_id = request.match_info["village"]
        where = f"{PEOPLE}/liaisons?village={village_id}"
        async with self.office.database.write(self.office.clock()) as tx:
            await once(tx, request, visit, fields, where)
            village = await village_of_form(tx, visit.person, may_keep_roster, village_id)
            homes = names_listed(fields.get("names", ""))
            await pair_with(tx, village, named(request, "staff"), homes, visit.person)
        raise led_to(where, "paired")

    async def show(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        asked = request.match_info.get("village") or request.query.get("village", "")
        async with self.office.database.read(self.office.clock()) as tx:
            villages = await villages_open_to(tx, visit.person, may_keep_roster)
            village = first_or_asked(villages, asked)
            pairings = await pairings_of(tx, village)
        return self.office.page(
            request,
            visit,
            "people_liaisons.html",
            village=village,
            pairings=pairings,
            refused_for=request.match_info.get("staff", ""),
        )
