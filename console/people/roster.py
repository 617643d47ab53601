"""The roster: who lives in the village, found by name, initials, number, household, group or tag."""

from dataclasses import dataclass

from aiohttp import web

from console.fields import whole_number
from console.places import chosen
from console.visits import Office, Visit
from store.database import Transaction
from store.domain.areas import Area
from store.domain.people import Staff
from store.queries.access import PEOPLE_ROLES, may_keep_roster
from store.queries.areas import groups_of, villages_served
from store.queries.people_lists import Lives, Sought, counted, list_people, tags_of_village

_MOST_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class RosterPages:
    office: Office

    async def list(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            villages = await _villages(tx, visit.person)
            village = chosen(villages, request.query.get("village", "")) if villages else None
            if village is None:
                return self.office.page(request, visit, "people_villages.html", villages=villages)
            sought = _sought(request, village)
            found = await list_people(tx, visit.person, sought)
            people, homes = await counted(tx, visit.person, village)
            groups = await groups_of(tx, village.id)
            tags = await tags_of_village(tx, village.id)
        return self.office.page(
            request,
            visit,
            "people.html",
            village=village,
            villages=villages,
            found=found,
            sought=sought,
            people=people,
            homes=homes,
            groups=groups,
            tags=tags,
            filters=tuple(Lives),
            keeps=may_keep_roster(visit.person, village.path),
        )


async def _villages(tx: Transaction, person: Staff) -> list[Area]:
    """Those of his villages in which he needs the roster, whole or in part."""
    paths = [duty.area_path for duty in person.duties if duty.role in PEOPLE_ROLES]
    return [
        village
        for village in await villages_served(tx, person)
        if any(village.path.startswith(path) or path.startswith(village.path) for path in paths)
    ]


def _sought(request: web.Request, village: Area) -> Sought:
    asked = request.query
    lives = asked.get("show", "")
    return Sought(
        village=village,
        lives=Lives(lives) if lives in set(Lives) else Lives.HERE,
        words=asked.get("q", "").replace("\0", "").encode(errors="ignore").decode()[:_MOST_CHARACTERS],
        group_id=whole_number(asked.get("group", "")),
        tag_id=whole_number(asked.get("tag", "")),
        after=asked.get("after", ""),
    )
