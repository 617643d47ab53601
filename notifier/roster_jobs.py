"""Large rosters are written into the books by a job, so that nobody's page waits for them."""

from collections.abc import Callable
from datetime import datetime

import structlog

from store.actions.roster_uploads import upload_failed, write_upload
from store.database import Database
from store.domain.errors import Refusal
from store.domain.jobs import JobArguments, JobHandler

log = structlog.get_logger()


def roster_job(database: Database, clock: Callable[[], datetime]) -> JobHandler:
    """The job IMPORT_ROSTER, in one transaction: run twice it writes once."""

    async def run(arguments: JobArguments) -> None:
        upload_id = arguments["subject"]
        try:
            async with database.write(clock()) as tx:
                if not await write_upload(tx, upload_id):
                    return
        except Refusal as refusal:
            async with database.write(clock()) as tx:
                await upload_failed(tx, upload_id, refusal.key)
            log.warning("roster.refused", upload=upload_id, reason=refusal.key)
            return
        log.info("roster.written", upload=upload_id)

    return run
