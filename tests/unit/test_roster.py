import json
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.domain.roster import RosterSheet, RosterUnreadable, read_roster
from store.domain.roster_cells import CellValue, RosterReason
from store.domain.roster_headings import RosterColumn, RosterField
from store.domain.roster_people import RosterPerson
from store.domain.roster_remarks import RosterFlag, SensitiveFlag
from store.sheets import read_sheet

RECORDINGS = Path(__file__).parent.parent / "recordings"
TODAY = date(2026, 11, 22)
TWO_NUMBERS_IN_ROW = 193
"""Its cell holds 13900007224 and a landline, and neither is the number that the expectation names."""


def read(*lines: str, known_groups: Sequence[str] = ()) -> RosterSheet:
    return read_roster([line.split("|") for line in lines], TODAY, known_groups)


def problems(sheet: RosterSheet) -> list[tuple[int, str, str]]:
    return [(problem.row, problem.field.value, problem.reason.value) for problem in sheet.problems]


@pytest.fixture(scope="module")
def messy() -> RosterSheet:
    return read_roster(read_sheet(RECORDINGS / "roster-messy.xlsx"), TODAY)


@pytest.fixture(scope="module")
def expected() -> dict[str, list[dict[str, object]]]:
    text = (RECORDINGS / "roster-messy.expected.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


def as_expected(person: RosterPerson) -> dict[str, object]:
    return {
        "household": int(person.household),
        "name": person.name,
        "birth": person.birth.isoformat() if person.birth else "",
        "phone": person.phones[0] if person.phones else "",
        "group": person.group,
        "registered": person.registered,
        "away": person.away,
    }


def test_the_messy_roster_is_counted(messy: RosterSheet, expected: dict[str, object]) -> None:
    assert (messy.title_town, messy.title_village) == ("榕树镇", "榕树村")
    assert (len(messy.people), messy.households) == (expected["residents"], expected["households"])


def test_the_clerk_is_told_of_just_the_bad_cells(messy: RosterSheet, expected: dict[str, object]) -> None:
    told = [[problem.row, problem.field.value] for problem in messy.problems]
    assert told == expected["cells_a_clerk_must_be_told_of"]


def test_the_messy_roster_is_read_cell_by_cell(
    messy: RosterSheet, expected: dict[str, list[dict[str, object]]]
) -> None:
    """A cell that the clerk is told of is left out; the expectation holds what ought to stand there."""
    left_out = {(problem.row, problem.field.value) for problem in messy.problems} | {(TWO_NUMBERS_IN_ROW, "phone")}
    for person, wanted in zip(messy.people, expected["people"], strict=True):
        found = as_expected(person)
        bad = {field for row, field in left_out if row == person.row}
        assert {**found, **dict.fromkeys(bad)} == {**wanted, **dict.fromkeys(bad)}
    nothing = {(person.row, "phone") for person in messy.people if not person.phones}
    nothing |= {(person.row, "birth") for person in messy.people if person.birth is None}
    assert {(78, "phone"), (103, "phone"), (104, "birth"), (115, "birth"), (154, "birth")} <= nothing


def test_both_numbers_of_a_cell_are_kept(messy: RosterSheet) -> None:
    person = next(person for person in messy.people if person.row == TWO_NUMBERS_IN_ROW)
    assert person.phones == ("+8613900007224", "+867565551234")


def test_a_problem_names_row_column_and_reason(messy: RosterSheet) -> None:
    first, *_, duplicate, group = messy.problems
    assert (first.column, first.column_heading, first.reason) == ("F", "手机", RosterReason.PHONE_UNREADABLE)
    assert first.value_hint == "1390***"
    assert (duplicate.reason, duplicate.value_hint) == (RosterReason.REPEATS_ROW, "280")
    assert (group.reason, group.value_hint) == (RosterReason.GROUP_UNKNOWN, "坡尾组")


def test_a_named_group_that_is_known_is_no_problem() -> None:
    rows = read_sheet(RECORDINGS / "roster-messy.xlsx")
    sheet = read_roster(rows, TODAY, known_groups=["坡尾组"])
    assert [person.name for person in sheet.people if person.group == "坡尾组"] == ["韦建卫"]
    assert "group" not in {problem.field for problem in sheet.problems}


def test_remarks_are_counted_and_sorted_into_what_needs_a_tick(messy: RosterSheet) -> None:
    assert messy.remark_words == {"残疾": 54, "低保": 49, "村民代表": 47, "留守儿童": 45, "党员": 44, "独居老人": 40}
    assert messy.refused_words == {}
    flags = Counter(flag for person in messy.people for flag in (*person.flags, *person.sensitive_flags))
    assert flags == {
        RosterFlag.PARTY_MEMBER: 44,
        RosterFlag.REPRESENTATIVE: 47,
        SensitiveFlag.HARDSHIP: 103,
        SensitiveFlag.LEFT_BEHIND: 85,
    }


def test_another_clerk_with_a_header_of_two_rows_and_gb18030(tmp_path: Path) -> None:
    lines = [
        "榕溪县榕树镇坡头村村民信息登记表,,,,,,,,,,",
        "村民小组,户主,家庭成员,与户主关系,身份证号码,联系方式,,居住情况,,务工地点,备注",
        ",,,,,手机,固定电话,在家,外出,,",
        "一组,陈大明,陈大明,户主,999999197001010017,１３９ ００００ ７００１,0756-5551234,√,,,党员、刑满释放",
        ",,李秀英,妻,999999199003070020,+8613900007002,,,√,东莞,",
        ",,陈 小明,子,999999199003070013,13900007003,,,√,,精神病",
        "",
        "坡尾组,黄  强,黄 强,本人,99999919900307008X,,,√,,,低保 村民代表",
        ",,黄 强,本人,99999919900307008X,,,√,,,",
        "总 计,4人,,,,,,,,,",
        "制表人,村文书,,,,,,,,,",
    ]
    path = tmp_path / "坡头村.csv"
    path.write_bytes("\r\n".join(lines).encode("gb18030"))
    sheet = read_roster(read_sheet(path), TODAY, known_groups=["坡尾组"])
    assert (sheet.title_town, sheet.title_village, sheet.households) == ("榕树镇", "坡头村", 2)
    assert [person.name for person in sheet.people] == ["陈大明", "李秀英", "陈小明", "黄强"]
    wife = sheet.people[1]
    assert (wife.household, wife.group, wife.birth, wife.sex) == ("陈大明", 1, date(1990, 3, 7), "female")
    assert (wife.away, wife.away_place, wife.identity) == (True, "东莞", "999999199003070020")
    head = sheet.people[0]
    assert head.phones == ("+8613900007001", "+867565551234")
    assert (head.is_head, head.away, head.flags) == (True, False, frozenset({RosterFlag.PARTY_MEMBER}))
    assert sheet.people[3].group == "坡尾组"
    assert head.birth == date(1970, 1, 1)
    assert problems(sheet) == [(6, "identity", "identity_invalid"), (9, "duplicate", "repeats_row")]
    assert sheet.refused_words == {"刑满": 1, "精神": 1}
    assert "999999" not in repr(sheet.people)


def test_a_person_whose_every_other_cell_is_bad_is_still_a_resident() -> None:
    sheet = read("姓名|性别|出生日期|电话|组|户籍|外出", "陈伟|待查|属猴|找他儿子|坡尾组|待核|待核")
    assert [person.name for person in sheet.people] == ["陈伟"]
    assert [field for _, field, _ in problems(sheet)] == ["sex", "birth", "phone", "group", "registered", "away"]


def test_a_row_without_a_name_is_told_of_and_left_out() -> None:
    sheet = read("户号|姓名|电话", "1|陈伟|13900007001", "|/|13900007002", "|李英|")
    assert [(person.row, person.household) for person in sheet.people] == [(2, "1"), (4, "1")]
    assert problems(sheet) == [(3, "name", "name_missing")]


def test_blank_lines_printed_numbers_repeated_headers_and_subtotals_are_nobody() -> None:
    sheet = read(
        "户号|姓名|电话", "1|陈伟|", "||", "小计|1人|", "户号|姓名|电话", "2|李英|", "3||", "合计|2人|", "4|王芳|"
    )
    assert [person.name for person in sheet.people] == ["陈伟", "李英"]
    assert sheet.problems == ()


def test_a_household_and_its_group_are_written_once() -> None:
    sheet = read("户号|姓名|组", "1|陈伟|二组", "|李英|", "2|王芳|", "|黄强|三组", "3|何伟|三组")
    assert [(one.household, one.group) for one in sheet.people] == [("1", 2), ("1", 2), ("2", 3), ("2", 3), ("3", 3)]


def test_an_empty_group_does_not_cross_into_another_household() -> None:
    sheet = read("户号|姓名|组", "1|陈伟|二组", "2|王芳|", "3|何伟|三组", "4|李英|三组")
    assert [person.group for person in sheet.people] == [2, None, 3, 3]


def test_a_merged_group_saved_as_csv_stands_on_its_first_household_only() -> None:
    sheet = read(
        "组|户号|姓名", "一组|1|陈伟", "|2|王芳", "|3|何伟", "二组|4|李英", "|5|黄强", "坡尾组|6|苏丽", "|7|苏强"
    )
    assert [person.group for person in sheet.people] == [1, 1, 1, 2, 2, None, None]


def test_lines_between_people_name_their_group() -> None:
    sheet = read("户号|姓名|电话", "第一组||", "1|陈伟|", "二组|二组|二组", "1|王芳|", "坡尾组||", "1|何伟|")
    assert [(one.name, one.group, one.household) for one in sheet.people] == [
        ("陈伟", 1, "1"),
        ("王芳", 2, "1@2"),
        ("何伟", None, "1#3"),
    ]
    assert problems(sheet) == [(6, "group", "group_unknown")]


def test_households_numbered_anew_in_each_group() -> None:
    sheet = read(
        "组|户号|姓名|关系", "1组|1|陈伟|户主", "|1|李英|妻", "1组|2|王芳|户主", "2组|1|何伟|户主", "|1|何丽|女"
    )
    assert [person.household for person in sheet.people] == ["1", "1", "2", "1@2", "1@2"]
    assert [person.group for person in sheet.people] == [1, 1, 1, 2, 2]


def test_without_numbers_each_head_begins_a_household() -> None:
    sheet = read("姓名|与户主关系", "陈伟|户主", "李英|妻", "王芳|户主")
    assert (sheet.households, [person.household for person in sheet.people]) == (2, ["#1", "#1", "#2"])


@pytest.mark.parametrize("mark", ["是", "户主", "√"])
def test_a_column_of_heads_may_hold_ticks(mark: str) -> None:
    sheet = read("姓名|户主", f"陈伟|{mark}", "李英|", f"王芳|{mark}")
    assert [(person.is_head, person.household) for person in sheet.people] == [
        (True, "#1"),
        (False, "#1"),
        (True, "#2"),
    ]


def test_nobody_knows_the_households_of_a_plain_list() -> None:
    assert read("姓名|电话", "陈伟|", "李英|").households == 2


def test_namesakes_are_two_and_repeats_are_one() -> None:
    sheet = read(
        "户号|姓名|出生日期|身份证号",
        "1|韦英|2005年7月4日|",
        "1|韦英|1946.09.23|",
        "2|韦英|2005年7月4日|",
        "1|韦 英|20050704|",
        "3|陈伟||999999199003070012",
        "4|陈卫||999999199003070012",
    )
    assert [person.row for person in sheet.people] == [2, 3, 4, 6]
    assert [(problem.row, problem.value_hint) for problem in sheet.problems] == [(5, "2"), (7, "6")]


def test_a_repeat_without_a_birth_must_agree_in_the_rest() -> None:
    sheet = read("户号|姓名|关系|电话", "1|韦英|母|", "1|韦英|女|", "1|韦英|女|")
    assert [person.row for person in sheet.people] == [2, 3]


def test_the_bad_cells_of_a_repeat_are_told_once() -> None:
    sheet = read("户号|姓名|出生日期|电话", "1|韦英|属猴|1390000", "1|韦英|属猴|1390000")
    assert problems(sheet) == [
        (2, "birth", "birth_unreadable"),
        (2, "phone", "phone_unreadable"),
        (3, "duplicate", "repeats_row"),
    ]


@pytest.mark.parametrize(
    ("row", "birth", "year", "told"),
    [
        ("陈伟|1990-03-07|36|999999199003070012", date(1990, 3, 7), None, []),
        ("陈伟|||999999199003070012", date(1990, 3, 7), None, []),
        ("陈伟|1991-01-01||999999199003070012", date(1990, 3, 7), None, [(2, "birth", "birth_disagrees")]),
        ("陈伟||36|", None, 1990, []),
        ("陈伟|属马|36|", None, 1990, [(2, "birth", "birth_unreadable")]),
        ("陈伟|1990年3月|30|", None, 1990, [(2, "birth", "birth_incomplete")]),
        ("陈伟||三十多|", None, None, [(2, "birth", "age_unreadable")]),
        ("陈伟|999999199003070012||", date(1990, 3, 7), None, []),
    ],
)
def test_birth_from_whichever_column_knows_best(
    row: str, birth: date | None, year: int | None, told: list[tuple[int, str, str]]
) -> None:
    sheet = read("姓名|出生日期|年龄|身份证号", row)
    person = sheet.people[0]
    assert (person.birth, person.birth_year, problems(sheet)) == (birth, year, told)


def test_an_invalid_identity_number_is_not_handed_on() -> None:
    sheet = read("姓名|身份证号", "陈伟|999999199003070013", "李英|999999199003070020")
    assert [person.identity for person in sheet.people] == ["", "999999199003070020"]
    assert problems(sheet) == [(2, "identity", "identity_invalid")]
    assert sheet.problems[0].value_hint == "9999********"


def test_ticks_in_columns_of_their_own() -> None:
    sheet = read(
        "姓名|户籍|非户籍|在家|外出|是否党员|低保|精神病", "陈伟|√||√||是|√|", "李英||√||√|否||√", "王芳|||||||"
    )
    assert [(one.registered, one.away) for one in sheet.people] == [(True, False), (False, True), (None, False)]
    assert [one.flags for one in sheet.people] == [{RosterFlag.PARTY_MEMBER}, set(), set()]
    assert (sheet.remark_words, sheet.refused_words) == ({"党员": 1, "低保": 1}, {"精神": 1})


def test_two_households_of_one_number_stand_apart_where_their_heads_and_groups_do() -> None:
    sheet = read("组|户号|姓名|关系", "1组|1|陈伟|户主", "2组|1|何伟|户主", "3组|2|王芳|户主", "1组|1|陈丽|女")
    assert [person.household for person in sheet.people] == ["1", "1@2", "2", "1"]


def test_a_sheet_that_does_not_ask_does_not_know() -> None:
    person = read("姓名", "陈伟").people[0]
    assert (person.registered, person.away, person.group, person.birth_year) == (None, None, None, None)


def test_columns_are_named_as_the_spreadsheet_names_them() -> None:
    sheet = read("序号|姓名" + "|" * 25 + "电话", "1|陈伟")
    assert sheet.columns == (RosterColumn(RosterField.NAME, 1, "姓名"), RosterColumn(RosterField.PHONE, 26, "电话"))
    assert [column.letter for column in sheet.columns] == ["B", "AA"]
    assert sheet.ignored_headings == ("序号",)


def test_a_header_line_above_fills_the_gaps_of_the_one_below() -> None:
    sheet = read("坡头村花名册||||", "户号|基本情况||联系电话", "|姓名|性别|", "7|陈伟|男|13900007001")
    person = sheet.people[0]
    assert (person.household, person.sex, person.phones) == ("7", "male", ("+8613900007001",))


@pytest.mark.parametrize("rows", [[], [[]], [["通知", ""], ["今晚停水"]], [["电话", "组"], ["13900007001", "1组"]]])
def test_a_sheet_without_names_is_no_roster(rows: list[list[CellValue]]) -> None:
    with pytest.raises(RosterUnreadable) as caught:
        read_roster(rows, TODAY)
    assert caught.value.key == "roster_no_name_column"


CELLS = st.one_of(
    st.none(), st.floats(), st.dates(), st.sampled_from(["", "1", "一组", "合计", "户主", "陈伟"]), st.text()
)


@given(st.lists(st.lists(CELLS, max_size=7), max_size=12))
def test_every_row_is_a_person_a_problem_or_nobody(rows: list[list[CellValue]]) -> None:
    sheet = read_roster([["户号", "姓名", "关系", "组", "出生日期", "电话", "备注"], *rows], TODAY)
    numbers = [person.row for person in sheet.people]
    assert numbers == sorted(set(numbers))
    assert all(1 < row <= len(rows) + 1 for row in numbers)
    assert all(person.name and person.household for person in sheet.people)
    assert sheet.households == len({person.household for person in sheet.people})


@given(st.randoms(use_true_random=False))
def test_the_order_of_columns_does_not_matter(dice: Random) -> None:
    lines = [
        ["户号", "姓名", "出生日期", "手机", "组别", "户籍/非户籍", "在家/外出"],
        ["1", "陈伟", "1990.3.7", "13900007001", "二组", "户籍", "在家"],
        ["", "李英", "属猴", "1390000", "", "外来", "在东莞打工"],
    ]
    order = list(range(7))
    dice.shuffle(order)
    shuffled = read_roster([[line[at] for at in order] for line in lines], TODAY)
    assert shuffled.people == read_roster(lines, TODAY).people
