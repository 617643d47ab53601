"""Figures of a place: what is counted, over which months, and what is not shown because it would point at a person.

A village is compared with its own past only; nothing here ranks villages or persons.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from store.domain.months import YEAR, month_after

FEWEST = 5
"""People. Nothing is broken down to fewer: whoever knows the village would know who they are."""
MOST_MONTHS = 36
USUAL_MONTHS = 12
_NEVER_BEFORE = date(2000, 1, 1)

K = TypeVar("K", bound="int | str")


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months, from the one that begins on `first`."""

    first: date
    length: int

    @property
    def months(self) -> tuple[date, ...]:
        return tuple(month_after(self.first, number) for number in range(self.length))

    @property
    def before(self) -> "Period":
        """As long, and ending where this one begins."""
        return Period(month_after(self.first, -self.length), self.length)

    def edges(self, zone: ZoneInfo) -> tuple[datetime, ...]:
        """The moments at which its months begin, and the one at which the last ends."""
        return tuple(
            datetime.combine(month_after(self.first, number), time(), zone) for number in range(self.length + 1)
        )


def period_of(first: str, last: str, today: date) -> Period:
    """From "2026-01" to "2026-11"; the twelve months until today where these say nothing that can be used."""
    current = today.replace(day=1)
    until = _month(last) or current
    since = _month(first) or month_after(until, 1 - USUAL_MONTHS)
    if since > until:
        since, until = until, since
    length = (until.year - since.year) * YEAR + until.month - since.month + 1
    length = min(length, MOST_MONTHS)
    return Period(month_after(until, 1 - length), length)


def _month(text: str) -> date | None:
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return month if _NEVER_BEFORE <= month < date(2100, 1, 1) else None


def percent(part: int, whole: int) -> int | None:
    """Never rounded up; None where the whole is too small to be spoken of."""
    return part * 100 // whole if whole >= FEWEST else None


@dataclass(frozen=True, slots=True)
class Told:
    """Tickets that residents opened. Of `due` the time for an answer is over or an answer was given; of those `kept`.

    `people` is how many opened them: those without a name count by their address.
    """

    tickets: int = 0
    due: int = 0
    kept: int = 0
    satisfied: int = 0
    fair: int = 0
    dissatisfied: int = 0
    people: int = 0

    def __add__(self, other: "Told") -> "Told":
        return Told(
            self.tickets + other.tickets,
            self.due + other.due,
            self.kept + other.kept,
            self.satisfied + other.satisfied,
            self.fair + other.fair,
            self.dissatisfied + other.dissatisfied,
            self.people + other.people,
        )

    @property
    def rated(self) -> int:
        return self.satisfied + self.fair + self.dissatisfied

    @property
    def kept_percent(self) -> int | None:
        return percent(self.kept, self.due)

    @property
    def satisfied_percent(self) -> int | None:
        return percent(self.satisfied, self.rated)


@dataclass(frozen=True, slots=True)
class Folded(Generic[K]):
    """What may be broken down, and `rest` for what may not; nothing where all may."""

    cells: Mapping[K, Told]
    rest: Told = field(default_factory=Told)


def folded(cells: Mapping[K, Told]) -> Folded[K]:
    """Cells of fewer than five people become one rest; a rest of too few takes the next smallest cell with it.

    Else it could be told from the sum. Where all together are too few, the rest is the sum.
    """
    small = {key for key, told in cells.items() if 0 < told.people < FEWEST}
    others = sorted((key for key in cells if cells[key].people >= FEWEST), key=lambda key: cells[key].people)
    rest = sum_of(cells[key] for key in small)
    while small and rest.people < FEWEST and others:
        smallest = others.pop(0)
        small.add(smallest)
        rest += cells[smallest]
    return Folded({key: told for key, told in cells.items() if key not in small}, rest)


def sum_of(all_told: Iterable[Told]) -> Told:
    total = Told()
    for told in all_told:
        total += told
    return total


@dataclass(frozen=True, slots=True)
class Reached:
    """Notices whose ledgers are closed; `households` counts a household once for each notice that it was to get."""

    notices: int = 0
    households: int = 0
    proven: int = 0

    def __add__(self, other: "Reached") -> "Reached":
        return Reached(self.notices + other.notices, self.households + other.households, self.proven + other.proven)

    @property
    def percent(self) -> int | None:
        return percent(self.proven, self.households)


@dataclass(frozen=True, slots=True)
class Turnout:
    """Votes that are counted: of how many who might vote how many did. `title` is "" where it is several matters."""

    title: str
    matters: int
    entitled: int
    voted: int

    @property
    def percent(self) -> int | None:
        return percent(self.voted, self.entitled)


@dataclass(frozen=True, slots=True)
class Figures:
    """`places` are the ids of the areas below, in their own order, and their names."""

    period: Period
    places: Mapping[int, str]
    total: Told
    total_before: Told
    by_month: Mapping[date, Told]
    by_category: Folded[str]
    by_place: Folded[int]
    reach_by_month: Mapping[date, Reached]
    reach_by_place: Mapping[int, Reached]
    turnouts: Sequence[Turnout]
    turnout_by_place: Mapping[int, Turnout]

    @property
    def reach(self) -> Reached:
        total = Reached()
        for reached in self.reach_by_month.values():
            total += reached
        return total

    @property
    def turnout(self) -> Turnout:
        counted = [*self.turnouts, *self.turnout_by_place.values()]
        return Turnout(
            "",
            sum(one.matters for one in counted),
            sum(one.entitled for one in counted),
            sum(one.voted for one in counted),
        )
