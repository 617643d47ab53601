import asyncio
from contextlib import suppress
from typing import Protocol

import aiohttp

from tests.fakes.bot_api_shapes import ApiError, Json, Parameters, strings

_RETRY_SECONDS = 0.05


class Api(Protocol):
    updates: list[Json]
    news: asyncio.Event

    async def obey(self, name: str, parameters: Parameters) -> object: ...


class Webhook:
    """Pushes updates one after another to the address that setWebhook named, each until it is answered with 2xx."""

    def __init__(self, api: Api) -> None:
        self.url = ""
        self.statuses: list[int] = []
        self._api = api
        self._pushing: asyncio.Task[None] | None = None

    def start(self, url: str, secret: str) -> None:
        self.url = url
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        self._pushing = asyncio.create_task(self._push_all(headers))

    async def stop(self) -> None:
        self.url = ""
        pushing, self._pushing = self._pushing, None
        if pushing:
            pushing.cancel()
            await asyncio.gather(pushing, return_exceptions=True)

    async def _push_all(self, headers: dict[str, str]) -> None:
        async with aiohttp.ClientSession(headers=headers) as session:
            while True:
                if not self._api.updates:
                    await self._api.news.wait()
                    continue
                update = self._api.updates[0]
                if await self._push(session, update):
                    self._api.updates.remove(update)
                else:
                    await asyncio.sleep(_RETRY_SECONDS)

    async def _push(self, session: aiohttp.ClientSession, update: Json) -> bool:
        with suppress(aiohttp.ClientError):
            async with session.post(self.url, json=update) as response:
                self.statuses.append(response.status)
                if response.ok and response.content_type == "application/json":
                    await self._obey(await response.json())
                return response.ok
        return False

    async def _obey(self, call: Json) -> None:
        """One call may come as the webhook's answer; Telegram tells nobody how it went."""
        with suppress(ApiError):
            await self._api.obey(call.pop("method"), strings(call))
