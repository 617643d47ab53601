"""The books of a month in the store: entered, imported, published once, and never rewritten."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import func, select

from store.actions.disclosures import (
    ImportResult,
    add_item,
    add_urgent_item,
    import_items,
    mark_published,
    remove_item,
    state_opening,
)
from store.domain.disclosures import DisclosureCategory, Entry, Flow, digest_of
from store.domain.errors import NotFound, Refusal
from store.queries.disclosures import (
    disclosure_for,
    has_items,
    latest_disclosure,
    published_item,
    published_months,
    urgent_items,
)
from store.sheets import read_sheet
from store.tables import audit_entries, disclosure_items
from tests.hub import Hub

SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)
DITCH = Entry(DisclosureCategory.WORKS, "修三组水渠", Flow.EXPENDITURE, 12_600_00)
RENT = Entry(DisclosureCategory.ASSETS, "后山林地租金", Flow.INCOME, 24_000_00)
HOME = Entry(DisclosureCategory.HOMESTEAD, "七组2户新建房,镇里已批", Flow.POSTED)

HEADINGS = ("类别", "项目", "金额", "收支", "说明")
LINES: tuple[tuple[str | float, ...], ...] = (
    ("工程项目", "修三组水渠", "12,600元", "支出", "三家比价"),
    ("集体资产", "后山林地租金", 24000.0, "收入", ""),
    ("工程项目", "水泥一批", 2860.0, "支出", ""),
    ("工程项目", "水泥一批", 2860.0, "支出", ""),
)


async def add(hub: Hub, month: date, *entries: Entry) -> list[int]:
    async with hub.books() as tx:
        return [(await add_item(tx, hub.village, month, entry, hub.staff["周文书"])).id for entry in entries]


async def test_what_was_published_is_not_rewritten(hub: Hub) -> None:
    [ditch] = await add(hub, OCTOBER, DITCH)
    async with hub.books() as tx:
        assert await mark_published(tx, hub.village, OCTOBER)
        assert await mark_published(tx, hub.village, OCTOBER) is None
    with pytest.raises(Refusal, match=r"disclosure\.published"):
        await add(hub, OCTOBER, RENT)
    async with hub.books() as tx:
        with pytest.raises(NotFound):
            await remove_item(tx, hub.village, ditch, hub.staff["周文书"])
        assert await published_months(tx, hub.village.id) == [OCTOBER]


async def test_an_empty_month_is_not_published(hub: Hub) -> None:
    async with hub.books() as tx:
        assert not await has_items(tx, hub.village.id, OCTOBER)
        with pytest.raises(Refusal, match=r"disclosure\.empty"):
            await mark_published(tx, hub.village, OCTOBER)


async def test_a_balance_is_carried_from_month_to_month(hub: Hub) -> None:
    async with hub.books() as tx:
        await state_opening(tx, hub.village, SEPTEMBER, 100_000_00, hub.staff["周文书"])
    await add(hub, SEPTEMBER, DITCH, RENT)
    await add(hub, OCTOBER, RENT, HOME)
    async with hub.books() as tx:
        october = await disclosure_for(tx, hub.village.id, OCTOBER)
        assert october
        assert october.opening_fen == 100_000_00 - 12_600_00 + 24_000_00
        assert digest_of(october.items, october.opening_fen).balance_fen == 135_400_00
        await mark_published(tx, hub.village, OCTOBER)
    await add(hub, SEPTEMBER, DITCH)
    async with hub.books() as tx:
        latest = await latest_disclosure(tx, hub.village.id)
    assert latest
    assert latest.opening_fen == october.opening_fen, "what was published keeps the balance that it named"


async def test_an_item_taken_back_is_gone_and_audited(hub: Hub) -> None:
    first, _ = await add(hub, OCTOBER, DITCH, RENT)
    async with hub.books() as tx:
        await remove_item(tx, hub.village, first, hub.staff["周文书"])
    async with hub.books() as tx:
        held = await disclosure_for(tx, hub.village.id, OCTOBER)
        actions = [row.action for row in await tx.all(select(audit_entries.c.action).order_by(audit_entries.c.id))]
    assert held
    assert [item.title for item in held.items] == ["后山林地租金"]
    assert actions[-1] == "disclosure.item_removed"


async def test_an_urgent_item_is_public_before_its_month(hub: Hub) -> None:
    async with hub.books() as tx:
        item = await add_urgent_item(tx, hub.village, HOME, hub.staff["周文书"])
        assert item.month == NOVEMBER
        assert await urgent_items(tx, hub.village.id) == [item]
        assert await published_item(tx, hub.village.id, item.id) == item
    [other] = await add(hub, NOVEMBER, DITCH)
    async with hub.books() as tx:
        assert await published_item(tx, hub.village.id, other) is None
        assert await published_item(tx, hub.groups[0].id, item.id) is None
        await mark_published(tx, hub.village, NOVEMBER)
        assert await urgent_items(tx, hub.village.id) == []
        late = await add_urgent_item(tx, hub.village, HOME, hub.staff["周文书"])
    assert late.month == date(2026, 12, 1), "this month's books are closed already"


def workbook(path: Path, lines: Sequence[Sequence[str | float]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("10月")
        for number, line in enumerate((HEADINGS, *lines)):
            page.write_row(number, 0, line)
    return path


async def import_file(hub: Hub, path: Path) -> ImportResult:
    async with hub.books() as tx:
        return await import_items(tx, hub.village, OCTOBER, read_sheet(path), hub.staff["周文书"])


async def test_the_same_file_twice_is_entered_once(hub: Hub, tmp_path: Path) -> None:
    path = workbook(tmp_path / "账.xlsx", LINES)
    first, second = await import_file(hub, path), await import_file(hub, path)
    assert (first.added, first.repeated) == (4, 0)
    assert (second.added, second.repeated) == (0, 4)
    more = await import_file(hub, workbook(tmp_path / "账2.xlsx", [*LINES, ("其他", "报刊", 360.0, "支出", "")]))
    assert (more.added, more.repeated) == (1, 4)
    async with hub.books() as tx:
        held = await disclosure_for(tx, hub.village.id, OCTOBER)
    assert held
    assert [item.number for item in held.items] == [1, 2, 3, 4, 5]
    assert digest_of(held.items).expenditure_fen == 12_600_00 + 2 * 2_860_00 + 360_00


async def test_one_bad_row_keeps_the_whole_file_out(hub: Hub, tmp_path: Path) -> None:
    result = await import_file(hub, workbook(tmp_path / "账.xlsx", [*LINES, ("其他", "报刊", "约三百", "支出", "")]))
    assert [(one.row, one.column, one.heading) for one in result.problems] == [(6, "C", "金额")]
    async with hub.books() as tx:
        assert await tx.scalar(select(func.count()).select_from(disclosure_items)) == 0
