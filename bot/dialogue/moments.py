"""A moment as people type it: 28日18点, 明天晚上8点半, 11月28日18:00."""

import re
from datetime import datetime, time

from bot.dialogue.days import read_day
from store.domain.normal import normal

_MOMENT = re.compile(
    r"(?P<day>.+?)(?:的)?(?P<part>早上|上午|中午|下午|晚上|傍晚)?(?P<hour>\d{1,2})(?:[点时:]|点钟)(?P<minute>\d{1,2}|半)?分?(?:止|截止)?"
)
_AFTERNOON = frozenset({"下午", "晚上", "傍晚"})
_NOON = 12
_HALF_PAST = 30


def read_moment(text: str, now: datetime) -> datetime | None:
    """The next such moment after `now` (aware), in its zone; None where it is none."""
    found = _MOMENT.fullmatch(normal(text).replace(" ", ""))
    day = read_day(found["day"], now.date()) if found else None
    if found is None or day is None:
        return None
    hour = int(found["hour"])
    if found["part"] in _AFTERNOON and hour < _NOON:
        hour += _NOON
    minute = _HALF_PAST if found["minute"] == "半" else int(found["minute"] or 0)
    try:
        return datetime.combine(day, time(hour, minute), now.tzinfo)
    except ValueError:
        return None
