"""A day as people type it."""

import re
from datetime import date, timedelta

from store.domain.normal import normal

_NEAR = {"今天": 0, "明天": 1, "后天": 2, "大后天": 3, "today": 0, "tomorrow": 1}
_FULL = re.compile(r"(?:改到|改成|改为|改)?(?:(\d{4})[年\-/.])?(\d{1,2})[月\-/.](\d{1,2})[日号]?")
_DAY_ONLY = re.compile(r"(?:改到|改成|改为|改)?(\d{1,2})[日号]")


def read_day(text: str, today: date) -> date | None:
    """明天, 11月25日, 2026-11-25, 25号: without a year or a month the next such day; None where it is no day."""
    said = normal(text).replace(" ", "")
    if said in _NEAR:
        return today + timedelta(days=_NEAR[said])
    if found := _FULL.fullmatch(said):
        years = [int(found[1])] if found[1] else [today.year, today.year + 1]
        candidates = [(year, int(found[2]), int(found[3])) for year in years]
    elif found := _DAY_ONLY.fullmatch(said):
        after = today.month % 12 + 1
        candidates = [
            (today.year, today.month, int(found[1])),
            (today.year + (after == 1), after, int(found[1])),
        ]
    else:
        return None
    days = [day for parts in candidates if (day := _real(*parts))]
    return next((day for day in days if day >= today), days[-1] if days else None)


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
