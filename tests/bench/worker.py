"""A worker that drains one account, by a gateway that costs only time: `python -m tests.bench.worker STORE KEY_FILE`.

It says "ready" and begins at the first line that it is told.
"""

import asyncio
import os
import sys
from pathlib import Path

from bot.opening import utc_now
from notifier.delivery.engine import DeliveryEngine
from store.database import Database
from store.domain.accounts import AccountKind
from store.keyring import load_keyring
from store.queries.accounts import all_accounts
from tests.bench.gateways import SlowGateway


async def drain(url: str, key_file: Path) -> None:
    database = Database(url, load_keyring(key_file))
    async with database.read(utc_now()) as tx:
        account = next(one for one in await all_accounts(tx) if one.kind is AccountKind.KANNEL)
    engine = DeliveryEngine(database, {account.id: (account, SlowGateway())}, f"worker{os.getpid()}", utc_now)
    print("ready", flush=True)  # noqa: T201 - whoever started it waits for this
    await asyncio.to_thread(sys.stdin.readline)
    await engine.run()


if __name__ == "__main__":
    asyncio.run(drain(sys.argv[1], Path(sys.argv[2])))
