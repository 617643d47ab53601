"""How often a service day comes, as people say it: the rules that the console's form can write and read."""

import re
from dataclasses import dataclass
from enum import StrEnum

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEKLY = re.compile(rf"FREQ=WEEKLY(?:;INTERVAL=(2))?;BYDAY=({'|'.join(_WEEKDAYS)})")
_MONTH_DAY = re.compile(r"FREQ=MONTHLY;BYMONTHDAY=(\d{1,2})")
_MONTH_WEEKDAY = re.compile(rf"FREQ=MONTHLY;BYDAY=\+?(-1|[1-4])({'|'.join(_WEEKDAYS)})")


class Every(StrEnum):
    WEEK = "week"
    TWO_WEEKS = "two_weeks"
    MONTH_DAY = "month_day"
    MONTH_WEEKDAY = "month_weekday"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`weekday` is 1 (Monday) to 7, `nth` 1 to 4 or -1 (the month's last), `day` 1 to 31; 0 where it says nothing."""

    every: Every
    weekday: int = 0
    nth: int = 0
    day: int = 0


def rule_of(rhythm: Rhythm) -> str:
    """As an RRULE (RFC 5545, 3.3.10)."""
    if rhythm.every is Every.MONTH_DAY:
        return f"FREQ=MONTHLY;BYMONTHDAY={rhythm.day}"
    weekday = _WEEKDAYS[rhythm.weekday - 1]
    if rhythm.every is Every.MONTH_WEEKDAY:
        return f"FREQ=MONTHLY;BYDAY={rhythm.nth}{weekday}"
    interval = ";INTERVAL=2" if rhythm.every is Every.TWO_WEEKS else ""
    return f"FREQ=WEEKLY{interval};BYDAY={weekday}"


def rhythm_of(rule: str) -> Rhythm | None:
    """None for a rule that the form does not know; it came from elsewhere and stays as it is."""
    if found := _WEEKLY.fullmatch(rule):
        return Rhythm(Every.TWO_WEEKS if found[1] else Every.WEEK, weekday=_WEEKDAYS.index(found[2]) + 1)
    if found := _MONTH_DAY.fullmatch(rule):
        return Rhythm(Every.MONTH_DAY, day=int(found[1]))
    if found := _MONTH_WEEKDAY.fullmatch(rule):
        return Rhythm(Every.MONTH_WEEKDAY, nth=int(found[1]), weekday=_WEEKDAYS.index(found[2]) + 1)
    return None
