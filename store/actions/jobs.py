"""The embedded queue's rows: put, claimed by lease, retried, parked. A job that is done leaves no row.

They are for one SQLite file, whose writers come one after the other: nothing here locks a row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select

from store.database import Transaction
from store.domain.jobs import STALLED_AFTER, JobArguments
from store.tables import jobs

WAITING, RUNNING, PARKED = "waiting", "running", "parked"


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """`attempts` counts this one too."""

    id: int
    name: str
    arguments: Mapping[str, int]
    lock: str | None
    attempts: int


async def put_job(tx: Transaction, name: str, arguments: JobArguments, lock: str) -> None:
    """Nothing happens while one of the same lock waits."""
    await tx.insert_new(
        jobs,
        name=name,
        arguments=dict(arguments),
        lock=lock or None,
        state=WAITING,
        attempts=0,
        due_at=tx.now,
        lease_holder="",
        created_at=tx.now,
    )


async def claim_job(tx: Transaction, holder: str) -> ClaimedJob | None:
    """The job that has been due longest: one that waits, or one whose process died. None of a lock that is held."""
    running = jobs.alias()
    held = select(running.c.lock).where(
        running.c.state == RUNNING, running.c.lease_until > tx.now, running.c.lock.is_not(None)
    )
    waits = and_(jobs.c.state == WAITING, jobs.c.due_at <= tx.now)
    stalled = and_(jobs.c.state == RUNNING, jobs.c.lease_until <= tx.now)
    row = await tx.first(
        select(jobs)
        .where(or_(waits, stalled), or_(jobs.c.lock.is_(None), jobs.c.lock.not_in(held)))
        .order_by(jobs.c.due_at, jobs.c.id)
        .limit(1)
    )
    if row is None:
        return None
    attempts = row.attempts + 1
    await tx.run(
        jobs.update()
        .where(jobs.c.id == row.id)
        .values(state=RUNNING, attempts=attempts, lease_holder=holder, lease_until=tx.now + STALLED_AFTER)
    )
    return ClaimedJob(row.id, row.name, row.arguments, row.lock, attempts)


async def renew_job(tx: Transaction, job: ClaimedJob, holder: str) -> None:
    mine = and_(jobs.c.id == job.id, jobs.c.lease_holder == holder)
    await tx.run(jobs.update().where(mine).values(lease_until=tx.now + STALLED_AFTER))


async def finish_job(tx: Transaction, job: ClaimedJob, holder: str) -> None:
    """Where its lease was lost meanwhile, it is another's to finish."""
    await tx.run(jobs.delete().where(jobs.c.id == job.id, jobs.c.lease_holder == holder))


async def put_back(tx: Transaction, job: ClaimedJob, holder: str, due_at: datetime) -> None:
    """Let it wait for another attempt. Where one of its lock waits already, that one does for both."""
    if job.lock and await tx.scalar(select(jobs.c.id).where(jobs.c.lock == job.lock, jobs.c.state == WAITING)):
        await finish_job(tx, job, holder)
        return
    mine = and_(jobs.c.id == job.id, jobs.c.lease_holder == holder)
    await tx.run(jobs.update().where(mine).values(state=WAITING, due_at=due_at, lease_holder="", lease_until=None))


async def park_job(tx: Transaction, job: ClaimedJob, holder: str) -> None:
    """It has failed for good; the row stays for whoever looks into it."""
    mine = and_(jobs.c.id == job.id, jobs.c.lease_holder == holder)
    await tx.run(jobs.update().where(mine).values(state=PARKED, lease_holder="", lease_until=None))
