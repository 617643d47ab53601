"""Who is paired with which households (结对联系)."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from store.database import Transaction
from store.domain.areas import Area
from store.domain.liaisons import PairedHome, Pairing, checked_homes, checked_named
from store.queries.addressing import named_residents
from store.queries.people import staff_of_village
from store.tables import duties, household_liaisons, households, residents, staff


async def pairings_of(tx: Transaction, village: Area) -> list[Pairing]:
    """Everybody in office in a village, those with households first."""
    homes = await _homes_of(tx, households.c.area_id == village.id)
    found = [Pairing(one.id, one.name, homes.get(one.id, ())) for one in await staff_of_village(tx, village.path)]
    return sorted(found, key=lambda one: (not one.homes, one.staff_id))


async def homes_paired_with(tx: Transaction, staff_id: int, village: Area) -> Sequence[PairedHome]:
    mine = (households.c.area_id == village.id, household_liaisons.c.staff_id == staff_id)
    return (await _homes_of(tx, *mine)).get(staff_id, ())


async def _homes_of(tx: Transaction, *conditions: ColumnElement[bool]) -> dict[int, list[PairedHome]]:
    """By liaison. A household in which nobody lives any more is left out."""
    rows = await tx.all(
        select(household_liaisons.c.staff_id, households.c.id, households.c.number, residents.c.id, residents.c.name)
        .join(households, households.c.id == household_liaisons.c.household_id)
        .join(residents, residents.c.household_id == households.c.id)
        .where(residents.c.gone == "", *conditions)
        .order_by(households.c.group_id, households.c.id, residents.c.is_head.desc(), residents.c.id)
    )
    found: dict[int, dict[int, PairedHome]] = {}
    for staff_id, home_id, number, head_id, head in rows:
        found.setdefault(staff_id, {}).setdefault(home_id, PairedHome(number, head_id, head))
    return {staff_id: list(homes.values()) for staff_id, homes in found.items()}


async def homes_named(tx: Transaction, village: Area, given: Sequence[str]) -> Collection[int]:
    """The households of these names, telephone numbers and household numbers.

    Raises Refusal as `checked_named` and `checked_homes` do.
    """
    named = checked_named(await named_residents(tx, [village], given))
    homes = select(residents.c.household_id).where(residents.c.id.in_(named.residents))
    return checked_homes({row.household_id for row in await tx.all(homes)})


async def liaison_of(tx: Transaction, household_id: int) -> str:
    """The name of who answers for it; "" for nobody who is still in office."""
    paired = (household_liaisons.c.household_id == household_id, _is_in_office())
    name = await tx.scalar(
        select(staff.c.name).join(household_liaisons, household_liaisons.c.staff_id == staff.c.id).where(*paired)
    )
    return name or ""


def _is_in_office() -> ColumnElement[bool]:
    held = select(duties.c.id).where(duties.c.staff_id == staff.c.id, duties.c.ended_at.is_(None))
    return and_(staff.c.ended_at.is_(None), held.correlate(staff).exists())


def liaison_at_home() -> ColumnElement[Any]:
    """Of a query on `residents`: the id of who answers for the household, None for nobody who is still in office."""
    return (
        select(household_liaisons.c.staff_id)
        .join(staff, staff.c.id == household_liaisons.c.staff_id)
        .where(household_liaisons.c.household_id == residents.c.household_id, _is_in_office())
        .correlate(residents)
        .scalar_subquery()
    )
