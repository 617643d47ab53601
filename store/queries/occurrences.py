"""Series and their occurrences as they stand, and which of them have something to do."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select

from store.database import Transaction
from store.domain.areas import AreaKind
from store.domain.errors import NotFound
from store.domain.occurrences import Outcome, SeriesKind, ServiceKind, Step
from store.domain.recurrence import HolidayRule, Recurrence
from store.domain.series import Occurrence, Series
from store.domain.settings import AreaSettings
from store.queries.areas import settings_for
from store.tables import areas, counters, occurrence_steps, occurrences, series

PLAN_EVERY = timedelta(hours=6)
"""How soon a newly announced calendar, or a village's own day off, moves the days already planned."""
CALENDAR_WARNING = "calendar_warning"
"""The counter that holds the last year of which a village was warned."""


def series_from(row: Any, series_id: int) -> Series:
    recurrence = Recurrence(
        rule=row.rule,
        start=row.first_day,
        holiday_rule=HolidayRule(row.holiday_rule),
        exceptions=frozenset(map(date.fromisoformat, row.exceptions)),
        extra=frozenset(map(date.fromisoformat, row.extra)),
    )
    return Series(
        id=series_id,
        area_id=row.area_id,
        kind=SeriesKind(row.kind),
        service=ServiceKind(row.service) if row.service else None,
        host=row.host,
        place=row.place,
        recurrence=recurrence,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        slot_minutes=row.slot_minutes,
        created_at=row.created_at,
    )


def occurrence_from(row: Any, settings: AreaSettings) -> Occurrence:
    return Occurrence(
        id=row.id,
        series=series_from(row, row.series_id),
        nominal_day=row.nominal_day,
        day=row.day,
        zone=settings.zone,
        moved_at=row.moved_at,
        cancelled_at=row.cancelled_at,
        reason=row.reason,
        own_place=row.own_place,
    )


def occurrences_of_series() -> Select[Any]:
    """Occurrences with what their series says; `id` is the occurrence's."""
    own = [column for column in occurrences.c if column.name != "place"]
    of_series = [column for column in series.c if column.name != "id"]
    return select(*own, occurrences.c.place.label("own_place"), *of_series).join(
        series, series.c.id == occurrences.c.series_id
    )


async def series_by_id(tx: Transaction, series_id: int, *, lock: bool = False) -> Series:
    wanted = select(series).where(series.c.id == series_id)
    row = await tx.first(wanted.with_for_update() if lock else wanted)
    if row is None:
        raise NotFound("service_day.unknown")
    return series_from(row, row.id)


async def series_of_village(tx: Transaction, village_id: int) -> list[Series]:
    """The series that run there."""
    rows = await tx.all(
        select(series).where(series.c.area_id == village_id, series.c.ended_at.is_(None)).order_by(series.c.id)
    )
    return [series_from(row, row.id) for row in rows]


async def occurrence_by_id(tx: Transaction, occurrence_id: int, *, lock: bool = False) -> Occurrence:
    """Raises NotFound("service_day.unknown")."""
    wanted = occurrences_of_series().where(occurrences.c.id == occurrence_id)
    row = await tx.first(wanted.with_for_update(of=occurrences) if lock else wanted)
    if row is None:
        raise NotFound("service_day.unknown")
    return occurrence_from(row, await settings_for(tx, row.area_id))


async def outcomes_of(tx: Transaction, occurrence_id: int) -> Mapping[Step, Outcome]:
    rows = await tx.all(select(occurrence_steps).where(occurrence_steps.c.occurrence_id == occurrence_id))
    return {Step(row.step): Outcome(row.outcome) for row in rows}


async def woken_occurrences(tx: Transaction, now: datetime) -> list[int]:
    """Those with a step whose time has come, the longest waiting first."""
    rows = await tx.all(
        select(occurrences.c.id).where(occurrences.c.wakes_at <= now).order_by(occurrences.c.wakes_at, occurrences.c.id)
    )
    return [row.id for row in rows]


async def series_to_plan(tx: Transaction, now: datetime, limit: int) -> list[Series]:
    """Series that were not planned lately, locked so that of two schedulers each plans others.

    One planned in the future was planned by a clock that has been set back.
    """
    rows = await tx.all(
        select(series)
        .where(
            series.c.ended_at.is_(None),
            or_(series.c.planned_at.is_(None), series.c.planned_at <= now - PLAN_EVERY, series.c.planned_at > now),
        )
        .order_by(series.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [series_from(row, row.id) for row in rows]


async def villages_without_disclosure_day(tx: Transaction) -> list[int]:
    running = select(series.c.area_id).where(series.c.kind == SeriesKind.DISCLOSURE, series.c.ended_at.is_(None))
    rows = await tx.all(select(areas.c.id).where(areas.c.kind == AreaKind.VILLAGE, areas.c.id.not_in(running)))
    return [row.id for row in rows]


async def villages_not_warned_of(tx: Transaction, year: int) -> list[tuple[int, str]]:
    """The villages, with their names, that were never told that this year's holidays are unknown."""
    warned = counters.alias()
    last = (
        select(func.max(warned.c.value))
        .where(warned.c.area_id == areas.c.id, warned.c.name == CALENDAR_WARNING)
        .scalar_subquery()
    )
    rows = await tx.all(
        select(areas.c.id, areas.c.name)
        .where(areas.c.kind == AreaKind.VILLAGE, func.coalesce(last, 0) < year)
        .order_by(areas.c.id)
    )
    return [(row.id, row.name) for row in rows]
