"""Which days and hours a village works.

The national days are those that the State Council announces for one year at a time, late in the year before: public
holidays, and the weekend days worked in exchange (调休). A village adds its own, which win.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import chinese_calendar

from store.domain.errors import Refusal

VILLAGE_ZONE = ZoneInfo("Asia/Shanghai")

_is_workday: Callable[[date], bool] = chinese_calendar.is_workday

_DAY = timedelta(days=1)
_SATURDAY = 5
_NOTICE_OF_MISSING_YEAR = timedelta(days=31)


@lru_cache(maxsize=4096)
def _announced_workday(day: date) -> bool | None:
    """None in a year not announced. Cached, because the library searches its whole table twice a call (50 µs)."""
    try:
        return _is_workday(day)
    except NotImplementedError:
        return None


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """The sittings of a working day, as (from, until) in the village's own time, in order and apart.

    Raises Refusal `working_hours.unordered` where they are not, or where there are none.
    """

    sittings: tuple[tuple[time, time], ...] = ((time(8, 30), time(12)), (time(14, 30), time(17, 30)))

    def __post_init__(self) -> None:
        edges = [edge for sitting in self.sittings for edge in sitting]
        if not edges or any(later <= earlier for earlier, later in pairwise(edges)):
            raise Refusal("working_hours.unordered")


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """A village's working days and hours. `own_days` says of a day whether it is worked, whatever the nation does."""

    own_days: Mapping[date, bool] = field(default_factory=dict)
    hours: WorkingHours = WorkingHours()
    zone: ZoneInfo = VILLAGE_ZONE

    def is_working_day(self, day: date) -> bool:
        """In a year that is not announced yet only weekends are free."""
        own = self.own_days.get(day)
        if own is not None:
            return own
        announced = _announced_workday(day)
        return day.weekday() < _SATURDAY if announced is None else announced

    def is_known(self, year: int) -> bool:
        """Whether the nation's days of that year are at hand."""
        return _announced_workday(date(year, 1, 1)) is not None

    def missing_year(self, today: date) -> int | None:
        """The year, current or about to begin within 31 days, that a cadre has to be warned of."""
        for year in (today.year, (today + _NOTICE_OF_MISSING_YEAR).year):
            if not self.is_known(year):
                return year
        return None

    def next_working_day(self, day: date) -> date:
        """`day` itself where it is worked, else the first worked day after it."""
        while not self.is_working_day(day):
            day += _DAY
        return day

    def previous_working_day(self, day: date) -> date:
        """`day` itself where it is worked, else the last worked day before it."""
        while not self.is_working_day(day):
            day -= _DAY
        return day

    def add_working_time(self, start: datetime, amount: timedelta) -> datetime:
        """The moment by which `amount` of working hours has passed since `start`, in the village's zone.

        `amount` is time at the desk, so `timedelta(days=1)` is 24 working hours and not one working day. What is urgent
        counts by the clock instead: plain `start + amount`. Raises ValueError for a negative amount.
        """
        if amount < timedelta():
            raise ValueError("working time runs forwards only")
        for begins, ends in self._sittings_from(start):
            if amount <= ends - begins:
                return (begins + amount).astimezone(self.zone)
            amount -= ends - begins
        raise AssertionError("the sittings never end")  # pragma: no cover

    def _sittings_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """What is left of each sitting from `start` on, in UTC: Python counts local times by the wall clock."""
        start = start.astimezone(UTC)
        day = start.astimezone(self.zone).date()
        while True:
            day = self.next_working_day(day)
            for begins, ends in self.hours.sittings:
                left = max(start, self._moment(day, begins))
                if left < self._moment(day, ends):
                    yield left, self._moment(day, ends)
            day += _DAY

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)
