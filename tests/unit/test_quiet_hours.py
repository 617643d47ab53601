from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.domain.quiet_hours import QuietHours, next_allowed
from store.domain.working_calendar import VILLAGE_ZONE

NIGHT = QuietHours()
SIESTA = QuietHours(time(12), time(14, 30))
EARLY = QuietHours(time(0), time(6))
NEVER = QuietHours(time(7), time(7))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VILLAGE_ZONE)


@pytest.mark.parametrize(
    ("quiet", "now", "expected"),
    [
        (NIGHT, "2026-02-16 12:00", "2026-02-16 12:00"),
        (NIGHT, "2026-02-16 20:59:59", "2026-02-16 20:59:59"),
        (NIGHT, "2026-02-16 21:00", "2026-02-17 07:00"),
        (NIGHT, "2026-12-31 23:59:59", "2027-01-01 07:00"),
        (NIGHT, "2026-02-17 00:00", "2026-02-17 07:00"),
        (NIGHT, "2026-02-17 06:59:59", "2026-02-17 07:00"),
        (NIGHT, "2026-02-17 07:00", "2026-02-17 07:00"),
        (SIESTA, "2026-07-10 11:59", "2026-07-10 11:59"),
        (SIESTA, "2026-07-10 12:00", "2026-07-10 14:30"),
        (SIESTA, "2026-07-10 23:00", "2026-07-10 23:00"),
        (EARLY, "2026-07-10 00:00", "2026-07-10 06:00"),
        (EARLY, "2026-07-10 23:59", "2026-07-10 23:59"),
        (NEVER, "2026-07-10 03:00", "2026-07-10 03:00"),
        (NEVER, "2026-07-10 07:00", "2026-07-10 07:00"),
    ],
)
def test_what_can_wait_waits_for_the_morning(quiet: QuietHours, now: str, expected: str) -> None:
    assert next_allowed(local(now), VILLAGE_ZONE, quiet) == local(expected)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Asia/Shanghai", datetime(2026, 2, 16, 23, 0, tzinfo=UTC)),
        ("Asia/Urumqi", datetime(2026, 2, 17, 1, 0, tzinfo=UTC)),
        ("Europe/London", datetime(2026, 2, 16, 16, 0, tzinfo=UTC)),
    ],
)
def test_the_village_s_clock_counts_and_not_the_server_s(zone: str, expected: datetime) -> None:
    now = datetime(2026, 2, 16, 16, 0, tzinfo=UTC)
    assert next_allowed(now, ZoneInfo(zone), NIGHT) == expected


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.builds(QuietHours, st.times(), st.times()),
)
def test_the_moment_is_allowed_and_less_than_a_day_away(now: datetime, quiet: QuietHours) -> None:
    allowed = next_allowed(now, VILLAGE_ZONE, quiet)
    assert not quiet.covers(allowed.time())
    assert now <= allowed < now + timedelta(days=1)
    assert next_allowed(allowed, VILLAGE_ZONE, quiet) == allowed
