"""One home with its members and how it is reached; a new home; somebody new in it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from console.people.presses import PEOPLE, chosen, chosen_group, details_of, named, pressed
from console.visits import Fields, Office, Visit
from store.actions.numbers import add_number, phone_written
from store.actions.residents import (
    drop_proxy,
    home_to_change,
    household_to_change,
    name_proxy,
    open_household,
    regroup_household,
    write_resident,
)
from store.database import Transaction
from store.domain.errors import NotFound, Refusal
from store.domain.people import Role, Staff
from store.queries.access import KEEPER_ROLES, may_change_people
from store.queries.areas import groups_of, villages_served
from store.queries.residents import HouseholdSheet, household_sheet

Action = Callable[[Transaction, Staff, HouseholdSheet, Fields], Awaitable[None]]


async def _add(tx: Transaction, person: Staff, home: HouseholdSheet, fields: Fields) -> None:
    await _write(tx, person, home, fields)


async def _write(tx: Transaction, person: Staff, home: HouseholdSheet, fields: Fields) -> int:
    """Somebody new, with his number where one is given."""
    resident_id = await write_resident(tx, home, details_of(fields), person)
    if fields.get("number"):
        await add_number(tx, await home_to_change(tx, person, resident_id), fields["number"], person)
    return resident_id


async def _regroup(tx: Transaction, person: Staff, home: HouseholdSheet, fields: Fields) -> None:
    group = await chosen_group(tx, home.village_id, fields.get("group", ""))
    await regroup_household(tx, home, group, person)


async def _proxy(tx: Transaction, person: Staff, home: HouseholdSheet, fields: Fields) -> None:
    contact = await phone_written(tx, home.village_id, fields.get("number", ""))
    await name_proxy(tx, home.id, contact, actor=f"staff:{person.id}")


async def _no_proxy(tx: Transaction, person: Staff, home: HouseholdSheet, _fields: Fields) -> None:
    await drop_proxy(tx, home, person)


ACTIONS: Mapping[str, Action] = {"add": _add, "regroup": _regroup, "proxy": _proxy, "no-proxy": _no_proxy}


@dataclass(frozen=True, slots=True)
class HomePages:
    office: Office

    async def one(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        return await self._page(request, visit, done=request.query.get("done", ""))

    async def act(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        action, household_id = request.match_info["action"], named(request, "household")
        work = partial(self._do, visit.person, household_id, action, fields)
        try:
            done = await pressed(self.office, visit, fields, f"home/{household_id}/{action}", work)
        except Refusal as refusal:
            said = self.office.refused(request, refusal, visit.settings)
            return await self._page(request, visit, status=409, refusal=said, action=action, written=fields)
        raise web.HTTPSeeOther(f"{PEOPLE}/homes/{household_id}?done={done}")

    async def _do(self, person: Staff, household_id: int, action: str, fields: Fields, tx: Transaction) -> str:
        await ACTIONS[action](tx, person, await household_to_change(tx, person, household_id), fields)
        return action

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
            home = await household_sheet(tx, visit.person, named(request, "household"))
            groups = [one for one in await groups_of(tx, home.village_id) if may_change_people(visit.person, one.path)]
        return self.office.pages.page(
            request,
            "home.html",
            status=status,
            **visit.known,
            here="people",
            home=home,
            groups=groups,
            may_change=may_change_people(visit.person, home.path),
            done=done,
            refusal=refusal,
            refused_action=action,
            written=written or {},
        )


@dataclass(frozen=True, slots=True)
class NewHomePages:
    """A home that is not in the books yet, with the first who lives in it."""

    office: Office

    async def form(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        return await self._page(request, visit, {**request.query, "is_head": "1", "registered": "1"})

    async def enter(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        try:
            where = await pressed(self.office, visit, fields, "home/new", partial(self._enter, visit.person, fields))
        except Refusal as refusal:
            said = self.office.refused(request, refusal, visit.settings)
            return await self._page(request, visit, fields, status=409, refusal=said)
        raise web.HTTPSeeOther(f"{PEOPLE}/homes/{where}?done=new" if where.isdecimal() else f"{PEOPLE}?done={where}")

    async def _enter(self, person: Staff, fields: Fields, tx: Transaction) -> str:
        village = chosen(await villages_served(tx, person), fields.get("village", ""))
        if village is None:
            raise NotFound("area.unknown")
        group = await chosen_group(tx, village.id, fields.get("group", ""))
        household_id = await open_household(tx, village, group, fields.get("household", ""), person)
        await _write(tx, person, await household_to_change(tx, person, household_id), fields)
        return str(household_id)

    async def _page(
        self, request: web.Request, visit: Visit, written: Mapping[str, str], *, status: int = 200, refusal: str = ""
    ) -> web.Response:
        may_write = {*KEEPER_ROLES, Role.GRID_OFFICER}
        async with self.office.database.read(self.office.clock()) as tx:
            if not any(duty.role in may_write for duty in visit.person.duties):
                raise NotFound("area.unknown")
            villages = await villages_served(tx, visit.person)
            village = chosen(villages, written.get("village", ""))
            groups = await groups_of(tx, village.id) if village else []
        return self.office.pages.page(
            request,
            "people_new.html",
            status=status,
            **visit.known,
            here="people",
            villages=villages,
            village=village,
            groups=[group for group in groups if may_change_people(visit.person, group.path)],
            whole=bool(village and may_change_people(visit.person, village.path)),
            written=written,
            refusal=refusal,
        )
