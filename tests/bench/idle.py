"""What a village's small machine carries: the memory of the idle hub, and how soon it answers after a start."""

import asyncio
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tests.bench.memory import resident_mb
from tests.bench.processes import running, until_open
from tests.bench.ratio import RUNS, Row, within
from tests.bench.village import Village, open_village
from tests.real_parts import free_port

SETTLE_SECONDS = 2.0
MOST_SECONDS = 3.0
MOST_MB = 150.0
_BANYAN = str(Path(sys.executable).with_name("banyan"))


async def idle() -> list[Row]:
    """The hub of a store with one Kannel account: Telegram's library is loaded only where there is a bot."""
    async with open_village() as village:
        seconds, megabytes = zip(*[await _hub(village) for _ in range(RUNS)], strict=True)
    return [
        within("start to first answer, seconds (less is better)", seconds, MOST_SECONDS),
        within("idle memory, MB (less is better)", megabytes, MOST_MB),
    ]


async def _hub(village: Village) -> tuple[float, float]:
    port, started = free_port(), time.perf_counter()
    async with running(_BANYAN, "serve", environment=_environment(village, port)) as process:
        await until_open(process, port)
        seconds = time.perf_counter() - started
        await asyncio.sleep(SETTLE_SECONDS)
        return seconds, resident_mb(process.pid)


def _environment(village: Village, port: int) -> Mapping[str, str]:
    return {
        **os.environ,
        "BANYAN_DATABASE_URL": village.url,
        "BANYAN_KEY_FILE": str(village.key_file),
        "BANYAN_FILES": str(village.folder / "files"),
        "BANYAN_PORT": str(port),
    }
