"""Months for the page (明白纸): the demo village's last one, and a long one."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from bot.demo.account_lines import EVERY_MONTH, LAST_CLOSING_FEN, LAST_MONTH, ONCE, Line
from store.domain.disclosures import DisclosureCategory, DisclosureItem, Flow, digest_of
from store.domain.monthly_paper import Asked, MonthlyPaper, sections_of
from store.domain.occurrences import SeriesKind, ServiceKind
from store.domain.recurrence import Recurrence
from store.domain.series import Occurrence, Series

OCTOBER = date(2026, 10, 1)
ADDRESS = "https://village.example/v/3/disclosures/2026-10"
_ZONE = ZoneInfo("Asia/Shanghai")
CATEGORIES = {
    "财务收支": DisclosureCategory.FINANCE,
    "集体资产": DisclosureCategory.ASSETS,
    "工程项目": DisclosureCategory.WORKS,
    "低保救助": DisclosureCategory.RELIEF,
    "宅基地": DisclosureCategory.HOMESTEAD,
    "一事一议": DisclosureCategory.LEVY,
}
_DETAILS = {"修三组水渠120米,每米105元": "三家比价，双龙施工队最低；发票、合同和比价单在网上的附件里。"}
ANSWER = "监委会查了送货单和发票：水泥只到了一批，2860元的发票录了两次。已冲回2860元，记在这个月的账上。"


def october() -> MonthlyPaper:
    """As the demo village posts it."""
    asked = Asked(9, date(2026, 9, 1), 9, "二组排水沟水泥,两批", ANSWER)
    return _paper(_items(LAST_MONTH), (asked,), _days())


def long_month() -> MonthlyPaper:
    """Eighty items, several answers: more than fits on one page."""
    lines = [*LAST_MONTH, *(line for month in ONCE for line in month), *EVERY_MONTH * 5]
    asked = tuple(
        Asked(number, date(2026, 9, 1), number, f"第{number}笔误工补贴为什么比上月多", ANSWER) for number in (3, 5, 8)
    )
    return _paper(_items(lines[:80]), asked, _days())


def _paper(items: Sequence[DisclosureItem], asked: tuple[Asked, ...], days: tuple[Occurrence, ...]) -> MonthlyPaper:
    sums = digest_of(items)
    before = _items(EVERY_MONTH)
    opening_fen = LAST_CLOSING_FEN - sums.income_fen + sums.expenditure_fen
    return MonthlyPaper(
        village_id=3,
        village="榕溪村",
        landline="6123456",
        month=OCTOBER,
        published_on=date(2026, 11, 10),
        opening_fen=opening_fen,
        sums=digest_of(items, opening_fen),
        before=digest_of(before, opening_fen - digest_of(before).income_fen + digest_of(before).expenditure_fen),
        sections=sections_of(items, before),
        asked=asked,
        days=days,
    )


def _items(lines: Sequence[Line]) -> list[DisclosureItem]:
    return [
        DisclosureItem(
            id=number,
            month=OCTOBER,
            number=number,
            category=CATEGORIES[line.category],
            title=line.title,
            flow=Flow(line.flow),
            amount_fen=line.fen or None,
            text=_DETAILS.get(line.title, ""),
            urgent_at=None,
        )
        for number, line in enumerate(lines, start=1)
    ]


def _days() -> tuple[Occurrence, ...]:
    kept = (
        (ServiceKind.LAWYER, "王律师", "村委会二楼", 12, (time(9), time(11, 30))),
        (ServiceKind.POLICE, "刘警官", "村委会一楼", 18, (time(15), time(17))),
        (ServiceKind.TOWN_LEADERS, "镇党委陈委员", "祠堂前", 25, (time(9), time(11))),
    )
    return tuple(
        Occurrence(number, _series(number, *one), date(2026, 11, one[3]), date(2026, 11, one[3]), _ZONE)
        for number, one in enumerate(kept, start=1)
    )


def _series(number: int, service: ServiceKind, host: str, place: str, day: int, hours: tuple[time, time]) -> Series:
    return Series(
        id=number,
        area_id=3,
        kind=SeriesKind.SERVICE_DAY,
        service=service,
        host=host,
        place=place,
        recurrence=Recurrence(f"FREQ=MONTHLY;BYMONTHDAY={day}", date(2026, 1, 1)),
        starts_at=hours[0],
        ends_at=hours[1],
        slot_minutes=20,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
