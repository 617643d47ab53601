"""Notices as the console lists them, and where one of them stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, FromClause, and_, func, or_, select

from store.database import Transaction
from store.domain.jobs import JobName
from store.domain.notices import Arranging, Notice, NoticeState
from store.domain.people import Staff
from store.queries.access import sees_notices
from store.queries.notices import all_notices, arranging_of, first_of_circular, notice_from
from store.queries.reach import still_to_go
from store.tables import areas, deliveries, emergency_notices, notices, progress, staff

PAGE = 20
_MOST_DIGITS = 18
"""Of a BIGINT."""


class NoticesShown(StrEnum):
    """Which notices: his own unfinished ones, those that wait for a yes, that still go out, that are out."""

    DRAFTS = "drafts"
    WAITING = "waiting"
    GOING = "going"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """`households` are those in its ledger (persons where single persons are addressed).

    `villages` are several where it stands for a circular, whose households are counted together.
    """

    notice: Notice
    villages: tuple[str, ...]
    households: int
    is_emergency: bool


@dataclass(frozen=True, slots=True)
class NoticePage:
    """`after` is the key with which the next page begins, "" on the last."""

    lines: tuple[NoticeLine, ...]
    after: str


async def list_notices(tx: Transaction, person: Staff, shown: NoticesShown, after: str = "") -> NoticePage:
    """What this person may see, the newest first; a circular that he may see all of once. Four statements."""
    older = [notices.c.id < int(after)] if after.isdecimal() and len(after) <= _MOST_DIGITS else []
    rows = await tx.all(
        all_notices()
        .where(sees_notices(person), _shown(tx.now, person, shown), first_of_circular(person), *older)
        .order_by(notices.c.id.desc())
        .limit(PAGE + 1)
    )
    listed = [notice_from(row) for row in rows[:PAGE]]
    lines = await _lines(tx, person, listed)
    return NoticePage(lines, str(listed[-1].id) if len(rows) > PAGE else "")


def _shown(now: datetime, person: Staff, shown: NoticesShown) -> ColumnElement[bool]:
    if shown is NoticesShown.DRAFTS:
        unfinished = notices.c.state.in_((NoticeState.DRAFT, NoticeState.REFUSED))
        return and_(unfinished, notices.c.drafted_by == person.id)
    if shown is NoticesShown.WAITING:
        return notices.c.state == NoticeState.WAITING
    bound = notices.alias("bound")
    together = and_(bound.c.circular_id == notices.c.circular_id, _goes_out(now, bound))
    going = or_(_goes_out(now, notices), select(bound.c.id).where(together).correlate(notices).exists())
    return and_(notices.c.state == NoticeState.APPROVED, going if shown is NoticesShown.GOING else ~going)


def _goes_out(now: datetime, of: FromClause) -> ColumnElement[bool]:
    rows = still_to_go(now).where(deliveries.c.notice_id == of.c.id).correlate(of).exists()
    return and_(of.c.closed_at.is_(None), or_(rows, _being_written(of)))


def _being_written(of: FromClause) -> ColumnElement[bool]:
    """Of a large one, the job that writes its deliveries is not done."""
    unfinished = (
        progress.c.job == JobName.SEND_NOTICE,
        progress.c.subject_id == of.c.id,
        progress.c.finished_at.is_(None),
    )
    return select(progress.c.subject_id).where(*unfinished).correlate(of).exists()


async def _lines(tx: Transaction, person: Staff, listed: Sequence[Notice]) -> tuple[NoticeLine, ...]:
    together = await _together(tx, person, listed)
    of_line = [together.get(notice.circular_id or 0) or {notice.id: notice.village_name} for notice in listed]
    ids = [key for bound in of_line for key in bound]
    homes = func.count(deliveries.c.resident_id.distinct())
    counted = await tx.all(
        select(deliveries.c.notice_id, homes.label("homes"))
        .where(deliveries.c.notice_id.in_(ids))
        .group_by(deliveries.c.notice_id)
    )
    urgent = await tx.all(select(emergency_notices.c.notice_id).where(emergency_notices.c.notice_id.in_(ids)))
    households = {row.notice_id: row.homes for row in counted}
    emergencies = {row.notice_id for row in urgent}
    return tuple(
        NoticeLine(
            notice, tuple(bound.values()), sum(households.get(key, 0) for key in bound), notice.id in emergencies
        )
        for notice, bound in zip(listed, of_line, strict=True)
    )


async def _together(tx: Transaction, person: Staff, listed: Sequence[Notice]) -> dict[int, dict[int, str]]:
    """By circular its notices' ids and their villages' names; not of one that this person may not see all of."""
    villages = areas.alias("villages")
    rows = await tx.all(
        select(notices.c.circular_id, notices.c.id, villages.c.name, sees_notices(person).label("seen"))
        .join(villages, villages.c.id == notices.c.area_id)
        .join(areas, areas.c.id == notices.c.audience_area_id)
        .where(
            notices.c.circular_id.in_({notice.circular_id for notice in listed if notice.circular_id}),
            notices.c.state != NoticeState.DROPPED,
        )
        .order_by(villages.c.name, notices.c.id)
    )
    hidden = {row.circular_id for row in rows if not row.seen}
    found: dict[int, dict[int, str]] = {}
    for row in rows:
        if row.circular_id not in hidden:
            found.setdefault(row.circular_id, {})[row.id] = row.name
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """What was done with an approved notice, and when. `arranging` while its list of recipients is not complete."""

    decided_by: str
    decided_at: datetime | None
    paused_at: datetime | None
    cancelled_at: datetime | None
    closed_at: datetime | None
    is_emergency: bool
    arranging: Arranging | None
    confirmed: int


async def standing_of(tx: Transaction, notice: Notice) -> Standing:
    confirmed = select(func.count(deliveries.c.resident_id.distinct())).where(
        deliveries.c.notice_id == notice.id, deliveries.c.confirmed_at.is_not(None)
    )
    row = await tx.first(
        select(
            staff.c.name,
            notices.c.decided_at,
            notices.c.paused_at,
            notices.c.cancelled_at,
            notices.c.closed_at,
            emergency_notices.c.notice_id.label("emergency_id"),
            confirmed.scalar_subquery().label("confirmed"),
        )
        .outerjoin(staff, staff.c.id == notices.c.decided_by)
        .outerjoin(emergency_notices, emergency_notices.c.notice_id == notices.c.id)
        .where(notices.c.id == notice.id)
    )
    return Standing(
        decided_by=row.name or "",
        decided_at=row.decided_at,
        paused_at=row.paused_at,
        cancelled_at=row.cancelled_at,
        closed_at=row.closed_at,
        is_emergency=row.emergency_id is not None,
        arranging=await arranging_of(tx, notice.id),
        confirmed=row.confirmed,
    )
