"""The order of a day, and where it ends."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.domain.today import Urgency, Waiting, end_of_day

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2026-11-18T04:00+00:00", "2026-11-19T00:00+08:00"),
        ("2026-11-18T15:59+00:00", "2026-11-19T00:00+08:00"),
        ("2026-11-18T16:00+00:00", "2026-11-20T00:00+08:00"),
        ("2026-12-31T20:00+08:00", "2027-01-01T00:00+08:00"),
    ],
)
def test_a_day_ends_at_the_villages_midnight(now: str, ends: str) -> None:
    assert end_of_day(at(now), SHANGHAI) == at(ends)


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_it_is_always_ahead_and_never_more_than_a_day(now: datetime) -> None:
    assert 0 < (end_of_day(now, SHANGHAI) - now).total_seconds() <= 86_400


def test_danger_goes_first_then_what_is_late_then_what_comes_soonest() -> None:
    soon, later = at("2026-11-18T12:00+08:00"), at("2026-11-18T18:00+08:00")
    ordered = [
        Waiting(Urgency.URGENT, 9, "", by=later),
        Waiting(Urgency.CHANNEL, 1, ""),
        Waiting(Urgency.OVERDUE, 2, "", by=soon),
        Waiting(Urgency.APPROVAL, 3, ""),
        Waiting(Urgency.DUE, 7, "", by=soon),
        Waiting(Urgency.DUE, 4, "", by=later),
        Waiting(Urgency.DUE, 5, "", by=later),
        Waiting(Urgency.VOTE, 1, "", by=soon),
        Waiting(Urgency.DISCLOSURE, 1, "", by=soon),
        Waiting(Urgency.VISIT, 1, "", by=soon),
    ]
    backwards = [*reversed(ordered)]
    assert sorted(backwards, key=lambda one: one.order) == ordered
