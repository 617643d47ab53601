"""Areas and what they set for themselves."""

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import bindparam, or_, select

from store.database import Transaction
from store.domain.areas import Area, AreaKind
from store.domain.errors import NotFound
from store.domain.people import Staff
from store.domain.settings import AreaSettings, settings_of
from store.queries.access import may_enter_ticket
from store.tables import area_settings, areas


def _area(row: Any) -> Area:
    return Area(row.id, AreaKind(row.kind), row.name, row.path, row.parent_id, row.number)


async def area_by_id(tx: Transaction, area_id: int) -> Area:
    return await tx.once(("area", area_id), partial(_area_by_id, tx, area_id))


async def _area_by_id(tx: Transaction, area_id: int) -> Area:
    row = await tx.first(_WITH_ID, {"area": area_id})
    if row is None:
        raise NotFound("area.unknown")
    return _area(row)


_WITH_ID = select(areas).where(areas.c.id == bindparam("area"))


async def villages_under(tx: Transaction, area: Area) -> list[Area]:
    """Of a county or town; a village is its own."""
    if area.kind is AreaKind.VILLAGE:
        return [area]
    return await tx.once(("villages", area.id), partial(_villages_under, tx, area))


async def _villages_under(tx: Transaction, area: Area) -> list[Area]:
    rows = await tx.all(_VILLAGES_UNDER, {"path": f"{area.path}%"})
    return [_area(row) for row in rows]


_VILLAGES_UNDER = (
    select(areas)
    .where(areas.c.path.like(bindparam("path")), areas.c.kind == AreaKind.VILLAGE)
    .order_by(areas.c.name, areas.c.id)
)


async def villages_served(tx: Transaction, person: Staff) -> list[Area]:
    """The villages that a person serves, whole or in part."""
    above = {int(part) for duty in person.duties for part in duty.area_path.strip("/").split("/")}
    inside = [areas.c.path.startswith(duty.area_path) for duty in person.duties]
    rows = await tx.all(
        select(areas)
        .where(areas.c.kind == AreaKind.VILLAGE, or_(areas.c.id.in_(above), *inside))
        .order_by(areas.c.name, areas.c.id)
    )
    return [_area(row) for row in rows if may_enter_ticket(person, row.path)]


async def places_of(tx: Transaction, person: Staff, may: Callable[[Staff, str], bool]) -> list[Area]:
    """The villages, towns and counties in his duties' areas where `may` holds; a town stands before its villages."""
    inside = [areas.c.path.startswith(duty.area_path) for duty in person.duties]
    if not inside:
        return []
    rows = await tx.all(
        select(areas).where(areas.c.kind != AreaKind.GROUP, or_(*inside)).order_by(areas.c.path, areas.c.id)
    )
    return [_area(row) for row in rows if may(person, row.path)]


async def children_of(tx: Transaction, area: Area) -> list[Area]:
    """A county's towns, a town's villages, a village's groups."""
    rows = await tx.all(
        select(areas).where(areas.c.parent_id == area.id).order_by(areas.c.number, areas.c.name, areas.c.id)
    )
    return [_area(row) for row in rows]


async def village_served(tx: Transaction, person: Staff, village_id: int) -> AreaSettings:
    """The settings of a village that he serves, whole or in part. Raises NotFound for any other."""
    settings = await settings_for(tx, village_id)
    if settings.area.kind is not AreaKind.VILLAGE or not may_enter_ticket(person, settings.area.path):
        raise NotFound("area.unknown")
    return settings


async def all_villages(tx: Transaction) -> list[Area]:
    rows = await tx.all(select(areas).where(areas.c.kind == AreaKind.VILLAGE).order_by(areas.c.id))
    return [_area(row) for row in rows]


async def areas_of_kind(tx: Transaction, kind: AreaKind) -> list[Area]:
    return [_area(row) for row in await tx.all(select(areas).where(areas.c.kind == kind).order_by(areas.c.id))]


async def village_named(tx: Transaction, name: str) -> Area:
    """The one village of that name. Raises NotFound where there is none, or more than one."""
    rows = await tx.all(select(areas).where(areas.c.kind == AreaKind.VILLAGE, areas.c.name == name))
    if len(rows) != 1:
        raise NotFound("area.unknown")
    return _area(rows[0])


async def groups_of(tx: Transaction, village_id: int) -> list[Area]:
    rows = await tx.all(
        select(areas)
        .where(areas.c.parent_id == village_id, areas.c.kind == AreaKind.GROUP)
        .order_by(areas.c.number, areas.c.id)
    )
    return [_area(row) for row in rows]


async def settings_for(tx: Transaction, area_id: int) -> AreaSettings:
    """The area's settings after inheritance: the nearest area up the tree that sets a value wins, of days each day."""
    return await tx.once(("settings", area_id), partial(_settings_for, tx, area_id))


async def _settings_for(tx: Transaction, area_id: int) -> AreaSettings:
    area = await area_by_id(tx, area_id)
    ids = [int(part) for part in area.path.strip("/").split("/")]
    rows = await tx.all(_SET_IN, {"areas": ids})
    by_depth = sorted(rows, key=lambda row: ids.index(row.area_id))
    village_name = area.name
    if area.kind is AreaKind.GROUP and area.parent_id is not None:
        village_name = (await area_by_id(tx, area.parent_id)).name
    own_days = {day: works for row in by_depth if row.name == "own_days" for day, works in row.value.items()}
    return settings_of(area, village_name, {**{row.name: row.value for row in by_depth}, "own_days": own_days})


_SET_IN = select(area_settings).where(area_settings.c.area_id.in_(bindparam("areas", expanding=True)))
