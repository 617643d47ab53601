"""The engine at a scripted channel: what is said of a delivery is what happened to it, and nothing goes out twice."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import select

from notifier.channel import Limits, Receive, Route
from notifier.delivery.engine import DeliveryEngine
from notifier.message import (
    Accepted,
    Asked,
    DeliveryReceipt,
    OutboundMessage,
    Refused,
    SendError,
    SendResult,
    Unknown,
)
from store.actions.accounts import hold_listening_lease
from store.actions.attempts import Attempt, give_up_stale, record_attempts
from store.actions.claiming import LEASE, UNREADABLE_RESTS, Pace, claim
from store.actions.deliveries import Draft, write_deliveries, write_delivery
from store.actions.delivery_receipts import Receipt, record_receipts
from store.actions.leases import end_leases, lease_holders
from store.domain.deliveries import DeliveryState
from store.domain.errors import StoreUnavailable
from store.tables import channel_accounts, contacts, deliveries, delivery_attempts
from tests.hub import Hub
from tests.phones import add_phones

TEXT = "【榕溪村】停水通知26041号:11月23日8点到17点,一至三组。"
BUSY = Refused(SendError("throttled", retryable=True))


@pytest.fixture(autouse=True)
def _quiet() -> None:
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])


@dataclass(slots=True)
class Scripted:
    """Answers what it is told, then accepts; an exception in the script is raised."""

    script: list[SendResult | Exception | list[SendResult]] = field(default_factory=list)
    sent: list[OutboundMessage] = field(default_factory=list)
    kind: str = "scripted"
    limits: Limits = field(default_factory=lambda: Limits(text_units=100, per_second=1000, burst=4))

    def routes(self) -> Sequence[Route]:
        return ()

    async def send(self, messages: Sequence[OutboundMessage]) -> Sequence[SendResult]:
        self.sent += messages
        answer = self.script.pop(0) if self.script else Accepted(f"p{len(self.sent)}")
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, list) else [answer]

    async def listen(self, receive: Receive) -> None: ...

    async def look_up(self, asked: Sequence[Asked]) -> Sequence[DeliveryReceipt]:
        del asked
        return ()

    async def check(self) -> str:
        return "scripted"

    async def close(self) -> None: ...


def engine_of(hub: Hub, channel: Scripted) -> DeliveryEngine:
    return DeliveryEngine(hub.database, {hub.sms.id: (hub.sms, channel)}, "test", hub.clock)


async def write(hub: Hub, name: str = "陈伯", text: str = TEXT) -> int:
    contact = await hub.contact_of(name)
    async with hub.books() as tx:
        return await write_delivery(tx, Draft(hub.village.id, contact.id, hub.sms.id, text, hub.clock()))


async def state_of(hub: Hub, delivery_id: int) -> tuple[str, str]:
    async with hub.books() as tx:
        row = await tx.first(select(deliveries).where(deliveries.c.id == delivery_id))
    return row.state, row.reason


@pytest.mark.parametrize(
    ("answer", "state", "goes_out_again"),
    [
        (Accepted("p1"), ("sent", ""), False),
        (Accepted(), ("sent", ""), False),
        (Refused(SendError("bad_address")), ("failed", "bad_address"), False),
        (Unknown("TimeoutError"), ("unknown", "unknown"), False),
        (ValueError("a bug"), ("unknown", "unknown"), False),
        ([], ("unknown", "unknown"), False),
        ([Accepted("p1"), Accepted("p2")], ("unknown", "unknown"), False),
        (BUSY, ("queued", "throttled"), True),
    ],
    ids=repr,
)
async def test_what_the_channel_answered_is_what_is_written(
    hub: Hub, answer: SendResult | Exception | list[SendResult], state: tuple[str, str], *, goes_out_again: bool
) -> None:
    channel = Scripted([answer])
    engine = engine_of(hub, channel)
    delivery_id = await write(hub)
    assert await engine.send_due(hub.sms.id)
    assert await state_of(hub, delivery_id) == state
    for _ in range(5):
        hub.clock.pass_time(hours=1)
        await engine.send_due(hub.sms.id)
    assert len(channel.sent) == 1 + goes_out_again


async def test_a_receipt_that_is_quicker_than_the_answer_leaves_both_moments(hub: Hub) -> None:
    delivery_id = await write(hub)
    async with hub.books() as tx:
        [claimed] = await claim(tx, hub.sms.id, Pace(1000, 4, 0), "test", 1)
        await tx.run(deliveries.update().values(state="sending"))
    async with hub.books() as tx:
        await record_receipts(tx, hub.sms.id, [Receipt(DeliveryState.DELIVERED, delivery_id)])
    hub.clock.pass_time(seconds=1)
    async with hub.books() as tx:
        await record_attempts(tx, hub.sms.id, [Attempt(claimed.id, 1, DeliveryState.SENT, tx.now)])
        row = await tx.first(select(deliveries).where(deliveries.c.id == delivery_id))
    assert (row.state, row.sent_at, row.delivered_at) == ("delivered", hub.clock(), hub.clock() - timedelta(seconds=1))


async def test_an_answer_that_is_written_down_again_leaves_a_later_attempt_alone(hub: Hub) -> None:
    """The connection was lost while committing: what came through is not known, and is written once more."""
    refused_id, taken_id = await write(hub), await write(hub, "黄明")
    now, pace = hub.clock(), Pace(1000, 4, 0)
    answers = [
        Attempt(refused_id, 1, DeliveryState.QUEUED, now, "p1", code="throttled", due_at=now),
        Attempt(taken_id, 1, DeliveryState.SENT, now, "p2"),
    ]
    async with hub.books() as tx:
        assert len(await claim(tx, hub.sms.id, pace, "test", 4)) == 2
        await record_attempts(tx, hub.sms.id, answers)
    async with hub.books() as tx:
        assert [row.attempts for row in await claim(tx, hub.sms.id, pace, "another", 4)] == [2]
        await tx.run(deliveries.update().where(deliveries.c.id == refused_id).values(provider_id="p3"))
    async with hub.books() as tx:
        await record_attempts(tx, hub.sms.id, answers)
        assert await claim(tx, hub.sms.id, pace, "test", 4) == []
        rows = await tx.all(select(deliveries).order_by(deliveries.c.id))
        kept = await tx.all(select(delivery_attempts))
    assert [(row.state, row.provider_id) for row in rows] == [("sending", "p3"), ("sent", "p2")]
    assert sorted((row.delivery_id, row.number) for row in kept) == [(refused_id, 1), (taken_id, 1)]


async def test_trying_again_ends_and_every_attempt_is_kept(hub: Hub) -> None:
    channel = Scripted([BUSY] * 20)
    engine = engine_of(hub, channel)
    delivery_id = await write(hub)
    for _ in range(20):
        await engine.send_due(hub.sms.id)
        hub.clock.pass_time(hours=1)
    assert (await state_of(hub, delivery_id))[0] == "failed"
    assert len(channel.sent) == 8
    async with hub.books() as tx:
        kept = await tx.all(select(delivery_attempts).order_by(delivery_attempts.c.id))
    assert [row.number for row in kept] == list(range(1, 9))
    assert {row.code for row in kept} == {"throttled"}


async def test_who_is_gone_is_not_written_to_again(hub: Hub) -> None:
    channel = Scripted([Refused(SendError("403", opted_out=True))])
    engine = engine_of(hub, channel)
    first, second = await write(hub), await write(hub)
    await engine.send_due(hub.sms.id)
    hub.clock.pass_time(minutes=1)
    await engine.send_due(hub.sms.id)
    assert [(await state_of(hub, one))[0] for one in (first, second)] == ["failed", "skipped"]
    assert len(channel.sent) == 1


async def test_an_account_without_balance_waits_for_a_person_and_loses_nothing(hub: Hub) -> None:
    channel = Scripted([Refused(SendError("no_balance", stops_channel=True))])
    engine = engine_of(hub, channel)
    delivery_id = await write(hub)
    await engine.send_due(hub.sms.id)
    hub.clock.pass_time(hours=5)
    assert not await engine.send_due(hub.sms.id)
    assert (await state_of(hub, delivery_id))[0] == "queued"
    async with hub.books() as tx:
        await tx.run(channel_accounts.update().values(stopped_reason=""))
    assert await engine.send_due(hub.sms.id)
    assert (await state_of(hub, delivery_id))[0] == "sent"


async def test_what_was_being_sent_when_the_process_died_is_unknown_and_never_sent_again(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise StoreUnavailable("gone")

    channel = Scripted()
    engine = engine_of(hub, channel)
    delivery_id = await write(hub)
    with monkeypatch.context() as broken:
        broken.setattr("notifier.delivery.sender.record_attempts", away)
        with pytest.raises(StoreUnavailable):
            await engine.send_due(hub.sms.id)
    assert (await state_of(hub, delivery_id))[0] == "sending"
    hub.clock.pass_time(seconds=(LEASE + timedelta(seconds=1)).total_seconds())
    working = asyncio.create_task(engine.run())
    async with asyncio.timeout(10):
        while await state_of(hub, delivery_id) != ("unknown", "interrupted"):  # noqa: ASYNC110 - a row rings no bell
            await asyncio.sleep(0.02)
    engine.stop()
    await asyncio.wait_for(working, 10)
    assert len(channel.sent) == 1


async def test_an_answer_that_cannot_be_written_down_costs_the_others_nothing(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifier.delivery.sender.OUTAGE_SECONDS", 0.1)
    half_a_character = Accepted("\ud800")
    limits = Limits(text_units=100, per_second=1000, burst=4, batch=3)
    channel = Scripted([[Accepted("p1"), half_a_character, Accepted("p3")]], limits=limits)
    ids = [await write(hub, name) for name in ("陈伯", "黄明", "黄水生")]
    engine = engine_of(hub, channel)
    working = asyncio.create_task(engine.run())
    async with asyncio.timeout(10):
        while (await state_of(hub, ids[2]))[0] != "sent":  # noqa: ASYNC110 - a row rings no bell
            await asyncio.sleep(0.02)
    engine.stop()
    await asyncio.wait_for(working, 10)
    async with hub.books() as tx:
        rows = await tx.all(select(deliveries).order_by(deliveries.c.id))
    assert [(row.state, row.provider_id) for row in rows] == [("sent", "p1"), ("sending", ""), ("sent", "p3")]
    assert len(channel.sent) == 3


async def test_what_a_killed_process_was_sending_is_unknown_as_soon_as_its_death_is_known(hub: Hub) -> None:
    pace = Pace(10, 4, 0)
    delivery_id = await write(hub)
    async with hub.books() as tx:
        assert len(await claim(tx, hub.sms.id, pace, "host:1:dead", 4)) == 1
        assert await hold_listening_lease(tx, hub.sms.id, "host:1:dead")
        assert await lease_holders(tx) == {"host:1:dead"}
        await end_leases(tx, ["host:1:dead"])
        assert await give_up_stale(tx, hub.sms.id) == 1
        assert await hold_listening_lease(tx, hub.sms.id, "host:2:alive")
    assert await state_of(hub, delivery_id) == ("unknown", "interrupted")


async def test_a_conversation_does_not_wait_for_a_broadcast(hub: Hub) -> None:
    channel = Scripted()
    contact = await hub.contact_of("黄明")
    async with hub.books() as tx:
        drafts = [Draft(hub.village.id, contact.id, hub.sms.id, "全村停水", hub.clock(), is_bulk=True)] * 20
        await write_deliveries(tx, drafts)
    hub.clock.pass_time(seconds=1)
    await write(hub, text="记下了,编号1001")
    await engine_of(hub, channel).send_due(hub.sms.id)
    assert channel.sent[0].text == "记下了,编号1001"


async def test_messages_to_one_person_go_out_one_by_one_in_order(hub: Hub) -> None:
    channel = Scripted()
    engine = engine_of(hub, channel)
    for number in range(5):
        await write(hub, text=f"第{number}条")
    while await engine.send_due(hub.sms.id):
        hub.clock.pass_time(seconds=1)
    assert [message.text for message in channel.sent] == [f"第{number}条" for number in range(5)]


async def test_a_text_too_long_for_the_provider_is_cut_and_not_lost(hub: Hub) -> None:
    channel = Scripted()
    await write(hub, text="水" * 101)
    await write(hub, "黄明", text="水" * 100)
    await engine_of(hub, channel).send_due(hub.sms.id)
    assert sorted(message.text for message in channel.sent) == ["水" * 99 + "…", "水" * 100]


async def test_an_address_that_does_not_open_waits_and_holds_up_nobody_else(hub: Hub) -> None:
    mine = contacts.c.id == (await hub.contact_of("陈伯")).id
    delivery_id, other = await write(hub), await write(hub, "黄明")
    async with hub.books() as tx:
        sealed = await tx.scalar(select(contacts.c.address).where(mine))
        await tx.run(contacts.update().where(mine).values(address=b"k9:of another key file"))
    engine = engine_of(hub, Scripted())
    assert await engine.send_due(hub.sms.id)
    assert (await state_of(hub, other))[0] == "sent"
    assert await state_of(hub, delivery_id) == ("queued", "unreadable")
    async with hub.books() as tx:
        await tx.run(contacts.update().where(mine).values(address=sealed))
    hub.clock.pass_time(seconds=UNREADABLE_RESTS.total_seconds() + 1)
    await engine.send_due(hub.sms.id)
    assert await state_of(hub, delivery_id) == ("sent", "")


async def test_a_call_carries_as_many_as_the_provider_takes(hub: Hub) -> None:
    """And calls, not messages, are what its pace counts."""
    limits = Limits(text_units=100, per_second=20, burst=2, batch=50, in_flight=4)
    channel = Scripted([[Accepted(f"p{number}") for number in range(50)] for _ in range(2)], limits=limits)
    async with hub.books() as tx:
        ids = await add_phones(tx, hub.village.id, [f"+861390001{number:04d}" for number in range(120)])
        drafts = [Draft(hub.village.id, one, hub.sms.id, TEXT, hub.clock(), is_bulk=True) for one in ids]
        await write_deliveries(tx, drafts)
    engine = engine_of(hub, channel)
    assert await engine.send_due(hub.sms.id)
    assert (len(channel.sent), channel.script) == (100, [])
    hub.clock.pass_time(seconds=1)
    channel.script.append([Accepted(f"q{number}") for number in range(20)])
    assert await engine.send_due(hub.sms.id)


async def test_calls_that_are_claimed_together_keep_their_distance(hub: Hub) -> None:
    async with hub.books() as tx:
        ids = await add_phones(tx, hub.village.id, [f"+861390001{number:04d}" for number in range(40)])
        drafts = [Draft(hub.village.id, one, hub.sms.id, TEXT, hub.clock(), is_bulk=True) for one in ids]
        await write_deliveries(tx, drafts)
        first = await claim(tx, hub.sms.id, Pace(20, 3, 0), "test", 100)
        second = await claim(tx, hub.sms.id, Pace(20, 3, 0), "test", 100)
    early = [(row.starts_at - hub.clock()).total_seconds() for row in first]
    assert early == pytest.approx([0, 0, 0, 0.05, 0.1, 0.15, 0.2, 0.25])
    assert second == [], "the next quarter of a second is taken"
