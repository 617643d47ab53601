"""Sending what is queued: the delivery engine with its ledger beside a loop that only posts."""

import asyncio
import time
from collections.abc import Iterator

import aiohttp

from bot.opening import utc_now
from notifier.channels.sms.kannel import KannelChannel
from notifier.delivery.engine import DeliveryEngine
from tests.bench.processes import serving
from tests.bench.ratio import RUNS, Row, compare
from tests.bench.village import TEXT, Village, open_village

DELIVERIES = 5000
PART = DELIVERIES // RUNS
"""What one run sends of the queue."""
UNPACED = 1_000_000.0
"""Messages a second that no gateway takes, so that the ledger and not the pace is measured."""


async def sending() -> Row:
    """Claim, post one message a request, record, until the queue is empty; as many calls in flight in the reference."""
    async with serving() as sink:
        send_url = f"http://127.0.0.1:{sink}/cgi-bin/sendsms"
        async with open_village() as village:
            await village.queue(await village.add_contacts(DELIVERIES))
            channel = KannelChannel(
                send_url=send_url,
                username="hub",
                password="hubpw",
                sender="10690",
                receipt_url="http://127.0.0.1/receipt",
                per_second=UNPACED,
            )
            row = await compare(
                f"{DELIVERIES} queued SMS by Kannel, messages/s",
                lambda: _drained(village, channel),
                lambda: _posted(send_url, channel.limits.in_flight),
                at_least=0.03,
            )
            await channel.close()
            village.expect(0, "deliveries WHERE state NOT IN ('queued', 'sent')")
            return row


async def _drained(village: Village, channel: KannelChannel) -> float:
    engine = DeliveryEngine(village.database, {village.sms.id: (village.sms, channel)}, "bench", utc_now)
    started = time.perf_counter()
    sent = 0
    while sent < PART and (count := await engine.send_due(village.sms.id)):
        sent += count
    return sent / (time.perf_counter() - started)


async def _posted(send_url: str, in_flight: int) -> float:
    started = time.perf_counter()
    waiting = iter(range(PART))
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        for _ in range(in_flight):
            group.create_task(_post_all(session, send_url, waiting))
    return PART / (time.perf_counter() - started)


async def _post_all(session: aiohttp.ClientSession, send_url: str, waiting: Iterator[int]) -> None:
    for number in waiting:
        headers = {"X-Kannel-To": f"+861390000{number:04d}", "Content-Type": "text/plain; charset=UTF-8"}
        async with session.post(send_url, data=TEXT.encode(), headers=headers) as response:
            await response.read()
