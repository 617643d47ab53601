"""The channel against a strict Dysms API: what it sends, how it reads refusals, what it makes of callbacks."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from notifier.channel import ChannelUnreachable, WebRequest, WebResponse
from notifier.channels.sms.aliyun import AliyunChannel
from notifier.channels.sms.templates import Template
from notifier.message import (
    Accepted,
    Asked,
    DeliveryReceipt,
    InboundMessage,
    OutboundMessage,
    ReceiptState,
    Refused,
    SendResult,
    Unknown,
)
from notifier.registry import CHANNELS, NEEDED, Surroundings
from store.domain.accounts import Account, AccountKind
from tests.fakes.aliyun import KEY_ID, KEY_SECRET, SIGNATURE, TEMPLATES, Aliyun, reply

KNOCK = "【榕溪村】停水通知26041号:11月23日8点到17点,一至三组。看到请回1。"
RECEIVED = "【榕溪村】您说的停水收到了,编号3127。"


@pytest.fixture
async def fake() -> AsyncIterator[Aliyun]:
    async with Aliyun() as served:
        yield served


@pytest.fixture
async def channel(fake: Aliyun) -> AsyncIterator[AliyunChannel]:
    made = channel_at(fake.endpoint)
    yield made
    await made.close()


def channel_at(endpoint: str, *, secret: str = KEY_SECRET, timeout_seconds: float = 5.0) -> AliyunChannel:
    return AliyunChannel(
        access_key_id=KEY_ID,
        access_key_secret=secret,
        signatures=[SIGNATURE],
        templates=[*(Template(*pair) for pair in TEMPLATES.items()), Template("SMS_404", "${what}不在审核之列。")],
        endpoint=endpoint,
        timeout_seconds=timeout_seconds,
    )


def to(last_digits: int, text: str = KNOCK) -> OutboundMessage:
    return OutboundMessage(last_digits, f"+8613900007{last_digits:03}", text)


def names(results: Sequence[SendResult]) -> list[str]:
    return [result.provider_id for result in results if isinstance(result, Accepted)]


def codes(results: Sequence[SendResult]) -> list[str]:
    return [result.error.code if isinstance(result, Refused) else type(result).__name__ for result in results]


async def test_one_message_is_one_call(fake: Aliyun, channel: AliyunChannel) -> None:
    [result] = await channel.send([to(1)])
    assert isinstance(result, Accepted)
    assert fake.calls == ["SendSms"]
    assert [(sent.mobile, sent.text) for sent in fake.sent] == [("13900007001", KNOCK)]


async def test_what_shares_a_template_goes_in_one_call_and_results_keep_their_order(
    fake: Aliyun, channel: AliyunChannel
) -> None:
    texts = [KNOCK, RECEIVED, KNOCK.replace("26041", "26042"), "【榕溪村】明天天气好。", RECEIVED]
    results = await channel.send([to(number, text) for number, text in enumerate(texts, start=1)])
    assert codes(results) == ["Accepted", "Accepted", "Accepted", "no_template", "Accepted"]
    assert fake.calls == ["SendBatchSms", "SendBatchSms"]
    assert {sent.mobile[-1]: sent.text for sent in fake.sent} == {
        str(number): text for number, text in enumerate(texts, start=1) if number != 4
    }
    assert len(set(names(results))) == 4


async def test_two_messages_to_one_number_have_two_names(fake: Aliyun, channel: AliyunChannel) -> None:
    results = await channel.send([to(1), to(2), to(1, KNOCK.replace("26041", "26042"))])
    assert len(set(names(results))) == 3
    assert fake.calls == ["SendBatchSms", "SendSms"]


async def test_a_hundred_fit_into_a_call(fake: Aliyun, channel: AliyunChannel) -> None:
    results = await channel.send([to(number) for number in range(channel.limits.batch)])
    assert len(set(names(results))) == 100
    assert fake.calls == ["SendBatchSms"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (OutboundMessage(1, "+85290000001", KNOCK), "bad_address"),
        (OutboundMessage(1, "0208888123", KNOCK), "bad_address"),
        (to(1, KNOCK.replace("榕溪村", "桃源村")), "other_signature"),
        (to(1, "【榕溪村】停水通知26041号:" + "很" * 36 + "长。看到请回1。"), "no_template"),
    ],
)
async def test_what_aliyun_would_refuse_is_not_even_asked(
    fake: Aliyun, channel: AliyunChannel, message: OutboundMessage, code: str
) -> None:
    assert codes(await channel.send([message])) == [code]
    assert fake.calls == []


async def test_one_bad_number_does_not_cost_the_others(fake: Aliyun, channel: AliyunChannel) -> None:
    fake.refused = {"13900007003": "isv.MOBILE_NUMBER_ILLEGAL", "13900007017": "isv.BUSINESS_LIMIT_CONTROL"}
    results = await channel.send([to(number) for number in range(40)])
    refused = {index: result.error for index, result in enumerate(results) if isinstance(result, Refused)}
    assert {index: error.code for index, error in refused.items()} == {
        3: "isv.MOBILE_NUMBER_ILLEGAL",
        17: "isv.BUSINESS_LIMIT_CONTROL",
    }
    assert not refused[3].retryable
    assert (refused[17].retryable, refused[17].retry_after_seconds) == (True, 6 * 3600)
    assert len(set(names(results))) == len(fake.sent) == 38


STOPS, LATER, NEVER = (True, False, False), (False, True, False), (False, False, False)


@pytest.mark.parametrize(
    ("status", "code", "message", "means"),
    [
        (200, "isv.OUT_OF_SERVICE", "业务停机", STOPS),
        (200, "isv.AMOUNT_NOT_ENOUGH", "账户余额不足", STOPS),
        (200, "isv.DAY_LIMIT_CONTROL", "触发日发送限额", STOPS),
        (200, "isv.MONTH_LIMIT_CONTROL", "触发月发送限额", STOPS),
        (200, "isv.SIGN_STATE_ILLEGAL", "签名状态为不可用", STOPS),
        (200, "isv.SMS_SIGNATURE_ILLEGAL", "签名不合法", STOPS),
        (200, "isp.RAM_PERMISSION_DENY", "RAM权限不足", STOPS),
        (404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.", STOPS),
        (400, "SignatureDoesNotMatch", "server string to sign is: …", STOPS),
        (400, "InvalidTimeStamp.Expired", "expired", STOPS),
        (403, "Forbidden.RAM", "not authorized", STOPS),
        (200, "isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1", LATER),
        (400, "Throttling.User", "Request was denied due to user flow control.", LATER),
        (503, "Throttling.Api", "api flow control", LATER),
        (200, "isv.CUSTOMER_REFUSED", "用户已退订", (False, False, True)),
        (200, "isv.SMS_TEMPLATE_ILLEGAL", "模板不合法", NEVER),
        (200, "isv.BLACK_KEY_CONTROL_LIMIT", "黑名单管控", NEVER),
        (200, "isv.SMS_CONTENT_ILLEGAL", "短信内容包含禁止发送内容", NEVER),
        (400, "MissingPhoneNumbers", "mandatory", NEVER),
    ],
)
async def test_documented_refusals(
    fake: Aliyun, channel: AliyunChannel, status: int, code: str, message: str, means: tuple[bool, bool, bool]
) -> None:
    fake.codes.append((status, code, message))
    [result] = await channel.send([to(1)])
    assert isinstance(result, Refused)
    error = result.error
    assert (error.code, error.stops_channel, error.retryable, error.opted_out) == (code, *means)
    assert fake.sent == []


@pytest.mark.parametrize(
    ("status", "code"),
    [(200, "isp.SYSTEM_ERROR"), (500, "InternalError"), (503, "ServiceUnavailable"), (400, "SignatureNonceUsed")],
)
async def test_an_error_of_theirs_leaves_open_whether_it_went_out(
    fake: Aliyun, channel: AliyunChannel, status: int, code: str
) -> None:
    fake.codes.append((status, code, ""))
    [result] = await channel.send([to(1)])
    assert isinstance(result, Unknown)
    assert result.detail == code


async def test_what_another_villages_signature_meets_does_not_touch_ours(fake: Aliyun) -> None:
    channel = AliyunChannel(
        access_key_id=KEY_ID,
        access_key_secret=KEY_SECRET,
        signatures=[SIGNATURE, "桃源村"],
        templates=[Template(*pair) for pair in TEMPLATES.items()],
        endpoint=fake.endpoint,
    )
    results = await channel.send([to(1), to(2, KNOCK.replace("榕溪村", "桃源村"))])
    assert codes(results) == ["Accepted", "isv.SMS_SIGNATURE_ILLEGAL"]
    await channel.close()


async def test_a_refusal_of_the_account_is_asked_for_once(fake: Aliyun, channel: AliyunChannel) -> None:
    fake.codes.append((200, "isv.OUT_OF_SERVICE", ""))
    assert codes(await channel.send([to(1), to(2), to(3)])) == ["isv.OUT_OF_SERVICE"] * 3
    assert len(fake.calls) == 1


async def test_a_lost_answer_has_the_name_under_which_the_receipt_comes(fake: Aliyun) -> None:
    fake.held = True
    channel = channel_at(fake.endpoint, timeout_seconds=0.1)
    results = await channel.send([to(1), to(2)])
    assert all(isinstance(result, Unknown) for result in results)
    receipts = await _reported(channel, fake.report(*fake.sent))
    assert [receipt.provider_id for receipt in receipts] == [
        result.provider_id for result in results if isinstance(result, Unknown)
    ]
    await channel.close()


async def test_a_proxys_page_after_it_was_taken_is_unknown(fake: Aliyun, channel: AliyunChannel) -> None:
    fake.page = True
    [result] = await channel.send([to(1)])
    assert isinstance(result, Unknown)
    assert result.detail == "HTTP 502"
    assert len(fake.sent) == 1


async def test_calls_at_once_share_nothing(fake: Aliyun, channel: AliyunChannel) -> None:
    results = await asyncio.gather(*(channel.send([to(number)]) for number in range(8)))
    assert len({name for result in results for name in names(result)}) == len(fake.sent) == 8


async def test_nothing_of_a_person_is_logged_or_told(fake: Aliyun, channel: AliyunChannel) -> None:
    fake.codes.append((200, "isv.MOBILE_NUMBER_ILLEGAL", "13900007001invalid mobile number"))
    with capture_logs() as logs:
        told = repr(await channel.send([to(1)]))
        await _call(channel, "inbound", b'[{"phone_number": "13900007001", "content": 5}]')
        await _call(channel, "inbound", '{"phone_number": "13900007001", "content": "停水了"}'.encode())
        await _call(channel, "report", b'[{"phone_number": "13900007001", "success": true}]')
    for secret in ("13900007001", "停水", KEY_SECRET):
        assert secret not in told + repr(logs)


class _Inbox:
    def __init__(self) -> None:
        self.messages: list[InboundMessage] = []
        self.receipts: list[DeliveryReceipt] = []

    async def receive(self, messages: Sequence[InboundMessage], receipts: Sequence[DeliveryReceipt]) -> None:
        self.messages += messages
        self.receipts += receipts


async def _call(channel: AliyunChannel, route: str, body: bytes, inbox: _Inbox | None = None) -> WebResponse:
    handle = next(one.handle for one in channel.routes() if one.name == route)
    return await handle(WebRequest("POST", {}, {}, body, "s3cret"), (inbox or _Inbox()).receive)


async def _reported(channel: AliyunChannel, body: bytes) -> list[DeliveryReceipt]:
    inbox = _Inbox()
    response = await _call(channel, "report", body, inbox)
    assert (response.status, json.loads(response.text)) == (200, {"code": 0, "msg": "接收成功"})
    assert response.content_type == "application/json"
    return inbox.receipts


async def test_receipts_name_what_was_sent_however_often_they_come(fake: Aliyun, channel: AliyunChannel) -> None:
    results = await channel.send([to(1), to(2)])
    one, two = fake.sent
    arrived = await _reported(channel, fake.report(two, one) + b"\n")
    assert [receipt.provider_id for receipt in arrived] == names(results)[::-1]
    assert arrived == await _reported(channel, fake.report(two, one))
    assert {receipt.state for receipt in arrived} == {ReceiptState.DELIVERED}
    assert [receipt.address for receipt in arrived] == ["+8613900007002", "+8613900007001"]
    assert all(receipt.at and receipt.at.utcoffset() == timedelta(hours=8) for receipt in arrived)
    [failed] = await _reported(channel, fake.report(one, success=False, code="MOBILE_NOT_ON_SERVICE"))
    assert (failed.state, failed.code) == (ReceiptState.FAILED, "MOBILE_NOT_ON_SERVICE")


async def test_receipts_of_what_others_sent_cost_ours_nothing(fake: Aliyun, channel: AliyunChannel) -> None:
    await channel.send([to(1)])
    ours = json.loads(fake.report(*fake.sent))
    others = [{**ours[0], "out_id": ""}, {**ours[0], "success": "yes"}, {**ours[0], "phone_number": "?"}, None, 5]
    assert len(await _reported(channel, json.dumps([*others, *ours]).encode())) == 1


@pytest.mark.parametrize("older", [True, False])
async def test_a_reply_comes_in_and_its_repeat_is_known_as_one(channel: AliyunChannel, older: bool) -> None:  # noqa: FBT001
    body = json.dumps([reply("13900007001", "冇水", older=older), reply("13900007002", "1", older=older)]).encode()
    inbox = _Inbox()
    for _ in range(2):
        assert (await _call(channel, "inbound", body, inbox)).status == 200
    first, second, *repeats = inbox.messages
    assert repeats == [first, second]
    assert (first.address, first.text, second.text) == ("+8613900007001", "冇水", "1")
    assert first.provider_id != second.provider_id
    assert "13900007" not in first.provider_id


async def test_a_number_of_another_form_is_the_same_person(channel: AliyunChannel) -> None:
    inbox = _Inbox()
    entries = [reply("8613900007001", "有水了"), reply("+8613900007001", "多谢"), reply("10690001", "验证码")]
    await _call(channel, "inbound", json.dumps(entries).encode(), inbox)
    assert [message.address for message in inbox.messages] == ["+8613900007001", "+8613900007001", "10690001"]


async def test_what_became_of_an_unknown_message_is_asked(fake: Aliyun, channel: AliyunChannel) -> None:
    sent_at = datetime.now(UTC)
    await channel.send([to(1), to(2), to(3)])
    lost = (await channel.send([to(1, RECEIVED)]))[0]
    assert isinstance(lost, Accepted)
    fake.arrived.add(fake.sent[-1].out_id)
    [receipt] = await channel.look_up([Asked(9, "+8613900007001", sent_at, lost.provider_id)])
    assert (receipt.provider_id, receipt.state, receipt.code) == (lost.provider_id, ReceiptState.DELIVERED, "DELIVERED")
    fake.failed.add(fake.sent[0].out_id)
    states = [receipt.state for receipt in await channel.look_up([Asked(9, "+8613900007002", sent_at)])]
    assert states == [ReceiptState.FAILED]


async def test_without_a_name_only_what_went_out_about_then_is_told(channel: AliyunChannel) -> None:
    await channel.send([to(1)])
    now = datetime.now(UTC)
    [waiting] = await channel.look_up([Asked(9, "+8613900007001", now)])
    assert (waiting.state, waiting.address) == (ReceiptState.SENT, "+8613900007001")
    assert list(await channel.look_up([Asked(9, "+8613900007001", now - timedelta(hours=1))])) == []
    assert list(await channel.look_up([Asked(9, "+8613900007002", now), Asked(9, "nobody", now)])) == []
    assert list(await channel.look_up([Asked(9, "+8613900007001", now, "another name")])) == []


async def test_looking_up_says_when_aliyun_cannot_be_asked(fake: Aliyun, channel: AliyunChannel) -> None:
    fake.codes.append((200, "isv.OUT_OF_SERVICE", ""))
    with pytest.raises(ChannelUnreachable, match=r"isv\.OUT_OF_SERVICE"):
        await channel.look_up([Asked(9, "+8613900007001", datetime.now(UTC))])


async def test_an_account_as_it_is_entered_sends(fake: Aliyun) -> None:
    entered = {
        "access_key_id": KEY_ID,
        "access_key_secret": KEY_SECRET,
        "signature": f"{SIGNATURE},桃源村",
        "endpoint": f"{fake.endpoint}/",
        **{f"template.{code}": text for code, text in TEMPLATES.items()},
    }
    account = Account(1, 1, AccountKind.ALIYUN, "sms", "s3cret", entered)
    assert set(NEEDED[AccountKind.ALIYUN]) <= set(entered)
    channel = CHANNELS[AccountKind.ALIYUN](account, Surroundings("https://village.example/hook/1/s3cret"))
    results = await channel.send([to(1), to(2, "榕树下:这是一条测试消息。")])
    await channel.close()
    assert codes(results) == ["Accepted", "Accepted"]
    assert [sent.text for sent in fake.sent] == [KNOCK, "【榕溪村】榕树下:这是一条测试消息。"]


async def test_check_looks_at_the_credentials(fake: Aliyun, channel: AliyunChannel) -> None:
    assert await channel.check() == f"Aliyun SMS as {KEY_ID}, signed 榕溪村, 4 templates"
    stolen = channel_at(fake.endpoint, secret="another")
    with pytest.raises(ChannelUnreachable, match="SignatureDoesNotMatch"):
        await stolen.check()
    await stolen.close()
    assert fake.sent == []
