"""A broadcast by the delivery engine with its ledger, beside a loop that only renders and posts."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median

import aiohttp

from bot.opening import utc_now
from notifier.channel import Channel
from notifier.channels.sms.kannel import KannelChannel
from notifier.delivery.engine import DeliveryEngine
from store.actions.deliveries import Draft, write_deliveries
from tests.bench.gateways import BatchGateway, post_batch
from tests.bench.processes import serving
from tests.bench.ratio import FLAT, RUNS, Row, beside, compare
from tests.bench.texts import Texts, texts_of
from tests.bench.village import CHUNK, UNPACED, Village, number_of, open_village

MESSAGES = 20_000
BATCHED = 200_000
FEW, MANY = 10_000, 100_000

Post = Callable[[aiohttp.ClientSession, Sequence[int]], Awaitable[None]]
"""Renders for these recipients and sends it, in one request."""


@dataclass(frozen=True, slots=True)
class Broadcast:
    village: Village
    texts: Texts
    contacts: Sequence[int]

    async def send(self, channel: Channel, count: int) -> float:
        """Render, write and send to so many; messages a second."""
        started = time.perf_counter()
        await self.write(count)
        engine = DeliveryEngine(self.village.database, {self.village.sms.id: (self.village.sms, channel)}, "b", utc_now)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(engine.run())
            await self.village.until_sent()
            seconds = time.perf_counter() - started
            engine.stop()
        return count / seconds

    async def write(self, count: int) -> None:
        async with self.village.database.write(utc_now()) as tx:
            for start in range(0, count, CHUNK):
                drafts = [self._draft(recipient) for recipient in range(start, min(count, start + CHUNK))]
                await write_deliveries(tx, drafts)

    def _draft(self, recipient: int) -> Draft:
        village, text = self.village, self.texts.of(recipient)
        contact_id = self.contacts[recipient]
        return Draft(village.hub.village.id, contact_id, village.sms.id, text, utc_now(), is_bulk=True)


async def broadcast_in(village: Village, most: int) -> Broadcast:
    return Broadcast(village, await texts_of(village), await village.add_contacts(most))


def kannel(port: int) -> KannelChannel:
    return KannelChannel(
        send_url=f"http://127.0.0.1:{port}/cgi-bin/sendsms",
        username="hub",
        password="hubpw",
        sender="10690",
        receipt_url="http://127.0.0.1/receipt",
        per_second=UNPACED,
    )


async def sending() -> list[Row]:
    """One message a request; as many calls in flight in the reference."""
    async with serving() as sink, open_village() as village:
        broadcast, channel = await broadcast_in(village, MESSAGES), kannel(sink)
        url = f"http://127.0.0.1:{sink}/cgi-bin/sendsms"

        async def post(session: aiohttp.ClientSession, recipients: Sequence[int]) -> None:
            headers = {"X-Kannel-To": number_of(recipients[0]), "Content-Type": "text/plain; charset=UTF-8"}
            text = broadcast.texts.of(recipients[0])
            async with session.post(url, data=text.encode(), headers=headers, raise_for_status=True) as response:
                await response.read()

        row = await compare(
            f"{MESSAGES:,} messages, one a request, on SQLite, messages/s",
            lambda: broadcast.send(channel, MESSAGES),
            lambda: posted(post, MESSAGES, 1, channel.limits.in_flight),
            at_least=0.45,
        )
        await channel.close()
        await village.expect(MESSAGES * RUNS, "deliveries WHERE state = 'sent'")
        return [row]


async def batches() -> list[Row]:
    """A hundred messages a request; and what a recipient costs in a smaller broadcast."""
    async with serving() as sink, open_village() as village:
        url = f"http://127.0.0.1:{sink}/ok"
        broadcast, gateway = await broadcast_in(village, BATCHED), BatchGateway(url)

        async def post(session: aiohttp.ClientSession, recipients: Sequence[int]) -> None:
            await post_batch(session, url, [(number_of(one), broadcast.texts.of(one)) for one in recipients])

        growth = await _growth(broadcast, gateway)
        row = await compare(
            f"{BATCHED:,} messages, 100 a request, on SQLite, messages/s",
            lambda: broadcast.send(gateway, BATCHED),
            lambda: posted(post, BATCHED, gateway.limits.batch, gateway.limits.in_flight),
            at_least=0.06,
        )
        await gateway.close()
        await village.expect((FEW + MANY + BATCHED) * RUNS, "deliveries WHERE state = 'sent'")
        return [row, growth]


async def _growth(broadcast: Broadcast, gateway: BatchGateway) -> Row:
    rates: dict[int, list[float]] = {FEW: [], MANY: []}
    for _ in range(RUNS):
        for size, found in rates.items():
            found.append(await broadcast.send(gateway, size))
    name = f"growth: {MANY:,} messages, 100 a request, beside {FEW:,}, messages/s"
    return beside(name, median(rates[MANY]), median(rates[FEW]), at_least=FLAT)


async def posted(post: Post, count: int, batch: int, in_flight: int) -> float:
    """Messages a second of a loop that records nothing."""
    started = time.perf_counter()
    waiting = iter(range(count))
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as tasks:
        for _ in range(in_flight):
            tasks.create_task(_post_all(post, session, waiting, batch))
    return count / (time.perf_counter() - started)


async def _post_all(post: Post, session: aiohttp.ClientSession, waiting: Iterator[int], batch: int) -> None:
    while recipients := list(islice(waiting, batch)):
        await post(session, recipients)
