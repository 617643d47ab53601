"""One person of the roster: what is written of him, how he is reached, and what a clerk may change."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from console.fields import whole_number
from console.people.presses import PEOPLE, details_of, named, ticked
from console.visits import Fields, Office, Visit, led_to, once
from store.actions.numbers import add_number, remove_number, revive_number, show_held_number
from store.actions.residents import (
    call_back,
    change_resident,
    home_to_change,
    household_to_change,
    mark_gone,
    move_resident,
)
from store.actions.tags import tag_resident
from store.database import Transaction
from store.domain.errors import Refusal
from store.domain.people import Gone, Staff
from store.queries.access import may_change_people, may_keep_roster, may_see_flags
from store.queries.people_lists import tags_of_village
from store.queries.residents import Home, household_numbered, resident_sheet

Action = Callable[[Transaction, Staff, Home, Fields], Awaitable[None]]


async def _edit(tx: Transaction, person: Staff, home: Home, fields: Fields) -> None:
    await change_resident(tx, home, details_of(fields), person)


async def _move(tx: Transaction, person: Staff, home: Home, fields: Fields) -> None:
    to = await household_numbered(tx, home.village_id, fields.get("household", ""))
    await move_resident(tx, home, await household_to_change(tx, person, to.id), person)


async def _gone(tx: Transaction, person: Staff, home: Home, fields: Fields) -> None:
    why = fields.get("why", "")
    if why not in {Gone.MOVED, Gone.DIED}:
        raise Refusal("resident.why_missing")
    await mark_gone(tx, home, Gone(why), person)


async def _back(tx: Transaction, person: Staff, home: Home, _fields: Fields) -> None:
    await call_back(tx, home, person)


async def _add_number(tx: Transaction, person: Staff, home: Home, fields: Fields) -> None:
    await add_number(tx, home, fields.get("number", ""), person)


async def _remove_number(tx: Transaction, person: Staff, home: Home, fields: Fields) -> None:
    await remove_number(tx, home, whole_number(fields.get("contact", "")), person)


async def _revive_number(tx: Transaction, person: Staff, home: Home, fields: Fields) -> None:
    await revive_number(tx, home, whole_number(fields.get("contact", "")), person)


async def _tag(tx: Transaction, person: Staff, home: Home, fields: Fields) -> None:
    await tag_resident(tx, home, ticked(fields, "tag-"), person)


ACTIONS: Mapping[str, Action] = {
    "edit": _edit,
    "move": _move,
    "gone": _gone,
    "back": _back,
    "add-number": _add_number,
    "remove-number": _remove_number,
    "revive-number": _revive_number,
    "tag": _tag,
}


@dataclass(frozen=True, slots=True)
class PersonPages:
    office: Office

    async def act(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        action, resident_id = request.match_info["action"], named(request, "resident")
        where = f"{PEOPLE}/{resident_id}"
        async with self.office.database.write(self.office.clock()) as tx:
            await once(tx, request, visit, fields, where)
            await ACTIONS[action](tx, visit.person, await home_to_change(tx, visit.person, resident_id), fields)
        raise led_to(where, action)

    async def show_number(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """The whole number stands on this answer only: no address leads to it, and every look is kept."""
        resident_id = named(request, "resident")
        async with self.office.database.write(self.office.clock()) as tx:
            home = await home_to_change(tx, visit.person, resident_id)
            number = await show_held_number(tx, home, whole_number(fields.get("contact", "")), visit.person)
        return self.office.page(request, visit, "people_number.html", number=number, resident_id=resident_id)

    async def one(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            sheet = await resident_sheet(tx, visit.person, named(request, "resident"))
            tags = await tags_of_village(tx, sheet.village_id)
        return self.office.page(
            request,
            visit,
            "person.html",
            sheet=sheet,
            tags=tags,
            may_change=may_change_people(visit.person, sheet.path),
            keeps=may_keep_roster(visit.person, sheet.path),
            sees_flags=may_see_flags(visit.person, sheet.path),
        )
