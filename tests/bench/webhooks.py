"""Webhooks to a committed row: what Kannel brings, and its receipts, one a request."""

import itertools

from sqlalchemy import update

from bot.opening import utc_now
from store.tables import deliveries
from tests.bench.load import get, post, requests_per_second
from tests.bench.processes import serving
from tests.bench.ratio import RUNS, Row, compare
from tests.bench.village import Village, open_village

REQUESTS = 600
SENDERS = 300


async def inbound() -> Row:
    """A message by Kannel's post-url, answered once its row is committed, beside a handler that only answers."""
    ids = itertools.count()
    async with open_village() as village, serving(str(village.folder)) as ours, serving() as bare:

        async def committed() -> float:
            requests = [_sms(f"{village.hook('inbound')}?id=", next(ids)) for _ in range(REQUESTS)]
            return await requests_per_second(ours, requests)

        async def answered() -> float:
            return await requests_per_second(bare, [_sms("/ok?id=", next(ids)) for _ in range(REQUESTS)])

        row = await compare("webhook to committed inbound row, requests/s", committed, answered, at_least=0.01)
        village.expect(REQUESTS * RUNS, "inbound_messages")
        return row


async def receipts() -> Row:
    """A receipt that raises a delivery to delivered, beside a handler that only answers."""
    async with open_village() as village, serving(str(village.folder)) as ours, serving() as bare:
        contacts = await village.add_contacts(REQUESTS)

        async def taken_in() -> float:
            first = await _sent(village, contacts)
            path = f"{village.hook('receipt')}?type=1&answer=&foreign=&delivery="
            return await requests_per_second(ours, [get(f"{path}{first + number}") for number in range(REQUESTS)])

        async def answered() -> float:
            return await requests_per_second(bare, [get(f"/ok?delivery={number}") for number in range(REQUESTS)])

        row = await compare("receipt to raised delivery, requests/s", taken_in, answered, at_least=0.015)
        village.expect(REQUESTS * RUNS, "deliveries WHERE state = 'delivered'")
        return row


def _sms(path: str, number: int) -> bytes:
    headers = {
        "X-Kannel-From": f"1390000{number % SENDERS:04d}",
        "X-Kannel-Time": "2026-11-22 05:38:51",
        "Content-Type": "text/plain; charset=UTF-8",
    }
    return post(f"{path}{number}", headers, "三组晒谷场边的路灯不亮")


async def _sent(village: Village, contacts: list[int]) -> int:
    """Deliveries that Kannel has taken; the first one's id."""
    first = await village.queue(contacts)
    async with village.database.write(utc_now()) as tx:
        await tx.run(update(deliveries).where(deliveries.c.id >= first).values(state="sent"))
    return first
