"""What the Telegram tests share: a channel at the fake, an inbox that can fail, a door for the webhook."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from notifier.channel import WebRequest
from notifier.channels.telegram import TelegramChannel
from notifier.message import DeliveryReceipt, InboundMessage
from tests.fakes.bot_api import BotApi

SECRET = "banyan-webhook-secret_1"


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110  what is waited for happens in code that knows no events of ours
            await asyncio.sleep(0.005)


class Inbox:
    """Takes messages, but fails the first `failures` times as a store would that cannot commit."""

    def __init__(self, failures: int = 0) -> None:
        self.messages: list[InboundMessage] = []
        self.calls = 0
        self._failures = failures

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]

    async def receive(self, messages: Sequence[InboundMessage], _receipts: Sequence[DeliveryReceipt]) -> None:
        self.calls += 1
        if self.calls <= self._failures:
            raise OSError("disk full: 停水了")
        self.messages.extend(messages)

    async def until(self, count: int) -> list[InboundMessage]:
        await until(lambda: len(self.messages) >= count)
        return self.messages


@asynccontextmanager
async def listening(channel: TelegramChannel, inbox: Inbox) -> AsyncIterator[None]:
    task = asyncio.create_task(channel.listen(inbox.receive))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def polling(fake: BotApi, inbox: Inbox) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(fake.token, base_url=fake.base_url, timeout_seconds=2, poll_seconds=5)
    async with listening(channel, inbox):
        yield channel
    await channel.close()


async def until_confirmed(fake: BotApi) -> None:
    await until(lambda: not fake.pending)


@asynccontextmanager
async def hooked(fake: BotApi, inbox: Inbox) -> AsyncIterator[tuple[TelegramChannel, str]]:
    """The channel behind a small server, as the bot's own server would call it; gives the address of "updates"."""

    async def door(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = WebRequest(request.method, dict(request.query), headers, await request.read(), secret="in-the-path")
        answer = await channel.routes()[0].handle(asked, inbox.receive)
        return web.Response(status=answer.status, text=answer.text, content_type=answer.content_type)

    application = web.Application()
    application.router.add_post("/hook/1/in-the-path/updates", door)
    runner = web.AppRunner(application, shutdown_timeout=0.5, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook/1/in-the-path/updates"
    channel = TelegramChannel(
        fake.token, mode="webhook", webhook_secret=SECRET, public_url=url, base_url=fake.base_url, timeout_seconds=2
    )
    yield channel, url
    await channel.close()
    await runner.cleanup()
