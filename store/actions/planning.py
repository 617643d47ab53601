"""Writing the rows of the days ahead from the rules of their series.

Rows are planned for a window around today. The rule says which days there are, the row is what was said of one: who
booked it and which of its steps are taken. A row keeps its name when its day moves, so that it still happens once.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, or_

from store.actions.occurrences import call_off, set_day
from store.database import Transaction
from store.domain.occurrences import SeriesKind, wakes_at
from store.domain.recurrence import DueDate, due_dates
from store.domain.series import Changed, Occurrence, Series
from store.domain.settings import AreaSettings
from store.domain.working_calendar import WorkingCalendar
from store.queries.areas import settings_for
from store.queries.occurrences import occurrence_from, occurrences_of_series, series_to_plan
from store.queries.service_days import bookings_on
from store.tables import occurrences, series

BEHIND = timedelta(days=14)
AHEAD = timedelta(days=45)
"""The window for which rows are planned: a scheduler may be down so long, a resident may book so far ahead."""
LONGEST_HOLIDAY = timedelta(days=15)
"""No holiday moves a day further: so far beyond the window a planned day may have gone."""
PLANNED_AT_ONCE = 100


async def plan_waiting(tx: Transaction) -> tuple[int, list[Changed]]:
    """Plan the series whose turn it is: how many that were, and what a newly announced calendar changed for people."""
    changed: list[Changed] = []
    known: dict[int, AreaSettings] = {}
    waiting = await series_to_plan(tx, tx.now, PLANNED_AT_ONCE)
    for one in waiting:
        settings = known.get(one.area_id) or await settings_for(tx, one.area_id)
        known[one.area_id] = settings
        current = await _follow_setting(tx, one, settings) if one.kind is SeriesKind.DISCLOSURE else one
        changed += await plan_series(tx, current, settings)
    return len(waiting), changed


def disclosure_rule(settings: AreaSettings) -> str:
    return f"FREQ=MONTHLY;BYMONTHDAY={settings.disclosure_day}"


async def _follow_setting(tx: Transaction, one: Series, settings: AreaSettings) -> Series:
    """The disclosure day is a setting of the village or of an area above it, and may have been changed."""
    rule, holiday_rule = disclosure_rule(settings), settings.disclosure_holiday_rule
    if (one.recurrence.rule, one.recurrence.holiday_rule) == (rule, holiday_rule):
        return one
    recurrence = replace(one.recurrence, rule=rule, holiday_rule=holiday_rule)
    await tx.run(series.update().where(series.c.id == one.id).values(rule=rule, holiday_rule=holiday_rule))
    return replace(one, recurrence=recurrence)


async def plan_series(tx: Transaction, one: Series, settings: AreaSettings) -> list[Changed]:
    """Write the rows of the window, move or call off those ahead whose day is another now.

    Answers what changed for people. What lies behind, and what is under way today, stays as it was.
    """
    today = tx.now.astimezone(settings.zone).date()
    first, last = today - BEHIND, today + AHEAD
    calendar = WorkingCalendar(settings.own_days, zone=settings.zone)
    due = {each.nominal: each for each in due_dates(one.recurrence, calendar, first, last + LONGEST_HOLIDAY)}
    in_window = and_(occurrences.c.day >= first, occurrences.c.day <= last)
    rows = await tx.all(
        occurrences_of_series().where(series.c.id == one.id, or_(in_window, occurrences.c.nominal_day.in_(due)))
    )
    known = {row.nominal_day for row in rows}
    new = [each for each in due.values() if each.nominal not in known and each.actual <= last]
    await _write_new(tx, one, settings, new)
    await tx.run(series.update().where(series.c.id == one.id).values(planned_at=tx.now))
    ahead = [row for row in rows if row.day > today and row.cancelled_at is None]
    return [changed for row in ahead if (changed := await _follow_rule(tx, row, settings, due.get(row.nominal_day)))]


async def _write_new(tx: Transaction, one: Series, settings: AreaSettings, due: Iterable[DueDate]) -> None:
    planned = [Occurrence(0, one, each.nominal, each.actual, settings.zone) for each in due]
    await tx.insert_many(
        occurrences,
        [
            {
                "series_id": one.id,
                "nominal_day": each.nominal_day,
                "day": each.day,
                "wakes_at": wakes_at(each.steps, {}),
                "reason": "",
                "place": "",
            }
            for each in planned
        ],
    )


async def _follow_rule(tx: Transaction, row: Any, settings: AreaSettings, due: DueDate | None) -> Changed | None:
    occurrence = occurrence_from(row, settings)
    if due and due.actual == occurrence.day:
        return None
    if due is None:
        changed = await call_off(tx, occurrence, "")
    else:
        moved = replace(occurrence, day=due.actual, moved_at=tx.now)
        await set_day(tx, moved)
        changed = Changed(moved, occurrence.day, await bookings_on(tx, moved))
    return changed if changed.bookings else None
