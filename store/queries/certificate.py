"""The reach certificate line by line: every household of a notice, how it was reached, or why not."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Subquery, and_, case, func, or_, select

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
    while rows := await _portion(tx, notice_id, last, _LISTED_AT_ONCE):
        for row in rows:
            yield _line(tx, row)
        last = (rows[-1].in_group, rows[-1].resident_id)


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """`after` is the key with which the next page begins, "" on the last."""

    lines: tuple[ReachedHousehold, ...]
    after: str


async def ledger_page(tx: Transaction, notice_id: int, outcome: Outcome | None, after: str = "") -> LedgerPage:
    """Some of a notice's households, those of one outcome only where it is given. `after` is a page's key or ""."""
    rows = await _portion(tx, notice_id, _place(after), PAGE + 1, outcome)
    listed = rows[:PAGE]
    key = f"{listed[-1].in_group}.{listed[-1].resident_id}" if len(rows) > PAGE else ""
    return LedgerPage(tuple(_line(tx, row) for row in listed), key)


def _place(after: str) -> tuple[int, int]:
    """Of a key that is none, the beginning."""
    group, _, resident = after.partition(".")
    if not (group.isdecimal() and resident.isdecimal()) or max(len(group), len(resident)) > _MOST_DIGITS:
        return 0, 0
    return int(group), int(resident)


async def _portion(
    tx: Transaction, notice_id: int, after: tuple[int, int], most: int, outcome: Outcome | None = None
) -> Sequence[Any]:
    units = households_of(tx, notice_id)
    wanted = [units.c.standing == STANDING[outcome]] if outcome else []
    in_group = func.coalesce(residents.c.group_id, 0)
    shown = _furthest(notice_id)
    return await tx.all(
        select(
            units,
            in_group.label("in_group"),
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
        .join(residents, residents.c.id == units.c.resident_id)
        .join(households, households.c.id == residents.c.household_id)
        .join(shown, shown.c.resident_id == units.c.resident_id)
        .join(deliveries, deliveries.c.id == shown.c.id)
        .outerjoin(areas, areas.c.id == residents.c.group_id)
        .outerjoin(contacts, contacts.c.id == deliveries.c.contact_id)
        .outerjoin(
            notice_visits,
            and_(notice_visits.c.notice_id == notice_id, notice_visits.c.resident_id == residents.c.id),
        )
        .where(or_(in_group > after[0], and_(in_group == after[0], residents.c.id > after[1])), *wanted)
        .order_by(in_group, residents.c.id)
        .limit(most)
    )


def _furthest(notice_id: int) -> Subquery:
    """Of a household's rows one: the last that was read, else that arrived, went out, was written."""
    arrived = case((deliveries.c.delivered_at.is_not(None), 2), (deliveries.c.sent_at.is_not(None), 1), else_=0)
    place = func.row_number().over(
        partition_by=deliveries.c.resident_id, order_by=(arrived.desc(), deliveries.c.id.desc())
    )
    ranked = (
        select(deliveries.c.id, deliveries.c.resident_id, place.label("place"))
        .where(deliveries.c.notice_id == notice_id)
        .subquery()
    )
    return select(ranked.c.id, ranked.c.resident_id).where(ranked.c.place == 1).subquery()


def _line(tx: Transaction, row: Any) -> ReachedHousehold:
    return ReachedHousehold(
        group=row.group_name or "",
        number=row.number,
        name=row.name,
        outcome=OUTCOME_AT[row.standing],
        reason=row.reason,
        channel=row.kind or "",
        address=tx.keyring.open(row.address, context=ADDRESS) if row.address else "",
        sent_at=row.sent_at,
        delivered_at=row.delivered_at,
        confirmed_at=row.confirmed_at,
        visited_at=row.reported_at,
    )
