"""What a village's small machine carries: the memory of the idle hub, and how soon it answers after a start."""

import asyncio
import os
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from tests.bench.processes import running, until_open
from tests.bench.ratio import RUNS, Row
from tests.bench.village import KEY_FILE, STORE, Village, open_village
from tests.real_parts import free_port

SETTLE_SECONDS = 2.0
_BANYAN = str(Path(sys.executable).with_name("banyan"))
_LIBRARIES = "import aiohttp, sqlalchemy, time; print(flush=True); time.sleep(60)"
_KIB_A_MIB = 1024

Cost = tuple[float, float]
"""Seconds until it answered, and MiB once it idles."""


async def idle() -> list[Row]:
    """Costs: a ratio of 2 is twice what the two libraries alone cost, without which nothing here could do."""
    async with open_village() as village:
        ours = [await _hub(village) for _ in range(RUNS)]
    theirs = [await _libraries() for _ in range(RUNS)]
    names = ("start to first answer, seconds (less is better)", "idle memory, MiB (less is better)")
    return [
        Row(name, mine, reference, mine / reference, None)
        for name, mine, reference in zip(names, _medians(ours), _medians(theirs), strict=True)
    ]


def _medians(costs: list[Cost]) -> Cost:
    seconds, mib = zip(*costs, strict=True)
    return median(seconds), median(mib)


async def _hub(village: Village) -> Cost:
    """The hub of a store with one Kannel account: Telegram's library is loaded only where there is a bot."""
    port, started = free_port(), time.perf_counter()
    async with running(_BANYAN, "serve", environment=_environment(village, port)) as process:
        await until_open(process, port)
        seconds = time.perf_counter() - started
        await asyncio.sleep(SETTLE_SECONDS)
        return seconds, _resident_mib(process.pid)


async def _libraries() -> Cost:
    started = time.perf_counter()
    async with running(sys.executable, "-c", _LIBRARIES, stdout=PIPE) as process:
        assert process.stdout
        await process.stdout.readline()
        return time.perf_counter() - started, _resident_mib(process.pid)


def _environment(village: Village, port: int) -> Mapping[str, str]:
    return {
        **os.environ,
        "BANYAN_DATABASE_URL": f"sqlite:///{village.folder / STORE}",
        "BANYAN_KEY_FILE": str(village.folder / KEY_FILE),
        "BANYAN_FILES": str(village.folder / "files"),
        "BANYAN_PORT": str(port),
    }


def _resident_mib(pid: int) -> float:
    """Resident memory as Linux counts it (proc(5), VmRSS)."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / _KIB_A_MIB
