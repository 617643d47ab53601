"""Real worker processes beside a web process at one PostgreSQL: what one leaves another does, each message once."""

import asyncio
import json
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import func, select
from structlog.testing import capture_logs

from bot.main import _listening
from bot.settings import ConfigurationError
from notifier.notices import plan_notice
from notifier.scheduler import Scheduler
from store.actions.areas import change_setting
from store.actions.notices import draft_notice, release_notice
from store.actions.progress import begin_progress, lock_of
from store.database import Transaction, conninfo_of
from store.domain.accounts import AccountKind
from store.domain.audiences import Audience, AudienceKind
from store.domain.jobs import JobName
from store.domain.notices import Notice
from store.keyring import save_keyring
from store.queries.accounts import CREDENTIALS
from store.tables import areas, channel_accounts, deliveries, progress, series
from tests import real_parts
from tests.contract.test_job_queue import procrastinate_server
from tests.forked import Forked, serve_web_only, work
from tests.hub import RENDERER, Hub

__all__ = ["procrastinate_server"]

on_postgresql = pytest.mark.parametrize("stores", ["postgresql"], indirect=True)
TEXT = "明天全村停水,请各户备水。"
WITHIN = 30


@dataclass(slots=True)
class Gateway:
    """Kannel's sendsms, as far as an account needs it."""

    sent: Counter[str] = field(default_factory=Counter)

    async def sendsms(self, request: web.Request) -> web.Response:
        self.sent[request.headers["X-Kannel-To"]] += 1
        return web.Response(status=202, text="0: Accepted for delivery")


@asynccontextmanager
async def gateway_of(hub: Hub) -> AsyncIterator[Gateway]:
    """The village's phones hang on a gateway now, and it has no quiet hours."""
    gateway, application = Gateway(), web.Application()
    application.router.add_post("/cgi-bin/sendsms", gateway.sendsms)
    async with TestServer(application) as server:
        url = str(server.make_url("/cgi-bin/sendsms"))
        credentials = {"send_url": url, "username": "hub", "password": "hubpw", "sender": "10690"}
        async with hub.books() as tx:
            sealed = tx.keyring.seal(json.dumps(credentials), context=CREDENTIALS)
            phones = channel_accounts.update().where(channel_accounts.c.id == hub.sms.id)
            await tx.run(phones.values(kind=AccountKind.KANNEL, credentials=sealed))
            for name in ("quiet_from", "quiet_to"):
                await change_setting(tx, hub.village.id, name, "03:00", actor="test")
        yield gateway


async def _released(hub: Hub, tx: Transaction) -> Notice:
    """An approved notice of which nothing is written yet, as a large one is."""
    clerk = hub.staff["周文书"]
    draft = await draft_notice(tx, hub.village, Audience(AudienceKind.GROUP, hub.groups[2]), clerk, TEXT)
    plan = await plan_notice(tx, RENDERER, draft)
    notice = await release_notice(tx, draft, clerk, plan.preview, plan.preview.frozen)
    await begin_progress(tx, JobName.SEND_NOTICE, notice.id, plan.preview.households)
    return notice


def _environment(hub: Hub, store_url: str, folder: Path, port: int = 1) -> Mapping[str, str]:
    save_keyring(hub.database.keyring, folder / "banyan.key")
    return {
        "BANYAN_DATABASE_URL": store_url,
        "BANYAN_KEY_FILE": str(folder / "banyan.key"),
        "BANYAN_FILES": str(folder / "files"),
        "BANYAN_PORT": str(port),
    }


async def _sql(store_url: str, statement: str) -> list[Any]:
    options = "-c search_path=procrastinate,public"
    async with await psycopg.AsyncConnection.connect(conninfo_of(store_url), options=options) as connection:
        cursor = await connection.execute(statement)
        return await cursor.fetchall() if cursor.description else []


async def _until_sent(gateway: Gateway, numbers: int) -> None:
    async with asyncio.timeout(WITHIN):
        while True:
            if len(gateway.sent) == numbers:
                return
            await asyncio.sleep(0.05)


async def _until_idle(store_url: str) -> None:
    """Each worker's tick may have deferred the job once more; it is run, and finds nothing left to do."""
    async with asyncio.timeout(WITHIN):
        while await _sql(store_url, "SELECT id FROM procrastinate_jobs"):  # noqa: ASYNC110 - a row rings no bell
            await asyncio.sleep(0.05)


async def _written(hub: Hub, notice: Notice) -> tuple[int, int, bool]:
    """Rows of the notice, what its progress says, whether that is finished."""
    async with hub.books() as tx:
        rows = await tx.scalar(select(func.count()).where(deliveries.c.notice_id == notice.id))
        row = await tx.first(select(progress).where(progress.c.subject_id == notice.id))
    return int(rows), row.done, row.finished_at is not None


@on_postgresql
@pytest.mark.usefixtures("procrastinate_server")
async def test_what_a_web_process_leaves_two_workers_do_once(
    hub: Hub, store_url: str, tmp_path: Path, free_port: int
) -> None:
    environment = _environment(hub, store_url, tmp_path, free_port)
    async with gateway_of(hub) as gateway:
        async with hub.books() as tx:
            notice = await _released(hub, tx)
        web_process = Forked(serve_web_only, environment, log=tmp_path / "web")
        async with asyncio.timeout(WITHIN), aiohttp.ClientSession() as session:
            await _until_up(session, free_port, web_process, tmp_path / "web")
        assert (await _written(hub, notice))[0] == 0
        ports = [real_parts.free_port() for _ in range(2)]
        workers = [
            Forked(work, {**environment, "BANYAN_WORKER_PORT": str(port)}, log=tmp_path / f"worker{port}")
            for port in ports
        ]
        await _until_sent(gateway, 2)
        await _until_idle(store_url)
        async with asyncio.timeout(WITHIN), aiohttp.ClientSession() as session:
            for port, worker in zip(ports, workers, strict=True):  # one may have done it all before the other was up
                await _until_up(session, port, worker, tmp_path / f"worker{port}")
        assert await _accepted_calls(ports) == 2
        for process in (web_process, *workers):
            process.signal(signal.SIGTERM)
        assert [await process.end(15) for process in (web_process, *workers)] == [0, 0, 0]
    assert await _written(hub, notice) == (2, 2, True)
    assert set(gateway.sent.values()) == {1}


async def _accepted_calls(ports: Sequence[int]) -> float:
    """What the workers' figures say together; they serve nothing else."""
    calls = re.compile(r'^banyan_provider_calls_total\{.*outcome="accepted"\} (.+)$', re.MULTILINE)
    counted: list[float] = []
    async with aiohttp.ClientSession() as session:
        for port in ports:
            async with session.get(f"http://127.0.0.1:{port}/metrics") as answer:
                counted += map(float, calls.findall(await answer.text()))
            async with session.get(f"http://127.0.0.1:{port}/console") as answer:
                assert answer.status == 404
    return sum(counted)


async def _until_up(session: aiohttp.ClientSession, port: int, process: Forked, log: Path) -> None:
    while True:
        assert process.exit_code is None, await asyncio.to_thread(log.read_text)
        with suppress(aiohttp.ClientError):
            async with session.get(f"http://127.0.0.1:{port}/healthz") as answer:
                if answer.status == 200:
                    return
        await asyncio.sleep(0.05)


async def test_an_address_that_is_taken_is_named(free_port: int) -> None:
    runner = await _listening(web.Application(), "127.0.0.1", free_port)
    with pytest.raises(ConfigurationError, match=rf"127\.0\.0\.1:{free_port}: address already in use"):
        await _listening(web.Application(), "127.0.0.1", free_port)
    await runner.cleanup()


async def test_of_two_ticks_at_the_same_moment_neither_fails_and_each_thing_happens_once(hub: Hub) -> None:
    done: list[str] = []

    async def chore(tx: Transaction, _now: datetime) -> None:
        rows = await tx.run(
            areas.update().where(areas.c.id == hub.village.id, areas.c.number.is_(None)).values(number=7)
        )
        await asyncio.sleep(0.05)
        done.extend(["done"] * rows)

    schedulers = [Scheduler(hub.database, RENDERER, [chore], hub.clock) for _ in range(3)]
    with capture_logs() as logs:
        await asyncio.gather(*(scheduler.tick() for scheduler in schedulers))
    assert [entry for entry in logs if entry["log_level"] in {"warning", "error"}] == []
    assert done == ["done"]
    async with hub.books() as tx:
        assert await tx.scalar(select(func.count()).select_from(series)) == 1


@on_postgresql
@pytest.mark.usefixtures("procrastinate_server")
async def test_a_job_of_a_killed_worker_is_done_by_the_next(hub: Hub, store_url: str, tmp_path: Path) -> None:
    environment = _environment(hub, store_url, tmp_path)
    async with gateway_of(hub) as gateway:
        async with hub.books() as tx:
            notice = await _released(hub, tx)
        killed = Forked(work, environment, log=tmp_path / "killed")
        async with hub.books() as tx:  # the job waits while it is held here
            await tx.hold(lock_of(JobName.SEND_NOTICE, notice.id))
            async with asyncio.timeout(WITHIN):
                while True:
                    if await _sql(store_url, "SELECT id FROM procrastinate_jobs WHERE status = 'doing'"):
                        break
                    await asyncio.sleep(0.05)
            killed.signal(signal.SIGKILL)
            assert await killed.end(5) == -signal.SIGKILL
        await _sql(store_url, "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '31 seconds'")
        next_one = Forked(work, environment, log=tmp_path / "next")
        await _until_sent(gateway, 2)
        next_one.signal(signal.SIGTERM)
        assert await next_one.end(15) == 0
    assert await _written(hub, notice) == (2, 2, True)
    assert set(gateway.sent.values()) == {1}
