"""Who is to hear of a notice, and at which addresses each of them might be reached: two statements, whatever the size.

Addresses stay sealed: their blind indexes are enough to tell them apart.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select

from store.database import Transaction
from store.domain.audiences import Audience, AudienceKind
from store.domain.people import ContactKind
from store.queries.membership import addressed
from store.tables import contact_holders, contacts, household_proxies, households, residents

ADULT_YEARS = 18


@dataclass(frozen=True, slots=True)
class Way:
    """One address of one person, or a person without any (`contact_id` is None).

    `unit_id` is what gets one message: the household, or the person where single persons are addressed. Whose birth
    is not known counts as an adult.
    """

    unit_id: int
    resident_id: int
    is_head: bool
    is_adult: bool
    contact_id: int | None = None
    kind: ContactKind | None = None
    account_id: int | None = None
    address_index: bytes = b""
    language: str = ""
    opted_out: bool = False
    dead: bool = False


async def ways_to(tx: Transaction, audience: Audience, today: date) -> list[Way]:
    """Every person of the audience with each of his addresses, household by household.

    A household that nobody can reach is reached through whoever takes messages for it (代联系人), where it named one.
    """
    unit = residents.c.household_id if audience.by_household else residents.c.id
    rows = await tx.all(
        select(
            unit.label("unit_id"),
            residents.c.id.label("resident_id"),
            residents.c.is_head,
            residents.c.birth,
            residents.c.birth_year,
            contacts.c.id.label("contact_id"),
            contacts.c.kind,
            contacts.c.account_id,
            contacts.c.address_index,
            contacts.c.language,
            contacts.c.opted_out_at,
            contacts.c.dead_at,
        )
        .select_from(residents)
        .outerjoin(contact_holders, contact_holders.c.resident_id == residents.c.id)
        .outerjoin(contacts, contacts.c.id == contact_holders.c.contact_id)
        .where(addressed(audience, today))
        .order_by(residents.c.household_id, residents.c.id, contacts.c.id)
    )
    ways = [_way(row, today) for row in rows]
    if not audience.by_household:
        return ways
    proxies = await _proxies(tx, audience)
    reached = {way.unit_id for way in ways if way.contact_id}
    through = [
        replace(proxies[way.unit_id], resident_id=way.resident_id)
        for way in ways
        if way.is_head and way.unit_id in proxies
    ]
    return [*ways, *(way for way in through if way.unit_id not in reached)]


async def _proxies(tx: Transaction, audience: Audience) -> dict[int, Way]:
    of_group = audience.kind is AudienceKind.GROUP
    belongs = (households.c.group_id if of_group else households.c.area_id) == audience.area.id
    rows = await tx.all(
        select(household_proxies.c.household_id, contacts)
        .join(contacts, contacts.c.id == household_proxies.c.contact_id)
        .join(households, households.c.id == household_proxies.c.household_id)
        .where(belongs)
    )
    return {
        row.household_id: Way(
            unit_id=row.household_id,
            resident_id=0,
            is_head=True,
            is_adult=True,
            contact_id=row.id,
            kind=ContactKind(row.kind),
            account_id=row.account_id,
            address_index=row.address_index,
            language=row.language,
            opted_out=row.opted_out_at is not None,
            dead=row.dead_at is not None,
        )
        for row in rows
    }


def _way(row: Any, today: date) -> Way:
    return Way(
        unit_id=row.unit_id,
        resident_id=row.resident_id,
        is_head=row.is_head,
        is_adult=_is_adult(row.birth, row.birth_year, today),
        contact_id=row.contact_id,
        kind=ContactKind(row.kind) if row.kind else None,
        account_id=row.account_id,
        address_index=row.address_index or b"",
        language=row.language or "",
        opted_out=row.opted_out_at is not None,
        dead=row.dead_at is not None,
    )


def _is_adult(birth: date | None, birth_year: int | None, today: date) -> bool:
    if birth is not None:
        return (today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))) >= ADULT_YEARS
    return birth_year is None or today.year - birth_year >= ADULT_YEARS
