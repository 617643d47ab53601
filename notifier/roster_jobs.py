"""Large rosters are written into the books by a job, so that nobody's page waits for them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from store.actions.progress import tell_progress
from store.actions.roster_uploads import Reading, reading_of, upload_failed, write_upload
from store.database import Database
from store.domain.errors import NotFound, Refusal
from store.domain.jobs import JobArguments, JobHandler, JobName
from store.domain.roster import RosterSheet
from store.queries.roster_uploads import upload_by_id

log = structlog.get_logger()

TELLS_EVERY_SECONDS = 1.0


def roster_job(database: Database, clock: Callable[[], datetime]) -> JobHandler:
    """The job IMPORT_ROSTER: the sheet is read first, then written in one transaction. Run twice it writes once."""

    async def run(arguments: JobArguments) -> None:
        upload_id = arguments["subject"]
        try:
            async with database.read(clock()) as tx:
                reading = await reading_of(tx, await upload_by_id(tx, upload_id))
        except NotFound:  # it is over
            return
        try:
            sheet = await _read(database, clock, upload_id, reading)
            async with database.write(clock()) as tx:
                if not await write_upload(tx, upload_id, sheet):
                    return
        except Refusal as refusal:
            async with database.write(clock()) as tx:
                await upload_failed(tx, upload_id, refusal.key)
            log.warning("roster.refused", upload=upload_id, reason=refusal.key)
            return
        log.info("roster.written", upload=upload_id)

    return run


@dataclass(slots=True)
class _Read:
    """Told in the thread that reads, and asked in the loop."""

    people: int = 0

    def __call__(self, people: int) -> None:
        self.people = people


async def _read(database: Database, clock: Callable[[], datetime], upload_id: int, reading: Reading) -> RosterSheet:
    """Beside everything else that goes on, telling how many people are read by now."""
    read = _Read()
    work = asyncio.create_task(asyncio.to_thread(reading, read))
    while not (await asyncio.wait({work}, timeout=TELLS_EVERY_SECONDS))[0]:
        async with database.write(clock()) as tx:
            await tell_progress(tx, JobName.IMPORT_ROSTER, upload_id, read.people)
    async with database.write(clock()) as tx:
        await tell_progress(tx, JobName.IMPORT_ROSTER, upload_id, len(work.result().people))
    return work.result()
