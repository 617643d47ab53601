"""Households and residents, one at a time; a whole roster comes through roster_import.

Nobody is deleted: tickets and votes refer to whoever was here once.
"""

from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import select

from store.actions.tags import drop_tags_of
from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotAllowed, NotFound, Refusal
from store.domain.lengths import whole
from store.domain.names import initials_of
from store.domain.people import Contact, Gone, Staff
from store.domain.working_calendar import VILLAGE_ZONE
from store.queries.access import may_change_people
from store.queries.areas import area_by_id
from store.queries.residents import Home, HouseholdSheet, home_seen_by, household_sheet
from store.tables import contact_holders, household_proxies, households, residents

EARLIEST_BIRTH = date(1890, 1, 1)
NAME_LENGTH, RELATION_LENGTH = 80, 20
NUMBER_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Details:
    """What a clerk writes of a person. `sex` is male, female or ""; whoever has an `away_place` is away."""

    name: str
    sex: str = ""
    birth: date | None = None
    relation: str = ""
    is_head: bool = False
    registered: bool = True
    away: bool = False
    away_place: str = ""
    party_member: bool = False
    representative: bool = False
    collective_member: bool = False


async def home_to_change(tx: Transaction, person: Staff, resident_id: int) -> Home:
    """Raises NotFound for whom he may not see, NotAllowed("resident.not_yours") for whom he may not write to."""
    home = await home_seen_by(tx, person, resident_id)
    if not may_change_people(person, home.path):
        raise NotAllowed("resident.not_yours")
    return home


async def household_to_change(tx: Transaction, person: Staff, household_id: int) -> HouseholdSheet:
    """As `home_to_change`."""
    household = await household_sheet(tx, person, household_id)
    if not may_change_people(person, household.path):
        raise NotAllowed("resident.not_yours")
    return household


async def add_household(tx: Transaction, village: Area, group: Area | None, number: str) -> int:
    return await tx.insert(households, area_id=village.id, group_id=group.id if group else None, number=number)


async def open_household(tx: Transaction, village: Area, group: Area | None, number: str, person: Staff) -> int:
    """A new home. Raises Refusal("household.number_missing") and ("household.number_taken"), NotAllowed."""
    if not may_change_people(person, (group or village).path):
        raise NotAllowed("resident.not_yours")
    number = number.strip()[:NUMBER_LENGTH]
    if not number:
        raise Refusal("household.number_missing")
    taken = (households.c.area_id == village.id, households.c.number == number)
    if await tx.scalar(select(households.c.id).where(*taken)):
        raise Refusal("household.number_taken", number=number)
    household_id = await add_household(tx, village, group, number)
    tx.audit(village.id, f"staff:{person.id}", "household.added", f"household:{household_id}")
    return household_id


async def name_proxy(tx: Transaction, household_id: int, contact: Contact, *, actor: str = "system") -> None:
    """Who takes messages for a household that nobody can reach (代联系人)."""
    await tx.run(household_proxies.delete().where(household_proxies.c.household_id == household_id))
    await tx.insert_many(household_proxies, [{"household_id": household_id, "contact_id": contact.id}])
    tx.audit(contact.area_id, actor, "household.proxy_named", f"household:{household_id}", contact.id)


async def drop_proxy(tx: Transaction, household: HouseholdSheet, person: Staff) -> None:
    await tx.run(household_proxies.delete().where(household_proxies.c.household_id == household.id))
    tx.audit(household.village_id, f"staff:{person.id}", "household.proxy_dropped", f"household:{household.id}")


async def regroup_household(tx: Transaction, household: HouseholdSheet, group: Area | None, person: Staff) -> None:
    """The whole home belongs to another group. Raises NotAllowed where that group is not his to write to."""
    where = group or await area_by_id(tx, household.village_id)
    if not may_change_people(person, where.path) or where.id not in {household.village_id, group.id if group else 0}:
        raise NotAllowed("resident.not_yours")
    group_id = group.id if group else None
    await tx.run(households.update().where(households.c.id == household.id).values(group_id=group_id))
    await tx.run(residents.update().where(residents.c.household_id == household.id).values(group_id=group_id))
    tx.audit(household.village_id, f"staff:{person.id}", "household.regrouped", f"household:{household.id}", group_id)


async def write_resident(tx: Transaction, household: HouseholdSheet, details: Details, person: Staff) -> int:
    """Somebody new in a home. Raises Refusal as `change_resident` does."""
    kept = _checked(tx, details)
    resident_id = await tx.insert(
        residents,
        area_id=household.village_id,
        group_id=household.group_id,
        household_id=household.id,
        flags=[],
        **asdict(kept),
    )
    if kept.is_head:
        await _only_head(tx, household.id, resident_id)
    tx.audit(household.village_id, f"staff:{person.id}", "resident.added", f"resident:{resident_id}")
    return resident_id


async def change_resident(tx: Transaction, home: Home, details: Details, person: Staff) -> None:
    """Raises Refusal("resident.name_missing") and Refusal("resident.birth_wrong")."""
    kept = _checked(tx, details)
    this_one = residents.update().where(residents.c.id == home.resident_id)
    await tx.run(this_one.values(**asdict(kept), initials=initials_of(kept.name), **_year_of(kept)))
    if kept.is_head:
        await _only_head(tx, home.household_id, home.resident_id)
    written = {name: str(value) for name, value in asdict(kept).items()}
    tx.audit(home.village_id, f"staff:{person.id}", "resident.changed", f"resident:{home.resident_id}", written)


def _year_of(details: Details) -> dict[str, object]:
    """Of whom the day is known now, the year alone says nothing more."""
    return {"birth_year": None} if details.birth else {}


def _checked(tx: Transaction, details: Details) -> Details:
    name = whole(details.name, NAME_LENGTH)
    if not name:
        raise Refusal("resident.name_missing")
    today = tx.now.astimezone(VILLAGE_ZONE).date()
    if details.birth and not EARLIEST_BIRTH <= details.birth <= today:
        raise Refusal("resident.birth_wrong")
    fields = asdict(details) | {"name": name, "relation": whole(details.relation, RELATION_LENGTH)}
    place = whole(details.away_place, NAME_LENGTH)
    return Details(**{**fields, "away_place": place, "away": details.away or bool(place)})


async def _only_head(tx: Transaction, household_id: int, resident_id: int) -> None:
    others = (residents.c.household_id == household_id, residents.c.id != resident_id)
    await tx.run(residents.update().where(*others).values(is_head=False))


async def move_resident(tx: Transaction, home: Home, to: HouseholdSheet, person: Staff) -> None:
    """To another home of the same village, and so to its group. Raises NotFound for one of another village."""
    if to.village_id != home.village_id:
        raise NotFound("household.unknown")
    values = {"household_id": to.id, "group_id": to.group_id, "is_head": False}
    if to.id != home.household_id:
        await tx.run(residents.update().where(residents.c.id == home.resident_id).values(**values))
    tx.audit(home.village_id, f"staff:{person.id}", "resident.moved_home", f"resident:{home.resident_id}", to.id)


async def mark_gone(tx: Transaction, home: Home, why: Gone, person: Staff) -> None:
    """Moved away or died: on no roll and in no audience from now on. Nobody's phone speaks for the dead any more."""
    if why is Gone.MERGED or home.gone:
        raise Refusal("resident.gone_already")
    await tx.run(
        residents.update()
        .where(residents.c.id == home.resident_id)
        .values(gone=why, gone_at=tx.now, is_head=False, representative=False)
    )
    if why is Gone.DIED:
        await tx.run(contact_holders.delete().where(contact_holders.c.resident_id == home.resident_id))
        await drop_tags_of(tx, home.resident_id)
    tx.audit(home.village_id, f"staff:{person.id}", "resident.gone", f"resident:{home.resident_id}", why)


async def call_back(tx: Transaction, home: Home, person: Staff) -> None:
    """He lives here again, or it was a mistake. Raises Refusal("resident.merged") for one that is another now."""
    if home.gone == Gone.MERGED:
        raise Refusal("resident.merged")
    await tx.run(residents.update().where(residents.c.id == home.resident_id).values(gone="", gone_at=None))
    tx.audit(home.village_id, f"staff:{person.id}", "resident.back", f"resident:{home.resident_id}")


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
