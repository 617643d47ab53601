"""The minute's tick. It owns no truth: what is due stands in rows, and several schedulers may run at once."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from notifier.due import PLANNING, release
from notifier.render import Renderer
from store.database import Database, Transaction
from store.domain.errors import StoreUnavailable

log = structlog.get_logger()

TICK_SECONDS = 60
CHORES = PLANNING + 1
"""The first chore's number. Each has one of its own: of two ticks at the same moment one does the chore, and neither
leaves another chore because of it."""

Chore = Callable[[Transaction, datetime], Awaitable[object]]
"""What the tick does besides: closing what has run out, each in a transaction of its own. `bot.main` gives the list."""


class Scheduler:
    def __init__(
        self, database: Database, renderer: Renderer, chores: Sequence[Chore], clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._renderer = renderer
        self._chores = chores
        self._clock = clock
        self._scheduler = AsyncIOScheduler(timezone=UTC)  # type: ignore[no-untyped-call]

    def start(self) -> None:
        """Tick at once and then every minute, in the running loop."""
        # The default grace of one second drops a late tick without a word; None runs it however late.
        self._scheduler.add_job(  # type: ignore[no-untyped-call]
            self.tick,
            "interval",
            seconds=TICK_SECONDS,
            next_run_time=datetime.now(UTC),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        self._scheduler.start()  # type: ignore[no-untyped-call]

    def stop(self) -> None:
        """Start no more ticks; one under way is rolled back with its task."""
        self._scheduler.shutdown(wait=False)  # type: ignore[no-untyped-call]

    async def tick(self) -> None:
        try:
            released = await release(self._database, self._renderer, self._clock())
            for item in released:
                log.info("due.released", kind=item.kind, village=item.village_id, step=item.step, verdict=item.verdict)
            for number, chore in enumerate(self._chores, CHORES):
                await self._do(chore, number)
        except StoreUnavailable:
            log.warning("scheduler.store_unavailable")

    async def _do(self, chore: Chore, number: int) -> None:
        now = self._clock()
        try:
            async with self._database.write(now) as tx:
                if await tx.holds_alone(number):
                    await chore(tx, now)
        except StoreUnavailable:
            raise
        except Exception:  # one chore that fails must not keep back the others
            log.exception("scheduler.chore_failed", chore=getattr(chore, "__name__", ""))
