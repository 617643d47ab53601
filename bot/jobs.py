"""Which queue a process has: the embedded one on SQLite, procrastinate on PostgreSQL."""

import asyncio
from collections.abc import Mapping

from bot.opening import utc_now
from bot.settings import ConfigurationError
from notifier.delivery.embedded_jobs import EmbeddedJobs
from store.database import Database, conninfo_of
from store.domain.jobs import JobHandler, JobWorker


async def open_jobs(database: Database, handlers: Mapping[str, JobHandler], holder: str) -> JobWorker:
    """Raises ConfigurationError where `banyan init` has not made the queue's tables, and StoreUnavailable."""
    if database.is_sqlite:
        return EmbeddedJobs(database, handlers, holder, utc_now)
    # Half a second and 9 MB, of which a village on SQLite needs nothing.
    from notifier.delivery.procrastinate_jobs import ProcrastinateJobs  # noqa: PLC0415
    from notifier.delivery.procrastinate_schema import is_prepared  # noqa: PLC0415

    conninfo = conninfo_of(database.url)
    if not await asyncio.to_thread(is_prepared, conninfo):
        raise ConfigurationError("The job queue's tables are missing or another version's. Run `banyan init`.")
    jobs = ProcrastinateJobs(conninfo, handlers)
    await jobs.open()
    return jobs


def prepare_jobs(database_url: str) -> None:
    """Make the queue's tables where they are a library's own. Raises StoreUnavailable."""
    if database_url.startswith("sqlite"):
        return
    from notifier.delivery.procrastinate_schema import prepare_queue  # noqa: PLC0415 - as above

    prepare_queue(conninfo_of(database_url))
