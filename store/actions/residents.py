"""Households and residents, one at a time; a whole roster comes through roster_import."""

from datetime import date

from store.database import Transaction
from store.domain.areas import Area
from store.tables import households, residents


async def add_household(tx: Transaction, village: Area, group: Area | None, number: str) -> int:
    return await tx.insert(households, area_id=village.id, group_id=group.id if group else None, number=number)


async def add_resident(
    tx: Transaction,
    village: Area,
    group: Area | None,
    household_id: int,
    name: str,
    *,
    sex: str = "",
    birth: date | None = None,
    relation: str = "",
    is_head: bool = False,
    registered: bool = True,
    away_place: str = "",
    party_member: bool = False,
    representative: bool = False,
    collective_member: bool = False,
) -> int:
    return await tx.insert(
        residents,
        area_id=village.id,
        group_id=group.id if group else None,
        household_id=household_id,
        name=name,
        sex=sex,
        birth=birth,
        relation=relation,
        is_head=is_head,
        registered=registered,
        away=bool(away_place),
        away_place=away_place,
        party_member=party_member,
        representative=representative,
        collective_member=collective_member,
        flags=[],
    )
