"""Households and residents, one at a time; a whole roster comes through roster_import."""

from datetime import date

from store.database import Transaction
from store.domain.areas import Area
from store.domain.people import Contact
from store.tables import household_proxies, households, residents


async def add_household(tx: Transaction, village: Area, group: Area | None, number: str) -> int:
    return await tx.insert(households, area_id=village.id, group_id=group.id if group else None, number=number)


async def name_proxy(tx: Transaction, household_id: int, contact: Contact) -> None:
    """Who takes messages for a household that nobody can reach (代联系人)."""
    await tx.run(household_proxies.delete().where(household_proxies.c.household_id == household_id))
    await tx.insert_many(household_proxies, [{"household_id": household_id, "contact_id": contact.id}])
    tx.audit(contact.area_id, "system", "household.proxy_named", f"household:{household_id}", contact.id)


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
