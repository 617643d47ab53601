"""The figures of a village's personal information impact assessment (PIPL Art. 55 and 56)."""

from dataclasses import dataclass

from dateutil.relativedelta import relativedelta
from sqlalchemy import func, select

from store.database import Transaction
from store.domain.areas import Area
from store.domain.people import Role
from store.domain.settings import AreaSettings
from store.queries.access import PEOPLE_ROLES
from store.queries.areas import settings_for
from store.queries.membership import lives_in
from store.tables import (
    areas,
    audit_entries,
    channel_accounts,
    contacts,
    duties,
    resident_flags,
    residents,
    roster_uploads,
)

CHILD_UNDER = 14
"""What is kept of younger ones is sensitive personal information (PIPL Art. 28)."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """`children` are those of whom it is known; `flags`, `contacts` and `accounts` count by kind.

    `offices` are the duties in the village that need the roster.
    """

    settings: AreaSettings
    residents: int
    children: int
    contacts: dict[str, int]
    flags: dict[str, int]
    offices: dict[Role, int]
    accounts: dict[str, int]
    exports: int
    imports: int
    looks: int


async def assessment_of(tx: Transaction, village: Area) -> Assessment:
    settings = await settings_for(tx, village.id)
    today = tx.now.astimezone(settings.zone).date()
    here = lives_in(village)
    young = residents.c.birth_year > today.year - CHILD_UNDER
    born = residents.c.birth > today - relativedelta(years=CHILD_UNDER)
    return Assessment(
        settings=settings,
        residents=await _count(tx, select(func.count()).select_from(residents).where(here)),
        children=await _count(tx, select(func.count()).select_from(residents).where(here, young | born)),
        contacts=await _by(tx, contacts.c.kind, contacts.c.area_id == village.id),
        flags=await _flags(tx, village),
        offices=await _offices(tx, village),
        accounts=await _accounts(tx, village),
        exports=await _facts(tx, village, "roster.exported"),
        imports=await _count(
            tx, select(func.count()).select_from(roster_uploads).where(roster_uploads.c.area_id == village.id)
        ),
        looks=await _facts(tx, village, "flags.shown"),
    )


async def _count(tx: Transaction, statement: object) -> int:
    return int(await tx.scalar(statement))  # type: ignore[arg-type]


async def _by(tx: Transaction, column: object, *conditions: object) -> dict[str, int]:
    rows = await tx.all(select(column, func.count()).where(*conditions).group_by(column))  # type: ignore[call-overload]
    return {row[0]: row[1] for row in rows}


async def _flags(tx: Transaction, village: Area) -> dict[str, int]:
    borne = (
        select(resident_flags.c.flag, func.count())
        .join(residents, residents.c.id == resident_flags.c.resident_id)
        .where(residents.c.area_id == village.id, resident_flags.c.ended_at.is_(None))
        .group_by(resident_flags.c.flag)
    )
    return {row[0]: row[1] for row in await tx.all(borne)}


async def _offices(tx: Transaction, village: Area) -> dict[Role, int]:
    rows = await tx.all(
        select(duties.c.role, func.count())
        .join(areas, areas.c.id == duties.c.area_id)
        .where(duties.c.ended_at.is_(None), areas.c.path.startswith(village.path))
        .group_by(duties.c.role)
    )
    held = {row[0]: row[1] for row in rows}
    return {role: held[role] for role in Role if role in held and role in PEOPLE_ROLES}


async def _accounts(tx: Transaction, village: Area) -> dict[str, int]:
    above = [int(part) for part in village.path.strip("/").split("/")]
    return await _by(tx, channel_accounts.c.kind, channel_accounts.c.area_id.in_(above))


async def _facts(tx: Transaction, village: Area, action: str) -> int:
    found = (audit_entries.c.area_id == village.id, audit_entries.c.action == action)
    return await _count(tx, select(func.count()).select_from(audit_entries).where(*found))
