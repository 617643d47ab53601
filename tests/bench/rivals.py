"""The same broadcast by others: a job a message in procrastinate, Apprise, and Celery with a Redis broker."""

import asyncio
import contextlib
import os
import shutil
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psycopg
from sqlalchemy import make_url

from store.database import conninfo_of
from tests.bench.gateways import BatchGateway
from tests.bench.processes import running, serving, until_open
from tests.bench.ratio import RUNS, Row, beside
from tests.bench.sending import broadcast_in, kannel
from tests.bench.village import open_village
from tests.postgres import running_postgres
from tests.real_parts import free_port

MESSAGES = 3000
AT_LEAST = 3
PACKAGES = ("apprise==2.2.0", "celery==5.7.0", "redis==8.1.0", "packaging", "requests")
_SCRIPTS = Path(__file__).parent / "peers"

Rate = Callable[[], Awaitable[float]]


async def peers() -> list[Row]:
    """Ours on PostgreSQL beside the best of those that can be had here, which the rows name."""
    with running_postgres() as url, running_postgres() as theirs:
        async with serving() as sink, open_village(url) as village, _rivals(theirs, sink) as rivals:
            broadcast, channel = await broadcast_in(village, MESSAGES), kannel(sink)
            gateway = BatchGateway(f"http://127.0.0.1:{sink}/ok")
            ours: dict[str, Rate] = {
                "one a request": lambda: broadcast.send(channel, MESSAGES),
                "100 a request": lambda: broadcast.send(gateway, MESSAGES),
            }
            rates: dict[str, list[float]] = {name: [] for name in (*rivals, *ours)}
            for _ in range(RUNS):
                for name, rate in (rivals | ours).items():
                    rates[name].append(await rate())
            await channel.close()
            await gateway.close()
    return _rows({name: median(found) for name, found in rates.items()}, list(ours))


def _rows(rates: Mapping[str, float], ours: list[str]) -> list[Row]:
    theirs = {name: rate for name, rate in rates.items() if name not in ours}
    beaten = f"beside the best of {', '.join(theirs)}, messages/s"
    return [
        beside(
            f"{MESSAGES:,} messages on PostgreSQL, {name}, {beaten}",
            rates[name],
            max(theirs.values()),
            at_least=AT_LEAST,
        )
        for name in ours
    ]


@asynccontextmanager
async def _rivals(database: str, sink: int) -> AsyncIterator[dict[str, Rate]]:
    """What each of them sends in a second. Apprise and Celery where they install, Celery where there is a Redis."""
    url = f"http://127.0.0.1:{sink}"
    async with contextlib.AsyncExitStack() as stack:
        found: dict[str, Rate] = {"procrastinate": lambda: _procrastinate(database, f"{url}/cgi-bin/sendsms")}
        folder = Path(stack.enter_context(TemporaryDirectory()))
        if python := await _installed(folder):
            found["Apprise"] = lambda: _printed(python, str(_SCRIPTS / "apprise_peer.py"), f"{url}/ok", str(MESSAGES))
            if shutil.which("redis-server"):
                broker = await stack.enter_async_context(_redis(folder))
                celery = (str(_SCRIPTS / "celery_peer.py"), f"{url}/cgi-bin/sendsms", str(MESSAGES))
                found["Celery"] = lambda: _printed(python, *celery, environment={"PEER_BROKER": broker})
        yield found


async def _installed(folder: Path) -> str:
    """The interpreter of a throw-away environment with them, or "" where they cannot be had."""
    python = str(folder / "venv/bin/python")
    commands = ((sys.executable, "-m", "venv", str(folder / "venv")), (python, "-m", "pip", "-q", "install", *PACKAGES))
    for command in commands:
        process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
        if await process.wait():
            return ""
    return python


@asynccontextmanager
async def _redis(folder: Path) -> AsyncIterator[str]:
    port = free_port()
    command = ("redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder))
    async with running(*command) as process:
        await until_open(process, port)
        yield f"redis://127.0.0.1:{port}/0"


async def _procrastinate(database: str, url: str) -> float:
    """In a database of its own, which the next run finds empty."""
    maintenance = make_url(database)
    await _sql(conninfo_of(maintenance), "DROP DATABASE IF EXISTS peer", "CREATE DATABASE peer")
    conninfo = conninfo_of(maintenance.set(database="peer"))
    return await _printed(sys.executable, "-m", "tests.bench.peers.procrastinate_peer", conninfo, url, str(MESSAGES))


async def _sql(conninfo: str, *statements: str) -> None:
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        for statement in statements:
            await connection.execute(statement.encode())


async def _printed(*command: str, environment: Mapping[str, str] | None = None) -> float:
    async with running(*command, stdout=PIPE, environment={**os.environ, **(environment or {})}) as process:
        printed, _ = await process.communicate()
    return float(printed)
