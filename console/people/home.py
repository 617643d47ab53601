"""One home with its members and how it is reached; a new home; somebody new in it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from console.people.presses import PEOPLE, details_of, named
from console.places import chosen, chosen_group
from console.visits import Fields, Office, Visit, led_to, once
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
from store.domain.errors import NotFound
from store.domain.people import Role, Staff
from store.queries.access import KEEPER_ROLES, may_change_people
from store.queries.areas import groups_of, villages_served
from store.queries.liaisons import liaison_of
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

    async def act(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        action, household_id = request.match_info["action"], named(request, "household")
        where = f"{PEOPLE}/homes/{household_id}"
        async with self.office.database.write(self.office.clock()) as tx:
            await once(tx, request, visit, fields, where)
            home = await household_to_change(tx, visit.person, household_id)
            await ACTIONS[action](tx, visit.person, home, fields)
        raise led_to(where, action)

    async def one(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            home = await household_sheet(tx, visit.person, named(request, "household"))
            groups = [one for one in await groups_of(tx, home.village_id) if may_change_people(visit.person, one.path)]
            liaison = await liaison_of(tx, home.id)
        may_change = may_change_people(visit.person, home.path)
        return self.office.page(
            request, visit, "home.html", home=home, groups=groups, liaison=liaison, may_change=may_change
        )


@dataclass(frozen=True, slots=True)
class NewHomePages:
    """A home that is not in the books yet, with the first who lives in it."""

    office: Office

    async def enter(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        async with self.office.database.write(self.office.clock()) as tx:
            await once(tx, request, visit, fields, PEOPLE)
            household_id = await self._enter(tx, visit.person, fields)
        raise led_to(f"{PEOPLE}/homes/{household_id}", "new")

    async def _enter(self, tx: Transaction, person: Staff, fields: Fields) -> int:
        village = chosen(await villages_served(tx, person), fields.get("village", ""))
        if village is None:
            raise NotFound("area.unknown")
        group = await chosen_group(tx, village.id, fields.get("group", ""))
        household_id = await open_household(tx, village, group, fields.get("household", ""), person)
        await _write(tx, person, await household_to_change(tx, person, household_id), fields)
        return household_id

    async def form(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        written = visit.told.written or {**request.query, "is_head": "1", "registered": "1"}
        may_write = {*KEEPER_ROLES, Role.GRID_OFFICER}
        async with self.office.database.read(self.office.clock()) as tx:
            if not any(duty.role in may_write for duty in visit.person.duties):
                raise NotFound("area.unknown")
            villages = await villages_served(tx, visit.person)
            village = chosen(villages, written.get("village", ""))
            groups = await groups_of(tx, village.id) if village else []
        return self.office.page(
            request,
            visit,
            "people_new.html",
            villages=villages,
            village=village,
            groups=[group for group in groups if may_change_people(visit.person, group.path)],
            whole=bool(village and may_change_people(visit.person, village.path)),
            written=written,
        )
