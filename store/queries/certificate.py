"""The reach certificate line by line: every household of a notice, how it was reached, or why not."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from store.database import Transaction
from store.domain.reach import STANDING, Outcome
from store.queries.people import ADDRESS
from store.queries.reach import OUTCOME_AT, households_of
from store.tables import areas, contacts, deliveries, households, notice_visits, residents

_LISTED_AT_ONCE = 500
PAGE = 50
_MOST_DIGITS = 18
"""Of a BIGINT."""


@dataclass(frozen=True, slots=True)
class ReachedHousehold:
    """One line of the certificate. `address` is as it is reached, to be masked before anybody reads it."""

    group: str
    number: str
    name: str
    outcome: Outcome
    reason: str
    channel: str
    address: str = field(repr=False)
    sent_at: datetime | None
    delivered_at: datetime | None
    confirmed_at: datetime | None
    visited_at: datetime | None


async def households_reached(tx: Transaction, notice_id: int) -> AsyncIterator[ReachedHousehold]:
    """Every household of a notice in the order of its groups, with the row that brought it furthest; in portions."""
    last = (0, 0)
    while units := await _portion(tx, notice_id, last, _LISTED_AT_ONCE):
        for line in await _lines(tx, notice_id, units):
            yield line
        last = (units[-1].in_group, units[-1].resident_id)


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """`after` is the key with which the next page begins, "" on the last."""

    lines: tuple[ReachedHousehold, ...]
    after: str


async def ledger_page(tx: Transaction, notice_id: int, outcome: Outcome | None, after: str = "") -> LedgerPage:
    """Some of a notice's households, those of one outcome only where it is given. `after` is a page's key or ""."""
    units = await _portion(tx, notice_id, _place(after), PAGE + 1, outcome)
    listed = units[:PAGE]
    key = f"{listed[-1].in_group}.{listed[-1].resident_id}" if len(units) > PAGE else ""
    return LedgerPage(tuple(await _lines(tx, notice_id, listed)), key)


def _place(after: str) -> tuple[int, int]:
    """Of a key that is none, the beginning."""
    group, _, resident = after.partition(".")
    if not (group.isdecimal() and resident.isdecimal()) or max(len(group), len(resident)) > _MOST_DIGITS:
        return 0, 0
    return int(group), int(resident)


async def _portion(
    tx: Transaction, notice_id: int, after: tuple[int, int], most: int, outcome: Outcome | None = None
) -> Sequence[Any]:
    """Some households with their standing.

    What else a line says is read for these only: joined to all, SQLite goes through every row for every household.
    """
    units = households_of(tx, notice_id)
    in_group = func.coalesce(residents.c.group_id, 0)
    wanted = [units.c.standing == STANDING[outcome]] if outcome else []
    return await tx.all(
        select(units.c.resident_id, units.c.standing, units.c.reason, in_group.label("in_group"))
        .join(residents, residents.c.id == units.c.resident_id)
        .where(or_(in_group > after[0], and_(in_group == after[0], residents.c.id > after[1])), *wanted)
        .order_by(in_group, residents.c.id)
        .limit(most)
    )


async def _lines(tx: Transaction, notice_id: int, units: Sequence[Any]) -> list[ReachedHousehold]:
    """Of a household's rows one: the last that was read, else that arrived, went out, was written."""
    arrived = case((deliveries.c.delivered_at.is_not(None), 2), (deliveries.c.sent_at.is_not(None), 1), else_=0)
    visited = and_(notice_visits.c.notice_id == notice_id, notice_visits.c.resident_id == residents.c.id)
    rows = await tx.all(
        select(
            deliveries.c.resident_id,
            areas.c.name.label("group_name"),
            households.c.number,
            residents.c.name,
            contacts.c.kind,
            contacts.c.address,
            deliveries.c.sent_at,
            deliveries.c.delivered_at,
            deliveries.c.confirmed_at,
            notice_visits.c.reported_at,
        )
        .select_from(deliveries)
        .join(residents, residents.c.id == deliveries.c.resident_id)
        .join(households, households.c.id == residents.c.household_id)
        .outerjoin(areas, areas.c.id == residents.c.group_id)
        .outerjoin(contacts, contacts.c.id == deliveries.c.contact_id)
        .outerjoin(notice_visits, visited)
        .where(deliveries.c.notice_id == notice_id, deliveries.c.resident_id.in_([unit.resident_id for unit in units]))
        .order_by(arrived, deliveries.c.id)
    )
    furthest = {row.resident_id: row for row in rows}
    return [_line(tx, unit, furthest[unit.resident_id]) for unit in units]


def _line(tx: Transaction, unit: Any, row: Any) -> ReachedHousehold:
    return ReachedHousehold(
        group=row.group_name or "",
        number=row.number,
        name=row.name,
        outcome=OUTCOME_AT[unit.standing],
        reason=unit.reason,
        channel=row.kind or "",
        address=tx.keyring.open(row.address, context=ADDRESS) if row.address else "",
        sent_at=row.sent_at,
        delivered_at=row.delivered_at,
        confirmed_at=row.confirmed_at,
        visited_at=row.reported_at,
    )
