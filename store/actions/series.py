"""Keeping the days that come again: beginning and ending a series, calling one occurrence off, moving one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from sqlalchemy import or_, select

from store.actions.occurrences import call_off, set_day
from store.actions.planning import AHEAD, disclosure_rule, plan_series
from store.database import Transaction
from store.domain.errors import Refusal
from store.domain.lengths import whole
from store.domain.occurrences import DISCLOSURE_TIME, SeriesKind, ServiceKind
from store.domain.recurrence import Recurrence, parse_rule
from store.domain.series import Changed, Occurrence, Series
from store.domain.service_days import slots_of
from store.queries.areas import settings_for
from store.queries.occurrences import (
    occurrence_by_id,
    series_by_id,
    villages_without_disclosure_day,
)
from store.queries.service_days import bookings_on, upcoming_of_series
from store.tables import occurrences, series

LONGEST_NAME = 80
"""Of who receives, and of where."""


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """When on its day a service begins and ends, and how long one person has; 0 minutes where nobody books.

    Raises Refusal("service_day.no_slots") where not one slot fits.
    """

    starts_at: time
    ends_at: time
    slot_minutes: int

    def __post_init__(self) -> None:
        begins, ends = (datetime.combine(date.min, at) for at in (self.starts_at, self.ends_at))
        slots_of(begins, ends, self.slot_minutes or 1)


async def add_series(
    tx: Transaction,
    village_id: int,
    service: ServiceKind,
    recurrence: Recurrence,
    hours: ServiceHours,
    *,
    host: str,
    place: str,
    actor: str,
) -> Series:
    """Begin a series of service days, and plan it. Raises Refusal("service_day.exists") where that service has one."""
    running = (series.c.area_id == village_id, series.c.service == service, series.c.ended_at.is_(None))
    if await tx.first(select(series.c.id).where(*running)):
        raise Refusal("service_day.exists", service=service)
    added = await _insert(tx, village_id, SeriesKind.SERVICE_DAY, service, recurrence, hours, host, place)
    tx.audit(village_id, actor, "series.added", f"series:{added.id}", [service, recurrence.rule])
    await plan_series(tx, added, await settings_for(tx, village_id))
    return added


async def _insert(
    tx: Transaction,
    village_id: int,
    kind: SeriesKind,
    service: ServiceKind | None,
    recurrence: Recurrence,
    hours: ServiceHours,
    host: str,
    place: str,
) -> Series:
    series_id = await tx.insert(
        series,
        area_id=village_id,
        kind=kind,
        service=service or "",
        host=whole(host, LONGEST_NAME),
        place=whole(place, LONGEST_NAME),
        rule=parse_rule(recurrence.rule, recurrence.start),
        first_day=recurrence.start,
        holiday_rule=recurrence.holiday_rule,
        exceptions=_iso(recurrence.exceptions),
        extra=_iso(recurrence.extra),
        starts_at=hours.starts_at,
        ends_at=hours.ends_at,
        slot_minutes=hours.slot_minutes,
        created_at=tx.now,
    )
    return await series_by_id(tx, series_id)


async def end_series(tx: Transaction, series_id: int, reason: str, *, actor: str) -> list[Changed]:
    """No more of these days from now on; answers those that were cancelled, with who had booked them."""
    kept = await series_by_id(tx, series_id, lock=True)
    await tx.run(series.update().where(series.c.id == kept.id).values(ended_at=tx.now))
    tx.audit(kept.area_id, actor, "series.ended", f"series:{kept.id}")
    settings = await settings_for(tx, kept.area_id)
    ahead = await upcoming_of_series(tx, kept.id, settings)
    return [await call_off(tx, one, reason) for one in ahead]


async def cancel_occurrence(tx: Transaction, occurrence_id: int, reason: str, *, actor: str) -> Changed:
    """Call one day off; the series goes on. Raises Refusal: `service_day.reason_missing`, `.cancelled`, `.past`."""
    if not reason.strip():
        raise Refusal("service_day.reason_missing")
    occurrence = await still_ahead(tx, occurrence_id)
    await _except(tx, occurrence)
    tx.audit(occurrence.series.area_id, actor, "occurrence.cancelled", f"occurrence:{occurrence.id}")
    return await call_off(tx, occurrence, reason.strip())


async def move_occurrence(tx: Transaction, occurrence_id: int, day: date, *, actor: str) -> Changed:
    """Let one occurrence happen on another day; bookings keep their slots.

    Raises Refusal: `service_day.cancelled`, `service_day.past`, `service_day.day_taken` (the series has that day
    already, or had it and called it off), `service_day.day_out_of_reach` (over, or more than 45 days off).
    """
    occurrence = await still_ahead(tx, occurrence_id)
    today = tx.now.astimezone(occurrence.zone).date()
    if replace(occurrence, day=day).begins_at <= tx.now or day > today + AHEAD:
        raise Refusal("service_day.day_out_of_reach", day_asked=day)
    same_day = or_(occurrences.c.day == day, occurrences.c.nominal_day == day)
    if await tx.first(select(occurrences.c.id).where(occurrences.c.series_id == occurrence.series.id, same_day)):
        raise Refusal("service_day.day_taken", day_asked=day)
    await _except(tx, occurrence, instead=day)
    moved = replace(occurrence, nominal_day=day, day=day, moved_at=tx.now)
    await set_day(tx, moved)
    tx.audit(occurrence.series.area_id, actor, "occurrence.moved", f"occurrence:{occurrence.id}", str(day))
    return Changed(moved, occurrence.day, await bookings_on(tx, moved))


async def begin_disclosure_days(tx: Transaction) -> None:
    """Every village discloses: where the disclosure day's series is missing it begins today."""
    for village_id in await villages_without_disclosure_day(tx):
        settings = await settings_for(tx, village_id)
        start = tx.now.astimezone(settings.zone).date()
        recurrence = Recurrence(disclosure_rule(settings), start, settings.disclosure_holiday_rule)
        hours = ServiceHours(DISCLOSURE_TIME, time(23, 59), 0)
        await _insert(tx, village_id, SeriesKind.DISCLOSURE, None, recurrence, hours, "", "")


async def still_ahead(tx: Transaction, occurrence_id: int) -> Occurrence:
    """The occurrence, held together with its series. Raises Refusal: `service_day.cancelled`, `service_day.past`."""
    found = await occurrence_by_id(tx, occurrence_id)
    await series_by_id(tx, found.series.id, lock=True)
    occurrence = await occurrence_by_id(tx, occurrence_id, lock=True)
    if occurrence.cancelled_at:
        raise Refusal("service_day.cancelled", at=occurrence.begins_at)
    if occurrence.is_over(tx.now):
        raise Refusal("service_day.past", at=occurrence.begins_at)
    return occurrence


async def _except(tx: Transaction, occurrence: Occurrence, instead: date | None = None) -> None:
    """Take the day out of its series, and put another in its place."""
    kept = (await series_by_id(tx, occurrence.series.id)).recurrence
    exceptions = kept.exceptions | {occurrence.nominal_day}
    extra = (kept.extra - {occurrence.nominal_day}) | ({instead} if instead else set())
    values = {"exceptions": _iso(exceptions), "extra": _iso(extra)}
    await tx.run(series.update().where(series.c.id == occurrence.series.id).values(**values))


def _iso(days: Iterable[date]) -> list[str]:
    return sorted(day.isoformat() for day in days)
