"""Where a roster's header is, which column holds what, and whose roster it is."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from store.domain.roster_cells import CellValue, compact, words
from store.domain.roster_remarks import is_remark_word

Row = Sequence[CellValue]


class RosterField(StrEnum):
    """What a column, or a problem, is about."""

    NAME = "name"
    HOUSEHOLD = "household"
    HEAD = "head"
    RELATION = "relation"
    SEX = "sex"
    BIRTH = "birth"
    AGE = "age"
    IDENTITY = "identity"
    PHONE = "phone"
    GROUP = "group"
    REGISTERED = "registered"
    UNREGISTERED = "unregistered"
    AWAY = "away"
    AT_HOME = "at_home"
    AWAY_PLACE = "away_place"
    REMARK = "remark"
    DUPLICATE = "duplicate"


_HEADINGS: dict[RosterField, str] = {
    RosterField.NAME: "姓名 名字 名 村民姓名 居民姓名 成员姓名 人员姓名 家庭成员 家庭成员姓名 户内成员",
    RosterField.HOUSEHOLD: "户号 户编号 户序号 户别 户 户次 家庭编号 家庭户号 户口编号 户口簿号 户口本号 住户编号",
    RosterField.HEAD: "户主 户主姓名 户主名字 是否户主",
    RosterField.RELATION: "关系 与户主关系 与户主的关系 和户主关系 与户主之关系 家庭关系 户内关系 成员关系 称谓",
    RosterField.SEX: "性别 男女 男/女 性別",
    RosterField.BIRTH: "出生日期 出生年月日 出生年月 出生时间 出生日 出生 生日",
    RosterField.AGE: "年龄 周岁 岁数 年纪 实岁",
    RosterField.IDENTITY: "身份证 身份证号 身份证号码 居民身份证号 居民身份证号码 "
    "公民身份号码 公民身份证号码 身份号码 证件号码 证件号",
    RosterField.GROUP: "组 组别 组号 组名 小组 村小组 村民小组 居民小组 "
    "所在组 所在小组 所属组 所属小组 生产队 队别 社 社别",
    RosterField.REGISTERED: "户籍 户口 户籍情况 户籍状态 户籍类别 户籍类型 户口情况 是否户籍 "
    "是否本村 本村户籍 是否本村户籍 是否本村户口 户籍人口 是否户籍人口 是否在册",
    RosterField.UNREGISTERED: "非户籍 非户籍人口 是否非户籍 外来 外来人口 是否外来人口",
    RosterField.AWAY: "外出 外出情况 是否外出 外出务工 是否外出务工 外出打工 务工情况 "
    "在外 是否在外 居住情况 居住状态 在家情况 去向",
    RosterField.AT_HOME: "在家 是否在家 在村 是否在村 常住 是否常住",
    RosterField.AWAY_PLACE: "外出地点 外出地 外出地址 外出去向 务工地点 务工地 务工去向 打工地点",
    RosterField.REMARK: "备注 备注说明 备考 说明 情况说明 附注 其他 其它 其他情况 "
    "特殊情况 人员类别 人员类型 身份类别 类别 政治面貌",
}
_FIELDS = {heading: field for field, headings in _HEADINGS.items() for heading in headings.split()}
_PHONE = re.compile(
    r"(?:本人|个人|家庭|家里|备用|常用|第[一二三])?(?:联系|联络)?(?:电话|手机|固话|座机|固定电话|移动电话|方式)(?:号码?)?[0-9一二三]?"
)
_DECORATION = re.compile(r"[*:：★☆·_]|^[0-9]{1,2}[.、]")
_ASIDE = re.compile(r"[(\[【].*?[)\]】]")
_ALTERNATIVES = re.compile(r"[/、|或及,()]+")
_BOTH_WAYS: dict[frozenset[RosterField], RosterField] = {
    frozenset({RosterField.REGISTERED, RosterField.UNREGISTERED}): RosterField.REGISTERED,
    frozenset({RosterField.AWAY, RosterField.AT_HOME}): RosterField.AWAY,
    frozenset({RosterField.HEAD, RosterField.RELATION}): RosterField.RELATION,
}
_BIRTHS = frozenset({RosterField.BIRTH, RosterField.AGE, RosterField.IDENTITY})
_SEVERAL = frozenset({RosterField.PHONE, RosterField.REMARK})
_LAST_HEADER_ROW = 30
_LONGEST_WORD = 8


def column_letter(index: int) -> str:
    """How a spreadsheet names the column at `index`: 0 is A, 26 is AA."""
    letters, rest = "", index + 1
    while rest:
        rest, last = divmod(rest - 1, 26)
        letters = chr(ord("A") + last) + letters
    return letters


@dataclass(frozen=True, slots=True)
class RosterColumn:
    """`index` counts from 0; `letter` is how a spreadsheet names it."""

    field: RosterField
    index: int
    heading: str

    @property
    def letter(self) -> str:
        return column_letter(self.index)


@dataclass(frozen=True, slots=True)
class Header:
    """`first_row` is the first row of people, counted from 0. `ignored` are headings that mean nothing to us."""

    columns: tuple[RosterColumn, ...]
    ignored: tuple[str, ...]
    first_row: int

    def of(self, field: RosterField) -> RosterColumn | None:
        return next(self.all_of(field), None)

    def all_of(self, *fields: RosterField) -> Iterator[RosterColumn]:
        return (column for column in self.columns if column.field in fields)


def heading_field(heading: str) -> RosterField | None:
    """What a heading asks for: 名字, 联系电话(必填). 在家/外出 asks who is away, 户籍/非户籍 who is registered."""
    text = _DECORATION.sub("", compact(heading))
    return _alternatives(text) or _one(_ASIDE.sub("", text))


def _one(text: str) -> RosterField | None:
    if field := _FIELDS.get(text):
        return field
    if _PHONE.fullmatch(text):
        return RosterField.PHONE
    return RosterField.REMARK if len(text) <= _LONGEST_WORD and is_remark_word(text) else None


def _alternatives(text: str) -> RosterField | None:
    """All the words of a heading must be known, and ask for one thing."""
    fields = {_one(part) for part in _ALTERNATIVES.split(text) if part} if text not in _FIELDS else {_FIELDS[text]}
    known = frozenset(field for field in fields if field)
    if len(known) < len(fields) or not known:
        return None
    if len(known) == 1:
        return next(iter(known))
    return RosterField.BIRTH if known <= _BIRTHS else _BOTH_WAYS.get(known)


def find_header(rows: Sequence[Row]) -> Header | None:
    """The header: of the first 30 rows the one that asks for a name and for most else; None where none asks for a name.

    A header of two rows is read as one: what stands below is more exact than what spans it.
    """
    best = max(range(min(len(rows), _LAST_HEADER_ROW)), key=lambda at: _worth(rows[at]), default=None)
    if best is None or not _worth(rows[best]):
        return None
    headings = [compact(cell) for cell in rows[best]]
    above = [compact(cell) for cell in rows[best - 1]] if best else []
    for at, text in enumerate(above[: len(headings)]):
        if not headings[at] and heading_field(text):
            headings[at] = text
    below = [compact(cell) for cell in rows[best + 1]] if best + 1 < len(rows) else []
    if _continues(headings, below):
        headings = _joined(headings, below)
        best += 1
    return _header(headings, best + 1)


def _worth(row: Row) -> int:
    fields = {heading_field(text) for cell in row if (text := compact(cell))}
    return len(fields - {None}) if RosterField.NAME in fields else 0


def _continues(headings: Sequence[str], below: Sequence[str]) -> bool:
    """Whether the row below is the header's second line.

    Each of its words stands under a blank, a repeat (a merged cell filled) or a heading that spans several columns, and
    one of those is a heading itself.
    """
    pairs = [(at, text) for at, text in enumerate(below) if text]
    return any(heading_field(text) for at, text in pairs if not _at(headings, at) or _spans(headings, at)) and all(
        text == _at(headings, at) or not _at(headings, at) or _spans(headings, at) for at, text in pairs
    )


def _spans(headings: Sequence[str], at: int) -> bool:
    here, after = _at(headings, at), _at(headings, at + 1)
    return here in {after, _at(headings, at - 1)} or (not after and at + 1 < len(headings))


def _at(texts: Sequence[str], at: int) -> str:
    return texts[at] if 0 <= at < len(texts) else ""


def _joined(headings: Sequence[str], below: Sequence[str]) -> list[str]:
    width = max(len(headings), len(below))
    return [_at(below, at) or _at(headings, at) for at in range(width)]


def _header(headings: Sequence[str], first_row: int) -> Header:
    columns: list[RosterColumn] = []
    ignored: list[str] = []
    taken: set[RosterField] = set()
    for index, heading in enumerate(headings):
        field = heading_field(heading)
        if field is None or (field in taken and field not in _SEVERAL):
            ignored.extend([heading] if heading else [])
            continue
        taken.add(field)
        columns.append(RosterColumn(field, index, heading))
    return Header(tuple(columns), tuple(ignored), first_row)


@dataclass(frozen=True, slots=True)
class Title:
    town: str = ""
    village: str = ""


_TITLE_WORD = re.compile(r"名册|名单|登记|台账|统计|信息|一览|明细|底册|人口|村民|居民|单位|村名|行政村")
_CLERK = re.compile(r"填表人|制表|审核|联系人|填报人|经办")
_PLACE = r"[^\W\d_省市县区镇乡年度]"
_TITLE = re.compile(rf"(?:({_PLACE}{{1,6}}(?:镇|乡|街道))(?:办事处|政府)?)?({_PLACE}{{1,8}}?(?:村|社区))")
_NO_VILLAGE = words("农村 本村 全村 行政村 自然村 各村 社区 乡村")


def find_title(rows: Sequence[Row]) -> Title:
    """榕树镇榕树村居民花名册(2026年) names the town and the village; the first such line above the header counts."""
    for row in rows:
        for text in dict.fromkeys(compact(cell) for cell in row):
            match = _TITLE.search(text) if _TITLE_WORD.search(text) and not _CLERK.search(text) else None
            if match and match[2] not in _NO_VILLAGE:
                return Title(town=match[1] or "", village=match[2])
    return Title()
