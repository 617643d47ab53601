"""The job queue of a village on SQLite: rows of `jobs`, run one after the other by the process that serves."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime

import structlog

from store.actions.jobs import ClaimedJob, claim_job, finish_job, park_job, put_back, put_job, renew_job
from store.database import Database
from store.domain.errors import StoreUnavailable
from store.domain.jobs import HEARTBEAT_SECONDS, MOST_ATTEMPTS, JobArguments, JobHandler, UnknownJob, retry_wait

log = structlog.get_logger()

IDLE_SECONDS = 5.0
"""A job that another process put, or one that waits for its next attempt, is found within this."""
OUTAGE_SECONDS = 2.0


class EmbeddedJobs:
    """Keeps `store.domain.jobs.JobWorker`."""

    def __init__(
        self, database: Database, handlers: Mapping[str, JobHandler], holder: str, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._holder = holder
        self._clock = clock
        self._arrived = asyncio.Event()
        self._stopping = False
        self.stopped = asyncio.Event()

    async def defer(self, job: str, arguments: JobArguments, lock: str = "") -> None:
        if job not in self._handlers:
            raise UnknownJob(job)
        async with self._database.write(self._clock()) as tx:
            await put_job(tx, job, arguments, lock)
        self._arrived.set()

    async def run(self) -> None:
        while not self._stopping:
            self._arrived.clear()
            try:
                busy = await self.run_next()
            except StoreUnavailable:
                log.warning("jobs.store_unavailable")
                await asyncio.sleep(OUTAGE_SECONDS)
                continue
            if not busy and not self._stopping:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._arrived.wait(), IDLE_SECONDS)
        self.stopped.set()

    def stop(self) -> None:
        self._stopping = True
        self._arrived.set()

    async def close(self) -> None:
        """It has no connection of its own."""

    async def run_next(self) -> bool:
        """Run the job that is due; whether there was one. Raises StoreUnavailable."""
        async with self._database.write(self._clock()) as tx:
            job = await claim_job(tx, self._holder)
        if job is None:
            return False
        if job.name not in self._handlers or job.attempts > MOST_ATTEMPTS:
            await self._park(job, "unknown" if job.name not in self._handlers else "killed")
            return True
        try:
            async with self._kept(job):
                await self._handlers[job.name](job.arguments)
        except asyncio.CancelledError:
            await asyncio.shield(self._put_back(job, self._clock()))
            raise
        except Exception as error:  # whatever a job trips over, the others must run
            log.exception("job.failed", job=job.name, attempts=job.attempts)
            await self._after_failure(job, type(error).__name__)
            return True
        async with self._database.write(self._clock()) as tx:
            await finish_job(tx, job, self._holder)
        return True

    @contextlib.asynccontextmanager
    async def _kept(self, job: ClaimedJob) -> AsyncIterator[None]:
        """Renew the lease while the job runs. Where the store is away, a job that is safe to run twice may do so."""

        async def renew() -> None:
            while True:
                await asyncio.sleep(HEARTBEAT_SECONDS)
                with contextlib.suppress(StoreUnavailable):
                    async with self._database.write(self._clock()) as tx:
                        await renew_job(tx, job, self._holder)

        renewing = asyncio.create_task(renew())
        try:
            yield
        finally:
            renewing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await renewing

    async def _after_failure(self, job: ClaimedJob, error: str) -> None:
        wait = retry_wait(job.attempts)
        if wait is None:
            await self._park(job, error)
        else:
            await self._put_back(job, self._clock() + wait)

    async def _put_back(self, job: ClaimedJob, due_at: datetime) -> None:
        async with self._database.write(self._clock()) as tx:
            await put_back(tx, job, self._holder, due_at)

    async def _park(self, job: ClaimedJob, error: str) -> None:
        async with self._database.write(self._clock()) as tx:
            await park_job(tx, job, self._holder)
        log.error("job.parked", job=job.name, arguments=dict(job.arguments), attempts=job.attempts, error=error)
