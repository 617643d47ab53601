"""What a clerk fills in of a series, and the plan that it means."""

from datetime import time

from console.visits import Fields
from store.actions.series import ServiceHours
from store.actions.series_changes import SeriesPlan
from store.domain.errors import Refusal
from store.domain.occurrences import ServiceKind
from store.domain.recurrence import HolidayRule
from store.domain.rhythms import Every, Rhythm, rhythm_of, rule_of
from store.domain.series import Series

_NTHS = frozenset({-1, 1, 2, 3, 4})
_LONGEST_SLOT, _LATEST_DAY, _DAYS_A_WEEK = 240, 31, 7
KEPT = "kept"
"""The rule came from elsewhere, says more than the form can, and stays."""


def service_of(fields: Fields) -> ServiceKind:
    if fields.get("service") not in set(ServiceKind):
        raise Refusal("service_day.form")
    return ServiceKind(fields["service"])


def plan_of(fields: Fields, rule: str = "") -> SeriesPlan:
    """Raises Refusal: `service_day.form`, `service_day.place_missing`, and what `ServiceHours` raises."""
    place = fields.get("place", "")
    if not place:
        raise Refusal("service_day.place_missing")
    return SeriesPlan(
        rule=rule if rule and fields.get("every") == KEPT else rule_of(_rhythm(fields)),
        holiday_rule=_holiday_rule(fields),
        hours=ServiceHours(_clock(fields, "starts"), _clock(fields, "ends"), _number(fields, "minutes", _LONGEST_SLOT)),
        host=fields.get("host", ""),
        place=place,
    )


def form_of(kept: Series) -> dict[str, str]:
    """The fields as they would have to be filled in for the series as it is."""
    rhythm = rhythm_of(kept.recurrence.rule)
    return {
        "every": rhythm.every if rhythm else KEPT,
        "weekday": str(rhythm.weekday) if rhythm else "",
        "nth": str(rhythm.nth) if rhythm else "",
        "day": str(rhythm.day or "") if rhythm else "",
        "holiday": kept.recurrence.holiday_rule,
        "starts": f"{kept.starts_at:%H:%M}",
        "ends": f"{kept.ends_at:%H:%M}",
        "minutes": str(kept.slot_minutes),
        "host": kept.host,
        "place": kept.place,
    }


def _rhythm(fields: Fields) -> Rhythm:
    every = fields.get("every", "")
    if every not in set(Every):
        raise Refusal("service_day.form")
    if every == Every.MONTH_DAY:
        day = _number(fields, "day", _LATEST_DAY)
        if not day:
            raise Refusal("service_day.form")
        return Rhythm(Every.MONTH_DAY, day=day)
    weekday = _number(fields, "weekday", _DAYS_A_WEEK)
    if not weekday:
        raise Refusal("service_day.form")
    if every == Every.MONTH_WEEKDAY:
        return Rhythm(Every.MONTH_WEEKDAY, weekday=weekday, nth=_nth(fields))
    return Rhythm(Every(every), weekday=weekday)


def _nth(fields: Fields) -> int:
    written = fields.get("nth", "")
    if written not in set(map(str, _NTHS)):
        raise Refusal("service_day.form")
    return int(written)


def _holiday_rule(fields: Fields) -> HolidayRule:
    written = fields.get("holiday", "")
    if written not in set(HolidayRule):
        raise Refusal("service_day.form")
    return HolidayRule(written)


def _clock(fields: Fields, name: str) -> time:
    try:
        written = time.fromisoformat(fields.get(name, ""))
    except ValueError as error:
        raise Refusal("service_day.form") from error
    if written.tzinfo is not None:
        raise Refusal("service_day.form")
    return written.replace(second=0, microsecond=0)


def _number(fields: Fields, name: str, most: int) -> int:
    """0 to `most`. Raises Refusal("service_day.form")."""
    written = fields.get(name, "")
    if not written.isascii() or not written.isdecimal() or len(written) > 3 or int(written) > most:  # noqa: PLR2004
        raise Refusal("service_day.form")
    return int(written)
