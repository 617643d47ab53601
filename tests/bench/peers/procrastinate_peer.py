"""procrastinate with a job a message: `python -m tests.bench.peers.procrastinate_peer CONNINFO URL MESSAGES`.

Prints messages a second, from the first job's deferring to the last one's end.
"""

import asyncio
import sys
import time

import aiohttp
import procrastinate
from procrastinate.types import JSONValue

AT_ONCE = 32
TEXT = "【榕溪村】通知26041号:您户水表本月用水12吨,明早8点停水。"


async def send_all(conninfo: str, url: str, messages: int) -> float:
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=conninfo))
    async with app.open_async(), aiohttp.ClientSession() as session:
        await app.schema_manager.apply_schema_async()

        @app.task(name="send")
        async def send(to: str, text: str) -> None:
            headers = {"X-Kannel-To": to, "Content-Type": "text/plain; charset=UTF-8"}
            async with session.post(url, data=text.encode(), headers=headers, raise_for_status=True) as response:
                await response.read()

        started = time.perf_counter()
        jobs: list[dict[str, JSONValue]] = [
            {"to": f"+86139{10_000 + number:08d}", "text": TEXT} for number in range(messages)
        ]
        await send.batch_defer_async(*jobs)
        await app.run_worker_async(concurrency=AT_ONCE, wait=False, install_signal_handlers=False)
        return messages / (time.perf_counter() - started)


if __name__ == "__main__":
    print(asyncio.run(send_all(sys.argv[1], sys.argv[2], int(sys.argv[3]))))  # noqa: T201 - its answer
