"""Taking the steps of an occurrence, each once; giving it another day, calling it off.

The step's row comes first and its key is unique: of two schedulers that take the same step the second finds the row,
and a crash before the commit leaves neither the row nor what was written with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select

from store.database import Transaction
from store.domain.errors import Refusal
from store.domain.occurrences import DueStep, Outcome, Step, due_step, wakes_at
from store.domain.people import Staff
from store.domain.series import Changed, Occurrence
from store.queries.occurrences import CALENDAR_WARNING, occurrence_by_id, outcomes_of
from store.queries.service_days import bookings_on, occurrence_of_step
from store.tables import bookings, counters, occurrence_steps, occurrences


@dataclass(frozen=True, slots=True)
class Woken:
    """An occurrence that has something to do now."""

    occurrence: Occurrence
    due: DueStep


async def woken(tx: Transaction, occurrence_id: int, *, lock: bool = False) -> Woken | None:
    """What an occurrence has to do now, if anything; `lock` where it is about to be done."""
    occurrence = await occurrence_by_id(tx, occurrence_id, lock=lock)
    due = due_step(occurrence.steps, await outcomes_of(tx, occurrence_id), tx.now)
    return Woken(occurrence, due) if due and occurrence.cancelled_at is None else None


async def take_step(tx: Transaction, one: Woken, outcome: Outcome) -> int | None:
    """Write down what becomes of the step; its row's id, or None where another has taken it."""
    step_id = await _take(tx, one.occurrence, one.due.planned.step, outcome)
    for earlier in one.due.overtaken:
        await _take(tx, one.occurrence, earlier, Outcome.OVERTAKEN)
    outcomes = await outcomes_of(tx, one.occurrence.id)
    await _wake_at_next(tx, one.occurrence, outcomes)
    if step_id is not None:
        tx.audit(
            one.occurrence.series.area_id,
            "system",
            f"step.{outcome}",
            f"occurrence:{one.occurrence.id}",
            one.due.planned.step,
        )
    return step_id


async def _take(tx: Transaction, occurrence: Occurrence, step: Step, outcome: Outcome) -> int | None:
    mine = (occurrence_steps.c.occurrence_id == occurrence.id, occurrence_steps.c.step == step)
    new = await tx.insert_new(occurrence_steps, occurrence_id=occurrence.id, step=step, outcome=outcome, at=tx.now)
    if not new and not await _advance(tx, Outcome.AGREED, outcome, *mine):
        return None
    return int(await tx.scalar(select(occurrence_steps.c.id).where(*mine)))


async def _advance(tx: Transaction, before: Outcome, after: Outcome, *which: object) -> bool:
    """A step's row moves on from one outcome to another once."""
    touched = await tx.run(
        occurrence_steps.update()
        .where(*which, occurrence_steps.c.outcome == before)  # type: ignore[arg-type]
        .values(outcome=after, at=tx.now)
    )
    return touched > 0


async def _wake_at_next(tx: Transaction, occurrence: Occurrence, outcomes: Mapping[Step, Outcome]) -> None:
    at = wakes_at(occurrence.steps, outcomes)
    await tx.run(occurrences.update().where(occurrences.c.id == occurrence.id).values(wakes_at=at))


async def decide_missed_step(tx: Transaction, step_id: int, person: Staff, *, release: bool) -> Occurrence:
    """A cadre says whether a missed step is still wanted; the next tick takes it then.

    Raises Refusal: `step.unknown`, `step.over` (the day has passed), `step.decided` (somebody has said already).
    """
    occurrence = await occurrence_by_id(tx, await occurrence_of_step(tx, step_id), lock=True)
    if release and (occurrence.is_over(tx.now) or occurrence.cancelled_at):
        raise Refusal("step.over")
    outcome = Outcome.AGREED if release else Outcome.DROPPED
    if not await _advance(tx, Outcome.ASKED, outcome, occurrence_steps.c.id == step_id):
        raise Refusal("step.decided")
    await _wake_at_next(tx, occurrence, await outcomes_of(tx, occurrence.id))
    tx.audit(occurrence.series.area_id, f"staff:{person.id}", f"step.{outcome}", f"occurrence:{occurrence.id}")
    return occurrence


async def note_calendar_warning(tx: Transaction, village_id: int, year: int) -> bool:
    """A village is warned once of a year; whether this is the first time."""
    await tx.insert_new(counters, area_id=village_id, name=CALENDAR_WARNING, value=0)
    mine = (counters.c.area_id == village_id, counters.c.name == CALENDAR_WARNING, counters.c.value < year)
    return await tx.run(counters.update().where(*mine).values(value=year)) > 0


async def set_day(tx: Transaction, moved: Occurrence) -> None:
    """Its steps begin anew: who was reminded of the old day is reminded of the new one."""
    await tx.run(occurrence_steps.delete().where(occurrence_steps.c.occurrence_id == moved.id))
    await tx.run(
        occurrences.update()
        .where(occurrences.c.id == moved.id)
        .values(
            nominal_day=moved.nominal_day,
            day=moved.day,
            moved_at=tx.now,
            wakes_at=wakes_at(moved.steps, {}),
        )
    )


async def call_off(tx: Transaction, occurrence: Occurrence, reason: str) -> Changed:
    booked = await bookings_on(tx, occurrence)
    await tx.run(
        occurrences.update()
        .where(occurrences.c.id == occurrence.id)
        .values(cancelled_at=tx.now, reason=reason[:200], wakes_at=None)
    )
    await tx.run(
        bookings.update()
        .where(bookings.c.occurrence_id == occurrence.id, bookings.c.cancelled_at.is_(None))
        .values(cancelled_at=tx.now)
    )
    return Changed(replace(occurrence, cancelled_at=tx.now, reason=reason[:200]), occurrence.day, booked)
