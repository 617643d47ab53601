"""Gateways as no real one is: one that takes a hundred messages a request, and one that only takes its time."""

import asyncio
import json
import secrets
from collections.abc import Sequence

import aiohttp

from notifier.channel import Limits, Receive, Route
from notifier.message import Accepted, Asked, DeliveryReceipt, OutboundMessage, SendResult
from tests.bench.village import UNPACED


class _Gateway:
    """It can be asked nothing, and brings nothing."""

    kind: str = "bench"

    def routes(self) -> Sequence[Route]:
        return ()

    async def listen(self, receive: Receive) -> None: ...

    async def look_up(self, asked: Sequence[Asked]) -> Sequence[DeliveryReceipt]:
        del asked
        return ()

    async def check(self) -> str:
        return self.kind


class BatchGateway(_Gateway):
    """Posts up to a hundred texts as JSON. Names them by their call, as Aliyun does."""

    def __init__(self, send_url: str) -> None:
        self.limits = Limits(text_units=1000, per_second=UNPACED, burst=4, batch=100, in_flight=8)
        self._send_url = send_url
        self._session = aiohttp.ClientSession()

    async def send(self, messages: Sequence[OutboundMessage]) -> Sequence[SendResult]:
        call = secrets.token_hex(8)
        await post_batch(self._session, self._send_url, [(one.address, one.text) for one in messages])
        return [Accepted(f"{call}-{place}") for place in range(len(messages))]

    async def close(self) -> None:
        await self._session.close()


async def post_batch(session: aiohttp.ClientSession, url: str, messages: Sequence[tuple[str, str]]) -> None:
    """Raises aiohttp.ClientResponseError where they were not taken."""
    body = json.dumps([{"to": to, "text": text} for to, text in messages], ensure_ascii=False)
    async with session.post(url, data=body.encode(), raise_for_status=True) as response:
        await response.read()


class SlowGateway(_Gateway):
    """Takes 200 ms for a message, fifty at a time, and no processor: what it costs is the ledger's."""

    def __init__(self) -> None:
        self.limits = Limits(text_units=1000, per_second=UNPACED, burst=4, in_flight=50)

    async def send(self, messages: Sequence[OutboundMessage]) -> Sequence[SendResult]:
        await asyncio.sleep(0.2)
        return [Accepted() for _ in messages]

    async def close(self) -> None: ...
