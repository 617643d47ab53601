"""Large notices and circulars: a job writes them into the ledger, so that nobody waits for it in his turn."""

import contextlib
from collections.abc import Callable
from datetime import datetime
from functools import partial

import structlog

from notifier.notices import NoticePlan, send_notice, write_notice
from notifier.render import Renderer
from store.actions.notice_controls import obey_steering
from store.actions.progress import begin_progress, finish_progress, take_up, tell_progress
from store.database import Database, Transaction
from store.domain.errors import StoreUnavailable
from store.domain.jobs import JobArguments, JobHandler, JobName
from store.domain.notices import Notice
from store.queries.notices import notice_by_id

log = structlog.get_logger()

LARGE = 5_000
"""Households: so many are written within a second, and no village has more."""


async def dispatch_notice(tx: Transaction, notice: Notice, plan: NoticePlan) -> datetime:
    """Let an approved notice go out by the plan that this transaction has just made; when its SMS begin to.

    A large one is written by a job after the commit, planned again for whoever can be reached by then.
    """
    households = plan.preview.households
    if households <= LARGE:
        return await write_notice(tx, notice, plan)
    await begin_progress(tx, JobName.SEND_NOTICE, notice.id, households)
    return plan.preview.due


def notice_job(
    database: Database, renderer: Renderer, clock: Callable[[], datetime], wake: Callable[[], None]
) -> JobHandler:
    """The job SEND_NOTICE; `wake` lets this process begin to send. In one transaction: run twice it writes once.

    How far it is stands in its progress beside that, on PostgreSQL: SQLite's only writer is busy with it.
    """

    async def tell(notice_id: int, rows: int) -> None:
        if database.is_sqlite:
            return
        with contextlib.suppress(StoreUnavailable):  # a figure that is missing is no reason to begin anew
            async with database.write(clock()) as beside:
                await tell_progress(beside, JobName.SEND_NOTICE, notice_id, rows)

    async def run(arguments: JobArguments) -> None:
        notice_id = arguments["subject"]
        async with database.write(clock()) as tx:
            if not await take_up(tx, JobName.SEND_NOTICE, notice_id):
                return
            await send_notice(tx, renderer, await notice_by_id(tx, notice_id), partial(tell, notice_id))
            await obey_steering(tx, notice_id)
            await finish_progress(tx, JobName.SEND_NOTICE, notice_id)
        log.info("notice.written", notice=notice_id)
        wake()

    return run
