"""Who is in office: added, given duties and relieved of them, linked to a phone, and followed by somebody else."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from console.fields import whole_number
from console.people.presses import named
from console.places import chosen_group, first_or_asked, village_of_form, villages_open_to
from console.visits import Fields, Office, Visit, led_to, once
from store.actions.staff import give_duty, hand_over_for, link_code_for, take_duty, take_on
from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotFound, Refusal
from store.domain.people import Role, Staff
from store.queries.access import may_give, may_run_office
from store.queries.areas import area_by_id, groups_of
from store.queries.offices import OfficeLine, office_of, offices_of
from store.queries.people import staff_of_village

OFFICES = "/console/offices"
Action = Callable[[Transaction, Staff, Staff, Area, Fields], Awaitable[None]]


def _role(fields: Fields) -> Role:
    """Raises Refusal("staff.role_missing")."""
    name = fields.get("role", "")
    if name not in set(Role):
        raise Refusal("staff.role_missing", name=fields.get("name", ""))
    return Role(name)


async def _where(tx: Transaction, village: Area, fields: Fields) -> Area:
    return await chosen_group(tx, village.id, fields.get("group", "")) or village


async def _give(tx: Transaction, by: Staff, person: Staff, village: Area, fields: Fields) -> None:
    await give_duty(tx, person, _role(fields), await _where(tx, village, fields), by)


async def _take(tx: Transaction, by: Staff, person: Staff, _village: Area, fields: Fields) -> None:
    area_id = whole_number(fields.get("area", ""))
    if area_id not in {duty.area_id for duty in person.duties}:
        raise NotFound("area.unknown")
    await take_duty(tx, person, _role(fields), await area_by_id(tx, area_id), by)


async def _hand_over(tx: Transaction, by: Staff, person: Staff, village: Area, fields: Fields) -> None:
    others = await staff_of_village(tx, village.path)
    successor = next((one for one in others if str(one.id) == fields.get("to", "")), None)
    if successor is None or successor.id == person.id:
        raise Refusal("staff.successor_missing")
    await hand_over_for(tx, person, successor, by)


ACTIONS: Mapping[str, Action] = {"give": _give, "take": _take, "hand-over": _hand_over}


@dataclass(frozen=True, slots=True)
class OfficePages:
    office: Office

    async def add(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        async with self.office.database.write(self.office.clock()) as tx:
            await once(tx, request, visit, fields, OFFICES)
            added = await self._add(tx, visit.person, fields)
        raise led_to(f"{OFFICES}/{added.id}", "add")

    async def _add(self, tx: Transaction, by: Staff, fields: Fields) -> Staff:
        village = await village_of_form(tx, by, may_run_office, fields.get("village", ""))
        where = await _where(tx, village, fields)
        return await take_on(tx, village, fields.get("name", ""), _role(fields), where, by)

    async def act(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        staff_id, action = named(request, "staff"), request.match_info["action"]
        where = OFFICES if action == "hand-over" else f"{OFFICES}/{staff_id}"
        async with self.office.database.write(self.office.clock()) as tx:
            await once(tx, request, visit, fields, where)
            line, village = await self._line(tx, visit.person, staff_id)
            await ACTIONS[action](tx, visit.person, line.person, village, fields)
        raise led_to(where, action)

    async def link_code(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """A code that stands on this answer only. A second press of the same form makes no second code."""
        staff_id = named(request, "staff")
        async with self.office.database.write(self.office.clock()) as tx:
            line, _ = await self._line(tx, visit.person, staff_id)
            await once(tx, request, visit, fields, f"{OFFICES}/{staff_id}")
            code = await link_code_for(tx, line.person, visit.person)
        return self.office.page(request, visit, "office_code.html", code=code, whose=line.person)

    async def _line(self, tx: Transaction, by: Staff, staff_id: int) -> tuple[OfficeLine, Area]:
        return await office_of(tx, by, staff_id, await villages_open_to(tx, by, may_run_office))

    async def list(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            villages = await villages_open_to(tx, visit.person, may_run_office)
            village = first_or_asked(villages, visit.asked(request).get("village", ""))
            lines = await offices_of(tx, village)
            groups = await groups_of(tx, village.id)
        return self.office.page(
            request,
            visit,
            "offices.html",
            village=village,
            villages=villages,
            lines=lines,
            groups=groups,
            roles=_roles(visit.person, village),
        )

    async def one(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            line, village = await self._line(tx, visit.person, named(request, "staff"))
            groups = await groups_of(tx, village.id)
            others = [one for one in await staff_of_village(tx, village.path) if one.id != line.person.id]
        return self.office.page(
            request,
            visit,
            "office.html",
            line=line,
            village=village,
            groups=groups,
            others=others,
            roles=_roles(visit.person, village),
            may_take={duty.role for duty in line.person.duties if _may_give(visit.person, duty.role, village)},
        )


def _roles(person: Staff, village: Area) -> list[Role]:
    """Those that he may give in that village."""
    return [role for role in Role if _may_give(person, role, village)]


def _may_give(person: Staff, role: Role, village: Area) -> bool:
    town_path = village.path.removesuffix(f"{village.id}/")
    return may_give(person, role, village.path, town_path)
