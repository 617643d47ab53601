"""A large notice is written by a job after the commit of its approval: once, and also where the job gets lost."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, select

from notifier.notice_jobs import dispatch_notice, notice_job
from notifier.notices import plan_notice
from store.actions.notices import draft_notice, release_notice
from store.actions.progress import defer_unfinished, tell_progress
from store.database import Transaction
from store.domain.audiences import Audience, AudienceKind
from store.domain.errors import StoreUnavailable
from store.domain.jobs import JobArguments, JobName
from store.domain.notices import Notice
from store.tables import deliveries, progress
from tests.hub import RENDERER, Hub

on_postgresql = pytest.mark.parametrize("stores", ["postgresql"], indirect=True)

TEXT = "明天全村停水,请各户备水。"


@dataclass(slots=True)
class Queue:
    """Keeps what is deferred; answers no more where it is `away`."""

    away: bool = False
    jobs: list[tuple[str, Mapping[str, int], str]] = field(default_factory=list)

    async def defer(self, job: str, arguments: JobArguments, lock: str = "") -> None:
        if self.away:
            raise StoreUnavailable("OperationalError")
        self.jobs.append((job, arguments, lock))


@dataclass(slots=True)
class Wakes:
    count: int = 0

    def __call__(self) -> None:
        self.count += 1


@pytest.fixture
def queue(hub: Hub) -> Queue:
    queue = Queue()
    hub.database.queue = queue
    return queue


@pytest.fixture
def wakes() -> Wakes:
    return Wakes()


async def release(hub: Hub, tx: Transaction) -> Notice:
    clerk = hub.staff["周文书"]
    draft = await draft_notice(tx, hub.village, Audience(AudienceKind.GROUP, hub.groups[2]), clerk, TEXT)
    plan = await plan_notice(tx, RENDERER, draft)
    notice = await release_notice(tx, draft, clerk, plan.preview, plan.preview.frozen)
    assert await dispatch_notice(tx, notice, plan) == plan.preview.due
    return notice


async def written(hub: Hub) -> int:
    async with hub.books() as tx:
        return int(await tx.scalar(select(func.count()).where(deliveries.c.notice_id.is_not(None))))


async def test_a_villages_notice_is_written_in_the_turn(hub: Hub, queue: Queue) -> None:
    async with hub.books() as tx:
        await release(hub, tx)
    assert (await written(hub), queue.jobs) == (2, [])


async def test_a_large_one_is_written_by_its_job_and_only_once(
    hub: Hub, queue: Queue, wakes: Wakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifier.notice_jobs.LARGE", 1)
    async with hub.books() as tx:
        notice = await release(hub, tx)
        assert queue.jobs == []  # it is not committed yet
    [(name, arguments, lock)] = queue.jobs
    assert (name, lock) == ("send_notice", f"send_notice:{notice.id}")
    assert await written(hub) == 0
    run = notice_job(hub.database, RENDERER, hub.clock, wakes)
    for _ in range(2):
        await run(arguments)
    assert (await written(hub), wakes.count) == (2, 1)
    assert [TEXT in text for text in await hub.told("陈伯")] == [True]
    async with hub.books() as tx:
        row = await tx.first(select(progress))
    assert (row.job, row.subject_id, row.done, row.total) == (JobName.SEND_NOTICE, notice.id, 2, 2)
    assert row.finished_at == hub.clock()


async def test_what_the_queue_did_not_take_the_tick_puts_again(
    hub: Hub, queue: Queue, wakes: Wakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifier.notice_jobs.LARGE", 1)
    queue.away = True
    async with hub.books() as tx:
        await release(hub, tx)
    queue.away = False
    async with hub.books() as tx:
        await defer_unfinished(tx, hub.clock())
    [(_, arguments, _)] = queue.jobs
    await notice_job(hub.database, RENDERER, hub.clock, wakes)(arguments)
    async with hub.books() as tx:
        await defer_unfinished(tx, hub.clock())
    assert len(queue.jobs) == 1
    assert await written(hub) == 2


async def test_what_is_undone_puts_no_job(hub: Hub, queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifier.notice_jobs.LARGE", 1)
    with suppress(OSError):
        async with hub.books() as tx:
            await release(hub, tx)
            raise OSError("the disk is full")
    async with hub.books() as tx:
        with suppress(OSError):
            async with tx.savepoint():
                await release(hub, tx)
                raise OSError("a part of the turn failed")
    assert queue.jobs == []
    async with hub.books() as tx:
        await defer_unfinished(tx, hub.clock())
    assert queue.jobs == []


@on_postgresql
async def test_how_far_it_is_is_read_while_it_is_written(
    hub: Hub, queue: Queue, wakes: Wakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In chat and at the console, from beside the transaction that nobody sees into yet."""
    monkeypatch.setattr("notifier.notice_jobs.LARGE", 1)
    monkeypatch.setattr("store.actions.recipients.AT_ONCE", 1)
    async with hub.books() as tx:
        notice = await release(hub, tx)
    said: list[str] = []

    async def watched(tx: Transaction, job: JobName, subject_id: int, done: int) -> None:
        said.extend(await hub.text("周文书", f"通知{notice.number}"))
        await tell_progress(tx, job, subject_id, done)

    monkeypatch.setattr("notifier.notice_jobs.tell_progress", watched)
    [(_, arguments, _)] = queue.jobs
    await notice_job(hub.database, RENDERER, hub.clock, wakes)(arguments)
    assert [text.partition("正在列名单:")[2][:8] for text in said] == ["已列好0,共2户", "已列好1,共2户"]
    assert "发完了" in (await hub.text("周文书", f"通知{notice.number}"))[0]


async def test_a_job_that_fails_for_good_rests_longer_and_longer(
    hub: Hub, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is parked after some tries; each minute's tick must not begin them anew."""
    monkeypatch.setattr("notifier.notice_jobs.LARGE", 1)
    async with hub.books() as tx:
        notice = await release(hub, tx)
    for _ in range(64):
        hub.clock.pass_time(minutes=1)
        async with hub.books() as tx:
            await defer_unfinished(tx, hub.clock())
    assert len(queue.jobs) == 1 + 7
    [late] = await hub.text("周文书", f"通知{notice.number}")
    assert "列得太久了" in late
