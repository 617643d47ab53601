"""Months by their first days."""

from datetime import date

YEAR = 12
"""Months."""


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def month_after(month: date, count: int = 1) -> date:
    """The first day of the month so many months later."""
    years, index = divmod(month.year * YEAR + month.month - 1 + count, YEAR)
    return date(years, index + 1, 1)


def month_before(month: date) -> date:
    return month_after(month, -1)
