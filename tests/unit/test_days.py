from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.days import read_day

TODAY = date(2026, 11, 18)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("明天", date(2026, 11, 19)),
        ("大后天", date(2026, 11, 21)),
        ("11月25日", date(2026, 11, 25)),
        ("改到11月25号", date(2026, 11, 25)),
        ("１１月２５日", date(2026, 11, 25)),
        ("2026-11-25", date(2026, 11, 25)),
        ("11.25", date(2026, 11, 25)),
        ("25号", date(2026, 11, 25)),
        ("3号", date(2026, 12, 3)),
        ("1月5日", date(2027, 1, 5)),
        ("2026年11月3日", date(2026, 11, 3)),
        ("2月30日", None),
        ("过几天", None),
        ("3127", None),
        ("", None),
    ],
)
def test_a_day_is_read_as_the_next_such_day(text: str, day: date | None) -> None:
    assert read_day(text, TODAY) == day


@given(st.text(), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_any_text_is_a_day_or_none(text: str, today: date) -> None:
    read_day(text, today)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_whole_date_is_that_date(day: date, today: date) -> None:
    assert read_day(day.isoformat(), today) == day
