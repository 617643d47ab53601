"""How far a job has come: a row that its viewers read, and by which the minute's tick knows that it is not done."""

from datetime import datetime

from store.database import Transaction
from store.domain.jobs import JobName, rest_before
from store.tables import progress


async def begin_progress(tx: Transaction, job: JobName, subject_id: int, total: int) -> None:
    """In the transaction that wants the job, which is put into the queue after its commit."""
    begun = {"job": job, "subject_id": subject_id, "done": 0, "total": total}
    await tx.insert_many(progress, [{**begun, "begun_at": tx.now, "touched_at": tx.now, "puts": 0, "put_at": tx.now}])
    tx.defer(job, {"subject": subject_id}, lock_of(job, subject_id))


async def take_up(tx: Transaction, job: JobName, subject_id: int) -> bool:
    """Hold the job until the commit, so that two who do the same do it once; False where it is done already.

    The row itself stays free: how far it is may be told beside this transaction.
    """
    await tx.hold(lock_of(job, subject_id))
    mine = (progress.c.job == job, progress.c.subject_id == subject_id, progress.c.finished_at.is_(None))
    return await tx.first(progress.select().where(*mine)) is not None


async def tell_progress(tx: Transaction, job: JobName, subject_id: int, done: int) -> None:
    mine = (progress.c.job == job, progress.c.subject_id == subject_id)
    await tx.run(progress.update().where(*mine).values(done=done, touched_at=tx.now))


async def finish_progress(tx: Transaction, job: JobName, subject_id: int) -> None:
    await tx.run(
        progress.update()
        .where(progress.c.job == job, progress.c.subject_id == subject_id)
        .values(done=progress.c.total, touched_at=tx.now, finished_at=tx.now)
    )


async def defer_unfinished(tx: Transaction, now: datetime) -> None:
    """The tick's chore: put again what is not finished. One that waits or runs already is not doubled by it."""
    rows = await tx.all(progress.select().where(progress.c.finished_at.is_(None)).order_by(progress.c.begun_at))
    for row in rows:
        if now - row.put_at >= rest_before(row.puts):
            tx.defer(row.job, {"subject": row.subject_id}, lock_of(row.job, row.subject_id))
            mine = (progress.c.job == row.job, progress.c.subject_id == row.subject_id)
            await tx.run(progress.update().where(*mine).values(puts=row.puts + 1, put_at=now))


def lock_of(job: str, subject_id: int) -> str:
    return f"{job}:{subject_id}"
