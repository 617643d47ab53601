"""Planning and writing an approved notice in a process of its own, whose memory is that of nothing else.

`python -m tests.bench.planner STORE KEY_FILE NOTICE` prints the seconds it took and its peak memory in MB.
"""

import asyncio
import sys
import time
from pathlib import Path

from bot.opening import utc_now
from notifier.notices import send_notice
from notifier.render import Renderer
from store.database import Database
from store.keyring import load_keyring
from store.queries.notices import notice_by_id
from tests.bench.memory import peak_mb


async def plan(url: str, key_file: Path, notice_id: int) -> float:
    database, renderer = Database(url, load_keyring(key_file)), Renderer()
    started = time.perf_counter()
    async with database.write(utc_now()) as tx:
        await send_notice(tx, renderer, await notice_by_id(tx, notice_id))
    seconds = time.perf_counter() - started
    await database.close()
    return seconds


if __name__ == "__main__":
    store, keys, notice = sys.argv[1:]
    print(asyncio.run(plan(store, Path(keys), int(notice))), peak_mb())  # noqa: T201 - its answer
