"""Notices as anybody may read them on the village's notice board: those to everybody, once they are out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select

from store.database import Transaction
from store.domain.areas import Area
from store.domain.audiences import AudienceKind, audience_from
from store.domain.emergencies import Level, Source
from store.domain.notices import Notice, NoticeState
from store.queries.notices import notice_by_id
from store.tables import emergency_notices, notices


@dataclass(frozen=True, slots=True)
class PublicWarning:
    """What an emergency notice says of itself. `lifted_at` is when it was said to be over; `lifts` is an all-clear."""

    source: Source
    issuer: str
    issued_at: datetime
    hazard: str
    level: Level
    lifted_at: datetime | None
    lifts: bool


@dataclass(frozen=True, slots=True)
class PublicNotice:
    """Without the name of whoever wrote it. `warning` is None for a notice that is no emergency's."""

    number: int
    text: str = field(repr=False)
    approved_at: datetime
    warning: PublicWarning | None


PAGE = 20
STALE = timedelta(days=7)
_lifting = emergency_notices.alias("lifting")


@dataclass(frozen=True, slots=True)
class PublicNotices:
    """`before` is the number with which the next page begins, None on the last."""

    notices: tuple[PublicNotice, ...]
    before: int | None


def is_public(notice: Notice) -> bool:
    """Whether it was for the whole village, and has been let go."""
    return notice.state is NoticeState.APPROVED and notice.audience.is_whole


async def public_notice(tx: Transaction, village_id: int, number: int) -> PublicNotice | None:
    """None where there is none that everybody may read, also for one that was called off."""
    row = await tx.first(_notices(village_id).where(notices.c.number == number))
    return _notice(row) if row and is_public(await notice_by_id(tx, row.id)) else None


async def public_notices(tx: Transaction, village: Area, before: int | None = None, most: int = PAGE) -> PublicNotices:
    """What everybody may read, the newest first, of those below a number."""
    found: list[PublicNotice] = []
    while len(found) <= most:
        rows = await _to_the_village(tx, village, before)
        found += [_notice(row) for row in rows if audience_from(village, row.audience).is_whole]
        if len(rows) <= PAGE:
            break
        before = rows[-1].number  # some went to a part of the village only: others are fetched
    listed = tuple(found[:most])
    return PublicNotices(listed, listed[-1].number if len(found) > most else None)


async def foremost_notices(tx: Transaction, village: Area, most: int) -> tuple[PublicNotice, ...]:
    """For a place that shows a few: warnings that are not over, whatever came since, then the newest of the others.

    One that nobody has said to be over for `STALE` stands where it would stand anyway.
    """
    in_force = (
        emergency_notices.c.lifts_id.is_(None),
        emergency_notices.c.notice_id.is_not(None),
        _lifting.c.notice_id.is_(None),
        notices.c.decided_at > tx.now - STALE,
    )
    rows = await tx.all(_approved_for(village).where(*in_force).order_by(notices.c.number.desc()).limit(PAGE))
    warnings = [_notice(row) for row in rows if audience_from(village, row.audience).is_whole]
    newest = (await public_notices(tx, village, most=most)).notices
    return (*warnings, *(notice for notice in newest if notice not in warnings))[:most]


async def _to_the_village(tx: Transaction, village: Area, before: int | None) -> Sequence[Any]:
    below = [notices.c.number < before] if before is not None else []
    return await tx.all(_approved_for(village).where(*below).order_by(notices.c.number.desc()).limit(PAGE + 1))


def _approved_for(village: Area) -> Select[Any]:
    return _notices(village.id).where(
        notices.c.state == NoticeState.APPROVED,
        notices.c.audience_area_id == village.id,
        notices.c.audience["kind"].as_string() == AudienceKind.VILLAGE,
    )


def _notices(village_id: int) -> Select[Any]:
    """With the warning that a notice passes on, and with its all-clear."""
    warned = emergency_notices.c
    return (
        select(
            notices.c.id,
            notices.c.number,
            notices.c.text,
            notices.c.decided_at,
            notices.c.audience,
            warned.source,
            warned.issuer,
            warned.issued_at,
            warned.hazard,
            warned.level,
            warned.lifts_id,
            _lifting.c.issued_at.label("lifted_at"),
        )
        .outerjoin(emergency_notices, warned.notice_id == notices.c.id)
        .outerjoin(_lifting, _lifting.c.lifts_id == warned.notice_id)
        .where(notices.c.area_id == village_id, notices.c.cancelled_at.is_(None))
    )


def _notice(row: Any) -> PublicNotice:
    warning = (
        PublicWarning(
            Source(row.source),
            row.issuer,
            row.issued_at,
            row.hazard,
            Level(row.level),
            row.lifted_at,
            row.lifts_id is not None,
        )
        if row.source
        else None
    )
    return PublicNotice(row.number, row.text, row.decided_at, warning)
