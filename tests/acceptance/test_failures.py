"""A turn that goes wrong: tried again, then handed to a person. No failure is silent, and none stops the hub."""

import asyncio

import pytest
import structlog
from sqlalchemy import select, text

from bot.dialogue import flows
from bot.dialogue.talk import Answer, Said, Talk, tell_back
from notifier.message import InboundMessage
from store.actions.turn import ATTEMPTS_BEFORE_A_PERSON
from store.domain.errors import NotFound, Refusal, StoreUnavailable
from store.domain.speech import Say, Tell
from store.tables import inbound_messages, tickets
from tests.acceptance.ledger import drain, failures, kept_texts, waiting
from tests.hub import Hub

CHEN, HUANG, OFFICER = "陈伯", "黄明", "黄水生"


@pytest.fixture(autouse=True)
def _quiet() -> None:
    """Tracebacks are expected here, and the hub prints them with all that it knows."""
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])


def broken_by(monkeypatch: pytest.MonkeyPatch, outcome: Exception | Answer) -> None:
    async def begin(_talk: Talk, _said: Said) -> Answer:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(flows.report, "begin", begin)


BROKEN = {
    "a bug": ValueError("a bug"),
    "a missing key": KeyError("option"),
    "endless recursion": RecursionError(),
    "a message without a template": tell_back("there.is.no.such.message"),
    "a refusal without a template": Refusal("there.is.no.such.refusal"),
    "facts that are missing": tell_back("ticket.received"),
    "somebody to tell who is not there": tell_back("thanks", Tell(404_404, Say("thanks"))),
    "an id that no database takes": tell_back("thanks", Tell(2**70, Say("thanks"))),
    "data that is no JSON": Answer((Say("thanks"),), step="front.menu", data={"a": {1, 2}}),
}


@pytest.mark.parametrize("outcome", BROKEN.values(), ids=BROKEN.keys())
async def test_what_always_fails_reaches_a_person_and_the_sender_is_told(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, outcome: Exception | Answer
) -> None:
    broken_by(monkeypatch, outcome)
    await hub.inbox.receive(hub.sms, [InboundMessage("m", hub.numbers[CHEN], "三组晒谷场边停水了")])
    for _ in range(ATTEMPTS_BEFORE_A_PERSON + 1):
        await drain(hub.inbox)
        hub.clock.pass_time(minutes=5)
    assert (await waiting(hub), await failures(hub)) == (0, ATTEMPTS_BEFORE_A_PERSON)
    assert await kept_texts(hub) == ["三组晒谷场边停水了"]
    [told] = await hub.told(CHEN)
    assert "1001" in told
    [case] = await hub.told("周文书")
    assert "1001" in case


async def test_what_fails_once_is_then_answered_as_if_nothing_had_been(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken_by(broken, ValueError("a bug"))
        await hub.inbox.receive(hub.sms, [InboundMessage("m", hub.numbers[CHEN], "三组晒谷场边停水了")])
        await drain(hub.inbox)
    assert await hub.told(CHEN) == []
    hub.clock.pass_time(minutes=1)
    await drain(hub.inbox)
    [received] = await hub.told(CHEN)
    assert "停水" in received
    async with hub.books() as tx:
        assert await tx.scalar(select(tickets.c.category)) == "infrastructure"


async def test_while_one_message_fails_others_are_answered_and_its_sender_waits_in_order(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_by(monkeypatch, ValueError("a bug"))
    await hub.inbox.receive(
        hub.sms,
        [
            InboundMessage("1", hub.numbers[CHEN], "三组晒谷场边停水了"),
            InboundMessage("2", hub.numbers[CHEN], "菜单"),
            InboundMessage("3", hub.numbers[HUANG], "菜单"),
        ],
    )
    await drain(hub.inbox)
    assert (len(await hub.told(HUANG)), await hub.told(CHEN)) == (1, [])
    for _ in range(ATTEMPTS_BEFORE_A_PERSON + 1):
        hub.clock.pass_time(minutes=5)
        await drain(hub.inbox)
    first, second = await hub.told(CHEN)
    assert "1001" in first
    assert "1001" not in second


@pytest.mark.parametrize(
    "damage",
    [
        {"body": {"words": "of another version"}},
        {"address": b"k1:tampered"},
        {"address": b"k9:of another key file"},
        {"address": b""},
    ],
    ids=ascii,
)
async def test_a_row_that_cannot_be_read_holds_nobody_up(hub: Hub, damage: dict[str, object]) -> None:
    await hub.inbox.receive(hub.sms, [InboundMessage("1", hub.numbers[CHEN], "停水了")])
    async with hub.books() as tx:
        await tx.run(inbound_messages.update().values(**damage))
    await hub.inbox.receive(hub.sms, [InboundMessage("2", hub.numbers[HUANG], "菜单")])
    await asyncio.wait_for(drain(hub.inbox), 10)
    assert len(await hub.told(HUANG)) == 1
    async with hub.books() as tx:
        row = await tx.first(select(inbound_messages).where(inbound_messages.c.provider_id == "1"))
    assert (row.state, row.failures) == ("received", 1)
    assert row.due_at > hub.clock()


async def test_the_loop_outlives_what_nobody_foresaw(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    async def answer_next() -> bool:
        calls.append(len(calls))
        if len(calls) == 1:
            raise NotFound("area.unknown")
        if len(calls) == 2:
            raise StoreUnavailable("locked")
        hub.inbox.stop()
        return False

    monkeypatch.setattr("bot.inbox.OUTAGE_SECONDS", 0.0)
    monkeypatch.setattr(hub.inbox, "answer_next", answer_next)
    await asyncio.wait_for(hub.inbox.run(), 5)
    assert len(calls) == 3
    assert hub.inbox.stopped.is_set()


async def test_a_failure_that_cannot_be_counted_is_an_outage_and_loses_nothing(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise StoreUnavailable("gone")

    with monkeypatch.context() as broken:
        broken_by(broken, ValueError("a bug"))
        broken.setattr("bot.inbox.count_failure", away)
        await hub.inbox.receive(hub.sms, [InboundMessage("m", hub.numbers[CHEN], "菜单里没有的话,停水了")])
        with pytest.raises(StoreUnavailable):
            await hub.inbox.answer_next()
    await drain(hub.inbox)
    assert len(await hub.told(CHEN)) == 1


async def test_a_refusal_undoes_what_the_step_had_begun_and_is_told(hub: Hub) -> None:
    await hub.text(CHEN, "三组晒谷场边停水了")
    [told] = await hub.heard(hub.sms, hub.numbers[OFFICER])
    await hub.say(hub.sms, hub.numbers[OFFICER], button=told.buttons[0][1])
    async with hub.books() as tx:
        before = (await tx.scalar(select(tickets.c.state)), len(await tx.all(text("SELECT 1 FROM audit_entries"))))
    [refused] = await hub.say(hub.sms, hub.numbers[OFFICER], "9999")
    assert refused.text
    async with hub.books() as tx:
        after = (await tx.scalar(select(tickets.c.state)), len(await tx.all(text("SELECT 1 FROM audit_entries"))))
    assert after == before


@pytest.mark.parametrize("stores", ["postgresql"], indirect=True)
async def test_a_value_that_the_database_refuses_reaches_a_person_too(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken for an outage it would be waited out for ever, with the whole village behind it.

    SQLite takes a text of any length.
    """
    broken_by(monkeypatch, Answer((Say("thanks"),), step="s" * 300))
    await hub.inbox.receive(hub.sms, [InboundMessage("m", hub.numbers[CHEN], "三组晒谷场边停水了")])
    for _ in range(ATTEMPTS_BEFORE_A_PERSON + 1):
        await drain(hub.inbox)
        hub.clock.pass_time(minutes=5)
    assert await kept_texts(hub) == ["三组晒谷场边停水了"]
