"""Twelve months of the demo village's accounts, as disclosed: what came in, what went out, and what else was posted.

Amounts are integers in fen. Each month opens with what the month before closed with; the books are counted back from
the balance at the end of the last complete month.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import count
from random import Random

from dateutil.relativedelta import relativedelta

from bot.demo.account_lines import (
    CORRECTION,
    DUPLICATE,
    EVERY_MONTH,
    LAST_CLOSING_FEN,
    LAST_MONTH,
    ONCE,
    Flow,
    Line,
)
from bot.demo.clock import ZONE

DISCLOSURE_DAY = 10
OBJECTED_DAY, ANSWERED_DAY = 13, 17

OBJECTION = "二组排水沟才三十几米哪用得两批水泥 我天天路过只见拉过一车 是不是一张票报了两回"
ANSWER = "监委会查了送货单和发票:水泥只到了一批,2860元的发票录了两次。您说得对。已冲回2860元,记在这个月的账上。"


@dataclass(frozen=True, slots=True)
class DisclosureItem:
    """One line on the board, numbered through the year.

    A posted item has no part in the village's own money (relief is paid by the county); its amount may be 0.
    """

    number: int
    category: str
    title: str
    flow: Flow
    amount_fen: int


@dataclass(frozen=True, slots=True)
class MonthAccounts:
    """A month, by its first day. `published_at` is None while its disclosure day has not come."""

    month: date
    opening_fen: int
    income_fen: int
    expenditure_fen: int
    closing_fen: int
    published_at: datetime | None
    items: tuple[DisclosureItem, ...]


@dataclass(frozen=True, slots=True)
class Objection:
    """A resident's doubt about an item, and the answer: `correction` is the number of the item that sets it right.

    What was published is not rewritten; the correction is entered in the next month.
    """

    item: int
    resident: int
    raised_at: datetime
    text: str
    answered_at: datetime
    staff: str
    answer: str
    upheld: bool
    correction: int


@dataclass(frozen=True, slots=True)
class Lease:
    """A contract of the collective. `starts` and `ends` are its first and last day; 0 is the whole village."""

    title: str
    group: int
    starts: date
    ends: date
    yearly_fen: int


def year_of_accounts(dice: Random, today: date) -> tuple[MonthAccounts, ...]:
    """The twelve complete months before `today`, the oldest first."""
    numbers = count(1)
    books = [tuple(_item(dice, next(numbers), line) for line in (*EVERY_MONTH, *lines)) for lines in ONCE]
    books.append(tuple(_item(dice, next(numbers), line) for line in LAST_MONTH))
    closing_fen = LAST_CLOSING_FEN
    months: list[MonthAccounts] = []
    for months_ago, items in enumerate(reversed(books), 1):
        month = _month(today.replace(day=1) - relativedelta(months=months_ago), today, closing_fen, items)
        closing_fen = month.opening_fen
        months.append(month)
    return tuple(reversed(months))


def upheld_objection(months: Sequence[MonthAccounts], resident: int) -> Objection:
    """An invoice entered twice: asked about three days after it was posted, answered within five."""
    wrong = _find(months, DUPLICATE)
    posted = next(month for month in months if wrong in month.items).month + relativedelta(months=1)
    return Objection(
        item=wrong.number,
        resident=resident,
        raised_at=_at(posted, OBJECTED_DAY, time(20, 5)),
        text=OBJECTION,
        answered_at=_at(posted, ANSWERED_DAY, time(10, 30)),
        staff="supervisor_1",
        answer=ANSWER,
        upheld=True,
        correction=_find(months, CORRECTION).number,
    )


def leases(today: date) -> tuple[Lease, ...]:
    """The pond's contract ends with the month after this one."""
    after_pond = today.replace(day=1) + relativedelta(months=2)
    this_year = today.replace(month=1, day=1)
    return (
        _lease("四组鱼塘", 4, after_pond - relativedelta(years=5), 5, 65_000_00),
        _lease("后山林地", 0, this_year - relativedelta(years=6), 20, 48_000_00),
        _lease("村口三间铺面", 0, this_year - relativedelta(years=1), 3, 28_800_00),
    )


def _item(dice: Random, number: int, line: Line) -> DisclosureItem:
    amount_fen = line.fen + dice.randint(-line.spread_fen, line.spread_fen)
    return DisclosureItem(number, line.category, line.title, line.flow, amount_fen)


def _month(month: date, today: date, closing_fen: int, items: tuple[DisclosureItem, ...]) -> MonthAccounts:
    income_fen = sum(item.amount_fen for item in items if item.flow is Flow.INCOME)
    expenditure_fen = sum(item.amount_fen for item in items if item.flow is Flow.EXPENDITURE)
    published_at = _at(month + relativedelta(months=1), DISCLOSURE_DAY, time(9))
    return MonthAccounts(
        month=month,
        opening_fen=closing_fen - income_fen + expenditure_fen,
        income_fen=income_fen,
        expenditure_fen=expenditure_fen,
        closing_fen=closing_fen,
        published_at=published_at if published_at.date() < today else None,
        items=items,
    )


def _find(months: Sequence[MonthAccounts], line: Line) -> DisclosureItem:
    return next(item for month in months for item in month.items if item.title == line.title)


def _at(month: date, day: int, clock: time) -> datetime:
    return datetime.combine(month.replace(day=day), clock, ZONE)


def _lease(title: str, group: int, starts: date, years: int, yearly_fen: int) -> Lease:
    ends = starts + relativedelta(years=years, days=-1)
    return Lease(title, group, starts, ends, yearly_fen)
