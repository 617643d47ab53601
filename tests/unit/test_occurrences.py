import random
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.domain.occurrences import (
    DISCLOSURE_TIME,
    PlannedStep,
    SeriesKind,
    Step,
    Verdict,
    steps_of,
    verdict,
)
from store.domain.quiet_hours import QuietHours, next_allowed
from store.domain.recurrence import HolidayRule, Recurrence, due_dates
from store.domain.working_calendar import VILLAGE_ZONE, WorkingCalendar

DISCLOSURE, SERVICE_DAY = SeriesKind
MINUTE = timedelta(minutes=1)

Key = tuple[str, date, Step]
Task = tuple[Key, PlannedStep]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VILLAGE_ZONE)


@pytest.mark.parametrize(
    ("kind", "due", "start", "expected"),
    [
        (
            DISCLOSURE,
            date(2026, 2, 24),
            DISCLOSURE_TIME,
            [
                ("chase", "2026-02-21 09:00", "2026-02-24 09:00"),
                ("chase_again", "2026-02-23 16:00", "2026-02-24 09:00"),
                ("publish", "2026-02-24 09:00", "2026-02-27 09:00"),
            ],
        ),
        (
            DISCLOSURE,
            date(2027, 1, 1),
            time(10, 30),
            [
                ("chase", "2026-12-29 09:00", "2027-01-01 10:30"),
                ("chase_again", "2026-12-31 16:00", "2027-01-01 10:30"),
                ("publish", "2027-01-01 10:30", "2027-01-04 10:30"),
            ],
        ),
        (
            SERVICE_DAY,
            date(2025, 3, 1),
            time(14, 30),
            [
                ("remind_day_before", "2025-02-28 18:00", "2025-02-28 21:00"),
                ("remind_morning", "2025-03-01 07:30", "2025-03-01 14:30"),
            ],
        ),
        (
            SERVICE_DAY,
            date(2025, 3, 1),
            time(7, 30),
            [("remind_day_before", "2025-02-28 18:00", "2025-02-28 21:00")],
        ),
    ],
)
def test_the_steps_of_an_occurrence(
    kind: SeriesKind, due: date, start: time, expected: list[tuple[str, str, str]]
) -> None:
    steps = steps_of(kind, due, VILLAGE_ZONE, start)
    assert steps == tuple(PlannedStep(Step(step), local(at), local(late)) for step, at, late in expected)


REMINDER = PlannedStep(Step.REMIND_DAY_BEFORE, local("2025-02-28 18:00"), local("2025-02-28 21:00"))


@pytest.mark.parametrize(
    ("now", "done", "expected"),
    [
        ("2025-02-28 17:59", False, Verdict.NOT_YET),
        ("2025-02-28 18:00", False, Verdict.RELEASE),
        ("2025-02-28 20:59", False, Verdict.RELEASE),
        ("2025-02-28 21:00", False, Verdict.ASK_CADRE),
        ("2025-06-01 00:00", False, Verdict.ASK_CADRE),
        ("2025-02-28 18:00", True, Verdict.DONE),
        ("2025-06-01 00:00", True, Verdict.DONE),
    ],
)
def test_the_verdict_on_a_reminder(now: str, done: bool, expected: Verdict) -> None:  # noqa: FBT001
    assert verdict(REMINDER, local(now), done=done) is expected
    assert verdict(REMINDER, local(now).astimezone(UTC), done=done) is expected


DUE = st.dates(date(2025, 1, 1), date(2027, 12, 31))
STEPS = st.builds(steps_of, st.sampled_from(SeriesKind), DUE, st.just(VILLAGE_ZONE), st.times(time(7), time(20)))


@given(STEPS)
def test_every_step_has_time_to_be_taken_and_they_come_in_order(steps: tuple[PlannedStep, ...]) -> None:
    assert all(planned.at < planned.too_late_after for planned in steps)
    assert [planned.at for planned in steps] == sorted(planned.at for planned in steps)


@given(STEPS)
def test_what_goes_to_residents_begins_outside_the_quiet_hours(steps: tuple[PlannedStep, ...]) -> None:
    for planned in steps:
        assert next_allowed(planned.at, VILLAGE_ZONE, QuietHours()) == planned.at


@given(STEPS, st.datetimes(datetime(2024, 12, 1), datetime(2028, 1, 31)))  # noqa: DTZ001
def test_no_chase_goes_out_with_the_publication(steps: tuple[PlannedStep, ...], moment: datetime) -> None:
    now = moment.replace(tzinfo=VILLAGE_ZONE)
    released = {each.step for each in steps if verdict(each, now, done=False) is Verdict.RELEASE}
    assert not released & {Step.CHASE, Step.CHASE_AGAIN} or Step.PUBLISH not in released


class Office:
    """What a store does with the rules: each step of each occurrence is claimed once in `done`, then acted on."""

    def __init__(self, series: dict[str, tuple[SeriesKind, Recurrence, time]]) -> None:
        self.series = series
        self.calendar = WorkingCalendar()
        self.done: set[Key] = set()
        self.released: list[tuple[Key, PlannedStep, datetime]] = []
        self.asked: list[tuple[Key, PlannedStep, datetime]] = []
        self.warned_of: set[int] = set()
        self.plans: dict[date, list[Task]] = {}

    def tick(self, now: datetime, crash_after: int) -> None:
        """One wake-up that dies after so many steps; what it did is committed, the rest is found again."""
        if (year := self.calendar.missing_year(now.date())) is not None:
            self.warned_of.add(year)
        for key, planned in self.due(now.date()):
            sentence = verdict(planned, now, done=key in self.done)
            if sentence not in (Verdict.RELEASE, Verdict.ASK_CADRE):
                continue
            if crash_after == 0:
                return
            crash_after -= 1
            self.done.add(key)
            book = self.released if sentence is Verdict.RELEASE else self.asked
            book.append((key, planned, now))

    def due(self, today: date) -> list[Task]:
        if today not in self.plans:
            self.plans = {today: self.plan(today - timedelta(days=40), today + timedelta(days=4))}
        return self.plans[today]

    def plan(self, first: date, last: date) -> list[Task]:
        return [
            ((name, due.nominal, planned.step), planned)
            for name, (kind, recurrence, start) in self.series.items()
            for due in due_dates(recurrence, self.calendar, first, last)
            for planned in steps_of(kind, due.actual, VILLAGE_ZONE, start)
        ]


VILLAGE = {
    "村务公开": (
        DISCLOSURE,
        Recurrence("FREQ=MONTHLY;BYMONTHDAY=10", date(2025, 1, 1), HolidayRule.NEXT),
        DISCLOSURE_TIME,
    ),
    "律师接待日": (
        SERVICE_DAY,
        Recurrence("FREQ=MONTHLY;BYDAY=3TU", date(2025, 1, 1), HolidayRule.NEXT),
        time(9),
    ),
}
OPENS, SHUTS = local("2025-01-01 00:00"), local("2027-03-01 00:00")


def expected_steps() -> Counter[Step]:
    """26 months, January 2025 to February 2027: three steps a disclosure, two a reception day."""
    return Counter(dict.fromkeys(Step, 26))


def walk(seed: int, longest_gap: timedelta, crashes: float) -> Office:
    dice = random.Random(seed)
    office, now = Office(VILLAGE), OPENS
    while now < SHUTS:
        for _ in range(dice.choice([1, 1, 2])):
            office.tick(now, crash_after=dice.choice([0, 1]) if dice.random() < crashes else 99)
        now += dice.random() * longest_gap + MINUTE
    office.tick(SHUTS, crash_after=99)
    return office


@pytest.mark.parametrize(
    ("longest_gap", "crashes"),
    [(timedelta(hours=4), 0.0), (timedelta(hours=4), 0.5), (timedelta(days=5), 0.3)],
)
def test_two_years_of_restarts_and_doubles_take_each_step_once(longest_gap: timedelta, crashes: float) -> None:
    office = walk(2025, longest_gap, crashes)
    keys = Counter(key for key, _, _ in office.released + office.asked)
    assert Counter(step for _, _, step in keys) == expected_steps()
    assert set(keys.values()) == {1}
    assert all(planned.at <= now < planned.too_late_after for _, planned, now in office.released)
    assert all(now >= planned.too_late_after for _, planned, now in office.asked)
    assert office.warned_of == {2027}


def test_a_clock_that_never_stops_asks_nobody() -> None:
    office = walk(7, timedelta(hours=1, minutes=20), crashes=0.0)
    assert office.asked == []
    days = {key[1]: now.date() for key, _, now in office.released if key[2] is Step.PUBLISH}
    assert days[date(2026, 1, 10)] == date(2026, 1, 12)
    assert days[date(2027, 1, 10)] == date(2027, 1, 11)
    lawyer = {key[1]: now.date() for key, _, now in office.released if key[2] is Step.REMIND_MORNING}
    assert lawyer[date(2026, 2, 17)] == date(2026, 2, 24)


@settings(max_examples=20)
@given(st.lists(st.datetimes(datetime(2026, 2, 1), datetime(2026, 3, 31)), max_size=30))  # noqa: DTZ001
def test_whenever_it_wakes_over_the_festival_no_step_is_lost_or_doubled(wakes: list[datetime]) -> None:
    office = Office(VILLAGE)
    for wake in sorted(wakes):
        office.tick(wake.replace(tzinfo=VILLAGE_ZONE), crash_after=1)
    end = local("2026-03-31 12:00")
    office.tick(end, crash_after=99)
    acted = Counter(key for key, _, _ in office.released + office.asked)
    assert set(acted.values()) == {1}
    for key, planned in office.due(end.date()):
        assert (key in acted) == (planned.at <= end)
