"""What the console's rooms leave to the job queue."""

from collections.abc import Callable
from datetime import datetime

from console.audit.work import export_job, verify_job
from notifier.pages import Pages
from store.database import Database
from store.domain.jobs import JobHandler, JobName
from store.files import FileStore


def console_jobs(
    database: Database, files: FileStore, pages: Pages, clock: Callable[[], datetime]
) -> dict[str, JobHandler]:
    return {
        JobName.VERIFY_CHAIN: verify_job(database, clock),
        JobName.EXPORT_AUDIT: export_job(database, files, pages.words, clock),
    }
