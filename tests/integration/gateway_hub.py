"""Our side of the wire for a gateway's tests: serves a channel's routes and keeps what they bring."""

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from aiohttp import web
from aiohttp.test_utils import TestServer

from notifier.channel import Channel, WebRequest
from notifier.message import DeliveryReceipt, InboundMessage


class GatewayHub:
    """`refusals_left`: so many calls of `receive` fail first."""

    def __init__(self) -> None:
        self.channel: Channel | None = None
        self.messages: list[InboundMessage] = []
        self.receipts: list[DeliveryReceipt] = []
        self.refusals_left = 0
        self._came = asyncio.Condition()
        application = web.Application(client_max_size=20_000_000)
        application.router.add_route("*", "/hook/1/s3cret/{name}", self._serve)
        self._server = TestServer(application)

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.channel is not None:
            await self.channel.close()
        await self._server.close()

    @property
    def hook_url(self) -> str:
        return str(self._server.make_url("/hook/1/s3cret"))

    async def receive(self, messages: Sequence[InboundMessage], receipts: Sequence[DeliveryReceipt]) -> None:
        if self.refusals_left:
            self.refusals_left -= 1
            raise OSError("the disk is full")
        async with self._came:
            self.messages += messages
            self.receipts += receipts
            self._came.notify_all()

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(3), self._came:
            await self._came.wait_for(done)

    async def _serve(self, request: web.Request) -> web.Response:
        assert self.channel is not None
        routes = {route.name: route for route in self.channel.routes()}
        route = routes[request.match_info["name"]]
        assert request.method in route.methods
        headers = {name.lower(): value for name, value in request.headers.items()}
        called = WebRequest(request.method, dict(request.query), headers, await request.read(), "s3cret")
        answer = await route.handle(called, self.receive)
        return web.Response(status=answer.status, text=answer.text, content_type=answer.content_type)
