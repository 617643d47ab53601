"""A village's service days by the month, and the series that they come from."""

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from aiohttp import web

from console.places import choose_village
from console.visits import Office, Visit
from store.domain.months import month_after, month_before
from store.domain.occurrences import SeriesKind, ServiceKind
from store.domain.rhythms import rhythm_of
from store.domain.series import Occurrence
from store.queries.access import may_keep_days
from store.queries.areas import village_served
from store.queries.occurrences import series_of_village
from store.queries.service_days import service_days_between, taken_slots


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the month's table; `others` are days of the months beside it, which stand there empty."""

    day: date
    others: bool
    occurrences: tuple[Occurrence, ...]


@dataclass(frozen=True, slots=True)
class CalendarPages:
    office: Office

    async def villages(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        return await choose_village(self.office, request, visit, "days_villages.html")

    async def month(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            settings = await village_served(tx, visit.person, int(request.match_info["village"]))
            today = tx.now.astimezone(settings.zone).date()
            month = _month(request.query.get("month", ""), today)
            weeks = calendar.Calendar().monthdatescalendar(month.year, month.month)
            days = await service_days_between(tx, settings, month, _last(month))
            taken = await taken_slots(tx, [one for one in days if one.series.slot_minutes])
            running = [one for one in await series_of_village(tx, settings.area.id) if one.kind is _SERVICE]
        kept = {one.service for one in running}
        return self.office.page(
            request,
            visit,
            "days_month.html",
            zone=settings.zone,
            village=settings.area,
            month=month,
            before=month_before(month),
            after=month_after(month),
            today=today,
            weeks=_cells(weeks, days, month),
            booked={key: len(slots) for key, slots in taken.items()},
            running=[(one, rhythm_of(one.recurrence.rule)) for one in running],
            may_keep=may_keep_days(visit.person, settings.area.path),
            may_add=any(service not in kept for service in ServiceKind),
            told=request.query.get("told", "")[:4],
        )


_SERVICE = SeriesKind.SERVICE_DAY
_YEARS = 10


def _month(asked: str, today: date) -> date:
    """The month that was asked for; this one where none was, or one that no village has planned."""
    try:
        month = date.fromisoformat(f"{asked}-01")
    except ValueError:
        return today.replace(day=1)
    return month if abs(month.year - today.year) <= _YEARS else today.replace(day=1)


def _last(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def _cells(weeks: Iterable[Sequence[date]], days: Iterable[Occurrence], month: date) -> list[list[Cell]]:
    by_day: Mapping[date, list[Occurrence]] = _by_day(days)
    return [[Cell(day, day.month != month.month, tuple(by_day.get(day, ()))) for day in week] for week in weeks]


def _by_day(days: Iterable[Occurrence]) -> dict[date, list[Occurrence]]:
    found: dict[date, list[Occurrence]] = {}
    for one in days:
        found.setdefault(one.day, []).append(one)
    return found
