"""The channel against SMSCs: smpp34's server, Node's, one that brings messages, and some that keep no word."""

import asyncio
import contextlib
import itertools
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
import smpp34

from notifier.channel import ChannelUnreachable
from notifier.channels.sms.smpp import SmppChannel
from notifier.channels.sms.smpp_deliver import text_of
from notifier.channels.sms.smpp_session import endpoint_of
from notifier.message import (
    Accepted,
    DeliveryReceipt,
    InboundMessage,
    OutboundMessage,
    ReceiptState,
    Refused,
    SendResult,
    Unknown,
)
from tests.fakes.smpp import (
    ENQUIRE_LINK,
    OK,
    SERVICE_NUMBER,
    THROTTLED,
    BringingSmsc,
    Smsc,
    Wire,
    endpoint_at,
    scripted_smsc,
    silent,
)
from tests.fakes.smpp_node import NodeSmsc, missing_node
from tests.real_parts import free_port, require_real_part

RESIDENT = "8613900007001"
ADDRESS = "+8613900007001"
KNOCK = "【榕溪村】停水通知26041号:11月23日8点到17点,一至三组。看到请回1。"
LONG_NOTICE = "【榕溪村】" + "三组总阀要换,停水的时候请关好龙头,家里有老人的先存一桶水。" * 6 + "急了打6123456😀"
RECEIPT = b"id:m1 sub:001 dlvrd:001 submit date:2611220538 done date:2611220539 stat:DELIVRD err:000 text:"


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifier.channels.sms.smpp._THROTTLED_PAUSES_SECONDS", (0.01, 0.01))
    monkeypatch.setattr("notifier.channels.sms.smpp_session._FIRST_PAUSE_SECONDS", 0.02)
    monkeypatch.setattr("notifier.channels.sms.smpp_session._UNBIND_SECONDS", 0.05)
    monkeypatch.setattr("notifier.channels.sms.smpp_joining._HELD_SECONDS", 0.2)


@asynccontextmanager
async def _channel(port: int, *, answer_seconds: float = 0.5) -> AsyncIterator[SmppChannel]:
    channel = SmppChannel(endpoint_at(port, answer_seconds=answer_seconds), sender=SERVICE_NUMBER)
    try:
        yield channel
    finally:
        await channel.close()


async def _send(channel: SmppChannel, text: str = KNOCK, delivery_id: int = 41) -> SendResult:
    [result] = await channel.send([OutboundMessage(delivery_id, ADDRESS, text)])
    return result


class Inbox:
    """Our side of `listen`; it may fail the first few times."""

    def __init__(self) -> None:
        self.messages: list[InboundMessage] = []
        self.receipts: list[DeliveryReceipt] = []
        self.refusals_left = 0
        self._came = asyncio.Condition()

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(10), self._came:
            await self._came.wait_for(done)

    async def receive(self, messages: Sequence[InboundMessage], receipts: Sequence[DeliveryReceipt]) -> None:
        if self.refusals_left:
            self.refusals_left -= 1
            raise OSError("the disk is full")
        async with self._came:
            self.messages += messages
            self.receipts += receipts
            self._came.notify_all()


@asynccontextmanager
async def _listening(channel: SmppChannel) -> AsyncIterator[Inbox]:
    inbox = Inbox()
    listening = asyncio.create_task(channel.listen(inbox.receive))
    try:
        yield inbox
    finally:
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening


def _octets(text: str) -> bytes:
    return text.encode("utf-16-be")


def _udh(number: int, count: int = 2, reference: int = 9) -> bytes:
    return bytes([5, 0, 3, reference, count, number])


@pytest.mark.parametrize(
    ("address", "host", "port", "tls"),
    [
        ("smpp://10.0.0.7", "10.0.0.7", 2775, False),
        ("smpp://smsc.example:9000", "smsc.example", 9000, False),
        ("smpps://smsc.example", "smsc.example", 3550, True),
    ],
)
def test_an_endpoint_is_an_address(address: str, host: str, port: int, *, tls: bool) -> None:
    endpoint = endpoint_of(address, "village", "s3cret", "")
    assert (endpoint.host, endpoint.port, endpoint.tls) == (host, port, tls)
    assert "s3cret" not in repr(endpoint)


@pytest.mark.parametrize("address", ["", "10.0.0.7:2775", "http://10.0.0.7", "smpp://", "smpp://x:99999"])
def test_what_is_no_endpoint_says_so(address: str) -> None:
    with pytest.raises(ValueError, match=r"endpoint|Port"):
        endpoint_of(address, "village", "s3cret", "")


async def test_a_message_is_taken_and_named() -> None:
    async with Smsc() as smsc, _channel(smsc.port) as channel:
        assert await channel.check() == "SMSC at 127.0.0.1 as village, from 10690"
        assert await _send(channel) == Accepted("m1")
        [submit] = smsc.submitted
    assert (submit.source_addr, submit.destination_addr) == (SERVICE_NUMBER, RESIDENT)
    assert text_of(submit.data_coding, submit.short_message) == KNOCK


async def test_a_long_message_is_named_by_its_last_part() -> None:
    async with Smsc() as smsc, _channel(smsc.port) as channel:
        assert await _send(channel, LONG_NOTICE) == Accepted("m3")
        assert text_of(8, b"".join(submit.short_message[6:] for submit in smsc.submitted)) == LONG_NOTICE


async def test_a_window_of_messages_goes_out_at_once() -> None:
    async with Smsc() as smsc, _channel(smsc.port) as channel:
        results = await asyncio.gather(*(_send(channel, delivery_id=number) for number in range(50)))
        assert {type(result) for result in results} == {Accepted}
        assert len({result.provider_id for result in results if isinstance(result, Accepted)}) == 50


@pytest.mark.parametrize(
    ("status", "retryable", "stops_channel"),
    [
        (0x58, True, False),
        (0x14, True, False),
        (0x08, True, False),
        (0x0B, False, False),
        (0x0A, False, True),
        (0x45, False, False),
        (0x400, False, False),
    ],
)
async def test_a_refusal_says_whom_it_is_about(status: int, *, retryable: bool, stops_channel: bool) -> None:
    async def refuses(wire: Wire) -> None:
        await wire.answer()
        await wire.answer(status, b"")
        await silent(wire)

    async with scripted_smsc(refuses) as port, _channel(port) as channel:
        result = await _send(channel)
    assert isinstance(result, Refused)
    assert result.error.code == f"0x{status:02X}"
    assert (result.error.retryable, result.error.stops_channel) == (retryable, stops_channel)


async def test_one_bad_number_leaves_the_session_to_others() -> None:
    async with Smsc() as smsc, _channel(smsc.port) as channel:
        smsc.statuses = [0x0B]
        assert isinstance(await _send(channel), Refused)
        assert await _send(channel) == Accepted("m2")


@pytest.mark.parametrize(
    ("statuses", "outcome", "taken"),
    [
        ([0x0B], Refused, 1),
        ([OK, 0x0B], Unknown, 2),
        ([OK, None], Unknown, 2),
        ([OK, THROTTLED, THROTTLED], Accepted, 5),
        ([OK, THROTTLED, THROTTLED, THROTTLED], Unknown, 4),
    ],
)
async def test_half_a_message_is_no_refusal(statuses: list[int | None], outcome: type[SendResult], taken: int) -> None:
    async with Smsc() as smsc, _channel(smsc.port, answer_seconds=0.1) as channel:
        smsc.statuses = statuses
        assert isinstance(await _send(channel, LONG_NOTICE), outcome)
        assert len(smsc.submitted) == taken


@pytest.mark.parametrize(
    ("status", "retryable", "stops_channel"),
    [(0x0D, False, True), (0x0E, False, True), (0x0F, False, True), (0x05, True, False), (0x08, True, False)],
)
async def test_a_refused_bind_sends_nothing(status: int, *, retryable: bool, stops_channel: bool) -> None:
    async def refuses(wire: Wire) -> None:
        await wire.answer(status, b"")
        await silent(wire)

    async with scripted_smsc(refuses) as port, _channel(port) as channel:
        result = await _send(channel)
        assert isinstance(result, Refused)
        assert (result.error.retryable, result.error.stops_channel) == (retryable, stops_channel)
        with pytest.raises(ChannelUnreachable) as unreachable:
            await channel.check()
    assert "s3cret" not in str(unreachable.value)


async def _binds_then_hangs_up(wire: Wire) -> None:
    await wire.answer()
    await wire.read()


async def _binds_then_is_silent(wire: Wire) -> None:
    await wire.answer()
    await silent(wire)


async def _binds_then_raves(wire: Wire) -> None:
    await wire.answer()
    await wire.read()
    wire.write_raw(b"HTTP/1.1 200 OK\r\n\r\n")


async def _binds_then_answers_another(wire: Wire) -> None:
    await wire.answer()
    _, _, sequence, _ = await wire.read()
    wire.write(0x80000004, OK, sequence + 1, b"m1\0")
    await silent(wire)


async def _binds_then_mistakes_the_question(wire: Wire) -> None:
    await wire.answer()
    _, _, sequence, _ = await wire.read()
    wire.write(0x80000015, OK, sequence)
    await silent(wire)


async def _binds_then_breaks_off(wire: Wire) -> None:
    await wire.answer()
    await wire.read()
    wire.write_raw(struct.pack(">IIII", 30, 0x80000004, 0, 2) + b"m")


@pytest.mark.parametrize(
    "talk",
    [
        _binds_then_hangs_up,
        _binds_then_is_silent,
        _binds_then_raves,
        _binds_then_answers_another,
        _binds_then_mistakes_the_question,
        _binds_then_breaks_off,
    ],
)
async def test_what_was_written_and_not_answered_is_unknown(talk: Callable[[Wire], Awaitable[None]]) -> None:
    async with scripted_smsc(talk) as port, _channel(port, answer_seconds=0.15) as channel:
        assert isinstance(await _send(channel), Unknown)


async def test_a_generic_nack_is_a_refusal() -> None:
    async def nacks(wire: Wire) -> None:
        await wire.answer()
        _, _, sequence, _ = await wire.read()
        wire.write(0x80000000, 0x03, sequence)
        await silent(wire)

    async with scripted_smsc(nacks) as port, _channel(port) as channel:
        assert isinstance(await _send(channel), Refused)


async def test_a_dead_smsc_is_asked_no_more_often_than_is_good() -> None:
    async with _channel(free_port()) as channel:
        results = await asyncio.gather(*(_send(channel) for _ in range(20)))
    errors = [result.error for result in results if isinstance(result, Refused)]
    assert len(errors) == 20
    assert all(error.retryable and not error.stops_channel for error in errors)
    assert [error.detail for error in errors].count("resting after a failed bind") == 19


async def test_a_lost_session_is_bound_anew() -> None:
    calls = 0

    async def short(wire: Wire) -> None:
        nonlocal calls
        calls += 1
        await wire.answer()
        await wire.answer(body=b"m%d\0" % calls)

    async with scripted_smsc(short) as port, _channel(port) as channel:
        assert await _send(channel) == Accepted("m1")
        await asyncio.sleep(0.02)
        assert await _send(channel) == Accepted("m2")


async def test_the_smsc_is_asked_whether_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifier.channels.sms.smpp_session._ENQUIRE_SECONDS", 0.03)
    asked: list[int] = []

    async def answers_once(wire: Wire) -> None:
        await wire.answer()
        await wire.answer()
        asked.append(await wire.answer(body=b""))
        await silent(wire)

    async with scripted_smsc(answers_once) as port, _channel(port, answer_seconds=0.05) as channel:
        assert isinstance(await _send(channel), Accepted)
        session = channel._session
        assert session
        async with asyncio.timeout(10):
            while not session.is_lost:  # noqa: ASYNC110 - a lost session rings no bell
                await asyncio.sleep(0.02)
        assert asked == [ENQUIRE_LINK]


async def test_a_person_is_heard_and_acknowledged() -> None:
    async with BringingSmsc() as smsc, _channel(smsc.port) as channel, _listening(channel) as inbox:
        assert await smsc.deliver(RESIDENT, _octets("冇水,三组晒谷场边上")) == OK
        assert await smsc.deliver(RESIDENT, b"1", coding=0) == OK
        assert await smsc.ask(ENQUIRE_LINK) == OK
        assert await smsc.ask(0x0102) == 0x03
    assert [(message.address, message.text) for message in inbox.messages] == [
        (ADDRESS, "冇水,三组晒谷场边上"),
        (ADDRESS, "1"),
    ]
    assert RESIDENT not in "".join(message.provider_id for message in inbox.messages)


async def test_a_receipt_is_heard() -> None:
    async with BringingSmsc() as smsc, _channel(smsc.port) as channel, _listening(channel) as inbox:
        assert await smsc.deliver(RESIDENT, RECEIPT, coding=0, esm_class=0x04) == OK
        assert await smsc.deliver(RESIDENT, RECEIPT, coding=0, esm_class=0x20) == OK
        tlvs = [smpp34.Tlv(0x001E, b"m2\0"), smpp34.Tlv(0x0427, b"\x05")]
        assert await smsc.deliver(RESIDENT, b"", esm_class=0x04, tlvs=tlvs) == OK
    assert [(receipt.provider_id, receipt.state) for receipt in inbox.receipts] == [
        ("m1", ReceiptState.DELIVERED),
        ("m2", ReceiptState.FAILED),
    ]
    assert inbox.messages == []


async def test_what_is_not_committed_is_not_acknowledged() -> None:
    async with BringingSmsc() as smsc, _channel(smsc.port) as channel, _listening(channel) as inbox:
        inbox.refusals_left = 2
        assert await smsc.deliver(RESIDENT, _octets("冇水")) == 0x64
        assert await smsc.deliver(RESIDENT, RECEIPT, esm_class=0x04) == 0x64
        assert inbox.messages == []
        assert await smsc.deliver(RESIDENT, _octets("冇水")) == OK
        assert await smsc.deliver(RESIDENT, RECEIPT, esm_class=0x04) == OK
    assert [message.text for message in inbox.messages] == ["冇水"]
    assert len(inbox.receipts) == 1


async def test_parts_are_acknowledged_when_the_whole_is_committed() -> None:
    async with BringingSmsc() as smsc, _channel(smsc.port) as channel, _listening(channel) as inbox:
        inbox.refusals_left = 1
        for expected in (0x64, OK):
            first = asyncio.create_task(smsc.deliver(RESIDENT, _udh(1) + _octets("我家水管爆了,"), esm_class=0x40))
            await asyncio.sleep(0.03)
            assert not first.done()
            assert await smsc.deliver(RESIDENT, _udh(2) + _octets("路上全是水"), esm_class=0x40) == expected
            assert await first == expected
    assert [message.text for message in inbox.messages] == ["我家水管爆了,路上全是水"]


async def test_half_a_message_is_better_than_none() -> None:
    async with BringingSmsc() as smsc, _channel(smsc.port) as channel, _listening(channel) as inbox:
        assert await smsc.deliver(RESIDENT, _udh(2) + _octets("路上全是水"), esm_class=0x40) == OK
    assert [message.text for message in inbox.messages] == ["路上全是水"]


async def test_held_parts_come_again_after_a_lost_connection() -> None:
    async with BringingSmsc() as smsc, _channel(smsc.port) as channel, _listening(channel) as inbox:
        first = asyncio.create_task(smsc.deliver(RESIDENT, _udh(1) + _octets("我家水管爆了,"), esm_class=0x40))
        await asyncio.sleep(0.05)
        smsc.hang_up()
        with pytest.raises(ConnectionError):
            await first
        again = asyncio.create_task(smsc.deliver(RESIDENT, _udh(1) + _octets("我家水管爆了,"), esm_class=0x40))
        await asyncio.sleep(0.05)
        assert await smsc.deliver(RESIDENT, _udh(2) + _octets("路上全是水"), esm_class=0x40) == OK
        assert await again == OK
        assert len(smsc.binds) == 2
    assert [message.text for message in inbox.messages] == ["我家水管爆了,路上全是水"]


async def test_what_is_brought_again_after_a_lost_connection_has_the_same_name() -> None:
    async with BringingSmsc() as smsc, _channel(smsc.port) as channel, _listening(channel) as inbox:
        assert await smsc.deliver(RESIDENT, b"1", coding=0) == OK
        smsc.hang_up()
        assert await smsc.deliver(RESIDENT, b"1", coding=0) == OK
        assert await smsc.deliver(RESIDENT, b"1", coding=0) == OK
    names = [message.provider_id for message in inbox.messages]
    assert names[0] == names[1] != names[2]


async def test_what_is_malformed_does_not_come_for_ever() -> None:
    async with BringingSmsc() as smsc, _channel(smsc.port) as channel, _listening(channel) as inbox:
        assert await smsc.deliver(RESIDENT, b"\xff", esm_class=0x40) == 0x65
        assert await smsc.deliver(RESIDENT, "我家停水了".encode(), esm_class=0x04) == 0x65
        assert await smsc.deliver(RESIDENT, b"1", coding=0) == OK
    assert [message.text for message in inbox.messages] == ["1"]


async def test_listening_outlives_an_smsc_that_refuses() -> None:
    calls, fourth = itertools.count(1), asyncio.Event()

    async def refuses(wire: Wire) -> None:
        call = next(calls)
        if call == 4:
            fourth.set()
        await wire.answer(0x0D if call % 2 else OK)

    async with scripted_smsc(refuses) as port, _channel(port) as channel, _listening(channel):
        await asyncio.wait_for(fourth.wait(), 5)


@pytest.mark.smpp_js
async def test_an_smsc_that_is_not_ours_understands_us_and_we_understand_it() -> None:
    require_real_part("npm's smpp", present=not missing_node(), reason=missing_node())
    async with NodeSmsc() as smsc, _channel(smsc.port, answer_seconds=5) as channel, _listening(channel) as inbox:
        await inbox.until(lambda: len(inbox.messages) == 2)
        short, long, plain = [await _send(channel, text) for text in (KNOCK, LONG_NOTICE, "OK [1] 5€")]
        assert all(isinstance(result, Accepted) for result in (short, long, plain))
        await inbox.until(lambda: len(inbox.receipts) == 3)
        wrong = SmppChannel(endpoint_at(smsc.port, answer_seconds=5), sender="nobody")
        refused = await _send(wrong)
        await wrong.close()
    assert [read["text"] for read in smsc.read if read["to"] == RESIDENT] == [KNOCK, LONG_NOTICE, "OK [1] 5€"]
    assert {receipt.provider_id for receipt in inbox.receipts} == {
        result.provider_id for result in (short, long, plain) if isinstance(result, Accepted)
    }
    assert {receipt.state for receipt in inbox.receipts} == {ReceiptState.DELIVERED}
    assert sorted(message.text for message in inbox.messages) == ["OK [1] 5€", "冇水,三组晒谷场边上😀" * 20]
    assert {message.address for message in inbox.messages} == {ADDRESS}
    assert isinstance(refused, Refused)
    assert refused.error.stops_channel
