"""Figures: whole months, no cell that points at a person, no percentage that flatters."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.domain.figures import FEWEST, MOST_MONTHS, Period, Told, folded, percent, period_of, sum_of

TODAY = date(2026, 11, 18)


@pytest.mark.parametrize(
    ("first", "last", "begins", "length"),
    [
        ("", "", date(2025, 12, 1), 12),
        ("2026-11", "2026-11", date(2026, 11, 1), 1),
        ("2026-11", "2026-01", date(2026, 1, 1), 11),
        ("", "2026-02", date(2025, 3, 1), 12),
        ("2001-01", "2026-11", date(2023, 12, 1), MOST_MONTHS),
        ("nonsense", "2026-13", date(2025, 12, 1), 12),
        ("1066-10", "9999-12", date(2025, 12, 1), 12),
    ],
)
def test_a_period_is_whole_months_whatever_is_asked(first: str, last: str, begins: date, length: int) -> None:
    assert period_of(first, last, TODAY) == Period(begins, length)


def test_a_period_before_is_as_long_and_ends_where_it_begins() -> None:
    assert Period(date(2026, 1, 1), 3).before == Period(date(2025, 10, 1), 3)


def test_months_begin_at_midnight_in_the_village() -> None:
    first, last = Period(date(2026, 11, 1), 1).edges(ZoneInfo("Asia/Shanghai"))
    assert (first.isoformat(), last.isoformat()) == ("2026-11-01T00:00:00+08:00", "2026-12-01T00:00:00+08:00")


@pytest.mark.parametrize(("part", "whole", "told"), [(4, 4, None), (0, 5, 0), (199, 200, 99), (5, 5, 100)])
def test_a_percentage_is_never_rounded_up_nor_of_a_few(part: int, whole: int, told: int | None) -> None:
    assert percent(part, whole) == told


@pytest.mark.parametrize(
    ("people", "alone", "rest"),
    [
        ({"a": 9, "b": 8}, {"a", "b"}, 0),
        ({"a": 9, "b": 8, "c": 1}, {"a"}, 9),
        ({"a": 9, "b": 3, "c": 2}, {"a"}, 5),
        ({"a": 9, "b": 1, "c": 0}, {"c"}, 10),
        ({"a": 2, "b": 1}, set(), 3),
    ],
)
def test_small_cells_are_put_together_until_nobody_can_be_told(
    people: dict[str, int], alone: set[str], rest: int
) -> None:
    found = folded({key: Told(tickets=count, people=count) for key, count in people.items()})
    assert (set(found.cells), found.rest.people) == (alone, rest)


@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=1), st.integers(0, 30)))
def test_nothing_is_lost_and_nobody_stands_alone(people: dict[str, int]) -> None:
    cells = {key: Told(tickets=2 * count, people=count) for key, count in people.items()}
    found = folded(cells)
    assert sum_of(found.cells.values()) + found.rest == sum_of(cells.values())
    assert not [told for told in found.cells.values() if 0 < told.people < FEWEST]
    assert found.rest.people == 0 or found.rest.people >= FEWEST or not any(one.people for one in found.cells.values())
