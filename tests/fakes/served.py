"""A server of ours in a provider's place, as long as its block lasts."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from aiohttp import web
from aiohttp.test_utils import TestServer


class Served:
    """Its address, `endpoint`, stands fast once it is entered."""

    def __init__(self, routes: Sequence[web.RouteDef]) -> None:
        application = web.Application()
        application.add_routes(routes)
        self._server = TestServer(application)

    @property
    def endpoint(self) -> str:
        return str(self._server.make_url("")).rstrip("/")

    async def goes_away(self) -> None:
        """Nobody answers at its address any more."""
        await self._server.close()

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._server.close()
