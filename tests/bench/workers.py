"""Several workers at one PostgreSQL, by a gateway that takes its time: what they cost one another."""

import sys
import time
from asyncio.subprocess import PIPE, Process
from contextlib import AbstractAsyncContextManager, AsyncExitStack

from tests.bench.processes import running
from tests.bench.ratio import RUNS, Row, compare
from tests.bench.sending import Broadcast, broadcast_in
from tests.bench.village import Village, open_village
from tests.postgres import running_postgres

MESSAGES = 5000
WORKERS = 4


async def workers() -> list[Row]:
    """200 ms a call, fifty calls at once per worker: one can send 250 messages a second, four a thousand."""
    with running_postgres() as url:
        async with open_village(url) as village:
            broadcast = await broadcast_in(village, MESSAGES)
            row = await compare(
                f"{WORKERS} workers beside one, {MESSAGES:,} messages at 200 ms a call, messages/s",
                lambda: _drained(broadcast, WORKERS),
                lambda: _drained(broadcast, 1),
                at_least=3.6,
            )
            await village.expect(MESSAGES * RUNS * 2, "deliveries WHERE state = 'sent'")
            return [row]


async def _drained(broadcast: Broadcast, count: int) -> float:
    await broadcast.write(MESSAGES)
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(_worker(broadcast.village)) for _ in range(count)]
        for process in processes:
            assert process.stdout
            await process.stdout.readline()
        started = time.perf_counter()
        for process in processes:
            assert process.stdin
            process.stdin.write(b"go\n")
        await broadcast.village.until_sent()
        return MESSAGES / (time.perf_counter() - started)


def _worker(village: Village) -> AbstractAsyncContextManager[Process]:
    command = (sys.executable, "-m", "tests.bench.worker", village.url, str(village.key_file))
    return running(*command, stdin=PIPE, stdout=PIPE)
