"""Asking for long work, telling how far it is, and ending it."""

from collections.abc import Mapping

from store.actions.progress import begin_progress, finish_progress, take_up, tell_progress
from store.database import Transaction
from store.domain.jobs import JobName
from store.domain.people import Staff
from store.domain.tasks import Task
from store.queries.tasks import task_by_id
from store.tables import tasks


async def ask_for_task(
    tx: Transaction, job: JobName, person: Staff, area_id: int, total: int, facts: Mapping[str, str | int] | None = None
) -> int:
    """Want a job done; its task's id. The job runs after the commit with {"subject": id} and finds the rest here.

    `facts` may hold ids, days and words of our own, nothing that a person is called or reached at. `total` counts
    whatever the job counts.
    """
    task_id = await tx.insert(
        tasks,
        job=job,
        area_id=area_id,
        staff_id=person.id,
        facts=dict(facts or {}),
        outcome="",
        result={},
        file="",
        file_name="",
        asked_at=tx.now,
    )
    await begin_progress(tx, job, task_id, total)
    return task_id


async def take_up_task(tx: Transaction, job: JobName, task_id: int) -> Task | None:
    """The task, held until the commit; None where it is done already."""
    return await task_by_id(tx, task_id) if await take_up(tx, job, task_id) else None


async def move_on(tx: Transaction, task: Task, done: int) -> None:
    await tell_progress(tx, task.job, task.id, done)


async def finish_task(
    tx: Transaction,
    task: Task,
    outcome: str,
    result: Mapping[str, str | int],
    *,
    file: str = "",
    file_name: str = "",
) -> None:
    """`outcome` and `result` make the sentence that the person reads; `file` is a digest of store.files."""
    await tx.run(
        tasks.update()
        .where(tasks.c.id == task.id)
        .values(outcome=outcome, result=dict(result), file=file, file_name=file_name)
    )
    await finish_progress(tx, task.job, task.id)
