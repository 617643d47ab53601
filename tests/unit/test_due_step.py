from datetime import date, datetime, time

import pytest

from store.domain.occurrences import DISCLOSURE_TIME, Outcome, SeriesKind, Step, Verdict, due_step, steps_of, wakes_at
from store.domain.working_calendar import VILLAGE_ZONE

DISCLOSURE = steps_of(SeriesKind.DISCLOSURE, date(2026, 2, 10), VILLAGE_ZONE, DISCLOSURE_TIME)
LAWYER = steps_of(SeriesKind.SERVICE_DAY, date(2026, 2, 24), VILLAGE_ZONE, time(9))
CHASE, CHASE_AGAIN, PUBLISH, EVENING, MORNING = Step


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VILLAGE_ZONE)


@pytest.mark.parametrize(
    ("outcomes", "now", "step", "verdict", "overtaken"),
    [
        ({}, "2026-02-07T09:00", CHASE, Verdict.RELEASE, ()),
        ({}, "2026-02-09T16:00", CHASE_AGAIN, Verdict.RELEASE, (CHASE,)),
        ({CHASE: Outcome.RELEASED}, "2026-02-10T09:00", PUBLISH, Verdict.RELEASE, (CHASE_AGAIN,)),
        ({CHASE: Outcome.OVERTAKEN}, "2026-02-13T09:00", PUBLISH, Verdict.ASK_CADRE, (CHASE_AGAIN,)),
        ({PUBLISH: Outcome.AGREED}, "2026-03-01T09:00", PUBLISH, Verdict.RELEASE, (CHASE, CHASE_AGAIN)),
    ],
)
def test_the_latest_due_step_is_taken_and_overtakes_the_others(
    outcomes: dict[Step, Outcome], now: str, step: Step, verdict: Verdict, overtaken: tuple[Step, ...]
) -> None:
    due = due_step(DISCLOSURE, outcomes, local(now))
    assert due
    assert (due.planned.step, due.verdict, due.overtaken) == (step, verdict, overtaken)


@pytest.mark.parametrize(
    ("outcomes", "now"),
    [
        ({}, "2026-02-23T17:59"),
        ({EVENING: Outcome.RELEASED}, "2026-02-23T20:00"),
        ({EVENING: Outcome.ASKED}, "2026-02-24T07:00"),
        ({EVENING: Outcome.DROPPED, MORNING: Outcome.RELEASED}, "2026-02-25T09:00"),
    ],
)
def test_nothing_is_due_before_its_time_and_once_it_is_taken_or_asked_about(
    outcomes: dict[Step, Outcome], now: str
) -> None:
    assert due_step(LAWYER, outcomes, local(now)) is None


@pytest.mark.parametrize(
    ("outcomes", "at"),
    [
        ({}, "2026-02-23T18:00"),
        ({EVENING: Outcome.ASKED}, "2026-02-24T07:30"),
        ({EVENING: Outcome.AGREED, MORNING: Outcome.RELEASED}, "2026-02-23T18:00"),
        ({EVENING: Outcome.OVERTAKEN, MORNING: Outcome.RELEASED}, None),
    ],
)
def test_an_occurrence_wakes_for_its_next_open_step(outcomes: dict[Step, Outcome], at: str | None) -> None:
    assert wakes_at(LAWYER, outcomes) == (at and local(at))
