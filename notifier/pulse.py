"""A wake-up inside the process: whoever holds a page open sleeps here until the store may have something new."""

import asyncio
import contextlib
from datetime import UTC, datetime

from store.database import Database
from store.domain.errors import StoreUnavailable
from store.queries.ticket_news import newest_step
from store.queries.web_chat import newest_delivery_id

WATCH_SECONDS = 1.0


class Pulse:
    """`beats` counts the wake-ups: read it before looking into the store, and no beat in between is missed."""

    def __init__(self) -> None:
        self.beats = 0
        self.is_over = False
        self._next = asyncio.Event()

    def beat(self) -> None:
        self.beats += 1
        self._next.set()
        self._next = asyncio.Event()

    def end(self) -> None:
        """Let go of the pages that are held open: a server that shuts down would wait for them."""
        self.is_over = True
        self.beat()

    async def wait(self, seconds: float, *, since: int) -> bool:
        """Sleep until the beat after `since`, at most so long; whether there was one."""
        if self.beats == since:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._next.wait()
        return self.beats != since

    async def watch(self, database: Database) -> None:
        """Beat when another process has written a delivery or a ticket's step.

        Runs until cancelled; a store that is away is waited for.

        A row that commits behind a higher id goes unseen here: the pages look again by themselves.
        """
        newest: tuple[int, int] | None = None
        while True:
            with contextlib.suppress(StoreUnavailable):
                async with database.read(datetime.now(UTC)) as tx:
                    found = await newest_delivery_id(tx), await newest_step(tx)
                if newest is not None and found != newest:
                    self.beat()
                newest = found
            await asyncio.sleep(WATCH_SECONDS)
