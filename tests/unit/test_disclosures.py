from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.accounts import year_of_accounts
from store.domain.disclosure_amounts import parse_amount
from store.domain.disclosure_sheet import CATEGORIES_BY_WORD, SheetReason, read_disclosure_sheet
from store.domain.disclosures import (
    LARGEST_AMOUNT_FEN,
    DisclosureCategory,
    DisclosureItem,
    Entry,
    Flow,
    check_entry,
    digest_of,
    short_title,
)
from store.domain.errors import Refusal
from store.domain.months import month_after, month_before
from store.domain.privacy import holds_personal_number
from store.domain.roster_cells import CellValue

OCTOBER = date(2026, 10, 1)


def item(flow: Flow, amount_fen: int | None, number: int = 1) -> DisclosureItem:
    category = DisclosureCategory.OTHER
    return DisclosureItem(number, OCTOBER, number, category, f"第{number}项", flow, amount_fen, "", None)


items = st.lists(st.tuples(st.sampled_from(Flow), st.none() | st.integers(0, LARGEST_AMOUNT_FEN)), max_size=30)


@given(items, st.none() | st.integers(-(10**12), 10**12))
def test_a_digest_adds_up(drawn: list[tuple[Flow, int | None]], opening_fen: int | None) -> None:
    listed = [item(flow, fen, number) for number, (flow, fen) in enumerate(drawn, start=1)]
    digest = digest_of(listed, opening_fen)
    assert digest.income_fen == sum(fen or 0 for flow, fen in drawn if flow is Flow.INCOME)
    assert digest.count == len(drawn)
    spent = [fen or 0 for flow, fen in drawn if flow is Flow.EXPENDITURE]
    assert digest.expenditure_fen == sum(spent)
    assert (digest.largest.amount_fen if digest.largest else 0) == max(spent, default=0)
    if opening_fen is None:
        assert digest.balance_fen is None
    else:
        assert digest.balance_fen == opening_fen + digest.income_fen - digest.expenditure_fen


def test_of_two_equal_expenditures_the_first_is_named() -> None:
    digest = digest_of([item(Flow.EXPENDITURE, 100, 1), item(Flow.EXPENDITURE, 100, 2), item(Flow.INCOME, 900, 3)])
    assert digest.largest == item(Flow.EXPENDITURE, 100, 1)


def test_the_demo_villages_books_are_read_the_same() -> None:
    """The demonstration's months say themselves what they come to."""
    from random import Random

    for month in year_of_accounts(Random(7), date(2026, 11, 22)):
        listed = [
            DisclosureItem(
                one.number,
                month.month,
                one.number,
                CATEGORIES_BY_WORD[one.category],
                one.title,
                Flow(one.flow),
                one.amount_fen,
                "",
                None,
            )
            for one in month.items
        ]
        digest = digest_of(listed, month.opening_fen)
        assert (digest.income_fen, digest.expenditure_fen) == (month.income_fen, month.expenditure_fen)
        assert digest.balance_fen == month.closing_fen


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_months_follow_one_another(day: date) -> None:
    month = day.replace(day=1)
    assert month_before(month_after(month)) == month
    assert 28 <= (month_after(month) - month).days <= 31


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("修三组水渠120米,每米105元", "修三组水渠"),
        ("保洁员3人工资", "保洁员3人工资"),
        ("更正:二组排水沟水泥发票重复入账,冲回一张", "更正"),
        ("120米", "120米"),
        ("镇里拨付的村级组织运转经费和服务群众专项经费", "镇里拨付的村级组织运转经费和服务"),
    ],
)
def test_a_title_is_shortened_at_a_clause(title: str, short: str) -> None:
    assert short_title(title) == short


@pytest.mark.parametrize(
    "text",
    [
        "找老罗13900007001领钱",
        "电话:139 0000 7001",
        "139-0000-7001",
        "+8613900007001",
        "1390000\u200b7001",
        "身份证110101195003020032",
        "11010119500302 003x",
        "卡号6222 0212 3456 7890 123",
        "卡号6222021234567890",
    ],
)
def test_a_personal_number_is_found(text: str) -> None:
    assert holds_personal_number(text)
    with pytest.raises(Refusal, match=r"disclosure\.personal_number"):
        check_entry(Entry(DisclosureCategory.OTHER, "公示", Flow.POSTED, text=text))


@pytest.mark.parametrize(
    "text",
    [
        "六组1户拆旧建新,96平方米,镇里已批",
        "修三组水渠120米,每米105元,共12600元",
        "村委会电话0668-6123456",
        "2026-01-05至2026-12-31的租金",
        "合同编号2026110800012",
        "发票号码24442000000123456789",
        "征地补偿13900007元",
    ],
)
def test_other_figures_may_be_disclosed(text: str) -> None:
    assert not holds_personal_number(text)


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        (Entry(DisclosureCategory.WORKS, "  ", Flow.POSTED), "title_missing"),
        (Entry(DisclosureCategory.WORKS, "修" * 121, Flow.POSTED), "too_long"),
        (Entry(DisclosureCategory.WORKS, "修路", Flow.POSTED, text="修" * 2001), "too_long"),
        (Entry(DisclosureCategory.WORKS, "修路", Flow.INCOME), "amount_missing"),
        (Entry(DisclosureCategory.WORKS, "修路", Flow.INCOME, -1), "amount_wrong"),
        (Entry(DisclosureCategory.WORKS, "修路", Flow.INCOME, LARGEST_AMOUNT_FEN + 1), "amount_wrong"),
    ],
)
def test_an_entry_is_checked(entry: Entry, key: str) -> None:
    with pytest.raises(Refusal, match=key):
        check_entry(entry)


@pytest.mark.parametrize(
    ("written", "fen"),
    [
        ("1,234.50", 1_234_50),
        ("12600元", 12_600_00),
        ("12600", 12_600_00),
        ("1.2万", 12_000_00),
        ("1.2万元", 12_000_00),
        ("￥3,000.00元整", 3_000_00),
        ("一百块", None),
        ("1386.4", 1_386_40),
        (1386.4, 1_386_40),
        (0.1 + 0.2, 30),
        (12600, 12_600_00),
        (0.0, 0),
        ("１２６００", 12_600_00),
        ("1,23", None),
        ("12,600,00", None),
        ("-100", None),
        (-5.0, None),
        ("3.005", None),
        (3.005, None),
        ("约12600", None),
        ("", None),
        (None, None),
        (float("nan"), None),
        (float("inf"), None),
        ("99999999999999", None),
        (datetime(2026, 11, 1, tzinfo=UTC), None),
    ],
)
def test_amounts_as_clerks_write_them(written: CellValue, fen: int | None) -> None:
    assert parse_amount(written) == fen


@given(st.integers(0, LARGEST_AMOUNT_FEN))
def test_an_amount_written_out_is_read_back(fen: int) -> None:
    assert parse_amount(f"{fen // 100:,}.{fen % 100:02}元") == fen


@given(st.text(max_size=20) | st.floats() | st.integers())
def test_reading_an_amount_never_fails(written: CellValue) -> None:
    fen = parse_amount(written)
    assert fen is None or 0 <= fen <= LARGEST_AMOUNT_FEN


def rows(*lines: str) -> list[list[CellValue]]:
    return [[*line.split("|")] for line in lines]


def test_a_sheet_is_read_whatever_the_order_of_its_columns() -> None:
    sheet = read_disclosure_sheet(
        rows(
            "榕溪村10月收支明细||||",
            "金额（元）|说明|收支|名称|类别",
            "12,600.00|三家比价|支出|修三组水渠|工程项目",
            "2.4万||收|后山林地租金|集体资产",
            "11760|||发放低保金,24户|低保救助",
            "|||七组2户新建房|宅基地",
            "",
            "合计||||",
        )
    )
    assert sheet.problems == ()
    assert [one.entry for one in sheet.entries] == [
        Entry(DisclosureCategory.WORKS, "修三组水渠", Flow.EXPENDITURE, 12_600_00, "三家比价"),
        Entry(DisclosureCategory.ASSETS, "后山林地租金", Flow.INCOME, 24_000_00),
        Entry(DisclosureCategory.RELIEF, "发放低保金,24户", Flow.POSTED, 11_760_00),
        Entry(DisclosureCategory.HOMESTEAD, "七组2户新建房", Flow.POSTED),
    ]
    assert [one.row for one in sheet.entries] == [3, 4, 5, 6]


def test_income_and_expenditure_may_have_a_column_each() -> None:
    sheet = read_disclosure_sheet(rows("类别|摘要|收入|支出|经办", "财务|拨款|15000||周", "|纸张打印||618.6|周"))
    assert [(one.entry.flow, one.entry.amount_fen) for one in sheet.entries] == [
        (Flow.INCOME, 15_000_00),
        (Flow.EXPENDITURE, 618_60),
    ]
    assert sheet.ignored_headings == ("经办",)


def test_a_second_title_joins_the_text() -> None:
    sheet = read_disclosure_sheet(rows("类别|项目|内容|金额|收支", "工程|水渠|修120米|12600|支出"))
    [only] = sheet.entries
    assert (only.entry.title, only.entry.text) == ("水渠", "修120米")


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("工厂|修路|100|支出|", "A", SheetReason.CATEGORY_UNKNOWN),
        ("工程||100|支出|", "B", SheetReason.TITLE_MISSING),
        ("工程|修路|一百|支出|", "C", SheetReason.AMOUNT_UNREADABLE),
        ("工程|修路||支出|", "C", SheetReason.AMOUNT_MISSING),
        ("工程|修路|100|借|", "D", SheetReason.FLOW_UNKNOWN),
        ("工程|修路|100||", "D", SheetReason.FLOW_UNKNOWN),
        ("工程|修路|100|支出|找13900007001", "E", SheetReason.PERSONAL_NUMBER),
        (f"工程|{'路' * 121}|100|支出|", "B", SheetReason.TOO_LONG),
    ],
)
def test_a_bad_cell_is_named(line: str, column: str, reason: SheetReason) -> None:
    sheet = read_disclosure_sheet(rows("类别|项目|金额|收支|说明", "工程|水渠|100|支出|", line))
    assert [(one.row, one.column, one.reason) for one in sheet.problems] == [(3, column, reason)]
    assert len(sheet.entries) == 1


def test_equal_rows_have_digests_of_their_own() -> None:
    line = "工程|水泥一批|2860|支出|"
    first = read_disclosure_sheet(rows("类别|项目|金额|收支|说明", line, line))
    again = read_disclosure_sheet(rows("说明|收支|金额|项目|类别", "|支出|2860.00|水泥一批|工程项目"))
    digests = [one.digest for one in first.entries]
    assert len(set(digests)) == 2
    assert again.entries[0].digest == digests[0], "told by what it says, not by how it is written"


@pytest.mark.parametrize("lines", [(), ("姓名|电话",), ("项目|金额", "水渠|100")])
def test_a_sheet_without_category_and_title_is_refused(lines: tuple[str, ...]) -> None:
    with pytest.raises(Refusal, match=r"disclosure\.sheet_unknown"):
        read_disclosure_sheet(rows(*lines))


cells = st.none() | st.text(max_size=8) | st.floats() | st.sampled_from(["工程", "支出", "100元", "合计"])


@given(st.lists(st.lists(cells, max_size=7), max_size=8))
def test_every_row_is_an_entry_or_a_problem(drawn: list[list[CellValue]]) -> None:
    sheet = read_disclosure_sheet([["类别", "项目", "金额", "收支", "说明"], *drawn])
    assert {one.row for one in sheet.entries}.isdisjoint(one.row for one in sheet.problems)
