"""What a village calls its groups and its tags."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from console.fields import whole_number
from console.people.presses import PEOPLE
from console.places import first_or_asked, village_of_form, villages_open_to
from console.visits import Fields, Office, Visit, led_to, once
from store.actions.groups import add_group, rename_group
from store.actions.tags import add_tag, drop_tag, rename_tag
from store.database import Transaction
from store.domain.areas import Area
from store.domain.people import Staff
from store.queries.access import may_keep_roster
from store.queries.areas import groups_of
from store.queries.people_lists import people_by_group, tags_of_village

Action = Callable[[Transaction, Staff, Area, Fields], Awaitable[None]]


async def _add_group(tx: Transaction, person: Staff, village: Area, fields: Fields) -> None:
    await add_group(tx, village, fields.get("name", ""), person)


async def _rename_group(tx: Transaction, person: Staff, village: Area, fields: Fields) -> None:
    await rename_group(tx, village, whole_number(fields.get("group", "")), fields.get("name", ""), person)


async def _add_tag(tx: Transaction, person: Staff, village: Area, fields: Fields) -> None:
    await add_tag(tx, village, fields.get("name", ""), person)


async def _rename_tag(tx: Transaction, person: Staff, village: Area, fields: Fields) -> None:
    await rename_tag(tx, village, whole_number(fields.get("tag", "")), fields.get("name", ""), person)


async def _drop_tag(tx: Transaction, person: Staff, village: Area, fields: Fields) -> None:
    await drop_tag(tx, village, whole_number(fields.get("tag", "")), person)


ACTIONS: Mapping[str, Action] = {
    "add-group": _add_group,
    "rename-group": _rename_group,
    "add-tag": _add_tag,
    "rename-tag": _rename_tag,
    "drop-tag": _drop_tag,
}


@dataclass(frozen=True, slots=True)
class ListPages:
    office: Office

    async def act(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        action, village_id = request.match_info["action"], request.match_info["village"]
        where = f"{PEOPLE}/lists?village={village_id}"
        async with self.office.database.write(self.office.clock()) as tx:
            await once(tx, request, visit, fields, where)
            village = await village_of_form(tx, visit.person, may_keep_roster, village_id)
            await ACTIONS[action](tx, visit.person, village, fields)
        raise led_to(where, action)

    async def show(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        asked = request.match_info.get("village") or request.query.get("village", "")
        async with self.office.database.read(self.office.clock()) as tx:
            villages = await villages_open_to(tx, visit.person, may_keep_roster)
            village = first_or_asked(villages, asked)
            groups = await groups_of(tx, village.id)
            counts = await people_by_group(tx, village.id)
            tags = await tags_of_village(tx, village.id)
        return self.office.page(
            request,
            visit,
            "people_lists.html",
            village=village,
            villages=villages,
            groups=groups,
            counts=counts,
            tags=tags,
            written=visit.told.written.get("name", ""),
        )
