"""One person of the roster: what is written of him, how he is reached, and what a clerk may change."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from console.people.presses import PEOPLE, details_of, named, number_of, pressed, ticked
from console.visits import Fields, Office, Visit
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
    await remove_number(tx, home, number_of(fields.get("contact", "")), person)


async def _revive_number(tx: Transaction, person: Staff, home: Home, fields: Fields) -> None:
    await revive_number(tx, home, number_of(fields.get("contact", "")), person)


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

    async def one(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        return await self._page(request, visit, done=request.query.get("done", ""))

    async def act(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        action, resident_id = request.match_info["action"], named(request, "resident")
        work = partial(self._do, visit.person, resident_id, action, fields)
        try:
            done = await pressed(self.office, visit, fields, f"resident/{resident_id}/{action}", work)
        except Refusal as refusal:
            said = self.office.refused(request, refusal, visit.settings)
            return await self._page(request, visit, status=409, refusal=said, action=action, written=fields)
        raise web.HTTPSeeOther(f"{PEOPLE}/{resident_id}?done={done}")

    async def _do(self, person: Staff, resident_id: int, action: str, fields: Fields, tx: Transaction) -> str:
        await ACTIONS[action](tx, person, await home_to_change(tx, person, resident_id), fields)
        return action

    async def show_number(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """The whole number stands on this answer only: no address leads to it, and every look is kept."""
        resident_id = named(request, "resident")
        try:
            async with self.office.database.write(self.office.clock()) as tx:
                home = await home_to_change(tx, visit.person, resident_id)
                number = await show_held_number(tx, home, number_of(fields.get("contact", "")), visit.person)
        except Refusal as refusal:
            said = self.office.refused(request, refusal, visit.settings)
            return await self._page(request, visit, status=409, refusal=said)
        return self.office.pages.page(
            request, "people_number.html", **visit.known, here="people", number=number, resident_id=resident_id
        )

    async def _page(
        self,
        request: web.Request,
        visit: Visit,
        *,
        status: int = 200,
        done: str = "",
        refusal: str = "",
        action: str = "",
        written: Mapping[str, str] | None = None,
    ) -> web.Response:
        async with self.office.database.read(self.office.clock()) as tx:
            sheet = await resident_sheet(tx, visit.person, named(request, "resident"))
            tags = await tags_of_village(tx, sheet.village_id)
        return self.office.pages.page(
            request,
            "person.html",
            status=status,
            **visit.known,
            here="people",
            sheet=sheet,
            tags=tags,
            may_change=may_change_people(visit.person, sheet.path),
            keeps=may_keep_roster(visit.person, sheet.path),
            sees_flags=may_see_flags(visit.person, sheet.path),
            done=done,
            refusal=refusal,
            refused_action=action,
            written=written or {},
        )
