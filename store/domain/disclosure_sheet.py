"""A sheet of disclosure items as an accountant keeps it, read into entries and the cells to be told of."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from store.domain.disclosure_amounts import parse_amount
from store.domain.disclosures import (
    TEXT_LENGTH,
    TITLE_LENGTH,
    DisclosureCategory,
    Entry,
    Flow,
)
from store.domain.errors import Refusal
from store.domain.privacy import holds_personal_number
from store.domain.roster_cells import CellValue, cell_text, compact
from store.domain.roster_headings import Row, column_letter


class SheetField(StrEnum):
    CATEGORY = "category"
    TITLE = "title"
    AMOUNT = "amount"
    INCOME = "income"
    EXPENDITURE = "expenditure"
    FLOW = "flow"
    TEXT = "text"


class SheetReason(StrEnum):
    """Why an accountant must look at a cell; each is a sentence in templates."""

    CATEGORY_UNKNOWN = "category_unknown"
    TITLE_MISSING = "title_missing"
    TOO_LONG = "too_long"
    AMOUNT_UNREADABLE = "amount_unreadable"
    AMOUNT_MISSING = "amount_missing"
    FLOW_UNKNOWN = "flow_unknown"
    PERSONAL_NUMBER = "personal_number"


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """A cell, by its row (from 1) and its column's letter and heading; nothing of what stands in it is repeated."""

    row: int
    column: str
    heading: str
    reason: SheetReason


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """An entry, and a digest by which its row is known again: two equal rows of one sheet have two digests."""

    row: int
    entry: Entry
    digest: str


@dataclass(frozen=True, slots=True)
class DisclosureSheet:
    """What one sheet says. `ignored_headings` are columns that mean nothing to us: 金额(万元) is one."""

    entries: tuple[SheetEntry, ...]
    problems: tuple[SheetProblem, ...]
    ignored_headings: tuple[str, ...]


_HEADINGS = {
    SheetField.CATEGORY: "类别 分类 公开类别 科目",
    SheetField.TITLE: "项目 名称 内容 事项 摘要 项目名称 公开内容 用途",
    SheetField.AMOUNT: "金额 数额 钱数 资金",
    SheetField.INCOME: "收入 收入金额",
    SheetField.EXPENDITURE: "支出 支出金额",
    SheetField.FLOW: "收支 收/支 收支类型 类型 方向",
    SheetField.TEXT: "说明 备注 详情 情况说明",
}
_FIELDS = {heading: found for found, headings in _HEADINGS.items() for heading in headings.split()}
_CATEGORY_WORDS = {
    DisclosureCategory.FINANCE: "财务收支 财务 收支 日常开支 村级财务",
    DisclosureCategory.ASSETS: "集体资产 集体资产资源 三资 资产 资源 租金 承包",
    DisclosureCategory.WORKS: "工程项目 工程 项目建设 建设项目 村级工程",
    DisclosureCategory.RELIEF: "低保救助 低保 救助 救灾救助 社会救助 惠民补贴 补贴",
    DisclosureCategory.HOMESTEAD: "宅基地 宅基地审批 建房 农村建房",
    DisclosureCategory.LAND: "征地补偿 征地 土地征收 征收补偿",
    DisclosureCategory.LEVY: "一事一议 筹资筹劳 一事一议筹资筹劳",
    DisclosureCategory.OTHER: "其他 其它 其他事项",
}
CATEGORIES_BY_WORD: Mapping[str, DisclosureCategory] = {
    word: category for category, words in _CATEGORY_WORDS.items() for word in words.split()
}
_FLOW_WORDS = {
    **dict.fromkeys(("收入", "收", "进", "进账", "入账"), Flow.INCOME),
    **dict.fromkeys(("支出", "支", "出", "出账", "开支"), Flow.EXPENDITURE),
    **dict.fromkeys(("公示", "公开", "告知", "不计收支"), Flow.POSTED),
}
_POSTED_BY_NATURE = frozenset({DisclosureCategory.RELIEF, DisclosureCategory.HOMESTEAD, DisclosureCategory.LAND})
_TOTALS = ("合计", "总计", "小计", "共计", "累计", "本月合计")
_LAST_HEADER_ROW = 10


def read_disclosure_sheet(rows: Sequence[Row]) -> DisclosureSheet:
    """Read a sheet whose first row is row 1; its headings may stand in any order within the first ten rows.

    Of several columns that could be the title (项目, 名称, 内容) the first is, the others join the text. An empty
    category repeats the one above. Raises Refusal("disclosure.sheet_unknown") where no row asks for category and title.
    """
    at = next((at for at, row in enumerate(rows[:_LAST_HEADER_ROW]) if _is_header(row)), None)
    if at is None:
        raise Refusal("disclosure.sheet_unknown")
    columns = _columns(rows[at])
    reader = _Reader(columns)
    for number, row in enumerate(rows[at + 1 :], start=at + 2):
        if _holds_something(row):
            reader.read(number, row)
    read = {column.index for column in columns}
    ignored = (compact(cell) for index, cell in enumerate(rows[at]) if index not in read)
    return DisclosureSheet(tuple(reader.entries), tuple(reader.problems), tuple(filter(None, ignored)))


def _is_header(row: Row) -> bool:
    return {SheetField.CATEGORY, SheetField.TITLE} <= set(map(_field_of, row))


def _field_of(heading: CellValue) -> SheetField | None:
    return _FIELDS.get(compact(heading).removesuffix("(元)"))


def _holds_something(row: Row) -> bool:
    texts = [text for cell in row if (text := compact(cell))]
    return bool(texts) and not any(text.rstrip(":") in _TOTALS for text in texts)


@dataclass(frozen=True, slots=True)
class _Column:
    field: SheetField
    index: int
    heading: str


def _columns(header: Row) -> tuple[_Column, ...]:
    columns: list[_Column] = []
    for index, cell in enumerate(header):
        found = _field_of(cell)
        taken = any(column.field is found for column in columns)
        if found and taken and found is SheetField.TITLE:
            found = SheetField.TEXT
        elif taken and found is not SheetField.TEXT:
            found = None
        if found:
            columns.append(_Column(found, index, compact(cell)))
    return tuple(columns)


@dataclass(slots=True)
class _Reader:
    columns: tuple[_Column, ...]
    entries: list[SheetEntry] = field(default_factory=list)
    problems: list[SheetProblem] = field(default_factory=list)
    category: DisclosureCategory | None = None
    seen: Counter[Entry] = field(default_factory=Counter)

    def read(self, number: int, row: Row) -> None:
        before = len(self.problems)
        cells = _Cells(number, row, self.columns, self.problems)
        category = self._category(cells)
        title, text = _title(cells), _text(cells)
        flow, amount_fen = _money(cells, category)
        if len(self.problems) > before or category is None:
            return
        entry = Entry(category, title, flow, amount_fen, text)
        self.seen[entry] += 1
        self.entries.append(SheetEntry(number, entry, _digest(entry, self.seen[entry])))

    def _category(self, cells: "_Cells") -> DisclosureCategory | None:
        word = compact(cells.value(SheetField.CATEGORY))
        found = CATEGORIES_BY_WORD.get(word) if word else self.category
        if found is None:
            cells.report(SheetField.CATEGORY, SheetReason.CATEGORY_UNKNOWN)
        self.category = found
        return found


@dataclass(frozen=True, slots=True)
class _Cells:
    number: int
    row: Row
    columns: tuple[_Column, ...]
    problems: list[SheetProblem]

    def all_of(self, wanted: SheetField) -> Iterator[_Column]:
        return (column for column in self.columns if column.field is wanted)

    def at(self, column: _Column) -> CellValue:
        return self.row[column.index] if column.index < len(self.row) else None

    def value(self, wanted: SheetField) -> CellValue:
        return next((self.at(column) for column in self.all_of(wanted)), None)

    def holds(self, wanted: SheetField) -> bool:
        return bool(compact(self.value(wanted)))

    def report(self, wanted: SheetField, reason: SheetReason) -> None:
        column = next(self.all_of(wanted), self.columns[0])
        self.report_column(column, reason)

    def report_column(self, column: _Column, reason: SheetReason) -> None:
        self.problems.append(SheetProblem(self.number, column_letter(column.index), column.heading, reason))


def _title(cells: _Cells) -> str:
    title = cell_text(cells.value(SheetField.TITLE))
    if not title:
        cells.report(SheetField.TITLE, SheetReason.TITLE_MISSING)
    _check_text(cells, next(cells.all_of(SheetField.TITLE)), title, TITLE_LENGTH)
    return title


def _text(cells: _Cells) -> str:
    parts = []
    for column in cells.all_of(SheetField.TEXT):
        text = cell_text(cells.at(column))
        _check_text(cells, column, text, TEXT_LENGTH)
        parts += [text] if text else []
    return "\n".join(parts)


def _check_text(cells: _Cells, column: _Column, text: str, most: int) -> None:
    if len(text) > most:
        cells.report_column(column, SheetReason.TOO_LONG)
    if holds_personal_number(text):
        cells.report_column(column, SheetReason.PERSONAL_NUMBER)


def _money(cells: _Cells, category: DisclosureCategory | None) -> tuple[Flow, int | None]:
    """The flow and the amount: from two columns 收入 and 支出, or from 金额 and 收支."""
    for wanted, flow in ((SheetField.INCOME, Flow.INCOME), (SheetField.EXPENDITURE, Flow.EXPENDITURE)):
        if cells.holds(wanted):
            return flow, _amount(cells, wanted)
    amount_fen = _amount(cells, SheetField.AMOUNT) if cells.holds(SheetField.AMOUNT) else None
    flow = _flow(cells, category)
    if flow is not Flow.POSTED and not cells.holds(SheetField.AMOUNT):
        cells.report(SheetField.AMOUNT, SheetReason.AMOUNT_MISSING)
    return flow, amount_fen


def _amount(cells: _Cells, wanted: SheetField) -> int | None:
    amount_fen = parse_amount(cells.value(wanted))
    if amount_fen is None:
        cells.report(wanted, SheetReason.AMOUNT_UNREADABLE)
    return amount_fen


def _flow(cells: _Cells, category: DisclosureCategory | None) -> Flow:
    """As written; unwritten, what has no amount and what the county pays or approves is only posted."""
    word = compact(cells.value(SheetField.FLOW))
    if word in _FLOW_WORDS:
        return _FLOW_WORDS[word]
    if not word and (category in _POSTED_BY_NATURE or not cells.holds(SheetField.AMOUNT)):
        return Flow.POSTED
    cells.report(SheetField.FLOW, SheetReason.FLOW_UNKNOWN)
    return Flow.POSTED


def _digest(entry: Entry, nth: int) -> str:
    """A repeated import finds the row by what it says; the n-th of equal rows is told from the first."""
    parts = (entry.category, entry.title, entry.flow, str(entry.amount_fen), entry.text, str(nth))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
