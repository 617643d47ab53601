import time
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.domain.errors import Refusal
from store.domain.recurrence import DueDate, HolidayRule, Recurrence, due_dates, parse_rule
from store.domain.working_calendar import WorkingCalendar

NATION = WorkingCalendar()
START = date(2025, 1, 1)
TENTH = "FREQ=MONTHLY;BYMONTHDAY=10"
NONE, NEXT, PREVIOUS = HolidayRule


def days(due: Iterable[DueDate]) -> list[str]:
    return [each.actual.strftime("%m-%d") for each in due]


def in_year(recurrence: Recurrence, year: int, calendar: WorkingCalendar = NATION) -> list[str]:
    return days(due_dates(recurrence, calendar, date(year, 1, 1), date(year, 12, 31)))


MOVED_DISCLOSURES = [
    (2025, NEXT, {"05-10": "05-12", "08-10": "08-11"}),
    (2025, PREVIOUS, {"05-10": "05-09", "08-10": "08-08"}),
    (2025, NONE, {}),
    (2026, NEXT, {"01-10": "01-12", "05-10": "05-11"}),  # 10 October is a Saturday that is worked
    (2026, PREVIOUS, {"01-10": "01-09", "05-10": "05-09"}),  # 9 May is a Saturday that is worked
    (2027, NEXT, {"01-10": "01-11", "04-10": "04-12", "07-10": "07-12", "10-10": "10-11"}),
    (2027, PREVIOUS, {"01-10": "01-08", "04-10": "04-09", "07-10": "07-09", "10-10": "10-08"}),
]


@pytest.mark.parametrize(("year", "rule", "moved"), MOVED_DISCLOSURES)
def test_the_disclosure_day_through_a_year(year: int, rule: HolidayRule, moved: dict[str, str]) -> None:
    tenths = [f"{month:02}-10" for month in range(1, 13)]
    assert in_year(Recurrence(TENTH, START, rule), year) == [moved.get(day, day) for day in tenths]


@pytest.mark.parametrize(
    ("rule", "holiday_rule", "first", "last", "expected"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=28", NEXT, "2025-01-20", "2025-02-04", []),
        ("FREQ=MONTHLY;BYMONTHDAY=28", NEXT, "2025-02-05", "2025-02-05", ["2025-01-28>2025-02-05"]),
        ("FREQ=MONTHLY;BYMONTHDAY=28", PREVIOUS, "2025-01-27", "2025-01-27", ["2025-01-28>2025-01-27"]),
        ("FREQ=MONTHLY;BYMONTHDAY=28", PREVIOUS, "2025-01-28", "2025-02-20", []),
        ("FREQ=MONTHLY;BYMONTHDAY=28", NONE, "2025-01-28", "2025-01-28", ["2025-01-28>2025-01-28"]),
        ("FREQ=MONTHLY;BYMONTHDAY=15", NEXT, "2026-02-24", "2026-02-24", ["2026-02-15>2026-02-24"]),
        ("FREQ=MONTHLY;BYMONTHDAY=15", NEXT, "2026-02-01", "2026-02-23", []),
        ("FREQ=MONTHLY;BYMONTHDAY=22", PREVIOUS, "2026-02-14", "2026-02-14", ["2026-02-22>2026-02-14"]),
        ("FREQ=MONTHLY;BYMONTHDAY=15", NEXT, "2025-02-01", "2025-01-01", []),
    ],
)
def test_the_spring_festival_moves_dates_between_windows(
    rule: str, holiday_rule: HolidayRule, first: str, last: str, expected: list[str]
) -> None:
    due = due_dates(Recurrence(rule, START, holiday_rule), NATION, date.fromisoformat(first), date.fromisoformat(last))
    assert [f"{each.nominal}>{each.actual}" for each in due] == expected


@pytest.mark.parametrize(
    ("holiday_rule", "expected"),
    [
        (NONE, ["02-10", "02-17", "02-24"]),
        (NEXT, ["02-10", "02-24"]),
        (PREVIOUS, ["02-10", "02-14", "02-24"]),
    ],
)
def test_the_lawyer_comes_once_on_a_day_though_two_tuesdays_fall_on_it(
    holiday_rule: HolidayRule, expected: list[str]
) -> None:
    lawyer = Recurrence("FREQ=WEEKLY;BYDAY=TU", START, holiday_rule)
    due = due_dates(lawyer, NATION, date(2026, 2, 9), date(2026, 2, 28))
    assert days(due) == expected
    assert due[-1] == DueDate(date(2026, 2, 24), date(2026, 2, 24))


def test_a_holiday_of_the_village_alone_moves_its_day() -> None:
    calendar = WorkingCalendar({date(2025, 3, 10): False, date(2025, 3, 11): False})
    assert in_year(Recurrence(TENTH, START, NEXT), 2025, calendar)[2] == "03-12"


def test_a_year_announced_late_moves_the_day_and_keeps_the_name() -> None:
    recurrence = Recurrence(TENTH, START, NEXT)
    window = (date(2027, 2, 1), date(2027, 2, 28))
    announced = WorkingCalendar({date(2027, 2, day): False for day in range(5, 13)})
    (before,) = due_dates(recurrence, NATION, *window)
    (after,) = due_dates(recurrence, announced, *window)
    assert (before.actual, after.actual) == (date(2027, 2, 10), date(2027, 2, 15))
    assert before.nominal == after.nominal


@pytest.mark.parametrize("cancelled", [date(2025, 5, 10), date(2025, 5, 12)])
def test_a_cancelled_day_is_named_either_way(cancelled: date) -> None:
    recurrence = Recurrence(TENTH, START, NEXT, exceptions=frozenset({cancelled}))
    assert "05-12" not in in_year(recurrence, 2025)
    assert len(in_year(recurrence, 2025)) == 11


def test_a_cancelled_day_takes_everything_that_was_moved_onto_it() -> None:
    every_tuesday = Recurrence("FREQ=WEEKLY;BYDAY=TU", START, NEXT, exceptions=frozenset({date(2026, 2, 24)}))
    assert days(due_dates(every_tuesday, NATION, date(2026, 2, 16), date(2026, 3, 3))) == ["03-03"]


def test_an_extra_day_stays_where_the_cadre_put_it() -> None:
    sunday = date(2025, 6, 15)
    postponed = Recurrence(TENTH, START, NEXT, exceptions=frozenset({date(2025, 6, 10)}), extra=frozenset({sunday}))
    assert in_year(postponed, 2025)[5] == "06-15"
    assert len(in_year(postponed, 2025)) == 12


def test_an_extra_day_on_a_day_of_the_rule_is_one_occurrence() -> None:
    doubled = Recurrence(TENTH, START, extra=frozenset({date(2025, 6, 10)}))
    assert in_year(doubled, 2025).count("06-10") == 1


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=MONTHLY;BYDAY=3WE", ["01-15", "02-19", "03-19"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ["01-31", "02-28", "03-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", ["01-31", "02-28", "03-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", ["01-31", "03-31"]),
        ("FREQ=YEARLY;BYMONTH=1,4,7,10;BYMONTHDAY=15", ["01-15"]),
        ("FREQ=WEEKLY;INTERVAL=4;BYDAY=TH", ["01-02", "01-30", "02-27", "03-27"]),
        ("FREQ=MONTHLY;COUNT=2;BYMONTHDAY=20", ["01-20", "02-20"]),
        ("FREQ=MONTHLY;UNTIL=20250220;BYMONTHDAY=20", ["01-20", "02-20"]),
        ("FREQ=DAILY;INTERVAL=30", ["01-01", "01-31", "03-02"]),
        (" rrule:freq=monthly;bymonthday=10 ", ["01-10", "02-10", "03-10"]),
        ("FREQ=YEARLY", ["01-01"]),
    ],
)
def test_rules_that_villages_use(rule: str, expected: list[str]) -> None:
    recurrence = Recurrence(parse_rule(rule, START), START)
    assert days(due_dates(recurrence, NATION, START, date(2025, 3, 31))) == expected


def test_nothing_happens_before_the_start() -> None:
    recurrence = Recurrence(TENTH, date(2025, 3, 11))
    assert in_year(recurrence, 2025)[0] == "04-10"


@pytest.mark.parametrize(
    ("rule", "key", "param"),
    [
        ("", "recurrence.unreadable", ""),
        ("每月十号", "recurrence.unreadable", "每月十号"),
        ("BYMONTHDAY=10", "recurrence.unreadable", "BYMONTHDAY=10"),
        ("FREQ=MONTHLY;FREQ=DAILY", "recurrence.unreadable", "FREQ=MONTHLY;FREQ=DAILY"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=10;UNTIL=20251340",
            "recurrence.unreadable",
            "FREQ=MONTHLY;BYMONTHDAY=10;UNTIL=20251340",
        ),
        ("FREQ=HOURLY", "recurrence.part", "FREQ=HOURLY"),
        ("FREQ=SECONDLY;COUNT=5", "recurrence.part", "FREQ=SECONDLY"),
        ("FREQ=DAILY;INTERVAL=0", "recurrence.part", "INTERVAL=0"),
        ("FREQ=DAILY;INTERVAL=-1", "recurrence.part", "INTERVAL=-1"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "recurrence.part", "BYMONTH=2"),
        ("FREQ=WEEKLY;BYDAY=2MO", "recurrence.part", "BYDAY=2MO"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "recurrence.part", "BYMONTHDAY=0"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "recurrence.part", "BYMONTHDAY=32"),
        ("FREQ=MONTHLY;BYMONTHDAY=１０", "recurrence.part", "BYMONTHDAY=１０"),
        ("FREQ=MONTHLY;BYHOUR=9", "recurrence.part", "BYHOUR=9"),
        ("FREQ=MONTHLY;UNTIL=20250301T000000Z", "recurrence.part", "UNTIL=20250301T000000Z"),
        ("FREQ=MONTHLY;COUNT=0", "recurrence.part", "COUNT=0"),
        ("FREQ=MONTHLY;BYMONTHDAY=10;", "recurrence.part", "="),
        ("FREQ=YEARLY;BYMONTH=2;BYDAY=53MO", "recurrence.part", "BYDAY=53MO"),
    ],
)
def test_a_rule_that_is_not_one_of_days_is_refused(rule: str, key: str, param: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_rule(rule, START)
    assert (refused.value.key, *refused.value.params.values()) == (key, param)


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        ("FREQ=MONTHLY;COUNT=3;UNTIL=20250601", "recurrence.count_and_until"),
        ("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", "recurrence.never"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;INTERVAL=2", "recurrence.never"),
        ("FREQ=MONTHLY;BYMONTHDAY=1;BYDAY=MO;BYSETPOS=2", "recurrence.never"),
        ("FREQ=MONTHLY;BYMONTHDAY=10;UNTIL=20241231", "recurrence.never"),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused_in_a_moment(rule: str, key: str) -> None:
    begun = time.process_time()
    with pytest.raises(Refusal) as refused:
        Recurrence(rule, START)
    assert refused.value.key == key
    assert time.process_time() - begun < 10


RULES = st.sampled_from(
    [
        TENTH,
        "FREQ=MONTHLY;BYMONTHDAY=29",
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        "FREQ=MONTHLY;BYDAY=1SA",
        "FREQ=WEEKLY;BYDAY=TU",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU;WKST=SU",
        "FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=5",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=16",
    ]
)
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
CALENDARS = st.dictionaries(DAYS, st.booleans(), max_size=40).map(WorkingCalendar)
RECURRENCES = st.builds(
    Recurrence,
    RULES,
    st.just(START),
    st.sampled_from(HolidayRule),
    st.frozensets(DAYS, max_size=5),
    st.frozensets(DAYS, max_size=5),
)
WHOLE = (date(2025, 1, 1), date(2027, 12, 31))


@given(RECURRENCES, CALENDARS, st.sets(DAYS, max_size=6))
def test_adjacent_windows_make_up_the_whole(recurrence: Recurrence, calendar: WorkingCalendar, cuts: set[date]) -> None:
    edges = sorted({*cuts, WHOLE[0], WHOLE[1] + timedelta(days=1)})
    parts = [
        due
        for first, after in pairwise(edges)
        for due in due_dates(recurrence, calendar, first, after - timedelta(days=1))
    ]
    assert tuple(parts) == due_dates(recurrence, calendar, *WHOLE)


@given(RULES, st.sampled_from([NEXT, PREVIOUS]), CALENDARS)
def test_every_date_of_a_rule_happens_on_exactly_one_working_day(
    rule: str, holiday_rule: HolidayRule, calendar: WorkingCalendar
) -> None:
    first, last = date(2025, 3, 1), date(2027, 10, 31)
    nominal = [each.nominal for each in due_dates(Recurrence(rule, START), calendar, first, last)]
    due = due_dates(Recurrence(rule, START, holiday_rule), calendar, *WHOLE)
    actual = Counter(each.actual for each in due)
    move = calendar.next_working_day if holiday_rule is NEXT else calendar.previous_working_day
    assert all(calendar.is_working_day(day) for day in actual)
    assert [actual[move(day)] for day in nominal] == [1] * len(nominal)
    assert len({each.nominal for each in due}) == len(due)
    assert all(each.actual == move(each.nominal) for each in due)


@given(RECURRENCES, CALENDARS)
def test_what_is_cancelled_does_not_happen(recurrence: Recurrence, calendar: WorkingCalendar) -> None:
    happening = {each.actual for each in due_dates(recurrence, calendar, *WHOLE)}
    assert happening.isdisjoint(recurrence.exceptions)
    assert recurrence.extra - recurrence.exceptions <= happening


PARTS = st.sampled_from(
    [
        "INTERVAL=3",
        "BYDAY=MO",
        "BYDAY=5MO,-5SU",
        "BYMONTH=2",
        "BYMONTHDAY=29",
        "BYMONTHDAY=31,-31",
        "BYSETPOS=-1",
        "BYSETPOS=9",
        "UNTIL=20250101",
        "COUNT=1",
        "WKST=SU",
        "X",
        "",
    ]
)
CONTRADICTIONS = ("recurrence.count_and_until", "recurrence.never")
FREQUENCIES = st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY", "MINUTELY", ""])


@given(FREQUENCIES, st.lists(PARTS, max_size=4))
def test_any_rule_is_taken_with_its_first_date_or_refused(frequency: str, parts: list[str]) -> None:
    text = ";".join([f"FREQ={frequency}", *parts])
    try:
        outcome = parse_rule(text, START)
    except Refusal as refused:
        outcome = refused.key
    assert outcome in {text, "recurrence.unreadable", "recurrence.part", *CONTRADICTIONS}
