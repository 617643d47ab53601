from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.domain.roster_births import Birth, Identity, parse_age, parse_birth, parse_identity
from store.domain.roster_cells import (
    CellValue,
    Reading,
    RosterReason,
    Whereabouts,
    cell_text,
    chinese_number,
    parse_at_home,
    parse_away,
    parse_group,
    parse_name,
    parse_registered,
    parse_sex,
    parse_unregistered,
)
from store.domain.roster_headings import RosterField, find_title, heading_field
from store.domain.roster_phones import parse_phones
from store.domain.roster_remarks import RosterFlag, SensitiveFlag, read_remarks

TODAY = date(2026, 11, 22)
ANY_CELL = st.one_of(
    st.none(),
    st.text(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.text("0123456789年月日./-+() 一十农历岁XE"),
)


@pytest.mark.parametrize(
    "cell", [None, "", "  ", "　", "无", "没有", "暂无", "/", "-", "---", "-\t-", "——", "不详", "N/A"]
)
def test_what_clerks_write_for_nothing_is_nothing(cell: CellValue) -> None:
    assert cell_text(cell) == ""
    assert parse_phones(cell) == Reading(())
    assert parse_birth(cell, TODAY) == Reading(Birth())
    assert parse_group(cell, "榕树村") == Reading(None)
    assert parse_registered(cell) == Reading(None)


@pytest.mark.parametrize(
    ("cell", "phones"),
    [
        ("13900007001", ["+8613900007001"]),
        (13900007005.0, ["+8613900007005"]),
        (13900007005, ["+8613900007005"]),
        ("139 0000 7006", ["+8613900007006"]),
        ("139-0000-7008", ["+8613900007008"]),
        ("139—0000—7008", ["+8613900007008"]),
        ("139 000 07008", ["+8613900007008"]),
        ("+8613900007004", ["+8613900007004"]),
        ("+86 139 0000 7004", ["+8613900007004"]),
        ("86 13900007023", ["+8613900007023"]),
        ("8613900007023", ["+8613900007023"]),
        ("008613900007023", ["+8613900007023"]),
        ("013900007023", ["+8613900007023"]),
        ("１３９００００７０１８", ["+8613900007018"]),
        ("电话13900007010", ["+8613900007010"]),
        ("13900007001(儿子)", ["+8613900007001"]),
        ("'13900007001", ["+8613900007001"]),
        ("\t13900007001", ["+8613900007001"]),
        ("0756-5551234", ["+867565551234"]),
        ("0756 5551234", ["+867565551234"]),
        ("(0756)5551234", ["+867565551234"]),
        ("+86 756 5551234", ["+867565551234"]),
        ("020-85551234", ["+862085551234"]),
        ("+852 9123 4567", ["+85291234567"]),
        ("13900007224 / 0756-5551234", ["+8613900007224", "+867565551234"]),
        ("13900007001、13900007002", ["+8613900007001", "+8613900007002"]),
        ("13900007001 13900007002", ["+8613900007001", "+8613900007002"]),
        ("13900007001\n13900007002", ["+8613900007001", "+8613900007002"]),
        ("13900007001,13900007001", ["+8613900007001"]),
    ],
)
def test_phones_are_read_in_every_shape(cell: CellValue, phones: list[str]) -> None:
    assert parse_phones(cell) == Reading(tuple(phones))


@pytest.mark.parametrize(
    ("cell", "phones", "reason"),
    [
        ("1390000", (), RosterReason.PHONE_UNREADABLE),
        ("找他儿子", (), RosterReason.PHONE_UNREADABLE),
        ("139000070011", (), RosterReason.PHONE_UNREADABLE),
        ("12900007001", (), RosterReason.PHONE_UNREADABLE),
        ("5551234", (), RosterReason.PHONE_UNREADABLE),
        ("1.39E+10", (), RosterReason.PHONE_UNREADABLE),
        ("+85212", (), RosterReason.PHONE_UNREADABLE),
        ("1390000700 13900007001", ("+8613900007001",), RosterReason.PHONE_PARTLY_READ),
        ("13900007001 短号661234", ("+8613900007001",), RosterReason.PHONE_PARTLY_READ),
    ],
)
def test_the_clerk_hears_of_a_phone_that_is_none(
    cell: CellValue, phones: tuple[str, ...], reason: RosterReason
) -> None:
    assert parse_phones(cell) == Reading(phones, reason)


@given(ANY_CELL)
def test_any_cell_is_a_phone_or_a_reason(cell: CellValue) -> None:
    reading = parse_phones(cell)
    assert all(number.startswith("+") and number[1:].isascii() and number[1:].isdigit() for number in reading.value)
    assert reading.value or reading.reason or not cell_text(cell)


@given(st.integers(0, 10**8 - 1), st.sampled_from(["{}", "+86{}", "86 {}", "电话:{}", " {} ", "{}(本人)", "{} / 无"]))
def test_a_mobile_survives_whatever_stands_around_it(tail: int, shape: str) -> None:
    number = f"139{tail:08d}"
    assert parse_phones(shape.format(number)) == Reading((f"+86{number}",))


@pytest.mark.parametrize(
    "cell",
    [
        "1989-06-08",
        "1989.6.8",
        "1989.06.08",
        "1989/6/8",
        "1989年6月8日",
        "1989年06月08号",
        "1989 年 6 月 8 日",
        "19890608",
        19890608.0,
        19890608,
        "１９８９-０６-０８",
        "１９８９．６．８",
        "1989、6、8",
        "1989,6,8",
        "1989 6 8",
        "1989.06.08。",
        "1989—06—08",
        "一九八九年六月八日",
        "89.6.8",
        "89-06-08",
        "89年6月8日",
        "890608",
        "1989-06-08 00:00:00",
        "生于1989年6月8日",
        "公历1989.6.8",
        date(1989, 6, 8),
        datetime(1989, 6, 8),  # noqa: DTZ001 - a sheet's dates know no zone
        32667,
        32667.0,
        "32667",
    ],
)
def test_births_are_read_in_every_shape(cell: CellValue) -> None:
    assert parse_birth(cell, TODAY) == Reading(Birth(date(1989, 6, 8)))


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (29221, date(1980, 1, 1)),
        ("二〇〇一年十二月二十三日", date(2001, 12, 23)),
        ("一九六五年元月十日", date(1965, 1, 10)),
        ("12.3.4", date(2012, 3, 4)),
        ("26.11.22", date(2026, 11, 22)),
        ("27.1.1", date(1927, 1, 1)),
        ("2024-02-29", date(2024, 2, 29)),
        ("1900-01-01", date(1900, 1, 1)),
        (TODAY, TODAY),
    ],
)
def test_births_at_the_edges(cell: CellValue, day: date) -> None:
    assert parse_birth(cell, TODAY) == Reading(Birth(day))


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("属猴", RosterReason.BIRTH_UNREADABLE),
        ("45", RosterReason.BIRTH_UNREADABLE),
        ("08/06/1989", RosterReason.BIRTH_UNREADABLE),
        ("201012", RosterReason.BIRTH_UNREADABLE),
        ("八十岁上下", RosterReason.BIRTH_UNREADABLE),
        ("1975-02-30", RosterReason.BIRTH_NO_SUCH_DAY),
        ("2023年2月29日", RosterReason.BIRTH_NO_SUCH_DAY),
        ("19891301", RosterReason.BIRTH_NO_SUCH_DAY),
        ("1989.13.1", RosterReason.BIRTH_NO_SUCH_DAY),
        ("2031-05-06", RosterReason.BIRTH_IN_FUTURE),
        (date(2026, 11, 23), RosterReason.BIRTH_IN_FUTURE),
        ("2027年", RosterReason.BIRTH_IN_FUTURE),
        ("1899-12-31", RosterReason.BIRTH_TOO_EARLY),
        ("农历1989年六月初八", RosterReason.BIRTH_LUNAR),
        ("1989年腊月8日", RosterReason.BIRTH_LUNAR),
    ],
)
def test_the_clerk_hears_of_a_birth_that_is_none(cell: CellValue, reason: RosterReason) -> None:
    assert parse_birth(cell, TODAY) == Reading(Birth(), reason)


@pytest.mark.parametrize("cell", ["1989", 1989.0, "1989年", "1989年生", "1989.6", "1989年6月", "1989年6月生", "198906"])
def test_a_birth_without_its_day_keeps_the_year(cell: CellValue) -> None:
    assert parse_birth(cell, TODAY) == Reading(Birth(year=1989), RosterReason.BIRTH_INCOMPLETE)


@pytest.mark.parametrize(
    ("cell", "reading"),
    [
        (45.0, Reading(Birth(year=1981))),
        ("45", Reading(Birth(year=1981))),
        ("４５岁", Reading(Birth(year=1981))),
        ("45周岁", Reading(Birth(year=1981))),
        (0, Reading(Birth(year=2026))),
        ("1989-06-08", Reading(Birth(date(1989, 6, 8)))),
        (date(1989, 6, 8), Reading(Birth(date(1989, 6, 8)))),
        ("131", Reading(Birth(), RosterReason.AGE_UNREADABLE)),
        ("-3", Reading(Birth(), RosterReason.AGE_UNREADABLE)),
        ("成年", Reading(Birth(), RosterReason.AGE_UNREADABLE)),
    ],
)
def test_ages_give_a_year(cell: CellValue, reading: Reading[Birth]) -> None:
    assert parse_age(cell, TODAY) == reading


@given(ANY_CELL)
def test_any_cell_is_a_birth_or_a_reason(cell: CellValue) -> None:
    for parse in (parse_birth, parse_age):
        reading = parse(cell, TODAY)
        assert reading.value != Birth() or reading.reason or not cell_text(cell)
        assert reading.value.day is None or date(1900, 1, 1) <= reading.value.day <= TODAY


@given(
    st.dates(date(1927, 1, 1), TODAY),
    st.sampled_from(["%Y-%m-%d", "%Y%m%d", "%Y.%m.%d", "%Y/%m/%d", "%Y年%m月%d日", "%y.%m.%d"]),
)
def test_a_day_is_the_same_in_every_shape(day: date, shape: str) -> None:
    if shape == "%y.%m.%d" and day < date(1926, 11, 23):
        return
    assert parse_birth(day.strftime(shape), TODAY) == Reading(Birth(day))


@pytest.mark.parametrize(
    ("cell", "reading"),
    [
        ("999999199003070012", Reading(Identity(date(1990, 3, 7), "male"))),
        ("99999919900307008X", Reading(Identity(date(1990, 3, 7), "female"))),
        ("99999919900307008x", Reading(Identity(date(1990, 3, 7), "female"))),
        ("999999 19900307 0012", Reading(Identity(date(1990, 3, 7), "male"))),
        ("９９９９９９１９９００３０７００１２", Reading(Identity(date(1990, 3, 7), "male"))),
        ("", Reading(None)),
        ("999999199003070013", Reading(None, RosterReason.IDENTITY_INVALID)),
        ("999999197502300127", Reading(None, RosterReason.IDENTITY_INVALID)),
        ("999999203105060113", Reading(None, RosterReason.IDENTITY_INVALID)),
        ("999999900307001", Reading(None, RosterReason.IDENTITY_WRONG_LENGTH)),
        ("办理中", Reading(None, RosterReason.IDENTITY_WRONG_LENGTH)),
        (999999199003070012.0, Reading(None, RosterReason.IDENTITY_ROUNDED)),
        ("9.99999E+17", Reading(None, RosterReason.IDENTITY_ROUNDED)),
    ],
)
def test_identity_numbers(cell: CellValue, reading: Reading[Identity | None]) -> None:
    assert parse_identity(cell, TODAY) == reading


@given(st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(place: int, shift: int) -> None:
    number = "999999199003070012"
    wrong = f"{number[:place]}{(int(number[place]) + shift) % 10}{number[place + 1 :]}"
    assert parse_identity(wrong, TODAY).value is None


@given(ANY_CELL)
def test_any_cell_is_an_identity_or_a_reason(cell: CellValue) -> None:
    reading = parse_identity(cell, TODAY)
    assert reading.value or reading.reason or not cell_text(cell)


@pytest.mark.parametrize(
    ("cell", "group"),
    [
        ("2组", 2),
        ("１组", 1),
        ("3 组", 3),
        ("第三组", 3),
        ("三组", 3),
        ("第2小组", 2),
        ("第一村民小组", 1),
        ("十二组", 12),
        ("第二十一村民小组", 21),
        ("4队", 4),
        ("第五生产队", 5),
        ("六社", 6),
        ("榕树村第二组", 2),
        (2.0, 2),
        ("2", 2),
        ("坡尾组", "坡尾组"),
        ("新村二组", "新村二组"),
        ("1-2组", "1-2组"),
        ("0组", "0组"),
    ],
)
def test_groups_have_numbers_or_names(cell: CellValue, group: int | str) -> None:
    assert parse_group(cell, "榕树村") == Reading(group)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("九十九", 99),
        ("二〇〇一", 2001),
        ("十十", None),
        ("", None),
    ],
)
def test_chinese_numbers(text: str, number: int | None) -> None:
    assert chinese_number(text) == number


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("吴 英", "吴英"),
        (" 卢玉庆 ", "卢玉庆"),
        ("王\u3000芳", "王芳"),
        ("阿依古丽.买买提", "阿依古丽·买买提"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("陈伟(户主)", "陈伟"),
        ("John  Smith", "John Smith"),
        ("𠅤小明", "𠅤小明"),
        ("\ue5f1小明", "\ue5f1小明"),
    ],
)
def test_names(cell: CellValue, name: str) -> None:
    assert parse_name(cell) == Reading(name)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", RosterReason.NAME_MISSING),
        ("无", RosterReason.NAME_MISSING),
        ("(已迁出)", RosterReason.NAME_MISSING),
        (360, RosterReason.NAME_UNREADABLE),
        ("王?英", RosterReason.NAME_UNREADABLE),
        ("陈*强", RosterReason.NAME_UNREADABLE),
        ("注:以上人员均为常住", RosterReason.NAME_UNREADABLE),
    ],
)
def test_what_is_no_name(cell: CellValue, reason: RosterReason) -> None:
    assert parse_name(cell) == Reading("", reason)


@pytest.mark.parametrize(
    ("cell", "sex"),
    [("男", "male"), ("男性", "male"), ("Ｍ", "male"), (1.0, "male"), ("女 ", "female"), ("F", "female")],
)
def test_sexes(cell: CellValue, sex: str) -> None:
    assert parse_sex(cell) == Reading(sex)


def test_an_unknown_sex_is_told() -> None:
    assert parse_sex("待查") == Reading("", RosterReason.WORD_UNKNOWN)


@pytest.mark.parametrize(
    ("cell", "registered"),
    [
        *(("户籍", True), ("是", True), ("本村", True), ("√", True), (True, True)),
        *(
            ("非户籍", False),
            ("否", False),
            ("外来", False),
            ("外来人口", False),
            ("流动", False),
            ("非本村户籍", False),
        ),
    ],
)
def test_registered(cell: CellValue, registered: bool) -> None:  # noqa: FBT001 - the table's second column
    assert parse_registered(cell) == Reading(registered)


def test_a_tick_under_a_heading_of_the_opposite_is_turned_round() -> None:
    assert parse_unregistered("√") == Reading(value=False)
    assert parse_unregistered("否") == Reading(value=True)
    assert parse_at_home("√") == Reading(Whereabouts(away=False))
    assert parse_at_home("否") == Reading(Whereabouts(away=True))
    assert parse_at_home("在东莞打工") == Reading(Whereabouts(away=True, place="东莞"))


def test_an_unknown_word_is_told() -> None:
    assert parse_registered("待核") == Reading(None, RosterReason.WORD_UNKNOWN)
    for word in ("待核", "去世", "在校", "在本镇务工"):
        assert parse_away(word) == Reading(None, RosterReason.WORD_UNKNOWN)


@pytest.mark.parametrize(
    "cell", ["在家", "常住", "否", "在村", "务农", "在家务农", "在家养病", "在家打工", "未外出", "常年在家"]
)
def test_at_home(cell: CellValue) -> None:
    assert parse_away(cell) == Reading(Whereabouts(away=False))


@pytest.mark.parametrize(
    ("cell", "place"),
    [
        ("外出", ""),
        ("是", ""),
        ("外出务工", ""),
        ("不在家", ""),
        ("在外打工", ""),
        ("在外地打工", ""),
        ("常年外出", ""),
        ("在东莞打工", "东莞"),
        ("外出东莞务工", "东莞"),
        ("去深圳上班", "深圳"),
        ("在广州", "广州"),
        ("东莞", "东莞"),
        ("义乌市", "义乌市"),
    ],
)
def test_away(cell: CellValue, place: str) -> None:
    assert parse_away(cell) == Reading(Whereabouts(away=True, place=place))


@given(ANY_CELL)
def test_no_cell_breaks_a_parser(cell: CellValue) -> None:
    for reading in (parse_registered(cell), parse_away(cell), parse_at_home(cell), parse_unregistered(cell)):
        assert reading.value is not None or reading.reason or not cell_text(cell)
    assert parse_name(cell).value or parse_name(cell).reason
    parse_group(cell, "榕树村")
    parse_sex(cell)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("姓名", RosterField.NAME),
        ("姓 名", RosterField.NAME),
        ("名字", RosterField.NAME),
        ("姓名(必填)", RosterField.NAME),
        ("*姓名：", RosterField.NAME),
        ("姓名/名字", RosterField.NAME),
        ("电话", RosterField.PHONE),
        ("手机", RosterField.PHONE),
        ("手机号码", RosterField.PHONE),
        ("联系电话", RosterField.PHONE),
        ("联系方式（手机）", RosterField.PHONE),
        ("联系电话2", RosterField.PHONE),
        ("户主电话", None),
        ("组", RosterField.GROUP),
        ("小组", RosterField.GROUP),
        ("村民小组", RosterField.GROUP),
        ("组/小组/村民小组", RosterField.GROUP),
        ("户主", RosterField.HEAD),
        ("与户主关系", RosterField.RELATION),
        ("户主/与户主关系", RosterField.RELATION),
        ("户编号", RosterField.HOUSEHOLD),
        ("男/女", RosterField.SEX),
        ("性别（男/女）", RosterField.SEX),
        ("出生年月日", RosterField.BIRTH),
        ("年龄", RosterField.AGE),
        ("身份证号", RosterField.IDENTITY),
        ("出生日期/年龄/身份证号", RosterField.BIRTH),
        ("户籍", RosterField.REGISTERED),
        ("户籍/非户籍", RosterField.REGISTERED),
        ("非户籍", RosterField.UNREGISTERED),
        ("在家/外出", RosterField.AWAY),
        ("外出/在家", RosterField.AWAY),
        ("在家", RosterField.AT_HOME),
        ("在家（是/否）", RosterField.AT_HOME),
        ("备注", RosterField.REMARK),
        ("说明", RosterField.REMARK),
        ("是否低保户", RosterField.REMARK),
        ("党员花名册", None),
        ("序号", None),
        ("户籍地址", None),
    ],
)
def test_headings_and_their_synonyms(heading: str, field: RosterField | None) -> None:
    assert heading_field(heading) == field


@pytest.mark.parametrize(
    ("line", "town", "village"),
    [
        ("榕树镇榕树村居民花名册(2026年)", "榕树镇", "榕树村"),
        ("2026年度榕溪县榕树镇榕树村村民花名册", "榕树镇", "榕树村"),
        ("凤凰街道新城社区居民信息表", "凤凰街道", "新城社区"),
        ("榕树村民委员会村民名册", "", "榕树村"),
        ("单位:榕树镇榕树村", "榕树镇", "榕树村"),
        ("农村居民登记表", "", ""),
        ("填表人:张村生 村民小组长", "", ""),
    ],
)
def test_the_title_names_the_village(line: str, town: str, village: str) -> None:
    title = find_title([["", None], [line, line]])
    assert (title.town, title.village) == (town, village)


@pytest.mark.parametrize(
    ("text", "flags", "sensitive", "refused"),
    [
        ("党员", {RosterFlag.PARTY_MEMBER}, set(), ()),
        ("中共党员、村民代表", {RosterFlag.PARTY_MEMBER, RosterFlag.REPRESENTATIVE}, set(), ()),
        ("预备党员", set(), set(), ()),
        ("非党员", set(), set(), ()),
        ("群众", set(), set(), ()),
        ("低保", set(), {SensitiveFlag.HARDSHIP}, ()),
        ("原低保", set(), set(), ()),
        ("独居老人,五保", set(), {SensitiveFlag.HARDSHIP, SensitiveFlag.LEFT_BEHIND}, ()),
        ("刑满释放", set(), set(), ("刑满",)),
        ("社区矫正对象", set(), set(), ("矫正",)),
        ("党员;吸毒", {RosterFlag.PARTY_MEMBER}, set(), ("吸毒",)),
        ("精神残疾二级", set(), set(), ("精神",)),
    ],
)
def test_remarks(text: str, flags: set[RosterFlag], sensitive: set[SensitiveFlag], refused: tuple[str, ...]) -> None:
    remarks = read_remarks([text])
    assert (set(remarks.flags), set(remarks.sensitive_flags), remarks.refused) == (flags, sensitive, refused)


def test_the_preview_counts_a_sentence_and_does_not_repeat_it() -> None:
    assert read_remarks(["低保 去年借了隔壁陈伟三百块钱", "13900007001"]).words == ("低保", "…", "…")
