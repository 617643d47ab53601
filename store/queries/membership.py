"""Who belongs to an audience, as a condition on residents; and who is meant by typed names and numbers."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Text, and_, cast, false, func, or_, select, true

from store.database import Transaction
from store.domain.areas import Area, AreaKind
from store.domain.audiences import FLAG_OF_KIND, Audience, AudienceKind, Named
from store.domain.people import Role
from store.queries.people import ADDRESS
from store.tables import areas, contact_holders, contacts, duties, residents, staff, subscriptions

ADULT_YEARS = 18


def belongs(audience: Audience, today: date) -> ColumnElement[bool]:
    """Whether a resident is one of those who are meant."""
    return and_(_inside(audience), _chosen(audience), *_of_age(audience, today))


def addressed(audience: Audience, today: date) -> ColumnElement[bool]:
    """Whether a message may reach him: he is meant, or lives with one who is where a household gets one message."""
    condition = belongs(audience, today)
    everybody = audience.kind in {AudienceKind.VILLAGE, AudienceKind.GROUP} and not audience.has_ages
    if everybody or not audience.by_household:
        return condition
    return residents.c.household_id.in_(select(residents.c.household_id).where(condition).correlate(None))


def born_by(today: date, years: int) -> date:
    """The last birthday of those who are so many years old today."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:  # 29 February, in a year that has none
        return date(today.year - years, 2, 28)


def is_at_least(years: int, today: date) -> ColumnElement[bool]:
    """Whether a resident is so old; one of whom only the year is known becomes so within the year."""
    by_year = and_(residents.c.birth.is_(None), residents.c.birth_year <= today.year - years)
    return or_(residents.c.birth <= born_by(today, years), by_year)


def is_adult(today: date) -> ColumnElement[bool]:
    """Whose birth is not known counts as an adult."""
    unknown = and_(residents.c.birth.is_(None), residents.c.birth_year.is_(None))
    return or_(unknown, is_at_least(ADULT_YEARS, today))


def _inside(audience: Audience) -> ColumnElement[bool]:
    if audience.groups:
        chosen = residents.c.group_id.in_([group.id for group in audience.groups])
        return and_(residents.c.gone == "", chosen)
    return lives_in(audience.area)


def lives_in(area: Area) -> ColumnElement[bool]:
    """Who moved away, died or was written down twice is of no area any more."""
    return and_(residents.c.gone == "", _written_into(area))


def _written_into(area: Area) -> ColumnElement[bool]:
    if area.kind is AreaKind.GROUP:
        return residents.c.group_id == area.id
    if area.kind is AreaKind.VILLAGE:
        return residents.c.area_id == area.id
    return residents.c.area_id.in_(select(areas.c.id).where(areas.c.path.startswith(area.path)))


def _chosen(audience: Audience) -> ColumnElement[bool]:
    kind = audience.kind
    marked = {
        AudienceKind.HEADS: residents.c.is_head,
        AudienceKind.REPRESENTATIVES: residents.c.representative,
        AudienceKind.PARTY_MEMBERS: residents.c.party_member,
        AudienceKind.COLLECTIVE_MEMBERS: residents.c.collective_member,
    }
    if kind in marked:
        return marked[kind].is_(true())
    if kind in FLAG_OF_KIND:
        return cast(residents.c.flags, Text).contains(f'"{FLAG_OF_KIND[kind]}"')
    if kind in {AudienceKind.OFFICERS, AudienceKind.GRID_OFFICERS}:
        return _in_office(audience)
    if kind is AudienceKind.SUBSCRIBERS:
        return _wished(audience.topic)
    return residents.c.id.in_(audience.residents) if kind is AudienceKind.LISTED else true()


def _in_office(audience: Audience) -> ColumnElement[bool]:
    inside = areas.c.path.startswith(audience.area.path)
    serving = (
        select(staff.c.resident_id)
        .join(duties, duties.c.staff_id == staff.c.id)
        .join(areas, areas.c.id == duties.c.area_id)
        .where(staff.c.resident_id.is_not(None), duties.c.ended_at.is_(None), inside)
    )
    if audience.kind is AudienceKind.GRID_OFFICERS:
        serving = serving.where(duties.c.role == Role.GRID_OFFICER)
    return residents.c.id.in_(serving)


def _wished(topic: str) -> ColumnElement[bool]:
    return residents.c.id.in_(
        select(contact_holders.c.resident_id)
        .join(subscriptions, subscriptions.c.contact_id == contact_holders.c.contact_id)
        .where(subscriptions.c.topic == topic)
    )


def _of_age(audience: Audience, today: date) -> list[ColumnElement[bool]]:
    found = [is_at_least(audience.age_from, today)] if audience.age_from else []
    if audience.age_to:
        known = or_(residents.c.birth.is_not(None), residents.c.birth_year.is_not(None))
        # Of an unknown birth SQL's NOT says nothing, so such a row is in none.
        found.append(and_(known, _younger_than(audience.age_to + 1, today)))
    return found


def _younger_than(years: int, today: date) -> ColumnElement[bool]:
    by_year = and_(residents.c.birth.is_(None), residents.c.birth_year > today.year - years)
    return or_(residents.c.birth > born_by(today, years), by_year)


async def people_meant(tx: Transaction, audience: Audience, today: date) -> int:
    return int(await tx.scalar(select(func.count()).select_from(residents).where(belongs(audience, today))))


async def named_residents(tx: Transaction, village: Area, given: Sequence[str]) -> Named:
    """Who is meant by names and numbers (E.164) that were typed; a name that several people have is nobody's."""
    by_name: dict[str, list[int]] = {}
    for row in await tx.all(
        select(residents.c.id, residents.c.name).where(lives_in(village), residents.c.name.in_(given))
    ):
        by_name.setdefault(row.name, []).append(row.id)
    by_number = await _holders(tx, village, [one for one in given if one.startswith("+")])
    several = tuple(name for name, ids in by_name.items() if len(ids) > 1)
    found = {**{name: ids for name, ids in by_name.items() if len(ids) == 1}, **by_number}
    unknown = tuple(one for one in given if one not in found and one not in several)
    return Named(tuple(dict.fromkeys(key for ids in found.values() for key in ids)), unknown, several)


async def _holders(tx: Transaction, village: Area, numbers: Sequence[str]) -> dict[str, list[int]]:
    """The resident of each number; of a shared phone the head of its household, or else the first."""
    of_index = {tx.keyring.index(number, context=ADDRESS): number for number in numbers}
    rows = await tx.all(
        select(contacts.c.address_index, residents.c.id)
        .join(contact_holders, contact_holders.c.contact_id == contacts.c.id)
        .join(residents, residents.c.id == contact_holders.c.resident_id)
        .where(contacts.c.address_index.in_(of_index) if of_index else false(), lives_in(village))
        .order_by(residents.c.is_head.desc(), residents.c.id)
    )
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(of_index[row.address_index], [row.id])
    return found
