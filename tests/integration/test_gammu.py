"""The channel against a real gammu-smsd with a dummy phone, and against a spool that nobody serves."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifier.channel import ChannelUnreachable
from notifier.channels.sms.gammu import GammuChannel
from notifier.channels.sms.gammu_spool import outbox_name
from notifier.message import (
    Accepted,
    Asked,
    DeliveryReceipt,
    InboundMessage,
    OutboundMessage,
    ReceiptState,
    Refused,
    SendResult,
)
from tests.fakes.gammu import RealSmsd, make_spool, missing_smsd
from tests.real_parts import require_real_part

ADDRESS = "+8613900007001"
KNOCK = "【榕溪村】停水通知26041号:11月23日8点到17点,一至三组。看到请回1。"
LONG_LETTER = "我家在三组晒谷场边上,水管昨天夜里就爆了,路上全是水。" * 6 + "多谢😀"
NOW = datetime(2026, 11, 22, 5, 38, 51, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifier.channels.sms.gammu._POLL_SECONDS", 0.02)
    monkeypatch.setattr("notifier.channels.sms.gammu_spool._SETTLED_NANOSECONDS", 100_000_000)


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    make_spool(tmp_path)
    return tmp_path


class Inbox:
    """Our side of `listen`; it may fail the first few times."""

    def __init__(self) -> None:
        self.messages: list[InboundMessage] = []
        self.receipts: list[DeliveryReceipt] = []
        self.refusals_left = 0
        self._came = asyncio.Condition()

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(15), self._came:
            await self._came.wait_for(done)

    async def receive(self, messages: Sequence[InboundMessage], receipts: Sequence[DeliveryReceipt]) -> None:
        async with self._came:
            self._came.notify_all()
            if self.refusals_left:
                self.refusals_left -= 1
                raise OSError("the disk is full")
            self.messages += messages
            self.receipts += receipts


@asynccontextmanager
async def _listening(channel: GammuChannel) -> AsyncIterator[Inbox]:
    inbox = Inbox()
    listening = asyncio.create_task(channel.listen(inbox.receive))
    try:
        yield inbox
    finally:
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening


async def _send(channel: GammuChannel, text: str = KNOCK, *, address: str = ADDRESS) -> SendResult:
    [result] = await channel.send([OutboundMessage(41, address, text)])
    return result


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _comes(spool: Path, text: str, *, part: int = 0) -> None:
    name = f"IN20261122_053851_00_{ADDRESS}_{part:02}.txt"
    (spool / "inbox" / name).write_bytes(b"\xfe\xff" + text.encode("utf-16-be"))


@pytest.mark.gammu
async def test_words_go_out_and_come_in_through_a_real_smsd(tmp_path: Path) -> None:
    require_real_part("gammu-smsd", present=not missing_smsd(), reason=missing_smsd())
    smsd, channel = RealSmsd(tmp_path), GammuChannel(tmp_path)
    smsd.handset_says("13900007001", LONG_LETTER)
    async with smsd, _listening(channel) as inbox:
        assert await _send(channel, KNOCK) == Accepted()
        await inbox.until(lambda: bool(inbox.messages and inbox.receipts))
        await asyncio.sleep(0.1)
    assert [(message.address, message.text) for message in inbox.messages] == [(ADDRESS, LONG_LETTER)]
    assert inbox.receipts == [DeliveryReceipt(ReceiptState.SENT, delivery_id=41)]
    assert f'Found 1 sms to "{ADDRESS}" with text "{KNOCK}" cod 1' in smsd.log()
    assert [_names(tmp_path / folder) for folder in ("inbox", "outbox", "sent", "error")] == [[], [], [], []]


async def test_a_message_lies_whole_in_the_outbox(spool: Path) -> None:
    channel = GammuChannel(spool)
    assert await _send(channel) == Accepted()
    [path] = (spool / "outbox").iterdir()
    assert path.name.endswith(f"_041_{ADDRESS}_banyan41.txt")
    assert path.read_bytes().decode("utf-16") == KNOCK
    assert await channel.check() == "spool of gammu-smsd, 1 messages waiting"


@pytest.mark.parametrize(
    "address", ["../../etc/passwd", "139/../..", "+86139\x00", "13900007001_1", "139 0000 7001", "", "+", "1" * 200]
)
async def test_no_address_leads_out_of_the_outbox(spool: Path, address: str) -> None:
    result = await _send(GammuChannel(spool), address=address)
    assert isinstance(result, Refused)
    assert result.error.code == "bad_address"
    assert _names(spool / "outbox") == []


@pytest.mark.parametrize(("text", "code"), [("", "empty"), ("水" * 537, "too_long")])
async def test_what_smsd_could_not_send_is_refused(spool: Path, text: str, code: str) -> None:
    result = await _send(GammuChannel(spool), text)
    assert isinstance(result, Refused)
    assert result.error.code == code


async def test_a_disk_that_is_full_has_taken_nothing(spool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("notifier.channels.sms.gammu.os.fsync", full)
    result = await _send(GammuChannel(spool))
    assert isinstance(result, Refused)
    assert result.error.retryable
    assert _names(spool / "outbox") == []


@pytest.mark.parametrize(("folder", "state"), [("sent", ReceiptState.SENT), ("error", ReceiptState.FAILED)])
async def test_what_smsd_did_is_told_once(spool: Path, folder: str, state: ReceiptState) -> None:
    (spool / folder / outbox_name(41, ADDRESS, NOW)).write_bytes(b"")
    (spool / folder / "OUTC20261122_053851_00_10086_sms0.smsbackup").write_bytes(b"another program's")
    async with _listening(GammuChannel(spool)) as inbox:
        inbox.refusals_left = 1
        await inbox.until(lambda: bool(inbox.receipts))
        await asyncio.sleep(0.1)
    assert [(receipt.delivery_id, receipt.state) for receipt in inbox.receipts] == [(41, state)]
    assert _names(spool / folder) == ["OUTC20261122_053851_00_10086_sms0.smsbackup"]


async def test_what_is_not_committed_stays(spool: Path) -> None:
    _comes(spool, "冇水")
    async with _listening(GammuChannel(spool)) as inbox:
        inbox.refusals_left = 1
        await inbox.until(lambda: inbox.refusals_left == 0)
        assert len(_names(spool / "inbox")) == 1
        await inbox.until(lambda: bool(inbox.messages))
        await asyncio.sleep(0.1)
    assert [message.text for message in inbox.messages] == ["冇水"]
    assert _names(spool / "inbox") == []


async def test_a_part_that_comes_a_moment_later_is_waited_for(spool: Path) -> None:
    _comes(spool, "我家水管爆了,")
    async with _listening(GammuChannel(spool)) as inbox:
        await asyncio.sleep(0.05)
        _comes(spool, "路上全是水", part=1)
        await inbox.until(lambda: bool(inbox.messages))
    assert [message.text for message in inbox.messages] == ["我家水管爆了,路上全是水"]


async def test_a_call_that_nobody_took_is_heard(spool: Path) -> None:
    (spool / "inbox/CALL20261122_053851_13900007001").write_bytes(b"")
    async with _listening(GammuChannel(spool)) as inbox:
        await inbox.until(lambda: bool(inbox.messages))
    [call] = inbox.messages
    assert (call.address, call.missed_call) == (ADDRESS, True)


async def test_listening_outlives_a_spool_that_is_away(spool: Path) -> None:
    (spool / "inbox").rename(spool / "away")
    async with _listening(GammuChannel(spool)) as inbox:
        await asyncio.sleep(0.05)
        (spool / "away").rename(spool / "inbox")
        _comes(spool, "冇水")
        await inbox.until(lambda: bool(inbox.messages))


async def test_a_message_of_unknown_fate_is_looked_for(spool: Path) -> None:
    for delivery_id, folder in ((41, "outbox"), (42, "sent"), (43, "error"), (45, "sent")):
        (spool / folder / outbox_name(delivery_id, ADDRESS, NOW)).write_bytes(b"")
    asked = [Asked(delivery_id, ADDRESS, NOW) for delivery_id in (41, 42, 43, 44)]
    found = await GammuChannel(spool).look_up(asked)
    assert [(receipt.delivery_id, receipt.state) for receipt in found] == [
        (41, ReceiptState.SENT),
        (42, ReceiptState.SENT),
        (43, ReceiptState.FAILED),
    ]


async def test_a_spool_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(ChannelUnreachable):
        await GammuChannel(tmp_path).look_up([Asked(41, ADDRESS, NOW)])
    with pytest.raises(ChannelUnreachable, match="inbox"):
        await GammuChannel(tmp_path).check()


async def test_a_daemon_that_sleeps_is_found_out(spool: Path) -> None:
    channel = GammuChannel(spool)
    await _send(channel)
    [path] = (spool / "outbox").iterdir()
    os.utime(path, (time.time() - 1265, time.time() - 1265))
    with pytest.raises(ChannelUnreachable, match="1 messages wait, for 21 minutes"):
        await channel.check()
