"""The engine over a real store: every way in which a provider can answer, fail to answer, or answer twice."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from notifier.channel import Channel, Limits, Receive, Route
from notifier.delivery.engine import DeliveryEngine
from notifier.delivery.retry_policy import MOST_ATTEMPTS
from notifier.message import Accepted, OutboundMessage, Refused, SendError, SendResult, Unknown
from store.actions.accounts import add_account
from store.actions.areas import add_area
from store.actions.contacts import find_or_add_contact
from store.actions.deliveries import LEASE, Attempt, Draft, record_attempts, record_receipt, write_deliveries
from store.database import Database
from store.domain.accounts import Account, AccountKind
from store.domain.areas import AreaKind
from store.domain.deliveries import DeliveryState
from store.domain.people import Contact, ContactKind
from store.queries.people import contact_by_id
from store.tables import channel_accounts, deliveries, delivery_attempts, receipts_waiting
from tests.hub import Clock

LATER = Refused(SendError("busy", retryable=True))
NEVER = Refused(SendError("no_such_number"))
BLOCKED = Refused(SendError("blocked", opted_out=True))
NO_MONEY = Refused(SendError("no_balance", stops_channel=True))


@dataclass(slots=True)
class FakeChannel:
    """A provider that answers what the test lays out for it, then accepts everything; it remembers what it was sent."""

    answers: list[SendResult | Exception] = field(default_factory=list)
    limits: Limits = field(default_factory=lambda: Limits(text_units=70, per_second=1000, burst=100, in_flight=100))
    kind: str = "fake"
    sent: list[OutboundMessage] = field(default_factory=list)
    under_way: int = 0
    hold: asyncio.Event | None = None

    def routes(self) -> Sequence[Route]:
        return ()

    async def send(self, messages: Sequence[OutboundMessage]) -> Sequence[SendResult]:
        assert len(messages) <= self.limits.batch
        self.sent += messages
        self.under_way += 1
        if self.hold:
            await self.hold.wait()
        self.under_way -= 1
        return [self._answer(message) for message in messages]

    def _answer(self, message: OutboundMessage) -> SendResult:
        answer = self.answers.pop(0) if self.answers else Accepted(f"p{message.delivery_id}")
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def listen(self, receive: Receive) -> None:
        raise NotImplementedError

    async def check(self) -> str:
        return "fake"

    async def close(self) -> None: ...


@dataclass(slots=True)
class Post:
    """An account with its engine, and what the ledger says of it."""

    database: Database
    clock: Clock
    area_id: int
    account: Account
    channel: FakeChannel = field(default_factory=FakeChannel)

    def engine(self) -> DeliveryEngine:
        channel: Channel = self.channel
        return DeliveryEngine(self.database, {self.account.id: (self.account, channel)}, "test", self.clock)

    async def send_due(self) -> int:
        return await self.engine().send_due(self.account.id)

    async def contact(self, number: str) -> Contact:
        async with self.database.write(self.clock()) as tx:
            return await find_or_add_contact(tx, self.area_id, ContactKind.PHONE, number)

    async def queue(self, *contacts: Contact) -> list[int]:
        """One row for each contact, in this order; their ids."""
        async with self.database.write(self.clock()) as tx:
            drafts = [
                Draft(self.area_id, contact.id, self.account.id, f"第{place}条", self.clock())
                for place, contact in enumerate(contacts)
            ]
            await write_deliveries(tx, drafts)
            rows = await tx.all(select(deliveries.c.id).order_by(deliveries.c.id.desc()).limit(len(contacts)))
        return sorted(row.id for row in rows)

    async def queue_for_many(self, count: int) -> list[int]:
        return await self.queue(*[await self.contact(f"+8613900007{number:03}") for number in range(count)])

    async def row(self, delivery_id: int) -> Any:
        async with self.database.read(self.clock()) as tx:
            return await tx.first(select(deliveries).where(deliveries.c.id == delivery_id))

    async def states(self) -> list[str]:
        async with self.database.read(self.clock()) as tx:
            return [row.state for row in await tx.all(select(deliveries.c.state).order_by(deliveries.c.id))]

    async def attempts(self, delivery_id: int) -> list[tuple[int, str, str]]:
        mine = delivery_attempts.c.delivery_id == delivery_id
        async with self.database.read(self.clock()) as tx:
            rows = await tx.all(select(delivery_attempts).where(mine).order_by(delivery_attempts.c.id))
        return [(row.number, row.outcome, row.code) for row in rows]

    async def receipt(self, state: str, *, provider_id: str = "", delivery_id: int | None = None) -> bool:
        async with self.database.write(self.clock()) as tx:
            return await record_receipt(
                tx,
                self.account.id,
                DeliveryState(state),
                delivery_id=delivery_id,
                provider_id=provider_id,
                code="",
                at=self.clock(),
            )


@pytest.fixture
async def post(database: Database) -> Post:
    clock = Clock()
    async with database.write(clock()) as tx:
        county = await add_area(tx, AreaKind.COUNTY, "青榕县")
        account = await add_account(tx, county.id, AccountKind.KANNEL, "gateway", {}, actor="test")
    return Post(database, clock, county.id, account)


async def test_sent(post: Post) -> None:
    [first] = await post.queue_for_many(1)
    assert await post.send_due() == 1
    row = await post.row(first)
    assert (row.state, row.provider_id, row.sent_at) == ("sent", f"p{first}", post.clock())
    assert await post.attempts(first) == [(1, "sent", "")]
    [message] = post.channel.sent
    assert (message.delivery_id, message.address, message.text) == (first, "+8613900007000", "第0条")
    assert await post.send_due() == 0


async def test_what_is_not_due_yet_waits(post: Post) -> None:
    [first] = await post.queue_for_many(1)
    async with post.database.write(post.clock()) as tx:
        await tx.run(deliveries.update().values(due_at=post.clock() + timedelta(hours=1)))
    assert await post.send_due() == 0
    post.clock.pass_time(hours=1)
    assert await post.send_due() == 1
    assert (await post.row(first)).state == "sent"


async def test_refused_for_now_is_tried_again_later(post: Post) -> None:
    post.channel.answers = [LATER]
    [first] = await post.queue_for_many(1)
    await post.send_due()
    row = await post.row(first)
    assert (row.state, row.reason) == ("queued", "busy")
    assert row.due_at > post.clock()
    assert await post.send_due() == 0
    post.clock.now = row.due_at
    await post.send_due()
    assert (await post.row(first)).state == "sent"
    assert await post.attempts(first) == [(1, "queued", "busy"), (2, "sent", "")]


async def test_refused_too_often_has_failed(post: Post) -> None:
    post.channel.answers = [LATER] * (MOST_ATTEMPTS + 1)
    [first] = await post.queue_for_many(1)
    for _ in range(MOST_ATTEMPTS + 1):
        await post.send_due()
        post.clock.pass_time(hours=1)
    assert (await post.row(first)).state == "failed"
    assert len(post.channel.sent) == MOST_ATTEMPTS


async def test_refused_for_good_has_failed(post: Post) -> None:
    post.channel.answers = [NEVER]
    first, _ = await post.queue_for_many(2)
    await post.send_due()
    post.clock.pass_time(days=1)
    assert await post.send_due() == 0
    assert await post.states() == ["failed", "sent"]
    assert (await post.row(first)).reason == "no_such_number"


async def test_who_blocked_us_is_buried_with_what_still_waited_for_him(post: Post) -> None:
    post.channel.answers = [BLOCKED]
    somebody = await post.contact("+8613900007001")
    await post.queue(somebody, somebody)
    await post.send_due()
    async with post.database.read(post.clock()) as tx:
        assert (await contact_by_id(tx, somebody.id)).dead_at == post.clock()
    assert await post.states() == ["failed", "skipped"]
    assert await post.send_due() == 0


async def test_a_stopped_account_sends_nothing_more_and_loses_nothing(post: Post) -> None:
    post.channel.answers = [NO_MONEY, NO_MONEY]
    post.channel.limits = Limits(text_units=70, per_second=1000, burst=2, in_flight=2)
    await post.queue_for_many(3)
    await post.send_due()
    async with post.database.read(post.clock()) as tx:
        assert await tx.scalar(select(channel_accounts.c.stopped_reason)) == "no_balance"
    post.clock.pass_time(days=1)
    assert await post.send_due() == 0
    assert len(post.channel.sent) == 2
    assert await post.states() == ["queued"] * 3

    async with post.database.write(post.clock()) as tx:
        await tx.run(channel_accounts.update().values(stopped_reason=""))
    while await post.send_due():
        post.clock.pass_time(seconds=1)
    assert await post.states() == ["sent"] * 3


@pytest.mark.parametrize("answer", [Unknown("timeout"), RuntimeError("a bug in the channel")])
async def test_unknown_is_never_sent_again(post: Post, answer: Unknown | Exception) -> None:
    post.channel.answers = [answer]
    [first] = await post.queue_for_many(1)
    await post.send_due()
    assert (await post.row(first)).state == "unknown"
    post.clock.pass_time(days=1)
    assert await post.send_due() == 0
    await post.receipt("delivered", delivery_id=first)
    assert (await post.row(first)).state == "delivered"


async def test_whoever_dies_in_the_middle_of_a_call_leaves_an_unknown_row(post: Post) -> None:
    [first] = await post.queue_for_many(1)
    post.channel.hold = asyncio.Event()
    await _begin_and_die(post)
    assert (await post.row(first)).state == "sending"

    post.channel.hold = None
    await _run_for_a_moment(post)
    assert (await post.row(first)).state == "sending"
    post.clock.pass_time(seconds=LEASE.total_seconds() + 1)
    await _run_for_a_moment(post)
    assert (await post.row(first)).state == "unknown"
    assert await post.attempts(first) == [(1, "unknown", "interrupted")]
    assert len(post.channel.sent) == 1


async def test_an_answer_after_the_lease_still_counts(post: Post) -> None:
    """The call took longer than the lease: the row was given up, and then the provider's answer came."""
    [first] = await post.queue_for_many(1)
    post.channel.hold = asyncio.Event()
    slow = asyncio.create_task(post.send_due())
    await _until(lambda: post.channel.under_way == 1)
    post.clock.pass_time(seconds=LEASE.total_seconds() + 1)
    await _run_for_a_moment(post)
    assert (await post.row(first)).state == "unknown"
    post.channel.hold.set()
    await slow
    assert (await post.row(first)).state == "sent"


async def test_a_receipt_that_comes_before_the_answer(post: Post) -> None:
    [first] = await post.queue_for_many(1)
    post.channel.hold = asyncio.Event()
    slow = asyncio.create_task(post.send_due())
    await _until(lambda: post.channel.under_way == 1)
    assert not await post.receipt("delivered", provider_id=f"p{first}")
    post.channel.hold.set()
    await slow
    row = await post.row(first)
    assert (row.state, row.delivered_at) == ("delivered", post.clock())
    async with post.database.read(post.clock()) as tx:
        assert await tx.first(select(receipts_waiting)) is None


async def test_a_receipt_by_our_own_id_that_comes_before_the_answer(post: Post) -> None:
    [first] = await post.queue_for_many(1)
    post.channel.hold = asyncio.Event()
    slow = asyncio.create_task(post.send_due())
    await _until(lambda: post.channel.under_way == 1)
    assert await post.receipt("delivered", delivery_id=first)
    post.channel.hold.set()
    await slow
    assert (await post.row(first)).state == "delivered"


async def test_a_receipt_at_the_very_moment_of_the_answer_is_not_lost(post: Post) -> None:
    """Neither transaction sees what the other has not committed: one must wait for the other."""
    [first] = await post.queue_for_many(1)
    post.channel.hold = asyncio.Event()
    async with post.database.write(post.clock()) as tx:
        attempt = Attempt(first, 1, DeliveryState.SENT, post.clock(), provider_id="p1")
        await tx.run(deliveries.update().values(state=DeliveryState.SENDING))
        await record_attempts(tx, post.account.id, [attempt])
        receipt = asyncio.create_task(post.receipt("delivered", provider_id="p1"))
        await asyncio.sleep(0.05)
    await receipt
    assert (await post.row(first)).state == "delivered"


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (("delivered", "delivered"), "delivered"),
        (("delivered", "sent"), "delivered"),
        (("delivered", "failed"), "delivered"),
        (("failed", "sent"), "failed"),
        (("failed", "delivered"), "delivered"),
        (("read", "delivered"), "read"),
    ],
)
async def test_receipts_twice_and_out_of_order(post: Post, said: tuple[str, str], state: str) -> None:
    [first] = await post.queue_for_many(1)
    await post.send_due()
    for one in said:
        assert await post.receipt(one, provider_id=f"p{first}")
        post.clock.pass_time(seconds=1)
    row = await post.row(first)
    assert row.state == state
    if "delivered" in said:
        assert row.delivered_at is not None


async def test_a_receipt_of_another_account_changes_nothing(post: Post) -> None:
    [first] = await post.queue_for_many(1)
    await post.send_due()
    async with post.database.write(post.clock()) as tx:
        other = await add_account(tx, post.area_id, AccountKind.KANNEL, "other", {}, actor="test")
    assert not await Post(post.database, post.clock, post.area_id, other).receipt("failed", delivery_id=first)
    assert (await post.row(first)).state == "sent"


async def test_never_two_at_once_to_one_address(post: Post) -> None:
    """Not in one claim, and not while another process's call is under way, be it to his number in another village."""
    somebody, other = await post.contact("+8613900007001"), await post.contact("+8613900007002")
    async with post.database.write(post.clock()) as tx:
        next_county = await add_area(tx, AreaKind.COUNTY, "邻县")
        elsewhere = await find_or_add_contact(tx, next_county.id, ContactKind.PHONE, "+8613900007001")
    rows = await post.queue(somebody, somebody, other, elsewhere)
    post.channel.hold = asyncio.Event()
    slow = asyncio.create_task(post.send_due())
    await _until(lambda: post.channel.under_way == 2)
    assert await post.send_due() == 0
    assert {message.delivery_id for message in post.channel.sent} == {rows[0], rows[2]}
    post.channel.hold.set()
    await slow
    assert await post.send_due() == 1
    assert await post.send_due() == 1
    assert [message.delivery_id for message in post.channel.sent][2:] == [rows[1], rows[3]]


async def test_an_address_has_its_own_pace(post: Post) -> None:
    post.channel.limits = Limits(text_units=70, per_second=1000, burst=100, in_flight=100, per_address_seconds=1)
    somebody = await post.contact("+8613900007001")
    await post.queue(somebody, somebody)
    assert await post.send_due() == 1
    post.clock.pass_time(seconds=0.5)
    assert await post.send_due() == 0
    post.clock.pass_time(seconds=0.5)
    assert await post.send_due() == 1


async def test_a_burst_and_then_the_pace(post: Post) -> None:
    post.channel.limits = Limits(text_units=70, per_second=10, burst=4, in_flight=100)
    await post.queue_for_many(20)
    assert await post.send_due() == 4
    assert await post.send_due() == 0
    sent = []
    for _ in range(5):
        post.clock.pass_time(seconds=0.1)
        sent.append(await post.send_due())
    assert sent == [1] * 5
    post.clock.pass_time(seconds=10)
    assert await post.send_due() == 4


async def test_two_engines_share_one_pace_and_send_nothing_twice(post: Post) -> None:
    post.channel.limits = Limits(text_units=70, per_second=10, burst=4, in_flight=100)
    await post.queue_for_many(12)
    for _ in range(30):
        await asyncio.gather(post.send_due(), post.send_due())
        post.clock.pass_time(seconds=0.1)
    ids = [message.delivery_id for message in post.channel.sent]
    assert len(ids) == len(set(ids)) == 12


async def test_a_busy_account_does_not_rest_for_a_second_after_each_burst(post: Post) -> None:
    post.channel.limits = Limits(text_units=70, per_second=50, burst=2, in_flight=100)
    await post.queue_for_many(12)
    started = asyncio.get_running_loop().time()
    running = asyncio.create_task(_wall_clock_engine(post).run())
    async with asyncio.timeout(5):
        await _until(lambda: len(post.channel.sent) == 12)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert asyncio.get_running_loop().time() - started < 2


async def test_batches_are_no_larger_than_the_channel_takes(post: Post) -> None:
    post.channel.limits = Limits(text_units=70, per_second=1000, burst=100, batch=3, in_flight=2)
    await post.queue_for_many(8)
    assert await post.send_due() == 6
    assert await post.send_due() == 2
    assert set(await post.states()) == {"sent"}


# Help ----------------------------------------------------------------------------------------------------------------


def _wall_clock_engine(post: Post) -> DeliveryEngine:
    began, base = asyncio.get_running_loop().time(), post.clock()

    def now() -> datetime:
        return base + timedelta(seconds=asyncio.get_running_loop().time() - began)

    return DeliveryEngine(post.database, {post.account.id: (post.account, post.channel)}, "test", now)


async def _begin_and_die(post: Post) -> None:
    dying = asyncio.create_task(post.send_due())
    await _until(lambda: post.channel.under_way == 1)
    dying.cancel()
    with suppress(asyncio.CancelledError):
        await dying


async def _run_for_a_moment(post: Post) -> None:
    engine = post.engine()
    running = asyncio.create_task(engine.run())
    await asyncio.sleep(0.05)
    engine.stop()
    await engine.stopped.wait()
    await running


async def _until(happened: Any) -> None:
    while not happened():  # noqa: ASYNC110 - what is waited for is a plain attribute of the fake
        await asyncio.sleep(0.005)
