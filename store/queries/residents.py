"""One resident or one household, as a member of staff may see them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from store.database import Transaction
from store.domain.errors import NotFound
from store.domain.people import Contact, ContactKind, Gone, Staff
from store.domain.phones import masked_number
from store.queries.access import sees_people
from store.queries.people import ADDRESS, CHUNK, contacts_where
from store.tables import (
    areas,
    contact_holders,
    contacts,
    household_proxies,
    households,
    resident_tags,
    residents,
    subscriptions,
    tags,
)

homes = areas.alias("homes")
"""The group where somebody lives, or the village where no group is known."""


@dataclass(frozen=True, slots=True)
class Home:
    """Whose it is and where he lives: what every action on a resident needs."""

    resident_id: int
    village_id: int
    household_id: int
    path: str
    gone: str


@dataclass(frozen=True, slots=True)
class Reach:
    """One address of a person. `number` is masked, "" where it is no phone."""

    contact: Contact
    number: str
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResidentSheet:
    """Everything of the roster about one person but the sensitive flags."""

    id: int
    village_id: int
    group_id: int | None
    group: str
    household_id: int
    household: str
    path: str
    name: str
    sex: str
    birth: date | None
    birth_year: int | None
    relation: str
    is_head: bool
    registered: bool
    away_place: str
    away: bool
    party_member: bool
    representative: bool
    collective_member: bool
    gone: str
    gone_at: datetime | None
    merged_into_id: int | None
    reaches: tuple[Reach, ...] = field(repr=False)
    tags: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class HouseholdSheet:
    id: int
    number: str
    village_id: int
    group_id: int | None
    group: str
    path: str
    members: tuple[ResidentSheet, ...]
    proxies: tuple[Reach, ...]


def seen_residents(person: Staff, *columns: Any) -> Select[Any]:
    """The residents whom this person may see, joined to where they live."""
    return (
        select(*columns)
        .select_from(residents)
        .join(homes, homes.c.id == func.coalesce(residents.c.group_id, residents.c.area_id))
        .where(sees_people(person, homes.c.path))
    )


async def home_seen_by(tx: Transaction, person: Staff, resident_id: int) -> Home:
    """Raises NotFound, also for one whom this person may not see."""
    columns = (residents.c.id, residents.c.area_id, residents.c.household_id, residents.c.gone, homes.c.path)
    this_one = residents.c.id == resident_id
    row = await tx.first(seen_residents(person, *columns).where(this_one).with_for_update(of=residents))
    if row is None:
        raise NotFound("resident.unknown")
    return Home(row.id, row.area_id, row.household_id, row.path, row.gone)


async def resident_sheet(tx: Transaction, person: Staff, resident_id: int) -> ResidentSheet:
    """Raises NotFound, also for one whom this person may not see."""
    found = await sheets_where(tx, person, residents.c.id == resident_id)
    if not found:
        raise NotFound("resident.unknown")
    return found[0]


async def household_sheet(tx: Transaction, person: Staff, household_id: int) -> HouseholdSheet:
    """Raises NotFound, also for one that this person may not see."""
    row = await tx.first(
        select(households, homes.c.path, homes.c.name)
        .join(homes, homes.c.id == func.coalesce(households.c.group_id, households.c.area_id))
        .where(households.c.id == household_id, sees_people(person, homes.c.path))
    )
    if row is None:
        raise NotFound("household.unknown")
    members = await sheets_where(tx, person, residents.c.household_id == household_id, residents.c.gone != Gone.MERGED)
    proxy = select(household_proxies.c.contact_id).where(household_proxies.c.household_id == household_id)
    return HouseholdSheet(
        id=row.id,
        number=row.number,
        village_id=row.area_id,
        group_id=row.group_id,
        group=row.name if row.group_id else "",
        path=row.path,
        members=tuple(members),
        proxies=await _reaches(tx, await contacts_where(tx, contacts.c.id.in_(proxy))),
    )


async def sheets_where(tx: Transaction, person: Staff, *conditions: ColumnElement[bool]) -> list[ResidentSheet]:
    """However many residents, five statements; the head of a household first."""
    rows = await tx.all(
        seen_residents(person, residents, homes.c.path, homes.c.name.label("place"), households.c.number)
        .join(households, households.c.id == residents.c.household_id)
        .where(*conditions)
        .order_by(residents.c.household_id, residents.c.is_head.desc(), residents.c.id)
        .limit(CHUNK)
    )
    ids = [row.id for row in rows]
    reached = await _reaches_of(tx, ids)
    named = await _tags_of(tx, ids)
    return [_sheet(row, tuple(reached.get(row.id, ())), tuple(named.get(row.id, ()))) for row in rows]


def _sheet(row: Any, reaches: tuple[Reach, ...], named: tuple[tuple[int, str], ...]) -> ResidentSheet:
    return ResidentSheet(
        id=row.id,
        village_id=row.area_id,
        group_id=row.group_id,
        group=row.place if row.group_id else "",
        household_id=row.household_id,
        household=row.number,
        path=row.path,
        name=row.name,
        sex=row.sex,
        birth=row.birth,
        birth_year=row.birth_year,
        relation=row.relation,
        is_head=row.is_head,
        registered=row.registered,
        away_place=row.away_place,
        away=row.away,
        party_member=row.party_member,
        representative=row.representative,
        collective_member=row.collective_member,
        gone=row.gone,
        gone_at=row.gone_at,
        merged_into_id=row.merged_into_id,
        reaches=reaches,
        tags=named,
    )


async def _reaches_of(tx: Transaction, ids: list[int]) -> dict[int, list[Reach]]:
    held = select(contact_holders.c.contact_id).where(contact_holders.c.resident_id.in_(ids))
    found: dict[int, list[Reach]] = {}
    for reach in await _reaches(tx, await contacts_where(tx, contacts.c.id.in_(held))):
        for resident_id in reach.contact.holders:
            found.setdefault(resident_id, []).append(reach)
    return found


async def _reaches(tx: Transaction, reached: list[Contact]) -> tuple[Reach, ...]:
    ids = [one.id for one in reached]
    sealed = await tx.all(select(contacts.c.id, contacts.c.address).where(contacts.c.id.in_(ids)))
    opened = {row.id: tx.keyring.open(row.address, context=ADDRESS) for row in sealed}
    wished: dict[int, list[str]] = {}
    for row in await tx.all(select(subscriptions).where(subscriptions.c.contact_id.in_(ids))):
        wished.setdefault(row.contact_id, []).append(row.topic)
    return tuple(
        Reach(
            one,
            masked_number(opened[one.id]) if one.kind is ContactKind.PHONE else "",
            tuple(sorted(wished.get(one.id, ()))),
        )
        for one in reached
    )


async def _tags_of(tx: Transaction, ids: list[int]) -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = {}
    for row in await tx.all(
        select(resident_tags.c.resident_id, tags.c.id, tags.c.name)
        .join(tags, tags.c.id == resident_tags.c.tag_id)
        .where(resident_tags.c.resident_id.in_(ids))
        .order_by(tags.c.name)
    ):
        found.setdefault(row.resident_id, []).append((row.id, row.name))
    return found


async def household_numbered(tx: Transaction, village_id: int, number: str) -> Any:
    """The household of that number (id, group_id). Raises NotFound."""
    mine = (households.c.area_id == village_id, households.c.number == number)
    row = await tx.first(select(households.c.id, households.c.group_id).where(*mine))
    if row is None:
        raise NotFound("household.unknown")
    return row
