"""A gateway that takes Kannel's sendsms and counts what it took, by number; it can refuse, hang and hang up."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Self

from aiohttp import web
from aiohttp.test_utils import TestServer

Manners = Callable[[web.Request], Awaitable[web.Response | None]]
"""What it does instead of taking a message; None where it takes it."""


class SmsSink:
    """`took` counts the messages by number. `manners` may be changed while it runs."""

    def __init__(self, *, seconds_a_call: float = 0.02) -> None:
        self.took: Counter[str] = Counter()
        self.manners: Manners | None = None
        self._seconds = seconds_a_call
        application = web.Application()
        application.router.add_post("/cgi-bin/sendsms", self._sendsms)
        self._server = TestServer(application)

    @property
    def send_url(self) -> str:
        return str(self._server.make_url("/cgi-bin/sendsms"))

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    async def _sendsms(self, request: web.Request) -> web.Response:
        await request.read()
        instead = await self.manners(request) if self.manners else None
        if instead is not None:
            return instead
        self.took[request.headers["X-Kannel-To"]] += 1
        await asyncio.sleep(self._seconds)  # taken, but not yet answered: the moment in which a sender may die
        return web.Response(status=202, text="0: Accepted for delivery")
