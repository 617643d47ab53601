from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.domain.errors import Refusal
from store.domain.working_calendar import VILLAGE_ZONE, WorkingCalendar, WorkingHours

NATION = WorkingCalendar()
TEMPLE_FAIR = date(2025, 3, 10)
HOURS_A_DAY = timedelta(hours=6, minutes=30)


def at(month: int, day: int, hour: int, minute: int = 0, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=VILLAGE_ZONE)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2025, 1, 1), False),
        (date(2025, 1, 26), True),  # a Sunday worked for the spring festival
        (date(2025, 1, 27), True),
        (date(2025, 1, 28), False),  # 除夕
        (date(2025, 2, 4), False),
        (date(2025, 2, 5), True),
        (date(2025, 2, 8), True),  # a Saturday worked
        (date(2025, 2, 9), False),
        (date(2025, 4, 27), True),
        (date(2025, 5, 1), False),
        (date(2025, 9, 28), True),
        (date(2025, 10, 8), False),
        (date(2025, 10, 11), True),
        (date(2026, 1, 4), True),
        (date(2026, 2, 14), True),
        (date(2026, 2, 15), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),
        (date(2026, 2, 28), True),
        (date(2026, 5, 9), True),
        (date(2026, 6, 19), False),  # 端午, a Friday
        (date(2026, 10, 10), True),
        (date(2027, 1, 1), True),  # a Friday; nobody has announced 2027
        (date(2027, 2, 8), True),  # surely the spring festival, but not announced
        (date(2027, 2, 13), False),
        (date(2027, 2, 14), False),
    ],
)
def test_a_day_is_worked_as_announced_and_else_by_the_week(day: date, worked: bool) -> None:  # noqa: FBT001
    assert NATION.is_working_day(day) is worked


@pytest.mark.parametrize(
    ("own", "day", "worked"),
    [
        ({TEMPLE_FAIR: False}, TEMPLE_FAIR, False),
        ({date(2026, 2, 23): True}, date(2026, 2, 23), True),
        ({date(2027, 2, 8): False}, date(2027, 2, 8), False),
        ({date(2027, 2, 13): True}, date(2027, 2, 13), True),
        ({TEMPLE_FAIR: False}, date(2025, 3, 11), True),
    ],
)
def test_the_village_s_own_days_win(own: dict[date, bool], day: date, worked: bool) -> None:  # noqa: FBT001
    assert WorkingCalendar(own).is_working_day(day) is worked


@pytest.mark.parametrize(("year", "known"), [(2003, False), (2025, True), (2026, True), (2027, False)])
def test_a_year_is_known_once_it_is_announced(year: int, known: bool) -> None:  # noqa: FBT001
    assert NATION.is_known(year) is known


@pytest.mark.parametrize(
    ("today", "year"),
    [
        (date(2025, 6, 1), None),
        (date(2025, 12, 31), None),
        (date(2026, 11, 30), None),
        (date(2026, 12, 1), 2027),
        (date(2027, 1, 1), 2027),
        (date(2027, 12, 31), 2027),
    ],
)
def test_a_missing_year_is_told_a_month_ahead(today: date, year: int | None) -> None:
    assert NATION.missing_year(today) == year


@pytest.mark.parametrize(
    ("day", "following", "previous"),
    [
        (date(2025, 1, 27), date(2025, 1, 27), date(2025, 1, 27)),
        (date(2025, 1, 28), date(2025, 2, 5), date(2025, 1, 27)),
        (date(2025, 2, 9), date(2025, 2, 10), date(2025, 2, 8)),
        (date(2025, 10, 1), date(2025, 10, 9), date(2025, 9, 30)),
        (date(2026, 2, 15), date(2026, 2, 24), date(2026, 2, 14)),
        (date(2026, 2, 23), date(2026, 2, 24), date(2026, 2, 14)),
        (date(2026, 5, 10), date(2026, 5, 11), date(2026, 5, 9)),
        (date(2027, 1, 2), date(2027, 1, 4), date(2027, 1, 1)),
        (date(2026, 12, 31), date(2026, 12, 31), date(2026, 12, 31)),
    ],
)
def test_the_nearest_working_days(day: date, following: date, previous: date) -> None:
    assert NATION.next_working_day(day) == following
    assert NATION.previous_working_day(day) == previous


@pytest.mark.parametrize(
    ("start", "amount", "end"),
    [
        (at(1, 5, 9), timedelta(hours=2), at(1, 5, 11)),
        (at(1, 5, 11), timedelta(hours=1), at(1, 5, 12)),
        (at(1, 5, 11), timedelta(hours=2), at(1, 5, 15, 30)),
        (at(1, 5, 13), timedelta(minutes=30), at(1, 5, 15)),
        (at(1, 5, 6), timedelta(minutes=10), at(1, 5, 8, 40)),
        (at(1, 5, 17), timedelta(hours=1), at(1, 6, 9)),
        (at(1, 5, 22), HOURS_A_DAY, at(1, 6, 17, 30)),
        (at(1, 9, 16), HOURS_A_DAY, at(1, 12, 16)),  # Friday to Monday
        (at(1, 28, 17, year=2025), timedelta(hours=1), at(2, 5, 9, 30, year=2025)),
        (at(1, 25, 10, year=2025), timedelta(hours=1), at(1, 26, 9, 30, year=2025)),  # into the Sunday worked
        (at(2, 14, 17), timedelta(hours=1), at(2, 24, 9)),  # over the whole festival of 2026
        (at(2, 13, 10), 3 * HOURS_A_DAY, at(2, 25, 10)),
        (at(12, 31, 17), timedelta(hours=1), at(1, 1, 9, year=2027)),
        (at(1, 5, 20), timedelta(), at(1, 6, 8, 30)),
        (at(1, 5, 12), timedelta(), at(1, 5, 14, 30)),
    ],
)
def test_working_time_runs_only_at_the_desk(start: datetime, amount: timedelta, end: datetime) -> None:
    assert NATION.add_working_time(start, amount) == end


def test_working_time_reads_the_village_s_clock_and_answers_by_it() -> None:
    start = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)  # nine in the village
    end = NATION.add_working_time(start, timedelta(hours=2))
    assert (end, end.tzinfo) == (at(1, 5, 11), VILLAGE_ZONE)


@pytest.mark.parametrize(
    ("start", "amount", "end"),
    [
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), timedelta(hours=1), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (datetime(2026, 3, 28, 20, 0, tzinfo=UTC), timedelta(hours=3), datetime(2026, 3, 29, 2, 0, tzinfo=UTC)),
    ],
)
def test_working_time_stands_a_clock_put_forward(start: datetime, amount: timedelta, end: datetime) -> None:
    night_shift = WorkingHours(((time(0), time(6)),))
    calendar = WorkingCalendar({date(2026, 3, 29): True}, night_shift, ZoneInfo("Europe/Berlin"))
    assert calendar.add_working_time(start.astimezone(calendar.zone), amount) == end


def test_working_time_follows_the_village_s_own_days_and_hours() -> None:
    calendar = WorkingCalendar({TEMPLE_FAIR: False}, WorkingHours(((time(9), time(11)),)))
    start = datetime(2025, 3, 7, 10, 0, tzinfo=VILLAGE_ZONE)
    assert calendar.add_working_time(start, timedelta(hours=2)) == at(3, 11, 10, year=2025)


def test_working_time_never_runs_backwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        NATION.add_working_time(at(1, 5, 9), timedelta(seconds=-1))


@pytest.mark.parametrize(
    "sittings",
    [
        (),
        ((time(12), time(8, 30)),),
        ((time(9), time(9)),),
        ((time(14, 30), time(17, 30)), (time(8, 30), time(12))),
        ((time(8), time(12)), (time(12), time(17))),
    ],
)
def test_hours_out_of_order_are_refused(sittings: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(Refusal) as refused:
        WorkingHours(sittings)
    assert refused.value.key == "working_hours.unordered"


MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001
AMOUNTS = st.timedeltas(timedelta(seconds=1), timedelta(hours=60))


@given(MOMENTS, AMOUNTS)
def test_a_deadline_falls_into_a_sitting(start: datetime, amount: timedelta) -> None:
    end = NATION.add_working_time(start, amount)
    assert end >= start + amount
    assert NATION.is_working_day(end.date())
    assert any(begins < end.time() <= ends for begins, ends in NATION.hours.sittings)


@given(MOMENTS, AMOUNTS, AMOUNTS)
def test_working_time_adds_up(start: datetime, first: timedelta, second: timedelta) -> None:
    at_once = NATION.add_working_time(start, first + second)
    assert NATION.add_working_time(NATION.add_working_time(start, first), second) == at_once


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=20)), AMOUNTS)
def test_who_starts_later_is_not_due_earlier(start: datetime, later: timedelta, amount: timedelta) -> None:
    assert NATION.add_working_time(start, amount) <= NATION.add_working_time(start + later, amount)
