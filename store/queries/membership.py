"""Who belongs to an audience, as a condition on residents."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select, true

from store.database import Transaction
from store.domain.areas import Area, AreaKind
from store.domain.audiences import FLAG_OF_KIND, Audience, AudienceKind
from store.tables import areas, contact_holders, contacts, duties, resident_tags, residents, staff, subscriptions

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
    if kind is AudienceKind.OFFICERS:
        return _in_office(audience)
    if kind is AudienceKind.TAGGED:
        return _bears([tag.id for tag in audience.tags])
    if kind is AudienceKind.SUBSCRIBERS:
        return _wished(audience.topic)
    return residents.c.id.in_(audience.residents) if kind is AudienceKind.LISTED else true()


def _in_office(audience: Audience) -> ColumnElement[bool]:
    """By his row in the books, else by the phone that is both his in office and that of a resident of his name."""
    serving = (
        select(duties.c.staff_id)
        .join(areas, areas.c.id == duties.c.area_id)
        .where(duties.c.ended_at.is_(None), areas.c.path.startswith(audience.area.path))
    )
    if audience.role:
        serving = serving.where(duties.c.role == audience.role)
    in_office = and_(staff.c.id.in_(serving), staff.c.ended_at.is_(None))
    known = select(staff.c.resident_id).where(in_office, staff.c.resident_id.is_not(None))
    holders = residents.alias("holders")
    by_phone = (
        select(holders.c.id)
        .join(contact_holders, contact_holders.c.resident_id == holders.c.id)
        .join(contacts, contacts.c.id == contact_holders.c.contact_id)
        .join(staff, staff.c.id == contacts.c.staff_id)
        .where(in_office, holders.c.name == staff.c.name)
    )
    return or_(residents.c.id.in_(known), residents.c.id.in_(by_phone))


def _wished(topic: str) -> ColumnElement[bool]:
    return residents.c.id.in_(
        select(contact_holders.c.resident_id)
        .join(subscriptions, subscriptions.c.contact_id == contact_holders.c.contact_id)
        .where(subscriptions.c.topic == topic)
    )


def _bears(tag_ids: Sequence[int]) -> ColumnElement[bool]:
    return residents.c.id.in_(select(resident_tags.c.resident_id).where(resident_tags.c.tag_id.in_(tag_ids)))


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


async def any_lives_in(tx: Transaction, area: Area, resident_ids: Collection[int]) -> bool:
    found = select(residents.c.id).where(residents.c.id.in_(resident_ids), lives_in(area)).limit(1)
    return await tx.first(found) is not None


async def people_meant(tx: Transaction, audience: Audience, today: date) -> int:
    return int(await tx.scalar(select(func.count()).select_from(residents).where(belongs(audience, today))))
