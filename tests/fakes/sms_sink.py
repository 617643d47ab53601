"""A gateway that takes Kannel's sendsms and counts what it took, by number; it can refuse, hang and hang up."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

from aiohttp import web

from tests.fakes.served import Served

Manners = Callable[[web.Request], Awaitable[web.Response | None]]
"""What it does instead of taking a message; None where it takes it."""


class SmsSink(Served):
    """`took` counts the messages by number. `manners` may be changed while it runs."""

    def __init__(self, *, seconds_a_call: float = 0.02) -> None:
        self.took: Counter[str] = Counter()
        self.manners: Manners | None = None
        self._seconds = seconds_a_call
        super().__init__([web.post("/cgi-bin/sendsms", self._sendsms)])

    @property
    def send_url(self) -> str:
        return f"{self.endpoint}/cgi-bin/sendsms"

    async def _sendsms(self, request: web.Request) -> web.Response:
        await request.read()
        instead = await self.manners(request) if self.manners else None
        if instead is not None:
            return instead
        self.took[request.headers["X-Kannel-To"]] += 1
        await asyncio.sleep(self._seconds)  # taken, but not yet answered: the moment in which a sender may die
        return web.Response(status=202, text="0: Accepted for delivery")
