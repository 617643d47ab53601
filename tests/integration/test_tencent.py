"""The channel and a strict Tencent: what was sent, what was heard, and what nobody can say."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from notifier.channel import ChannelUnreachable
from notifier.channels.sms.templates import Template
from notifier.channels.sms.tencent import TencentChannel
from notifier.channels.sms.tencent_api import TencentApi
from notifier.channels.sms.tencent_signature import TencentKey
from notifier.message import (
    Accepted,
    Asked,
    DeliveryReceipt,
    OutboundMessage,
    ReceiptState,
    Refused,
    SendError,
    Unknown,
)
from notifier.registry import CHANNELS, NEEDED, Surroundings
from store.domain.accounts import Account, AccountKind
from tests.fakes.tencent import (
    APP_ID,
    SECRET_ID,
    SECRET_KEY,
    SIGNATURE,
    TEMPLATES,
    FakeTencent,
    Sent,
    post,
    reply,
    report,
)
from tests.integration.gateway_hub import GatewayHub

CHEN, LIN, HE = "+8613900007001", "+8613900007002", "+8613900007003"
KNOCK = "【榕溪村】停水通知26041号:11月23日8点到17点,一至三组。看到请回1。"
RECEIVED = "【榕溪村】您说的停水收到了,编号3127。急了打村委会6123456。"


@pytest.fixture
async def fake() -> AsyncIterator[FakeTencent]:
    async with FakeTencent() as opened:
        yield opened


@pytest.fixture
async def hub() -> AsyncIterator[GatewayHub]:
    async with GatewayHub() as opened:
        yield opened


@pytest.fixture
async def channel(fake: FakeTencent, hub: GatewayHub) -> TencentChannel:
    made = _channel(fake.endpoint)
    hub.channel = made
    return made


def _channel(endpoint: str, *, secret_key: str = SECRET_KEY, pull: bool = False) -> TencentChannel:
    return TencentChannel(
        TencentApi(TencentKey(SECRET_ID, secret_key), APP_ID, endpoint=endpoint, timeout_seconds=0.3),
        signatures=[SIGNATURE, "荔湾村"],
        templates=[Template(code, text) for code, text in TEMPLATES.items()],
        pull=pull,
    )


def _to(*addresses: str, text: str = KNOCK) -> list[OutboundMessage]:
    return [OutboundMessage(41 + index, address, text) for index, address in enumerate(addresses)]


async def test_all_of_one_text_go_in_one_request(fake: FakeTencent, channel: TencentChannel) -> None:
    results = await channel.send(_to(CHEN, LIN, HE))
    assert fake.requests == 1
    assert [(sent.number, sent.text) for sent in fake.sent] == [(CHEN, KNOCK), (LIN, KNOCK), (HE, KNOCK)]
    assert results == [Accepted(sent.serial) for sent in fake.sent]


async def test_texts_and_values_of_their_own_go_in_requests_of_their_own(
    fake: FakeTencent, channel: TencentChannel
) -> None:
    texts = [KNOCK, RECEIVED, KNOCK.replace("26041", "26042"), RECEIVED, KNOCK]
    numbers = [CHEN, LIN, HE, CHEN, LIN]
    results = await channel.send(
        [OutboundMessage(index, *pair) for index, pair in enumerate(zip(numbers, texts, strict=True))]
    )
    assert fake.requests == 3
    sent_as = {sent.serial: (sent.number, sent.text) for sent in fake.sent}
    assert [sent_as[result.provider_id] for result in results if isinstance(result, Accepted)] == list(
        zip(numbers, texts, strict=True)
    )


async def test_the_same_text_twice_to_one_person_is_two_messages(fake: FakeTencent, channel: TencentChannel) -> None:
    first, second, bare = await channel.send(_to(CHEN, CHEN, "13900007001"))
    assert fake.requests == 3
    assert {first, second, bare} == {Accepted(sent.serial) for sent in fake.sent}


async def test_one_refused_number_stops_no_other(fake: FakeTencent, channel: TencentChannel) -> None:
    fake.codes = {CHEN: "FailedOperation.PhoneNumberInBlacklist", HE: "FailedOperation.ContainSensitiveWord"}
    opted_out, taken, worded = await channel.send(_to(CHEN, LIN, HE))
    assert opted_out == Refused(SendError("FailedOperation.PhoneNumberInBlacklist", opted_out=True))
    assert taken == Accepted(fake.sent[0].serial)
    assert worded == Refused(SendError("FailedOperation.ContainSensitiveWord"))


LATER: dict[str, object] = {"retryable": True}
STOPS: dict[str, object] = {"stops_channel": True}
NO: dict[str, object] = {}
REFUSALS: list[tuple[str, dict[str, object]]] = [
    ("LimitExceeded.PhoneNumberThirtySecondLimit", {**LATER, "retry_after_seconds": 30.0}),
    ("LimitExceeded.PhoneNumberOneHourLimit", {**LATER, "retry_after_seconds": 3600.0}),
    ("LimitExceeded.PhoneNumberSameContentDailyLimit", {**LATER, "retry_after_seconds": 14400.0}),
    ("LimitExceeded.AppMainlandChinaDailyLimit", {**LATER, "retry_after_seconds": 14400.0}),
    ("LimitExceeded.DeliveryFrequencyLimit", LATER),
    ("RequestLimitExceeded", LATER),
    ("FailedOperation.MarketingSendTimeConstraint", {**LATER, "retry_after_seconds": 3600.0}),
    ("LimitExceeded.AppCountryOrRegionInBlacklist", NO),
    ("FailedOperation.InsufficientBalanceInSmsPackage", STOPS),
    ("FailedOperation.SignatureIncorrectOrUnapproved", STOPS),
    ("UnauthorizedOperation.ServiceSuspendDueToArrears", STOPS),
    ("UnauthorizedOperation.RequestIpNotInWhitelist", STOPS),
    ("AuthFailure.SecretIdNotFound", STOPS),
    ("AuthFailure.SignatureExpire", STOPS),
    ("UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny", NO),
    ("FailedOperation.TemplateIncorrectOrUnapproved", NO),
    ("InvalidParameterValue.TemplateParameterLengthLimit", NO),
    ("InvalidParameterValue.IncorrectPhoneNumber", NO),
]


@pytest.mark.parametrize("whole", [True, False], ids=["request", "number"])
@pytest.mark.parametrize(("code", "expected"), REFUSALS)
async def test_a_code_means_what_the_document_says(
    fake: FakeTencent, channel: TencentChannel, code: str, expected: dict[str, object], *, whole: bool
) -> None:
    fake.fault, fake.codes = (code, {}) if whole else ("", {CHEN: code})
    assert await channel.send(_to(CHEN)) == [Refused(SendError(code, **expected))]  # type: ignore[arg-type]


@pytest.mark.parametrize("code", ["InternalError.Timeout", "InternalError.SendAndRecvFail", "InternalError"])
async def test_trouble_behind_tencents_door_is_unknown(fake: FakeTencent, channel: TencentChannel, code: str) -> None:
    fake.fault = code
    [result] = await channel.send(_to(CHEN))
    assert isinstance(result, Unknown)
    assert result.detail == code


@pytest.mark.parametrize("trouble", ["late", "broken", "502"])
async def test_a_lost_answer_is_unknown_and_bears_the_requests_mark(
    fake: FakeTencent, channel: TencentChannel, trouble: str
) -> None:
    fake.trouble = trouble
    results = await channel.send(_to(CHEN, LIN))
    assert [sent.number for sent in fake.sent] == [CHEN, LIN]
    assert all(isinstance(result, Unknown) and result.provider_id == fake.sent[0].context for result in results)
    assert len(fake.sent[0].context) >= 16


async def test_a_number_that_the_answer_leaves_out_is_unknown(fake: FakeTencent, channel: TencentChannel) -> None:
    fake.left_out = {LIN}
    first, second = await channel.send(_to(CHEN, LIN))
    assert isinstance(first, Accepted)
    assert isinstance(second, Unknown)


@pytest.mark.parametrize(
    ("address", "text", "code"),
    [
        (CHEN, "【榕溪村】晒谷场今晚放电影", "no_template"),
        (CHEN, KNOCK.replace("榕溪村", "别的村"), "other_signature"),
        ("+85290000001", KNOCK, "bad_address"),
        ("+8612345", KNOCK, "bad_address"),
        (f"{CHEN},{LIN}", KNOCK, "bad_address"),
    ],
)
async def test_what_tencent_would_refuse_is_not_even_asked(
    fake: FakeTencent, channel: TencentChannel, address: str, text: str, code: str
) -> None:
    refused, taken = await channel.send([*_to(address, text=text), *_to(LIN)])
    assert refused == Refused(SendError(code))
    assert isinstance(taken, Accepted)
    assert [sent.number for sent in fake.sent] == [LIN]


async def test_a_text_without_a_signature_goes_out_under_the_first(fake: FakeTencent, channel: TencentChannel) -> None:
    await channel.send(_to(CHEN, text=KNOCK.removeprefix("【榕溪村】")))
    assert [sent.text for sent in fake.sent] == [KNOCK]


async def test_an_account_becomes_a_channel(fake: FakeTencent, hub: GatewayHub) -> None:
    credentials = {"secret_id": SECRET_ID, "secret_key": SECRET_KEY, "app_id": APP_ID, "signature": SIGNATURE}
    credentials |= {"endpoint": fake.endpoint, **{f"template.{code}": text for code, text in TEMPLATES.items()}}
    account = Account(1, 1, AccountKind.TENCENT, "sms", "s3cret", credentials)
    assert credentials.keys() >= set(NEEDED[account.kind])
    hub.channel = channel = CHANNELS[account.kind](account, Surroundings(hub.hook_url))
    assert [type(result) for result in await channel.send(_to(CHEN))] == [Accepted]


async def test_a_wrong_key_stops_the_channel(fake: FakeTencent, hub: GatewayHub) -> None:
    hub.channel = channel = _channel(fake.endpoint, secret_key="stolen")
    [result] = await channel.send(_to(CHEN))
    assert result == Refused(SendError("AuthFailure.SignatureFailure", stops_channel=True))
    with pytest.raises(ChannelUnreachable, match="AuthFailure"):
        await channel.check()


async def test_the_doctor_hears_how_many_messages_are_left(channel: TencentChannel) -> None:
    assert await channel.check() == f"Tencent SMS, application {APP_ID}, 620 prepaid messages left"


async def test_a_receipt_finds_its_message_by_serial_number(
    fake: FakeTencent, channel: TencentChannel, hub: GatewayHub
) -> None:
    results = await channel.send(_to(CHEN, LIN))
    rows = [report(fake.sent[0]), report(fake.sent[1], status="FAIL", code="MK:0012"), {"sid": 5}, "?"]
    for _ in range(2):
        assert await post(f"{hub.hook_url}/report", rows) == (200, {"result": 0, "errmsg": "OK"})
    assert hub.receipts[:2] == hub.receipts[2:]
    delivered, failed = hub.receipts[:2]
    assert [Accepted(delivered.provider_id), Accepted(failed.provider_id)] == results
    assert (delivered.state, delivered.address, delivered.code) == (ReceiptState.DELIVERED, CHEN, "DELIVRD")
    assert delivered.at == datetime(2026, 11, 22, 0, 3, 4, tzinfo=UTC)
    assert (failed.state, failed.code) == (ReceiptState.FAILED, "MK:0012")


async def test_a_receipt_may_come_before_the_answer(
    fake: FakeTencent, channel: TencentChannel, hub: GatewayHub
) -> None:
    async def tell(sent: Sent) -> None:
        await post(f"{hub.hook_url}/report", [report(sent)])

    fake.before_answer = tell
    [result] = await channel.send(_to(CHEN))
    assert [Accepted(receipt.provider_id) for receipt in hub.receipts] == [result]


async def test_a_reply_comes_in_and_a_repeat_is_the_same_message(channel: TencentChannel, hub: GatewayHub) -> None:
    assert channel is hub.channel
    said = reply("13900007001", "还没来水\x00", 1_790_000_000)
    for again in (said, said, {**said, "time": 1_790_000_001}):
        assert await post(f"{hub.hook_url}/inbound", again) == (200, {"result": 0, "errmsg": "OK"})
    first, repeat, later = hub.messages
    assert (first.address, first.text) == (CHEN, "还没来水")
    assert repeat == first
    assert later.provider_id != first.provider_id
    assert "13900007001" not in first.provider_id


@pytest.mark.parametrize(
    ("route", "said", "status"),
    [
        ("report", {"sid": "1"}, 400),
        ("inbound", [reply("13900007001", "1", 1)], 400),
        ("inbound", {"mobile": "13900007001", "text": "1", "time": 1}, 400),
        ("inbound", {"nationcode": "86", "mobile": "13900007001", "time": 1}, 400),
        ("inbound", {"nationcode": "86", "mobile": "13900007001", "text": "1"}, 400),
        ("inbound", reply("13900007001", "1", 1), 503),
        ("report", [report(Sent(CHEN, "", "", "2026:1", 0.0))], 503),
    ],
)
async def test_what_was_not_taken_is_not_acknowledged(
    channel: TencentChannel, hub: GatewayHub, route: str, said: object, status: int
) -> None:
    assert channel is hub.channel
    hub.refusals_left = 1
    answered, words = await post(f"{hub.hook_url}/{route}", said)
    assert (answered, words["result"]) == (status, status)
    assert (hub.messages, hub.receipts) == ([], [])


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifier.channels.sms.tencent._POLL_SECONDS", 0.01)
    monkeypatch.setattr("notifier.channels.sms.tencent._LONGEST_WAIT_SECONDS", 0.01)


@pytest.mark.usefixtures("_quick")
async def test_what_is_pulled_is_what_would_have_been_called(fake: FakeTencent, hub: GatewayHub) -> None:
    hub.channel = channel = _channel(fake.endpoint, pull=True)
    await post(f"{hub.hook_url}/inbound", reply("13900007001", "收到", 1_790_000_000))
    fake.says("13900007001", "收到", 1_790_000_000)
    [sent] = [Sent(CHEN, KNOCK, "", "2026:7", 1_790_000_000.0)]
    fake.arrived(sent)
    hub.refusals_left = 2

    await _listen_until(channel, hub, messages=2, receipts=1)

    assert hub.messages[0] == hub.messages[1]
    at = datetime.fromtimestamp(sent.at, UTC)
    assert hub.receipts == [
        DeliveryReceipt(ReceiptState.DELIVERED, at, provider_id="2026:7", address=CHEN, code="DELIVRD")
    ]


@pytest.mark.usefixtures("_quick")
async def test_pulling_goes_on_page_by_page_and_after_a_refusal(fake: FakeTencent, hub: GatewayHub) -> None:
    hub.channel = channel = _channel(fake.endpoint, pull=True)
    fake.pull_allowed = False
    for index in range(230):
        fake.says("13900007001", f"{index}", 1_790_000_000 + index)
    fake.replies.insert(5, {"PhoneNumber": None})
    with capture_logs() as logs:
        listening = asyncio.create_task(channel.listen(hub.receive))
        await asyncio.sleep(0.05)
        fake.pull_allowed = True
        await hub.until(lambda: len(hub.messages) == 230)
        listening.cancel()
    assert {line["error"] for line in logs if line["event"] == "tencent.pull_failed"} == {
        "UnauthorizedOperation.RequestPermissionDeny"
    }


async def test_where_tencent_calls_there_is_nothing_to_listen_to(channel: TencentChannel, hub: GatewayHub) -> None:
    async with asyncio.timeout(0.2):
        await channel.listen(hub.receive)


async def test_where_tencent_repeats_our_mark_the_message_itself_is_found(
    fake: FakeTencent, channel: TencentChannel
) -> None:
    fake.trouble, fake.echoes_context = "broken", True
    [lost] = await channel.send(_to(CHEN))
    fake.trouble = ""
    await channel.send(_to(CHEN, text=RECEIVED))
    for sent in fake.sent:
        fake.arrived(sent)
    assert isinstance(lost, Unknown)
    [receipt] = await channel.look_up([Asked(41, CHEN, datetime.now(UTC), lost.provider_id)])
    assert (receipt.delivery_id, receipt.provider_id) == (41, fake.sent[0].serial)
    assert receipt.state is ReceiptState.DELIVERED


async def test_else_all_that_went_to_the_number_is_told_by_serial(fake: FakeTencent, channel: TencentChannel) -> None:
    await channel.send(_to(CHEN, LIN))
    for sent in fake.sent:
        fake.arrived(sent)
    asked = [Asked(41, CHEN, datetime.now(UTC), "a mark"), Asked(42, "+85290000001", datetime.now(UTC))]
    [receipt] = await channel.look_up(asked)
    assert (receipt.delivery_id, receipt.provider_id, receipt.address) == (None, fake.sent[0].serial, CHEN)


async def test_what_went_out_before_is_not_told(fake: FakeTencent, channel: TencentChannel) -> None:
    fake.arrived(Sent(CHEN, KNOCK, "", "2026:1", (datetime.now(UTC) - timedelta(hours=1)).timestamp()))
    assert await channel.look_up([Asked(41, CHEN, datetime.now(UTC))]) == []
    assert len(await channel.look_up([Asked(41, CHEN, datetime.now(UTC) - timedelta(days=30))])) == 1


@pytest.mark.parametrize(("fault", "trouble"), [("RequestLimitExceeded", ""), ("", "late"), ("", "502")])
async def test_who_cannot_be_asked_is_unreachable(
    fake: FakeTencent, channel: TencentChannel, fault: str, trouble: str
) -> None:
    fake.fault, fake.trouble = fault, trouble
    with pytest.raises(ChannelUnreachable):
        await channel.look_up([Asked(41, CHEN, datetime.now(UTC))])


async def test_logs_hold_no_number_no_text_and_no_key(
    fake: FakeTencent, channel: TencentChannel, hub: GatewayHub
) -> None:
    with capture_logs() as logs:
        fake.codes = {LIN: "FailedOperation.ContainSensitiveWord"}
        await channel.send(_to(CHEN, LIN, HE))
        hub.refusals_left = 3
        await post(f"{hub.hook_url}/inbound", reply("13900007001", "还没来水", 1))
        await post(f"{hub.hook_url}/inbound", {"mobile": "13900007001", "text": "还没来水"})
        await post(f"{hub.hook_url}/report", [report(fake.sent[0]), {"mobile": "13900007001"}])
    assert {line["event"] for line in logs} == {
        "tencent.callback_failed",
        "tencent.reply_malformed",
        "tencent.report_rows_passed_over",
    }
    assert not any(word in str(logs) for word in ("1390000", "还没来水", "停水", SECRET_KEY, SECRET_ID))


async def _listen_until(channel: TencentChannel, hub: GatewayHub, *, messages: int, receipts: int) -> None:
    listening = asyncio.create_task(channel.listen(hub.receive))
    await hub.until(lambda: (len(hub.messages), len(hub.receipts)) == (messages, receipts))
    listening.cancel()
