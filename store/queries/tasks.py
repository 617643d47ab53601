"""Long work and how far it has come: everybody sees what he asked for himself."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, select

from store.database import Transaction
from store.domain.errors import NotFound
from store.domain.jobs import JobName
from store.domain.people import Staff
from store.domain.tasks import KEPT_FOR, Task
from store.tables import progress, tasks

PAGE = 20


@dataclass(frozen=True, slots=True)
class TaskPage:
    """`after` is the id after which the next page begins, 0 on the last."""

    tasks: tuple[Task, ...]
    after: int


def _with_progress() -> Select[Any]:
    of_task = and_(progress.c.job == tasks.c.job, progress.c.subject_id == tasks.c.id)
    return select(tasks, progress.c.done, progress.c.total).join(progress, of_task)


def _task(row: Any) -> Task:
    return Task(
        id=row.id,
        job=JobName(row.job),
        area_id=row.area_id,
        staff_id=row.staff_id,
        facts=row.facts,
        outcome=row.outcome,
        result=row.result,
        file=row.file,
        file_name=row.file_name,
        asked_at=row.asked_at,
        done=row.done,
        total=row.total,
    )


async def tasks_of(tx: Transaction, person: Staff, after: int = 0) -> TaskPage:
    """The newest first; those of the last 30 days."""
    mine = [tasks.c.staff_id == person.id, tasks.c.asked_at > tx.now - KEPT_FOR]
    older = [tasks.c.id < after] if after else []
    rows = await tx.all(_with_progress().where(*mine, *older).order_by(tasks.c.id.desc()).limit(PAGE + 1))
    shown = tuple(_task(row) for row in rows[:PAGE])
    return TaskPage(shown, shown[-1].id if len(rows) > PAGE else 0)


async def task_seen_by(tx: Transaction, person: Staff, task_id: int) -> Task:
    """Raises NotFound for another's, too."""
    task = await task_by_id(tx, task_id)
    if task.staff_id != person.id:
        raise NotFound("task.unknown")
    return task


async def task_by_id(tx: Transaction, task_id: int) -> Task:
    row = await tx.first(_with_progress().where(tasks.c.id == task_id))
    if row is None:
        raise NotFound("task.unknown")
    return _task(row)
