"""What is due by the rows, and releasing it: each thing once, whatever is restarted, doubled or missed.

Every release is a transaction of its own: the step's row first, then all that is said because of it. A scheduler that
dies in between leaves nothing, two that run at once find each other's row.
"""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

import structlog

from notifier.render import Renderer
from notifier.steps import decide, take, tell_cadres
from notifier.telling import write_tells
from store.actions.occurrences import Woken, note_calendar_warning, woken
from store.actions.planning import PLANNED_AT_ONCE, plan_waiting
from store.actions.series import begin_disclosure_days
from store.database import Database, Transaction
from store.domain.errors import StoreUnavailable
from store.domain.occurrences import Step, Verdict
from store.domain.reminders import changed_tells
from store.domain.speech import Say
from store.domain.working_calendar import VILLAGE_ZONE, WorkingCalendar
from store.queries.areas import area_by_id
from store.queries.occurrences import villages_not_warned_of, woken_occurrences

log = structlog.get_logger()

CALENDAR_YEAR = "calendar_year"
_WARNED_BEFORE = timedelta(days=31)
PLANNING = 5_200_213
"""Held while the days ahead are planned; the tick of another process that comes at the same moment leaves it."""


@dataclass(frozen=True, slots=True)
class DueItem:
    """One thing to release: a step of an occurrence, or the warning that a year's holidays are unknown.

    `kind` is a kind of series or "calendar_year"; `due` is when it should go out.
    """

    kind: str
    village_id: int
    village_name: str
    due: datetime
    verdict: Verdict
    series_id: int | None = None
    occurrence_id: int | None = None
    step: Step | None = None
    year: int | None = None


class _NotKept(Exception):
    """Ends a transaction whose writes were only wanted for looking at."""


async def due_items(tx: Transaction, now: datetime) -> list[DueItem]:
    """What is due at `now` by the rows that are planned, in the order in which it fell due."""
    found = [await woken(tx, occurrence_id) for occurrence_id in await woken_occurrences(tx, now)]
    items = [await _item(tx, one, await decide(tx, one)) for one in found if one]
    return [item for item in items if item.verdict is not Verdict.DONE] + await _calendar_items(tx, now)


async def preview(database: Database, now: datetime) -> list[DueItem]:
    """What `release` would release at `now`; the days are planned as it would, and none of it is kept."""
    items: list[DueItem] = []
    with contextlib.suppress(_NotKept):
        async with database.write(now) as tx:
            await begin_disclosure_days(tx)
            while (await plan_waiting(tx))[0]:
                pass
            items = await due_items(tx, now)
            raise _NotKept
    return items


async def release(database: Database, renderer: Renderer, now: datetime) -> list[DueItem]:
    """Plan the days ahead, then release what is due. What fails is logged and waits for the next tick.

    Raises StoreUnavailable where the store is.
    """
    await _plan(database, renderer, now)
    async with database.read(now) as tx:
        waiting = await woken_occurrences(tx, now)
        warnings = await _calendar_items(tx, now)
    works = [partial(_take, renderer=renderer, occurrence_id=occurrence_id) for occurrence_id in waiting]
    works += [partial(_warn, renderer=renderer, item=item) for item in warnings]
    released = [await _by_itself(database, now, work) for work in works]
    return [item for item in released if item]


async def _plan(database: Database, renderer: Renderer, now: datetime) -> None:
    planned = PLANNED_AT_ONCE
    while planned == PLANNED_AT_ONCE:
        async with database.write(now) as tx:
            if not await tx.holds_alone(PLANNING):
                return
            await begin_disclosure_days(tx)
            planned, changed = await plan_waiting(tx)
            await write_tells(tx, renderer, [tell for one in changed for tell in changed_tells(one)])


async def _by_itself(
    database: Database, now: datetime, work: Callable[[Transaction], Awaitable[DueItem | None]]
) -> DueItem | None:
    try:
        async with database.write(now) as tx:
            return await work(tx)
    except StoreUnavailable:
        raise
    except Exception:  # one thing that fails must not keep back the others
        log.exception("due.release_failed")
        return None


async def _take(tx: Transaction, *, renderer: Renderer, occurrence_id: int) -> DueItem | None:
    one = await woken(tx, occurrence_id, lock=True)
    verdict = await take(tx, renderer, one) if one else None
    return await _item(tx, one, verdict) if one and verdict not in {None, Verdict.DONE} else None


async def _warn(tx: Transaction, *, renderer: Renderer, item: DueItem) -> DueItem | None:
    if item.year is None or not await note_calendar_warning(tx, item.village_id, item.year):
        return None
    await tell_cadres(tx, renderer, item.village_id, Say("calendar.unknown_year", {"year": item.year}))
    return item


async def _item(tx: Transaction, one: Woken, verdict: Verdict) -> DueItem:
    series = one.occurrence.series
    village = await area_by_id(tx, series.area_id)
    return DueItem(
        kind=series.kind,
        village_id=village.id,
        village_name=village.name,
        due=one.due.planned.at,
        verdict=verdict,
        series_id=series.id,
        occurrence_id=one.occurrence.id,
        step=one.due.planned.step,
    )


async def _calendar_items(tx: Transaction, now: datetime) -> list[DueItem]:
    """The nation announces its days for a year at a time: a village is warned, once, of one that is not known yet."""
    year = WorkingCalendar().missing_year(now.astimezone(VILLAGE_ZONE).date())
    if year is None:
        return []
    due = datetime.combine(date(year, 1, 1) - _WARNED_BEFORE, time(), VILLAGE_ZONE)
    return [
        DueItem(CALENDAR_YEAR, village_id, name, due, Verdict.RELEASE, year=year)
        for village_id, name in await villages_not_warned_of(tx, year)
    ]
