"""What store/domain/jobs.py promises, kept by both queues: the embedded one on SQLite, procrastinate on PostgreSQL."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url, select
from structlog.testing import capture_logs

from notifier.delivery.embedded_jobs import EmbeddedJobs
from notifier.delivery.procrastinate_jobs import CONNECTED_AS, ProcrastinateJobs
from notifier.delivery.procrastinate_schema import prepare_queue
from store.actions.leases import end_leases, lease_holders
from store.database import Database
from store.domain.errors import StoreUnavailable
from store.domain.jobs import LOOK_SECONDS, MOST_ATTEMPTS, STALLED_AFTER, JobArguments, JobWorker, UnknownJob
from store.tables import jobs
from tests.hub import Clock
from tests.stores import EMPTY, Stores

WITHIN = 10.0
STALLED_SECONDS = STALLED_AFTER.total_seconds() + 1


@dataclass(slots=True)
class Work:
    """What the jobs of these tests do, and what they did."""

    ran: list[int] = field(default_factory=list)
    failures: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: int = 0
    most_at_once: int = 0

    async def count(self, arguments: JobArguments) -> None:
        self.ran.append(arguments["number"])

    async def fail(self, arguments: JobArguments) -> None:
        self.ran.append(arguments["number"])
        if self.failures:
            self.failures -= 1
            raise OSError("the gateway's folder is full")

    async def wait(self, arguments: JobArguments) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.gate.wait()
        finally:
            self.at_once -= 1
        self.ran.append(arguments["number"])

    @property
    def handlers(self) -> Mapping[str, Callable[[JobArguments], Awaitable[None]]]:
        return {"count": self.count, "fail": self.fail, "wait": self.wait}

    async def until_ran(self, *numbers: int) -> None:
        await _until(lambda: sorted(self.ran) == sorted(numbers))


@dataclass(slots=True)
class Embedded:
    """Two processes of one village, as two queues over its file."""

    database: Database
    clock: Clock
    work: Work
    made: int = 0

    async def worker(self) -> EmbeddedJobs:
        self.made += 1
        return EmbeddedJobs(self.database, self.work.handlers, f"here:{self.made}:x", self.clock)

    async def pass_time(self, seconds: float) -> None:
        self.clock.pass_time(seconds=seconds)

    async def kill(self, worker: JobWorker, running: asyncio.Task[None]) -> None:
        """As SIGKILL does: nothing more is written."""
        assert isinstance(worker, EmbeddedJobs)
        worker._put_back = _write_nothing  # type: ignore[method-assign]
        await _cancelled(running)

    async def rows(self) -> list[tuple[str, str]]:
        async with self.database.read(self.clock()) as tx:
            return [(row.name, row.state) for row in await tx.all(select(jobs).order_by(jobs.c.id))]

    async def put_unknown(self) -> None:
        older = EmbeddedJobs(self.database, {"forgotten": self.work.count}, "here:0:x", self.clock)
        await older.defer("forgotten", {"number": 1})

    async def close(self) -> None:
        await self.database.close()


@dataclass(slots=True)
class Procrastinate:
    """Two workers at one PostgreSQL; time passes by making what the database has noted older."""

    conninfo: str
    work: Work
    opened: list[ProcrastinateJobs] = field(default_factory=list)

    async def worker(self) -> ProcrastinateJobs:
        queue = ProcrastinateJobs(self.conninfo, self.work.handlers)
        await queue.open()
        self.opened.append(queue)
        return queue

    async def pass_time(self, seconds: float) -> None:
        amount = timedelta(seconds=seconds)
        await self._run("UPDATE procrastinate_jobs SET scheduled_at = scheduled_at - %s", amount)
        await self._run("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - %s", amount)
        await self._run('SELECT pg_notify(\'procrastinate_any_queue_v1\', \'{"type": "job_inserted", "job_id": 0}\')')

    async def kill(self, worker: JobWorker, running: asyncio.Task[None]) -> None:
        """As SIGKILL does: the row stays `doing`, of a worker that is not heard of again."""
        assert isinstance(worker, ProcrastinateJobs)
        worker._put = _write_nothing  # type: ignore[method-assign]
        worker._app.job_manager.finish_job = _write_nothing  # type: ignore[method-assign]
        worker._app.job_manager.unregister_worker = _write_nothing  # type: ignore[method-assign]
        await _cancelled(running)

    async def rows(self) -> list[tuple[str, str]]:
        states = {"todo": "waiting", "failed": "parked"}
        found = await self._run("SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id")
        return [(name, states.get(status, status)) for name, status in found]

    async def put_unknown(self) -> None:
        newer = ProcrastinateJobs(self.conninfo, {"forgotten": self.work.count})
        await newer.open()
        await newer.defer("forgotten", {"number": 1})
        await newer.close()

    async def break_connections(self) -> None:
        """Return when they are broken: until a backend has heard of its end it answers as ever."""
        await self._run(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = %s", CONNECTED_AS
        )

    async def close(self) -> None:
        for queue in self.opened:
            await queue.close()
        await self._run("DELETE FROM procrastinate_jobs")
        await self._run("DELETE FROM procrastinate_workers")

    async def _run(self, statement: str, *values: object) -> list[Any]:
        options = "-c search_path=procrastinate"
        async with await psycopg.AsyncConnection.connect(self.conninfo, options=options) as connection:
            cursor = await connection.execute(statement, values or None)
            return await cursor.fetchall() if cursor.description else []


Queues = Embedded | Procrastinate


async def _write_nothing(*_arguments: object, **_named: object) -> None: ...


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@contextlib.asynccontextmanager
async def working(worker: JobWorker) -> AsyncIterator[asyncio.Task[None]]:
    running = asyncio.create_task(worker.run())
    try:
        yield running
    finally:
        worker.stop()
        if not running.done():
            await asyncio.wait_for(running, WITHIN)


@pytest.fixture(scope="session")
def procrastinate_server(postgres_url: str) -> str:
    """With nothing left of the tests that used it before: their locks are named as these are."""
    conninfo = make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    prepare_queue(conninfo)
    with psycopg.connect(conninfo, options="-c search_path=procrastinate") as connection:
        connection.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")
    return conninfo


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture(params=["embedded", "procrastinate"])
def made(request: pytest.FixtureRequest, tmp_path: Path, work: Work) -> Queues:
    if request.param == "procrastinate":
        return Procrastinate(request.getfixturevalue("procrastinate_server"), work)
    originals: Stores = request.getfixturevalue("sqlite_originals")
    return Embedded(Database(originals.copy(EMPTY, tmp_path), originals.keyring), Clock(), work)


@pytest.fixture
async def queues(made: Queues) -> AsyncIterator[Queues]:
    yield made
    await made.close()


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifier.delivery.procrastinate_jobs.STOP_SECONDS", 0.05)
    monkeypatch.setattr("notifier.delivery.procrastinate_jobs.POLL_SECONDS", 0.1)
    monkeypatch.setattr("notifier.delivery.embedded_jobs.IDLE_SECONDS", 0.02)


async def test_a_job_runs_and_leaves_no_row(queues: Queues, work: Work) -> None:
    worker = await queues.worker()
    await worker.defer("count", {"number": 26001})
    async with working(worker):
        await work.until_ran(26001)
        await worker.defer("count", {"number": 26002})
        await work.until_ran(26001, 26002)
    assert worker.stopped.is_set()
    assert await queues.rows() == []


async def test_one_without_a_lock_runs_as_often_as_it_was_put(queues: Queues, work: Work) -> None:
    worker = await queues.worker()
    for _ in range(2):
        await worker.defer("count", {"number": 26001})
    async with working(worker):
        await work.until_ran(26001, 26001)


async def test_while_one_of_a_lock_waits_no_second_is_taken_in(queues: Queues, work: Work) -> None:
    first, second = await queues.worker(), await queues.worker()
    for worker in (first, second, first):
        await worker.defer("count", {"number": 26001}, lock="notice:26001")
    await second.defer("count", {"number": 26002}, lock="notice:26002")
    async with working(first), working(second):
        await work.until_ran(26001, 26002)
    assert await queues.rows() == []


async def test_two_of_one_lock_never_run_at_once(queues: Queues, work: Work) -> None:
    first, second = await queues.worker(), await queues.worker()
    async with working(first), working(second):
        await first.defer("wait", {"number": 1}, lock="notice:26001")
        await _until(lambda: work.at_once == 1)
        await first.defer("wait", {"number": 2}, lock="notice:26001")
        await asyncio.sleep(0.1)
        assert work.at_once == 1
        work.gate.set()
        await work.until_ran(1, 2)
    assert work.most_at_once == 1


async def test_a_name_that_nobody_knows_is_refused(queues: Queues) -> None:
    worker = await queues.worker()
    with pytest.raises(UnknownJob):
        await worker.defer("forgotten", {"number": 1})
    assert await queues.rows() == []


async def test_a_job_of_another_version_is_parked_and_holds_up_nobody(queues: Queues, work: Work) -> None:
    await queues.put_unknown()
    worker = await queues.worker()
    await worker.defer("count", {"number": 2})
    async with working(worker):
        await work.until_ran(2)
        await _until_rows(queues, [("forgotten", "parked")])
    assert work.ran == [2]


async def test_a_failed_job_rests_longer_each_time_and_then_succeeds(queues: Queues, work: Work) -> None:
    work.failures = 2
    worker = await queues.worker()
    await worker.defer("fail", {"number": 7}, lock="notice:7")
    async with working(worker):
        await work.until_ran(7)
        await _until_rows(queues, [("fail", "waiting")])
        await queues.pass_time(11)
        await work.until_ran(7, 7)
        await _until_rows(queues, [("fail", "waiting")])
        await queues.pass_time(11)
        await asyncio.sleep(0.1)
        assert work.ran == [7, 7]
        await queues.pass_time(50)
        await work.until_ran(7, 7, 7)
        await _until_rows(queues, [])


async def test_a_job_that_always_fails_is_parked_and_said(queues: Queues, work: Work) -> None:
    work.failures = 99
    worker = await queues.worker()
    await worker.defer("fail", {"number": 7})
    with capture_logs() as logs:
        async with working(worker):
            for times in range(1, MOST_ATTEMPTS + 1):
                await work.until_ran(*[7] * times)
                await _until_rows(queues, [("fail", "parked" if times == MOST_ATTEMPTS else "waiting")])
                await queues.pass_time(601)
            await asyncio.sleep(0.1)
    assert work.ran == [7] * MOST_ATTEMPTS
    parked = [entry for entry in logs if entry["event"] == "job.parked"]
    assert [(entry["job"], entry["arguments"], entry["error"]) for entry in parked] == [
        ("fail", {"number": 7}, "OSError")
    ]


async def test_where_another_of_its_lock_waits_a_failed_job_leaves_it_the_work(queues: Queues, work: Work) -> None:
    worker = await queues.worker()
    async with working(worker):
        await worker.defer("wait", {"number": 1}, lock="notice:1")
        await _until(lambda: work.at_once == 1)
        await worker.defer("fail", {"number": 2}, lock="notice:1")
        work.failures = 1
        work.gate.set()
        await work.until_ran(1, 2)
        await _until_rows(queues, [("fail", "waiting")])
        await worker.defer("count", {"number": 3}, lock="notice:1")
        await queues.pass_time(11)
        await work.until_ran(1, 2, 2)


async def test_a_killed_workers_job_is_done_by_another_within_a_minute(queues: Queues, work: Work) -> None:
    assert STALLED_AFTER.total_seconds() + LOOK_SECONDS < 60
    killed, other = await queues.worker(), await queues.worker()
    running = asyncio.create_task(killed.run())
    await killed.defer("wait", {"number": 5}, lock="notice:5")
    await _until(lambda: work.at_once == 1)
    await queues.kill(killed, running)
    work.gate.set()
    async with working(other):
        await asyncio.sleep(0.1)
        assert work.ran == []  # its lease runs: it may only be slow
    await queues.pass_time(STALLED_SECONDS)
    third = await queues.worker()
    async with working(third):
        await work.until_ran(5)
    assert await queues.rows() == []


async def test_of_a_killed_job_and_one_that_waits_at_its_lock_each_number_is_done(queues: Queues, work: Work) -> None:
    killed = await queues.worker()
    running = asyncio.create_task(killed.run())
    await killed.defer("wait", {"number": 5}, lock="notice:5")
    await _until(lambda: work.at_once == 1)
    other = await queues.worker()
    await other.defer("wait", {"number": 5}, lock="notice:5")
    await queues.kill(killed, running)
    await queues.pass_time(STALLED_SECONDS)
    work.gate.set()
    async with working(other):
        await _until(lambda: 5 in work.ran)
        await _until_rows(queues, [])


async def test_a_job_that_kills_every_worker_is_parked(queues: Queues, work: Work) -> None:
    worker = await queues.worker()
    await worker.defer("wait", {"number": 6})
    for _ in range(MOST_ATTEMPTS):
        killed = await queues.worker()
        running = asyncio.create_task(killed.run())
        await _until(lambda: work.at_once == 1)
        await queues.kill(killed, running)
        await queues.pass_time(STALLED_SECONDS)
    work.gate.set()
    async with working(worker):
        await _until_rows(queues, [("wait", "parked")])
    assert work.ran == []


async def test_a_worker_that_is_stopped_leaves_its_job_to_the_next(queues: Queues, work: Work) -> None:
    worker = await queues.worker()
    running = asyncio.create_task(worker.run())
    await worker.defer("wait", {"number": 8}, lock="notice:8")
    await _until(lambda: work.at_once == 1)
    worker.stop()
    await asyncio.sleep(0.1)
    await _cancelled(running)
    work.gate.set()
    async with working(await queues.worker()):
        await work.until_ran(8)
        await _until_rows(queues, [])


async def test_on_the_same_machine_the_job_of_a_killed_process_runs_at_once(
    sqlite_originals: Stores, tmp_path: Path, work: Work
) -> None:
    database = Database(sqlite_originals.copy(EMPTY, tmp_path), sqlite_originals.keyring)
    queues = Embedded(database, Clock(), work)
    killed, other = await queues.worker(), await queues.worker()
    running = asyncio.create_task(killed.run())
    await killed.defer("wait", {"number": 5})
    await _until(lambda: work.at_once == 1)
    await queues.kill(killed, running)
    async with database.write(queues.clock()) as tx:
        assert await lease_holders(tx) == {"here:1:x"}
        await end_leases(tx, ["here:1:x"])
    work.gate.set()
    async with working(other):
        await work.until_ran(5)
    await database.close()


async def test_a_worker_whose_connections_break_works_on(procrastinate_server: str, work: Work) -> None:
    queues = Procrastinate(procrastinate_server, work)
    worker = await queues.worker()
    async with working(worker):
        await worker.defer("count", {"number": 1})
        await work.until_ran(1)
        await queues.break_connections()
        await worker.defer("count", {"number": 2})
        await work.until_ran(1, 2)
    await queues.close()


async def test_a_database_that_is_away_is_an_outage(
    work: Work, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifier.delivery.procrastinate_jobs.WAIT_SECONDS", 0.2)
    nowhere = ProcrastinateJobs(f"postgresql://nobody@127.0.0.1:{free_port}/none", work.handlers)
    with pytest.raises(StoreUnavailable):
        await nowhere.open()


def test_preparing_the_queue_again_keeps_what_is_in_it(procrastinate_server: str) -> None:
    with psycopg.connect(procrastinate_server, options="-c search_path=procrastinate") as connection:
        connection.execute("SELECT procrastinate_register_worker_v1()")
    prepare_queue(procrastinate_server)
    with psycopg.connect(procrastinate_server, options="-c search_path=procrastinate") as connection:
        assert connection.execute("DELETE FROM procrastinate_workers RETURNING id").fetchall()
        connection.execute("COMMENT ON SCHEMA procrastinate IS '1.0.0'")
        connection.execute("SELECT procrastinate_register_worker_v1()")
    prepare_queue(procrastinate_server)
    with psycopg.connect(procrastinate_server, options="-c search_path=procrastinate") as connection:
        assert not connection.execute("SELECT id FROM procrastinate_workers").fetchall()


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN):
        while True:
            if holds():
                return
            await asyncio.sleep(0.01)


async def _until_rows(queues: Queues, expected: list[tuple[str, str]]) -> None:
    async with asyncio.timeout(WITHIN):
        while True:
            if await queues.rows() == expected:
                return
            await asyncio.sleep(0.02)
