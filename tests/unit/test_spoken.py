"""What is read out over the loudspeakers: no digit is left to stumble over, and a reading is soon over."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.domain.sentences import beginning
from store.domain.spoken import LONGEST_READING, in_words, reading, seconds_to_read, spoken


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "零"),
        (7, "七"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (100, "一百"),
        (101, "一百零一"),
        (110, "一百一十"),
        (1001, "一千零一"),
        (1010, "一千零一十"),
        (10_000, "一万"),
        (10_005, "一万零五"),
        (48_620, "四万八千六百二十"),
        (100_500, "十万零五百"),
        (120_000, "十二万"),
        (1_000_010, "一百万零一十"),
        (100_000_000, "一亿"),
        (200_030_000, "二亿零三万"),
        (100_000_001, "一亿零一"),
    ],
)
def test_a_number_in_words(number: int, said: str) -> None:
    assert in_words(number) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("11月23日8点到17点停水", "十一月二十三日八点到十七点停水"),
        ("11月23日8:30开会", "十一月二十三日八点三十分开会"),
        ("8:05", "八点零五分"),
        ("28日18:00止", "二十八日十八点止"),
        ("1月2日上午9点-11点", "一月二日上午九点到十一点"),
        ("2026-11-23停电", "二零二六年十一月二十三日停电"),
        ("2026年10月", "二零二六年十月"),
        ("收48620元", "收四万八千六百二十元"),
        ("1,260,000元", "一百二十六万元"),
        ("12.50元", "十二元五角"),
        ("补贴15%", "补贴百分之十五"),
        ("打6123456", "打六幺二三四五六"),
        ("打139 0000 7001", "打幺三九零零零零七零零幺"),
        ("打0668-6123456", "打零六六八六幺二三四五六"),
        ("着火打119", "着火打幺幺九"),
        ("修119米水渠", "修一百一十九米水渠"),
        ("2户2点2组2月2日第2条", "两户两点二组二月二日第二条"),
        ("１１月２３日　8\uff1a30", "十一月二十三日　八点三十分"),
        ("请先存水\n别开闸", "请先存水 别开闸"),
        ("没有数字", "没有数字"),
    ],
)
def test_a_text_is_said_without_digits(written: str, said: str) -> None:
    assert spoken(written) == said


_VILLAGE_TEXT = st.text("0123456789月日点:-,.%元户组年 停水请到。!一二\n", max_size=400)


@given(_VILLAGE_TEXT)
def test_no_digit_is_left(text: str) -> None:
    assert not re.search(r"[0-9]", spoken(text))


@given(_VILLAGE_TEXT, st.integers(0, 999_999_999_999))
def test_a_reading_takes_under_a_minute(text: str, number: int) -> None:
    said = reading(f"{text}{number}", "榕溪村通知。", "详细的打村委会电话6123456。")
    assert said.startswith("榕溪村通知。")
    assert len(said) <= LONGEST_READING
    assert seconds_to_read(said) < 60


def test_what_is_left_out_is_said_at_the_end() -> None:
    said = reading("今天停水。" * 50, "榕溪村通知。", "详细的打6123456。")
    assert said.endswith("今天停水。详细的打六幺二三四五六。")
    assert "详细" not in reading("今天停水。", "榕溪村通知。", "详细的打6123456。")


@pytest.mark.parametrize(
    ("text", "most", "kept"),
    [
        ("停水。", 10, "停水。"),
        ("明天停水。请存水。", 8, "明天停水。"),
        ("明天停水\n请存水", 6, "明天停水"),
        ("明天上午八点停水", 5, "明天上午…"),
        ("明天,上午八点停水", 4, "明天…"),
    ],
)
def test_a_beginning_is_whole_sentences(text: str, most: int, kept: str) -> None:
    assert beginning(text, most) == kept


@given(st.text(max_size=300), st.integers(1, 200))
def test_a_beginning_fits(text: str, most: int) -> None:
    assert len(beginning(text, most)) <= most
