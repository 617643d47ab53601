"""The job queue on PostgreSQL: procrastinate, on connections of its own, spread over every worker.

What procrastinate leaves to its user is done here: jobs of workers that died are found and retried, a failed job is put
anew to wait (its own retry breaks on the queueing lock where another of the same lock waits already).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import timedelta

import procrastinate
import structlog
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Status

from notifier.delivery.procrastinate_schema import SCHEMA
from store.domain.errors import StoreUnavailable
from store.domain.jobs import (
    HEARTBEAT_SECONDS,
    LOOK_SECONDS,
    MOST_ATTEMPTS,
    STALLED_AFTER,
    JobArguments,
    JobHandler,
    UnknownJob,
    retry_wait,
)

log = structlog.get_logger()

AT_ONCE = 2
"""Jobs that one process runs at the same time: a long one must not hold up all short ones."""
OUTAGE_SECONDS = 2.0
STOP_SECONDS = 4.0
"""How long a stop waits for jobs under way before it puts them back; shorter than the process's own patience."""
POLL_SECONDS = 1.0
"""A new job is announced; one whose lock has come free or whose rest is over is not, and is found within this."""
WAIT_SECONDS = 5.0
"""How long a job is tried to be put where the database does not answer: somebody's turn stands behind it."""
CONNECTED_AS = "banyan jobs"
"""How these connections are told from the store's in pg_stat_activity."""
_CONNECTIONS = 4


class JobFailed(Exception):
    """Tells procrastinate to keep the row: the job is parked."""


class ProcrastinateJobs:
    """Keeps `store.domain.jobs.JobWorker`. `conninfo` is libpq's; opened by `open`."""

    def __init__(self, conninfo: str, handlers: Mapping[str, JobHandler]) -> None:
        connector = procrastinate.PsycopgConnector(
            conninfo=conninfo,
            min_size=1,
            max_size=_CONNECTIONS,
            timeout=WAIT_SECONDS,
            kwargs={"options": f"-c search_path={SCHEMA}", "application_name": CONNECTED_AS},
        )
        self._app = procrastinate.App(connector=connector)
        self._handlers = handlers
        for name in handlers:
            self._app.task(name=name, pass_context=True)(self._run_one)
        self._working: asyncio.Task[None] | None = None
        self._stopping = False
        self.stopped = asyncio.Event()

    async def open(self) -> None:
        """Raises StoreUnavailable."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._app.open_async()
        except (TimeoutError, ConnectorException) as error:
            await self.close()
            raise StoreUnavailable(type(error).__name__) from error

    async def close(self) -> None:
        await self._app.close_async()

    async def defer(self, job: str, arguments: JobArguments, lock: str = "") -> None:
        if job not in self._handlers:
            raise UnknownJob(job)
        await self._put(job, arguments, lock)

    async def _put(
        self, job: str, arguments: JobArguments, lock: str, attempts: int = 0, wait: timedelta | None = None
    ) -> None:
        deferrer = self._app.configure_task(
            job,
            lock=lock or None,
            queueing_lock=lock or None,
            schedule_in={"seconds": int(wait.total_seconds())} if wait else None,
        )
        with _errors_mapped(), contextlib.suppress(AlreadyEnqueued):
            await deferrer.defer_async(arguments=dict(arguments), attempts=attempts)

    async def run(self) -> None:
        """Work until it is stopped; a restart of the database ends procrastinate's worker, and another begins."""
        while not self._stopping:
            self._working = asyncio.create_task(self._work())
            try:
                await self._working
            except asyncio.CancelledError:
                if not self._stopping:
                    raise
            except ConnectorException:
                log.warning("jobs.store_unavailable")
                await asyncio.sleep(OUTAGE_SECONDS)
        self.stopped.set()

    def stop(self) -> None:
        self._stopping = True
        if self._working:
            self._working.cancel()

    async def _work(self) -> None:
        async with self._looking_for_stalled():
            await self._app.run_worker_async(
                concurrency=AT_ONCE,
                delete_jobs="successful",
                install_signal_handlers=False,
                fetch_job_polling_interval=POLL_SECONDS,
                shutdown_graceful_timeout=STOP_SECONDS,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_AFTER.total_seconds(),
            )

    @contextlib.asynccontextmanager
    async def _looking_for_stalled(self) -> AsyncIterator[None]:
        async def look() -> None:
            while True:
                with contextlib.suppress(ConnectorException):
                    await self.retry_stalled()
                await asyncio.sleep(LOOK_SECONDS)

        looking = asyncio.create_task(look())
        try:
            yield
        finally:
            looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await looking

    async def retry_stalled(self) -> None:
        """Let the jobs of workers that died wait again. Several workers may look at once: one of them finds the row."""
        manager = self._app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER.total_seconds()):
            log.warning("job.stalled", job=job.task_name, attempts=job.attempts)
            try:
                await manager.retry_job(job)
            except UniqueViolation:  # one of its lock waits already, and does for both
                await manager.finish_job(job, Status.FAILED, delete_job=True)
            except ConnectorException:
                log.info("job.taken_by_another", job=job.task_name)

    async def _run_one(self, context: procrastinate.JobContext, *, arguments: dict[str, int], attempts: int) -> None:
        job = context.job
        tried = job.attempts + attempts + 1
        if tried > MOST_ATTEMPTS:
            _park(job.task_name, arguments, tried, "killed")
        try:
            await self._handlers[job.task_name](arguments)
        except asyncio.CancelledError:  # stopped before its end: another process does it
            await self._put(job.task_name, arguments, job.lock or "", tried)
        except Exception as error:
            log.exception("job.failed", job=job.task_name, attempts=tried)
            wait = retry_wait(tried)
            if wait is None:
                _park(job.task_name, arguments, tried, type(error).__name__)
            await self._put(job.task_name, arguments, job.lock or "", tried, wait)


def _park(name: str, arguments: JobArguments, attempts: int, error: str) -> None:
    log.error("job.parked", job=name, arguments=dict(arguments), attempts=attempts, error=error)
    raise JobFailed(name)


@contextlib.contextmanager
def _errors_mapped() -> Iterator[None]:
    try:
        yield
    except ConnectorException as error:
        raise StoreUnavailable(type(error).__name__) from error
