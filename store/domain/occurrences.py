"""What one occurrence of a series has to do, and when it is too late for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class SeriesKind(StrEnum):
    DISCLOSURE = "disclosure"
    SERVICE_DAY = "service_day"


class ServiceKind(StrEnum):
    """Who sees residents on a service day."""

    LAWYER = "lawyer"
    POLICE = "police"
    TOWN_LEADERS = "town_leaders"
    TALK_DAY = "talk_day"


class Step(StrEnum):
    """`chase` and `chase_again` go to a cadre, and only while the disclosure has no items."""

    CHASE = "chase"
    CHASE_AGAIN = "chase_again"
    PUBLISH = "publish"
    REMIND_DAY_BEFORE = "remind_day_before"
    REMIND_MORNING = "remind_morning"


class Verdict(StrEnum):
    NOT_YET = "not_yet"
    RELEASE = "release"
    ASK_CADRE = "ask_cadre"
    DONE = "done"


class Outcome(StrEnum):
    """What became of a step. `asked` waits for a cadre, `agreed` for the next tick, which makes it `released`."""

    RELEASED = "released"
    ASKED = "asked"
    AGREED = "agreed"
    DROPPED = "dropped"
    OVERTAKEN = "overtaken"


DISCLOSURE_TIME = time(9)

_CHASE = (3, time(9))
_CHASE_AGAIN = (1, time(16))
_REMIND_DAY_BEFORE = (1, time(18))
_DAY_BEFORE_ENDS = (1, time(21))
_REMIND_MORNING = (0, time(7, 30))
_PUBLISH_WITHIN = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step to be taken from `at` on; from `too_late_after` on it is a question to the cadre instead."""

    step: Step
    at: datetime
    too_late_after: datetime


def steps_of(kind: SeriesKind, due: date, zone: ZoneInfo, start_time: time) -> tuple[PlannedStep, ...]:
    """The steps of the occurrence on `due`, in their order, in the village's time.

    `start_time` is when the disclosure is published (`DISCLOSURE_TIME`) or when the service begins.
    """
    begins = datetime.combine(due, start_time, zone)
    if kind is SeriesKind.DISCLOSURE:
        return tuple(_disclosure_steps(begins))
    return tuple(_service_day_steps(begins))


def _disclosure_steps(publish_at: datetime) -> Iterator[PlannedStep]:
    yield PlannedStep(Step.CHASE, _before(publish_at, *_CHASE), publish_at)
    yield PlannedStep(Step.CHASE_AGAIN, _before(publish_at, *_CHASE_AGAIN), publish_at)
    yield PlannedStep(Step.PUBLISH, publish_at, publish_at + _PUBLISH_WITHIN)


def _service_day_steps(begins: datetime) -> Iterator[PlannedStep]:
    evening = _before(begins, *_REMIND_DAY_BEFORE)
    yield PlannedStep(Step.REMIND_DAY_BEFORE, evening, _before(begins, *_DAY_BEFORE_ENDS))
    # A service as early as a market has begun before the morning's reminder could go out.
    if (morning := _before(begins, *_REMIND_MORNING)) < begins:
        yield PlannedStep(Step.REMIND_MORNING, morning, begins)


def _before(begins: datetime, days: int, at: time) -> datetime:
    return datetime.combine(begins.date() - timedelta(days=days), at, begins.tzinfo)


def verdict(planned: PlannedStep, now: datetime, *, done: bool) -> Verdict:
    """What to do about a step now.

    The bound itself is too late already: a reminder for tomorrow must not meet the quiet hours, nor a chase the
    publication.
    """
    if done:
        return Verdict.DONE
    if now < planned.at:
        return Verdict.NOT_YET
    if now < planned.too_late_after:
        return Verdict.RELEASE
    return Verdict.ASK_CADRE


@dataclass(frozen=True, slots=True)
class DueStep:
    """The one step to take now, and the earlier ones that nobody needs any more because of it."""

    planned: PlannedStep
    verdict: Verdict
    overtaken: tuple[Step, ...] = ()


def due_step(planned: Sequence[PlannedStep], outcomes: Mapping[Step, Outcome], now: datetime) -> DueStep | None:
    """What to do now about an occurrence whose steps stand as in `outcomes`.

    After an outage several are due at once: the latest goes, the others are overtaken, so that nobody is chased twice
    in a minute or asked about yesterday's reminder when today's goes out. What a cadre agreed to is never too late.
    """
    due = [step for step in planned if step.at <= now and _is_open(step.step, outcomes)]
    if not due:
        return None
    last = due[-1]
    agreed = outcomes.get(last.step) is Outcome.AGREED
    decided = Verdict.RELEASE if agreed else verdict(last, now, done=False)
    return DueStep(last, decided, tuple(step.step for step in due[:-1]))


def wakes_at(planned: Sequence[PlannedStep], outcomes: Mapping[Step, Outcome]) -> datetime | None:
    """When an occurrence has to be looked at next; None when all its steps are taken."""
    return min((step.at for step in planned if _is_open(step.step, outcomes)), default=None)


def _is_open(step: Step, outcomes: Mapping[Step, Outcome]) -> bool:
    return outcomes.get(step, Outcome.AGREED) is Outcome.AGREED
