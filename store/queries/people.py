"""Residents, contacts and staff: who stands behind an address, and how a person is reached."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Executable, Select, bindparam, literal, select

from store.database import Transaction
from store.domain.areas import Area, AreaKind
from store.domain.errors import NotFound
from store.domain.people import Contact, ContactKind, Duty, Resident, Role, Staff
from store.domain.personal_data import ERASED
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
    found = await residents_by_ids(tx, [resident_id])
    if not found:
        raise NotFound("resident.unknown")
    return found[0]


async def residents_by_ids(tx: Transaction, ids: Iterable[int]) -> list[Resident]:
    return [resident_from(row) for row in await tx.all(_RESIDENTS, {"ids": list(ids)})]


_RESIDENTS = select(residents).where(residents.c.id.in_(bindparam("ids", expanding=True))).order_by(residents.c.id)


async def names_standing_in(tx: Transaction, village_id: int, text: str) -> frozenset[str]:
    """The names of those who live in a village that stand in a text in full."""
    if not text:
        return frozenset()
    stands_in = (literal(text).contains(residents.c.name), residents.c.name != ERASED)
    rows = await tx.all(select(residents.c.name).distinct().where(residents.c.area_id == village_id, *stands_in))
    return frozenset(row.name for row in rows)


async def names_in_village(tx: Transaction, village_id: int) -> frozenset[str]:
    """Of everybody: to be looked for in a text that is too long for `names_standing_in`."""
    rows = await tx.all(select(residents.c.name).distinct().where(residents.c.area_id == village_id))
    return frozenset(row.name for row in rows)


async def contact_by_id(tx: Transaction, contact_id: int) -> Contact:
    found = await contacts_by_ids(tx, [contact_id])
    if not found:
        raise NotFound("contact.unknown")
    return found[0]


async def contacts_by_ids(tx: Transaction, contact_ids: Sequence[int]) -> list[Contact]:
    """However many, some at a time."""
    parts = [contact_ids[start : start + CHUNK] for start in range(0, len(contact_ids), CHUNK)]
    return [contact for part in parts for contact in await _contacts(tx, _WITH_IDS, {"ids": part})]


async def contact_at(tx: Transaction, area_id: int, kind: ContactKind, address_index: bytes) -> Contact | None:
    found = await _contacts(tx, _AT_ADDRESS, {"area": area_id, "kind": kind, "index": address_index})
    return found[0] if found else None


async def contact_within(tx: Transaction, area: Area, kind: ContactKind, address_index: bytes) -> Contact | None:
    """In a village, or in the first by name of the villages below a town or county."""
    if area.kind is AreaKind.VILLAGE:
        return await contact_at(tx, area.id, kind, address_index)
    for village in await tx.all(_KNOWN_IN, {"kind": kind, "index": address_index}):
        if village.path.startswith(area.path):
            return await contact_at(tx, village.id, kind, address_index)
    return None


async def contacts_of_staff(tx: Transaction, staff_ids: Iterable[int]) -> list[Contact]:
    return await _contacts(tx, _OF_STAFF, {"ids": list(staff_ids)})


async def contacts_where(tx: Transaction, *conditions: Any) -> list[Contact]:
    return await _contacts(tx, _contacts_with(*conditions), {})


def _contacts_with(*conditions: Any) -> Select[Any]:
    """A row for each of a contact's holders, and one for a contact that nobody holds."""
    held = contact_holders.alias("held")
    return (
        select(
            contacts.c.id,
            contacts.c.area_id,
            contacts.c.kind,
            contacts.c.account_id,
            contacts.c.language,
            contacts.c.staff_id,
            contacts.c.opted_out_at,
            contacts.c.dead_at,
            held.c.resident_id.label("holder_id"),
        )
        .join(held, held.c.contact_id == contacts.c.id, isouter=True)
        .where(*conditions)
        .order_by(contacts.c.id, held.c.resident_id)
    )


_WITH_IDS = _contacts_with(contacts.c.id.in_(bindparam("ids", expanding=True)))
_AT_ADDRESS = _contacts_with(
    contacts.c.area_id == bindparam("area"),
    contacts.c.kind == bindparam("kind"),
    contacts.c.address_index == bindparam("index"),
)
_KNOWN_IN = (
    select(areas.c.id, areas.c.path)
    .join(contacts, contacts.c.area_id == areas.c.id)
    .where(
        contacts.c.kind == bindparam("kind"),
        contacts.c.address_index == bindparam("index"),
        areas.c.kind == AreaKind.VILLAGE,
    )
    .order_by(areas.c.name, areas.c.id)
)
_OF_STAFF = _contacts_with(contacts.c.staff_id.in_(bindparam("ids", expanding=True)), contacts.c.dead_at.is_(None))


async def _contacts(tx: Transaction, statement: Executable, given: Mapping[str, object]) -> list[Contact]:
    of_contact: dict[int, list[Any]] = {}
    for row in await tx.all(statement, given):
        of_contact.setdefault(row.id, []).append(row)
    return [_contact(rows) for rows in of_contact.values()]


def _contact(rows: Sequence[Any]) -> Contact:
    row = rows[0]
    return Contact(
        id=row.id,
        area_id=row.area_id,
        kind=ContactKind(row.kind),
        account_id=row.account_id,
        language=row.language,
        holders=tuple(one.holder_id for one in rows if one.holder_id is not None),
        staff_id=row.staff_id,
        opted_out_at=row.opted_out_at,
        dead_at=row.dead_at,
    )


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
