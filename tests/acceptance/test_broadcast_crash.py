"""One broadcast while everything breaks: nobody is forgotten, nobody is told twice, and the ledger adds up.

The sending processes are killed with -9, the gateway misbehaves, the database goes away, the disk is full.
"""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy import select

from bot.opening import utc_now
from notifier.channels.sms.kannel import KannelChannel
from notifier.delivery.engine import DeliveryEngine
from notifier.delivery.procrastinate_schema import prepare_queue
from store.actions.accounts import add_account
from store.actions.deliveries import Draft, write_deliveries
from store.database import Database, conninfo_of
from store.domain.accounts import Account, AccountKind
from store.keyring import save_keyring
from store.tables import deliveries
from tests.fakes.sms_sink import SmsSink
from tests.forked import Forked, serve, work
from tests.hub import Hub
from tests.integration.test_outages import end_connections, full
from tests.phones import add_phones, number_of
from tests.real_parts import free_port

KILLS = 40
WINDOW = 32
"""Calls in flight of one process (notifier/channels/sms/kannel.py)."""
NOTICE = "【榕溪村】明天8点到17点全村停水,请先存好水。"

on_sqlite = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("stores", ["postgresql"], indirect=True)


@dataclass(slots=True)
class Broadcast:
    """A village that sends one notice to many phones through the sink."""

    database: Database
    sink: SmsSink
    account: Account
    numbers: dict[int, str]

    async def states(self) -> dict[str, str]:
        """What became of each number's message."""
        async with self.database.read(utc_now()) as tx:
            mine = deliveries.c.account_id == self.account.id
            rows = await tx.all(select(deliveries.c.contact_id, deliveries.c.state).where(mine))
        assert len(rows) == len(self.numbers)
        return {self.numbers[row.contact_id]: row.state for row in rows}

    async def until_over(self) -> dict[str, str]:
        """Wait until nothing is to be sent any more."""
        while await self._any("queued", "sending"):  # noqa: ASYNC110 - a row rings no bell
            await asyncio.sleep(0.1)
        return await self.states()

    async def until_more_than(self, took: int, process: Forked) -> None:
        """Wait until the sink took another message, or there is none left, or the process ended by itself."""
        while self.sink.took.total() == took and process.exit_code is None:
            await asyncio.sleep(0.02)
            if not await self._any("queued"):
                return

    async def _any(self, *states: str) -> bool:
        """Asked every few milliseconds while processes start: reading all the rows would hold these up."""
        found = select(deliveries.c.id).where(
            deliveries.c.account_id == self.account.id, deliveries.c.state.in_(states)
        )
        async with self.database.read(utc_now()) as tx:
            return await tx.first(found.limit(1)) is not None


@asynccontextmanager
async def broadcasting(hub: Hub, messages: int, per_second: float) -> AsyncIterator[Broadcast]:
    numbers = [f"+861390001{number:04d}" for number in range(messages)]
    async with SmsSink() as sink:
        given = {"send_url": sink.send_url, "username": "hub", "password": "pw", "sender": "10690"}
        given["per_second"] = str(per_second)
        async with hub.database.write(utc_now()) as tx:
            account = await add_account(tx, hub.village.id, AccountKind.KANNEL, "sms", given, actor="test")
            ids = await add_phones(tx, hub.village.id, numbers)
            drafts = [Draft(hub.village.id, one, account.id, NOTICE, tx.now, is_bulk=True) for one in ids]
            await write_deliveries(tx, drafts)
            yours = await number_of(tx, ids)
        yield Broadcast(hub.database, sink, account, yours)


def assert_adds_up(states: dict[str, str], took: Counter[str], most_unknown: int) -> None:
    """Nobody is lost, nobody was sent to twice, and no more is unknown than what was under way."""
    of_state = {state: {number for number in states if states[number] == state} for state in ("sent", "unknown")}
    print(Counter(states.values()))  # noqa: T201 - the figures
    assert len(of_state["sent"]) + len(of_state["unknown"]) == len(states)
    assert max(took.values()) == 1
    assert of_state["sent"] <= set(took) <= of_state["sent"] | of_state["unknown"]
    assert len(of_state["unknown"]) <= most_unknown


def seeded() -> random.Random:
    seed = int(os.environ.get("BANYAN_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
    print(f"BANYAN_TEST_SEED={seed}")  # noqa: T201 - to run the same again
    return random.Random(seed)


def environment(url: str, folder: Path) -> dict[str, str]:
    return {
        "BANYAN_DATABASE_URL": url,
        "BANYAN_KEY_FILE": str(folder / "banyan.key"),
        "BANYAN_FILES": str(folder / "files"),
        "BANYAN_PORT": str(free_port()),
    }


@on_sqlite
async def test_forty_kills_of_the_hub(hub: Hub, store_url: str, tmp_path: Path) -> None:
    save_keyring(hub.database.keyring, tmp_path / "banyan.key")
    dice = seeded()
    async with asyncio.timeout(120), broadcasting(hub, 2500, 100) as broadcast:
        for _ in range(KILLS):
            process = Forked(serve, environment(store_url, tmp_path), log=tmp_path / "log")
            await broadcast.until_more_than(broadcast.sink.took.total(), process)
            await asyncio.sleep(dice.uniform(0, 0.2))
            process.signal(signal.SIGKILL)
            assert await process.end(5) == -signal.SIGKILL
        process = Forked(serve, environment(store_url, tmp_path), log=tmp_path / "log")
        states = await broadcast.until_over()
        process.signal(signal.SIGTERM)
        assert await process.end(15) == 0
        assert_adds_up(states, broadcast.sink.took, KILLS * WINDOW)


@on_postgresql
async def test_forty_kills_of_two_workers(hub: Hub, store_url: str, tmp_path: Path) -> None:
    save_keyring(hub.database.keyring, tmp_path / "banyan.key")
    prepare_queue(conninfo_of(hub.database.url))
    dice = seeded()

    def start() -> Forked:
        return Forked(work, environment(store_url, tmp_path), log=tmp_path / "log")

    async with asyncio.timeout(120), broadcasting(hub, 2500, 100) as broadcast:
        workers = [start(), start()]
        for _ in range(KILLS):
            victim = dice.randrange(2)
            await broadcast.until_more_than(broadcast.sink.took.total(), workers[victim])
            await asyncio.sleep(dice.uniform(0, 0.3))
            workers[victim].signal(signal.SIGKILL)
            assert await workers[victim].end(5) == -signal.SIGKILL
            workers[victim] = start()
        states = await broadcast.until_over()
        for worker in workers:
            worker.signal(signal.SIGTERM)
            assert await worker.end(15) == 0
        assert_adds_up(states, broadcast.sink.took, KILLS * WINDOW)


@asynccontextmanager
async def sending(broadcast: Broadcast, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The engine in this process, with short waits."""
    monkeypatch.setattr("store.actions.claiming.LEASE", timedelta(seconds=1))
    monkeypatch.setattr("notifier.delivery.sender.DOUBTS_SECONDS", 0.2)
    monkeypatch.setattr("notifier.delivery.sender.OUTAGE_SECONDS", 0.1)
    monkeypatch.setattr("notifier.delivery.retry_policy.FIRST_DELAY", timedelta(seconds=0.1))
    channel = KannelChannel(
        send_url=broadcast.sink.send_url,
        username="hub",
        password="pw",
        sender="10690",
        receipt_url="http://127.0.0.1:9/receipt",
        per_second=500,
        timeout_seconds=0.5,
    )
    engine = DeliveryEngine(broadcast.database, {broadcast.account.id: (broadcast.account, channel)}, "engine", utc_now)
    working = asyncio.create_task(engine.run())
    yield
    engine.stop()
    await asyncio.wait_for(working, 20)
    await channel.close()


async def _fails(_request: web.Request) -> web.Response | None:
    return web.Response(status=500, text="Traceback")


async def _is_busy(_request: web.Request) -> web.Response | None:
    return web.Response(status=503, text="Temporal failure, try again later.")


async def _hangs(_request: web.Request) -> web.Response | None:
    await asyncio.sleep(2)
    return web.Response(status=504)


async def _hangs_up(request: web.Request) -> web.Response | None:
    assert request.transport is not None
    request.transport.close()
    return web.Response(status=500)


@pytest.mark.parametrize(("manners", "most_unknown"), [(_fails, 300), (_is_busy, 0), (_hangs, 300), (_hangs_up, 300)])
async def test_a_gateway_that_misbehaves_for_a_while(
    hub: Hub,
    monkeypatch: pytest.MonkeyPatch,
    manners: Callable[[web.Request], Awaitable[web.Response | None]],
    most_unknown: int,
) -> None:
    """What it refuses is tried again; where it left open whether it took a message, that stays unknown."""
    async with asyncio.timeout(60), broadcasting(hub, 300, 500) as broadcast, sending(broadcast, monkeypatch):
        while broadcast.sink.took.total() < 50:  # noqa: ASYNC110 - the sink rings no bell
            await asyncio.sleep(0.01)
        broadcast.sink.manners = manners
        await asyncio.sleep(0.3)
        broadcast.sink.manners = None
        assert_adds_up(await broadcast.until_over(), broadcast.sink.took, most_unknown)


@on_postgresql
async def test_a_database_whose_connections_break(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    async with asyncio.timeout(60), broadcasting(hub, 400, 500) as broadcast, sending(broadcast, monkeypatch):
        for _ in range(4):
            took = broadcast.sink.took.total()
            while broadcast.sink.took.total() == took and took < 400:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            await asyncio.to_thread(end_connections, broadcast.database)
        states = await broadcast.until_over()
        assert_adds_up(states, broadcast.sink.took, 4 * WINDOW)


@on_sqlite
async def test_a_disk_that_is_full_for_a_while(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    async with asyncio.timeout(60), broadcasting(hub, 400, 500) as broadcast, sending(broadcast, monkeypatch):
        while broadcast.sink.took.total() < 50:  # noqa: ASYNC110 - the sink rings no bell
            await asyncio.sleep(0.01)
        async with full(broadcast.database):
            await asyncio.sleep(1)
        assert_adds_up(await broadcast.until_over(), broadcast.sink.took, 2 * WINDOW)
