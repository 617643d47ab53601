"""Days that come again: an iCalendar rule, and where a holiday moves them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from dateutil.rrule import rrulestr

from store.domain.errors import Refusal
from store.domain.working_calendar import WorkingCalendar

_DAY = timedelta(days=1)

_WEEKDAY = "(?:MO|TU|WE|TH|FR|SA|SU)"
_NTH_WEEKDAY = f"(?:[+-]?[1-5])?{_WEEKDAY}"
_MONTH = "(?:0?[1-9]|1[0-2])"
_MONTH_DAY = "[+-]?(?:0?[1-9]|[12][0-9]|3[01])"


def _list_of(item: str) -> str:
    return f"{item}(?:,{item})*"


_EVERYWHERE = {
    "FREQ": "DAILY|WEEKLY|MONTHLY|YEARLY",
    "INTERVAL": "0?[1-9]|[1-9][0-9]",
    "COUNT": "[1-9][0-9]{0,3}",
    "UNTIL": "[0-9]{8}",
    "WKST": _WEEKDAY,
}
_OF_MONTHS = {
    "BYMONTH": _list_of(_MONTH),
    "BYMONTHDAY": _list_of(_MONTH_DAY),
    "BYDAY": _list_of(_NTH_WEEKDAY),
    "BYSETPOS": "[+-]?[1-9][0-9]?",
}
_PARTS = {
    "DAILY": _EVERYWHERE,
    "WEEKLY": _EVERYWHERE | {"BYDAY": _list_of(_WEEKDAY)},
    "MONTHLY": _EVERYWHERE | _OF_MONTHS,
    "YEARLY": _EVERYWHERE | _OF_MONTHS,
}


class HolidayRule(StrEnum):
    """Where a date goes that falls on a day nobody works."""

    NONE = "none"
    NEXT = "next"
    PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule that begins on `start`, and what a cadre changed by hand.

    `exceptions` are cancelled, whether named by the rule's date or by the day to which a holiday moved it; `extra` days
    are added and never moved. Together they postpone one date. Raises what `parse_rule` raises.
    """

    rule: str
    start: date
    holiday_rule: HolidayRule = HolidayRule.NONE
    exceptions: frozenset[date] = frozenset()
    extra: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        parse_rule(self.rule, self.start)


@dataclass(frozen=True, slots=True, order=True)
class DueDate:
    """One occurrence: `nominal` is the rule's own date and names it, `actual` is the day on which it happens.

    The name stays when a newly announced calendar moves the day, so that the occurrence still happens once.
    """

    nominal: date
    actual: date


def parse_rule(text: str, start: date) -> str:
    """Check an RRULE (RFC 5545, 3.3.10) of days and return it in its plain form.

    Raises Refusal: `recurrence.unreadable` (text), `recurrence.part` (part) for what is not a rule of whole days or is
    out of range, `recurrence.count_and_until`, `recurrence.never` for a rule without a single date from `start` on.
    """
    rule = text.strip().upper().removeprefix("RRULE:")
    parts = _split(rule, text)
    allowed = _PARTS.get(parts.get("FREQ", ""), _EVERYWHERE)
    for name, value in parts.items():
        if name not in allowed or not re.fullmatch(allowed[name], value):
            raise Refusal("recurrence.part", part=f"{name}={value}")
    if "COUNT" in parts and "UNTIL" in parts:
        raise Refusal("recurrence.count_and_until")
    _check_it_happens(rule, text, start)
    return rule


def _split(rule: str, text: str) -> dict[str, str]:
    parts = [part.partition("=") for part in rule.split(";")]
    named = {name: value for name, _, value in parts}
    if len(named) < len(parts) or "FREQ" not in named:
        raise Refusal("recurrence.unreadable", text=text)
    return named


def _check_it_happens(rule: str, text: str, start: date) -> None:
    # A rule without a date (30 February) makes dateutil search to the year 9999: half a second by the month, the
    # shortest step that this grammar leaves barren. After a rule's first date the search for the next one is short.
    try:
        first = next(_dates(rule, start), None)
    except ValueError as error:  # an UNTIL that is no date
        raise Refusal("recurrence.unreadable", text=text) from error
    if first is None:
        raise Refusal("recurrence.never")


def _dates(rule: str, start: date) -> Iterator[date]:
    for moment in rrulestr(rule, dtstart=datetime.combine(start, time())):
        yield moment.date()


def due_dates(recurrence: Recurrence, calendar: WorkingCalendar, first: date, last: date) -> tuple[DueDate, ...]:
    """The occurrences that happen from `first` to `last`, both included, by the day on which they happen.

    Dates that a long holiday pushes onto one day are one occurrence, named by the date that moved least.
    """
    due = [
        DueDate(nominal, _moved(nominal, recurrence.holiday_rule, calendar))
        for nominal in _nominal_dates(recurrence, calendar, first, last)
    ]
    due += [DueDate(day, day) for day in recurrence.extra]
    due.sort(key=lambda each: (abs(each.actual - each.nominal), each.nominal))
    kept: dict[date, DueDate] = {}
    for each in due:
        if first <= each.actual <= last and recurrence.exceptions.isdisjoint((each.nominal, each.actual)):
            kept.setdefault(each.actual, each)
    return tuple(kept[day] for day in sorted(kept))


def _nominal_dates(recurrence: Recurrence, calendar: WorkingCalendar, first: date, last: date) -> Iterator[date]:
    """The rule's dates that may happen in the window: those of free days just outside it can be moved in."""
    earliest, latest = first, last
    if recurrence.holiday_rule is HolidayRule.NEXT:
        earliest = calendar.previous_working_day(first - _DAY) + _DAY
    elif recurrence.holiday_rule is HolidayRule.PREVIOUS:
        latest = calendar.next_working_day(last + _DAY) - _DAY
    for day in _dates(recurrence.rule, recurrence.start):
        if day > latest:
            return
        if day >= earliest:
            yield day


def _moved(day: date, rule: HolidayRule, calendar: WorkingCalendar) -> date:
    if rule is HolidayRule.NEXT:
        return calendar.next_working_day(day)
    if rule is HolidayRule.PREVIOUS:
        return calendar.previous_working_day(day)
    return day
