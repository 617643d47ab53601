"""What a village owes its people to disclose, how often, and what of it is missing in a month.

Organic Law of Villagers' Committees, Art. 30 (2018 text): general matters at least every quarter, collective finance
every month where there is much of it, matters of villagers' interest at once. A village may promise more.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from store.domain.disclosures import DisclosureCategory
from store.domain.months import month_after


class Period(StrEnum):
    """`AT_ONCE` is said when it happens, and at least once a quarter that nothing did."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    AT_ONCE = "at_once"
    FREE = "free"


_PERIODS: Mapping[DisclosureCategory, Period] = {
    DisclosureCategory.FINANCE: Period.MONTHLY,
    DisclosureCategory.ASSETS: Period.QUARTERLY,
    DisclosureCategory.WORKS: Period.QUARTERLY,
    DisclosureCategory.RELIEF: Period.AT_ONCE,
    DisclosureCategory.HOMESTEAD: Period.AT_ONCE,
    DisclosureCategory.LAND: Period.AT_ONCE,
    DisclosureCategory.LEVY: Period.QUARTERLY,
    DisclosureCategory.OTHER: Period.FREE,
}


class Standing(StrEnum):
    """`LATER`: nothing in this quarter yet, and it does not end with this month."""

    DONE = "done"
    MISSING = "missing"
    LATER = "later"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class CategoryStanding:
    """`count` is of the month itself; a quarter's duty may have been done in an earlier one."""

    category: DisclosureCategory
    period: Period
    count: int
    standing: Standing


def quarter_of(month: date) -> tuple[date, date]:
    """The first months of the quarter and of the one after it."""
    first = date(month.year, month.month - (month.month - 1) % 3, 1)
    return first, month_after(first, 3)


def standings(
    month: date,
    in_month: Mapping[DisclosureCategory, int],
    in_quarter: Collection[DisclosureCategory],
    monthly: Collection[DisclosureCategory] = (),
) -> tuple[CategoryStanding, ...]:
    """How the month stands against the catalogue. `monthly` are those that the village discloses every month besides.

    `in_quarter` are the categories of which there was something in the quarter up to this month.
    """
    ends_quarter = month_after(month) == quarter_of(month)[1]
    found = []
    for category in DisclosureCategory:
        period = Period.MONTHLY if category in monthly else _PERIODS[category]
        count = in_month.get(category, 0)
        is_done = count > 0 or (period is not Period.MONTHLY and category in in_quarter)
        found.append(CategoryStanding(category, period, count, _standing(period, is_done, ends_quarter)))
    return tuple(found)


def _standing(period: Period, is_done: bool, ends_quarter: bool) -> Standing:  # noqa: FBT001 - two facts of a table
    if is_done:
        return Standing.DONE
    if period is Period.FREE:
        return Standing.FREE
    return Standing.MISSING if period is Period.MONTHLY or ends_quarter else Standing.LATER


def last_day(day: date, days: int) -> date:
    """The last of so many days of posting, of objecting or of answering, the first being the day after."""
    return day + timedelta(days=days)
