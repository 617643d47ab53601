"""The real program, killed again and again while people write: what it acknowledged is answered once, nothing twice."""

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import func, select

from store.database import Database
from store.domain.accounts import Account
from store.keyring import save_keyring
from store.tables import deliveries, inbound_messages, ticket_messages, tickets
from tests.forked import Forked, serve
from tests.hub import NOON, Hub
from tests.real_parts import free_port
from tests.stores import Stores

pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)

KILLS = 6
VISITORS = 5
START_SECONDS = 20.0


@dataclass(slots=True)
class Program:
    """`banyan serve` as a process of its own, started anew after each kill."""

    folder: Path
    url: str
    port: int
    process: Forked | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self.process = Forked(serve, self._environment(), log=self.folder / "log")
        async with asyncio.timeout(START_SECONDS), aiohttp.ClientSession() as session:
            while not await self._is_up(session):
                assert self.process.exit_code is None, (self.folder / "log").read_text()[-3000:]
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        assert self.process is not None
        self.process.signal(signal.SIGKILL)
        await self.process.end(5)

    async def stop(self) -> tuple[int, float]:
        """SIGTERM; the exit code and the seconds that it took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.signal(signal.SIGTERM)
        return await self.process.end(15), time.monotonic() - began

    def _environment(self) -> dict[str, str]:
        return {
            "BANYAN_DATABASE_URL": self.url,
            "BANYAN_KEY_FILE": str(self.folder / "banyan.key"),
            "BANYAN_FILES": str(self.folder / "files"),
            "BANYAN_PORT": str(self.port),
            "BANYAN_TRAINING": "true",
        }

    async def _is_up(self, session: aiohttp.ClientSession) -> bool:
        with suppress(aiohttp.ClientError):
            async with session.get(f"{self.address}/healthz") as answer:
                return answer.status == 200
        return False


@dataclass(slots=True)
class Visitor:
    """A page that sends each message until it is acknowledged, as the real page does."""

    number: int
    chat: Account
    acknowledged: list[str] = field(default_factory=list)

    async def talk(self, program: Program, enough: Callable[[], bool]) -> None:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            room = ""
            while not enough():
                room = room or await self._enter(session, program)
                if room:
                    await self._say_until_taken(session, f"{program.address}{room}messages")

    async def _enter(self, session: aiohttp.ClientSession, program: Program) -> str:
        with suppress(aiohttp.ClientError):
            async with session.get(f"{program.address}/chat/{self.chat.id}/") as page:
                return page.url.path if page.status == 200 else ""
        await asyncio.sleep(0.1)
        return ""

    async def _say_until_taken(self, session: aiohttp.ClientSession, address: str) -> None:
        text = f"三组晒谷场边停水了,{self.number}号人第{len(self.acknowledged) + 1}次说"
        said = {"client_id": f"client-{self.number}-{len(self.acknowledged) + 1}", "text": text}
        while True:
            with suppress(aiohttp.ClientError, TimeoutError):
                async with session.post(address, json=said, headers={"Accept": "application/json"}) as answer:
                    if answer.status == 200:
                        self.acknowledged.append(text)
                        break
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.6)  # a person, not a flood


@pytest.fixture
async def program(stores: Stores, store_url: str, tmp_path: Path) -> AsyncIterator[Program]:
    save_keyring(stores.keyring, tmp_path / "banyan.key")
    program = Program(tmp_path, store_url, free_port())
    yield program
    if program.process is not None and program.process.exit_code is None:
        await program.kill()


async def _idle(database: Database) -> None:
    while True:
        async with database.read(NOON) as tx:
            waiting = select(func.count()).where(inbound_messages.c.state == "received")
            if not await tx.scalar(waiting):
                return
        await asyncio.sleep(0.1)


async def _keep_killing(program: Program, dice: random.Random) -> None:
    for _ in range(KILLS):
        await asyncio.sleep(dice.uniform(0.05, 1.2))
        await program.kill()
        await program.start()


async def test_killed_at_any_moment_it_answers_once_what_it_acknowledged(hub: Hub, program: Program) -> None:
    seed = int(os.environ.get("BANYAN_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
    print(f"BANYAN_TEST_SEED={seed}")  # noqa: T201 - to run the same again
    async with asyncio.timeout(120):
        await program.start()
        done = False
        visitors = [Visitor(number, hub.chat) for number in range(VISITORS)]
        talking = [asyncio.create_task(one.talk(program, lambda: done)) for one in visitors]
        await _keep_killing(program, random.Random(seed))
        done = True
        await asyncio.gather(*talking)
        await _idle(hub.database)
        code, seconds = await program.stop()
        assert (code, seconds < 10) == (0, True)
        await _assert_each_once(hub.database, [text for one in visitors for text in one.acknowledged])


async def _assert_each_once(database: Database, acknowledged: list[str]) -> None:
    async with database.read(NOON) as tx:
        inbound = await tx.all(select(inbound_messages).order_by(inbound_messages.c.id))
        replies = await tx.all(
            select(deliveries.c.inbound_id, func.count())
            .where(deliveries.c.inbound_id.is_not(None))
            .group_by(deliveries.c.inbound_id)
        )
        lines = [row.text for row in await tx.all(select(ticket_messages.c.text))]
        numbers = [row.number for row in await tx.all(select(tickets.c.number).order_by(tickets.c.number))]
    assert len(acknowledged) > VISITORS
    assert sorted(row.body["text"] for row in inbound) == sorted(acknowledged)
    assert {(row.state, row.failures) for row in inbound} == {("handled", 0)}
    assert sorted(replies) == [(row.id, 1) for row in inbound]
    assert sorted(lines) == sorted(acknowledged)
    assert numbers == list(range(1001, 1001 + len(numbers)))


async def test_told_to_stop_it_stops_though_a_phone_is_still_uploading(hub: Hub, program: Program) -> None:
    async with asyncio.timeout(60):
        await program.start()
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            async with session.get(f"{program.address}/chat/{hub.chat.id}/") as page:
                room, cookies = page.url.path, session.cookie_jar.filter_cookies(page.url)
            cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
            watching = await session.ws_connect(f"{program.address}{room}socket")
            polling = asyncio.create_task(_poll(session, f"{program.address}{room}messages?wait=25"))
            reader, writer = await asyncio.open_connection("127.0.0.1", program.port)
            head = f"POST {room}messages HTTP/1.1\r\nHost: 127.0.0.1:{program.port}\r\nCookie: {cookie}\r\n"
            writer.write(f"{head}Content-Type: application/json\r\nContent-Length: 9000\r\n\r\n{{".encode())
            await writer.drain()
            await asyncio.sleep(0.3)
            code, seconds = await program.stop()
            assert (code, seconds < 10) == (0, True)
            await polling
            await watching.close()
            writer.close()
            assert await reader.read() is not None


async def _poll(session: aiohttp.ClientSession, address: str) -> None:
    with suppress(aiohttp.ClientError):
        async with session.get(address) as answer:
            await answer.read()


@pytest.mark.usefixtures("hub")
async def test_control_c_ends_it_well(program: Program) -> None:
    async with asyncio.timeout(40):
        await program.start()
        assert program.process is not None
        program.process.signal(signal.SIGINT)
        assert await program.process.end(10) == 0
