"""Residents, contacts and staff: who stands behind an address, and how a person is reached."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import literal, select

from store.database import Transaction
from store.domain.errors import NotFound
from store.domain.people import Contact, ContactKind, Duty, Resident, Role, Staff
from store.tables import areas, contact_holders, contacts, duties, duty_roster, residents, staff

ADDRESS = "contacts.address"
"""The sealing context and the blind index of addresses."""


CHUNK = 1000
"""Ids a statement."""


def resident_from(row: Any) -> Resident:
    return Resident(
        id=row.id,
        area_id=row.area_id,
        group_id=row.group_id,
        household_id=row.household_id,
        name=row.name,
        birth=row.birth,
        is_head=row.is_head,
        registered=row.registered,
        away=row.away,
    )


async def resident_by_id(tx: Transaction, resident_id: int) -> Resident:
    row = await tx.first(select(residents).where(residents.c.id == resident_id))
    if row is None:
        raise NotFound("resident.unknown")
    return resident_from(row)


async def residents_by_ids(tx: Transaction, ids: Iterable[int]) -> list[Resident]:
    rows = await tx.all(select(residents).where(residents.c.id.in_(list(ids))).order_by(residents.c.id))
    return [resident_from(row) for row in rows]


async def names_standing_in(tx: Transaction, village_id: int, text: str) -> frozenset[str]:
    """The names of those who live in a village that stand in a text in full."""
    if not text:
        return frozenset()
    rows = await tx.all(
        select(residents.c.name)
        .distinct()
        .where(residents.c.area_id == village_id, literal(text).contains(residents.c.name))
    )
    return frozenset(row.name for row in rows)


async def contact_by_id(tx: Transaction, contact_id: int) -> Contact:
    found = await contacts_where(tx, contacts.c.id == contact_id)
    if not found:
        raise NotFound("contact.unknown")
    return found[0]


async def contacts_by_ids(tx: Transaction, contact_ids: Sequence[int]) -> list[Contact]:
    """However many, some at a time."""
    parts = [contact_ids[start : start + CHUNK] for start in range(0, len(contact_ids), CHUNK)]
    return [contact for part in parts for contact in await contacts_where(tx, contacts.c.id.in_(part))]


async def contact_at(tx: Transaction, area_id: int, kind: ContactKind, address_index: bytes) -> Contact | None:
    found = await contacts_where(
        tx, contacts.c.area_id == area_id, contacts.c.kind == kind, contacts.c.address_index == address_index
    )
    return found[0] if found else None


async def contacts_of_staff(tx: Transaction, staff_ids: Iterable[int]) -> list[Contact]:
    return await contacts_where(tx, contacts.c.staff_id.in_(list(staff_ids)), contacts.c.dead_at.is_(None))


async def contacts_where(tx: Transaction, *conditions: Any) -> list[Contact]:
    rows = await tx.all(select(contacts).where(*conditions).order_by(contacts.c.id))
    held: dict[int, list[int]] = {}
    for link in await tx.all(
        select(contact_holders.c.contact_id, contact_holders.c.resident_id)
        .where(contact_holders.c.contact_id.in_([row.id for row in rows]))
        .order_by(contact_holders.c.resident_id)
    ):
        held.setdefault(link.contact_id, []).append(link.resident_id)
    return [
        Contact(
            id=row.id,
            area_id=row.area_id,
            kind=ContactKind(row.kind),
            account_id=row.account_id,
            language=row.language,
            holders=tuple(held.get(row.id, ())),
            staff_id=row.staff_id,
            opted_out_at=row.opted_out_at,
            dead_at=row.dead_at,
        )
        for row in rows
    ]


async def staff_by_id(tx: Transaction, staff_id: int) -> Staff:
    found = await _staff_where(tx, staff.c.id == staff_id)
    if not found:
        raise NotFound("staff.unknown")
    return found[0]


async def staff_serving(tx: Transaction, area_path: str) -> list[Staff]:
    """Everyone with a duty in the area of that path or in one above it, and so for it."""
    in_area = (
        select(duties.c.staff_id)
        .join(areas, areas.c.id == duties.c.area_id)
        .where(duties.c.ended_at.is_(None), areas.c.path.in_(_paths_up(area_path)))
    )
    return await _staff_where(tx, staff.c.id.in_(in_area))


async def staff_of_village(tx: Transaction, village_path: str) -> list[Staff]:
    """Everyone with a duty in the village or in one of its groups."""
    inside = (
        select(duties.c.staff_id)
        .join(areas, areas.c.id == duties.c.area_id)
        .where(duties.c.ended_at.is_(None), areas.c.path.startswith(village_path))
    )
    return await _staff_where(tx, staff.c.id.in_(inside))


async def staff_with_role(tx: Transaction, area_path: str, roles: Sequence[Role]) -> list[Staff]:
    """Those who hold one of the roles for that area, in the order of the roles and the nearest area first."""
    found = []
    serving = await staff_serving(tx, area_path)
    for role in roles:
        holders = [
            (max(len(d.area_path) for d in person.duties if d.role is role), person)
            for person in serving
            if person.holds(role, area_path)
        ]
        found += [person for _, person in sorted(holders, key=lambda pair: (-pair[0], pair[1].id))]
    return list(dict.fromkeys(found))


async def staff_on_duty(tx: Transaction, village_id: int, day: date) -> int | None:
    """Whom urgent matters go to on that day, by the duty roster."""
    found = await tx.scalar(
        select(duty_roster.c.staff_id).where(duty_roster.c.area_id == village_id, duty_roster.c.day == day)
    )
    return None if found is None else int(found)


async def _staff_where(tx: Transaction, *conditions: Any) -> list[Staff]:
    people = await tx.all(select(staff).where(staff.c.ended_at.is_(None), *conditions).order_by(staff.c.id))
    held: dict[int, list[Duty]] = {}
    for row in await tx.all(
        select(duties.c.staff_id, duties.c.role, duties.c.area_id, areas.c.path)
        .join(areas, areas.c.id == duties.c.area_id)
        .where(duties.c.ended_at.is_(None), duties.c.staff_id.in_([person.id for person in people]))
        .order_by(duties.c.id)
    ):
        held.setdefault(row.staff_id, []).append(Duty(Role(row.role), row.area_id, row.path))
    return [
        Staff(person.id, person.name, person.area_id, person.resident_id, tuple(held.get(person.id, ())))
        for person in people
    ]


def _paths_up(path: str) -> list[str]:
    """The paths from the root down: /1/4/9/ gives /1/, /1/4/ and /1/4/9/."""
    ids = path.strip("/").split("/")
    return [f"/{'/'.join(ids[:depth])}/" for depth in range(1, len(ids) + 1)]
