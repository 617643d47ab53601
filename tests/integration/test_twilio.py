"""The channel and a strict Twilio: what was sent, what was heard, and what nobody can say."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs
from yarl import URL

from notifier.channel import ChannelUnreachable
from notifier.channels.sms.twilio import TwilioChannel
from notifier.channels.sms.twilio_media import may_be_store
from notifier.message import (
    Accepted,
    Asked,
    AttachmentKind,
    InboundAttachment,
    OutboundMessage,
    ReceiptState,
    Refused,
    SendError,
    Unknown,
)
from notifier.registry import CHANNELS, NEEDED, Surroundings
from store.domain.accounts import Account, AccountKind
from tests.fakes.twilio import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    PHOTO,
    SENDER,
    SERVICE_SID,
    FakeTwilio,
    inbound,
    post,
)
from tests.integration.gateway_hub import GatewayHub

CHEN, LIN = "+8613900007001", "+8613900007002"
KNOCK = "【榕溪村】停水通知26041号:11月23日8点到17点,一至三组。看到请回1。"
SID = "SM" + "1" * 32


@pytest.fixture
async def fake() -> AsyncIterator[FakeTwilio]:
    async with FakeTwilio() as opened:
        yield opened


@pytest.fixture
async def hub() -> AsyncIterator[GatewayHub]:
    async with GatewayHub() as opened:
        yield opened


@pytest.fixture
async def channel(fake: FakeTwilio, hub: GatewayHub) -> TwilioChannel:
    return _channel(fake, hub)


def _channel(fake: FakeTwilio, hub: GatewayHub, *, sender: str = SENDER, token: str = AUTH_TOKEN) -> TwilioChannel:
    hub.channel = made = TwilioChannel(
        account_sid=ACCOUNT_SID,
        auth_token=token,
        sender=sender,
        hook_url=hub.hook_url,
        endpoint=fake.endpoint,
        timeout_seconds=0.3,
    )
    return made


@pytest.mark.parametrize(
    ("sender", "field"), [(SENDER, "from"), (SERVICE_SID, "messaging_service_sid")], ids=["number", "service"]
)
async def test_a_text_is_taken_as_written(fake: FakeTwilio, hub: GatewayHub, sender: str, field: str) -> None:
    [result] = await _channel(fake, hub, sender=sender).send([OutboundMessage(41, CHEN, f"{KNOCK}\n1+1=2?&😀")])
    [message] = fake.messages
    assert result == Accepted(message["sid"])
    assert (message["body"], message["to"], message[field]) == (f"{KNOCK}\n1+1=2?&😀", CHEN, sender)


LATER, STOPS = {"retryable": True}, {"stops_channel": True}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (21610, {"opted_out": True}),
        (21211, {}),
        (21614, {}),
        (21408, {}),
        (21617, {}),
        (20429, {**LATER, "retry_after_seconds": 10.0}),
        (14107, {**LATER, "retry_after_seconds": 10.0}),
        (21611, {**LATER, "retry_after_seconds": 60.0}),
        (63038, {**LATER, "retry_after_seconds": 14400.0}),
        (20003, STOPS),
        (20005, STOPS),
        (21659, STOPS),
        (21609, STOPS),
    ],
)
async def test_a_code_means_what_the_document_says(
    fake: FakeTwilio, channel: TwilioChannel, code: int, expected: dict[str, object]
) -> None:
    fake.codes = {CHEN: code}
    assert await channel.send([OutboundMessage(41, CHEN, KNOCK)]) == [Refused(SendError(str(code), **expected))]  # type: ignore[arg-type]


async def test_an_account_becomes_a_channel(fake: FakeTwilio, hub: GatewayHub) -> None:
    credentials = {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, "sender": SENDER}
    assert credentials.keys() == set(NEEDED[AccountKind.TWILIO])
    account = Account(1, 1, AccountKind.TWILIO, "sms", "s3cret", {**credentials, "endpoint": fake.endpoint})
    hub.channel = channel = CHANNELS[account.kind](account, Surroundings(hub.hook_url))
    await channel.send([OutboundMessage(41, CHEN, KNOCK)])
    assert await fake.becomes(fake.messages[0], "delivered") == 200
    assert [receipt.delivery_id for receipt in hub.receipts] == [41]


async def test_a_wrong_token_or_sender_stops_the_channel(fake: FakeTwilio, hub: GatewayHub) -> None:
    for channel, code in (
        (_channel(fake, hub, token="stolen"), "20003"),
        (_channel(fake, hub, sender="+85230000009"), "21659"),
    ):
        [result] = await channel.send([OutboundMessage(41, CHEN, KNOCK)])
        await channel.close()
        assert result == Refused(SendError(code, stops_channel=True))


@pytest.mark.parametrize("address", ["13900007001", "+0861390000", f"{CHEN} {LIN}", "+86139²", "村委会"])
async def test_what_is_no_number_is_not_even_asked(fake: FakeTwilio, channel: TwilioChannel, address: str) -> None:
    assert await channel.send([OutboundMessage(41, address, KNOCK)]) == [Refused(SendError("bad_address"))]
    assert fake.messages == []


@pytest.mark.parametrize("trouble", ["late", "broken", "502", "503", "403"])
async def test_a_lost_answer_is_unknown_and_its_receipt_finds_the_message(
    fake: FakeTwilio, channel: TwilioChannel, hub: GatewayHub, trouble: str
) -> None:
    fake.trouble = trouble
    [result] = await channel.send([OutboundMessage(41, CHEN, KNOCK)])
    [message] = fake.messages
    assert isinstance(result, Unknown)
    assert await fake.becomes(message, "delivered") == 200
    [receipt] = hub.receipts
    assert (receipt.delivery_id, receipt.provider_id, receipt.state) == (41, message["sid"], ReceiptState.DELIVERED)


@pytest.mark.parametrize(
    ("status", "code", "state"),
    [
        ("queued", None, ReceiptState.SENT),
        ("sending", None, ReceiptState.SENT),
        ("sent", None, ReceiptState.SENT),
        ("delivered", None, ReceiptState.DELIVERED),
        ("read", None, ReceiptState.READ),
        ("undelivered", 30003, ReceiptState.FAILED),
        ("failed", 30007, ReceiptState.FAILED),
        ("canceled", None, ReceiptState.FAILED),
        ("partially_delivered", None, None),
        ("something_new", None, None),
    ],
)
async def test_a_status_raises_the_state(
    fake: FakeTwilio, channel: TwilioChannel, hub: GatewayHub, status: str, code: int | None, state: ReceiptState | None
) -> None:
    await channel.send([OutboundMessage(41, CHEN, KNOCK)])
    for _ in range(2):
        assert await fake.becomes(fake.messages[0], status, code) == 200
    told = [(receipt.delivery_id, receipt.state, receipt.code, receipt.address) for receipt in hub.receipts]
    assert told == ([(41, state, str(code or ""), CHEN)] * 2 if state else [])


async def test_a_receipt_may_come_before_the_answer(fake: FakeTwilio, channel: TwilioChannel, hub: GatewayHub) -> None:
    async def tell(message: dict[str, Any]) -> None:
        await fake.becomes(message, "sent")

    fake.before_answer = tell
    [result] = await channel.send([OutboundMessage(41, CHEN, KNOCK)])
    assert [Accepted(receipt.provider_id) for receipt in hub.receipts] == [result]


async def test_a_message_comes_in_and_nothing_is_said_to_it(channel: TwilioChannel, hub: GatewayHub) -> None:
    assert channel is hub.channel
    answer = await post(f"{hub.hook_url}/inbound", inbound(SID, CHEN, "三组停水了\x00 & 1+1😀"))
    assert answer == (200, "text/xml", "<Response/>")
    [message] = hub.messages
    assert (message.provider_id, message.address, message.text) == (SID, CHEN, "三组停水了 & 1+1😀")


@pytest.mark.parametrize("name", ["inbound", "status"])
async def test_what_twilio_did_not_sign_stays_outside(channel: TwilioChannel, hub: GatewayHub, name: str) -> None:
    assert channel is hub.channel
    form = inbound(SID, CHEN, "我是村主任") | {"MessageStatus": "delivered"}
    with capture_logs() as logs:
        status, _, _ = await post(f"{hub.hook_url}/{name}?delivery=41", form, token="guessed")
    assert (status, hub.messages, hub.receipts) == (403, [], [])
    assert logs == [
        {"event": "twilio.signature_wrong", "log_level": "warning", "hook": name, "has_signature": True},
    ]


@pytest.mark.parametrize(
    ("call", "form", "status"),
    [
        ("inbound", inbound(SID, "", "停水"), 400),
        ("inbound", {"From": CHEN, "Body": "停水"}, 400),
        ("status?delivery=41", {"MessageSid": SID}, 400),
        ("status", {"MessageSid": SID, "MessageStatus": "sent"}, 400),
        ("status?delivery=" + "9" * 19, {"MessageSid": SID, "MessageStatus": "sent"}, 400),
        ("status?delivery=41", {"MessageSid": SID, "MessageStatus": "sent"}, 503),
        ("inbound", inbound(SID, CHEN, "停水"), 503),
    ],
)
async def test_what_was_not_taken_is_not_acknowledged(
    channel: TwilioChannel, hub: GatewayHub, call: str, form: dict[str, str], status: int
) -> None:
    assert channel is hub.channel
    hub.refusals_left = 1
    assert (await post(f"{hub.hook_url}/{call}", form))[0] == status
    assert (hub.messages, hub.receipts) == ([], [])


async def test_photos_come_with_the_text(fake: FakeTwilio, channel: TwilioChannel, hub: GatewayHub) -> None:
    assert channel is hub.channel
    form = inbound(SID, CHEN, "水管爆了", *(fake.media_url(SID, number) for number in range(3)))
    await post(f"{hub.hook_url}/inbound", form | {"MediaContentType1": "video/3gpp"})
    [message] = hub.messages
    assert message.text == "水管爆了"
    assert message.attachments == (InboundAttachment(AttachmentKind.PHOTO, PHOTO),) * 2
    assert not fake.token_shown_to_store


def _answers(status: int, body: bytes = b"", **headers: str) -> Callable[[web.Request], web.Response]:
    return lambda _: web.Response(status=status, body=body, headers=headers)


@pytest.mark.parametrize(
    ("photo", "reason"),
    [
        (_answers(404), "HTTP 404"),
        (_answers(302, Location="http://127.0.0.1:9/"), "HTTP 302"),
        (_answers(200, b"\xff" * (10 * 1024 * 1024 + 1)), "too large"),
    ],
)
async def test_a_photo_that_is_lost_costs_neither_text_nor_the_other_photos(
    fake: FakeTwilio,
    channel: TwilioChannel,
    hub: GatewayHub,
    photo: Callable[[web.Request], web.Response],
    reason: str,
) -> None:
    assert channel is hub.channel
    fake.photo = lambda request: photo(request) if request.path.endswith("0") else web.Response(body=PHOTO)
    form = inbound(SID, CHEN, "水管爆了", fake.media_url(SID, 0), fake.media_url(SID, 1))
    with capture_logs() as logs:
        assert (await post(f"{hub.hook_url}/inbound", form))[0] == 200
    assert [(message.text, len(message.attachments)) for message in hub.messages] == [("水管爆了", 1)]
    assert [(line["event"], line["reason"]) for line in logs] == [("twilio.photo_lost", reason)]


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:9/photo.jpg", "file:///etc/passwd", "http://[::", "x" * 5000])
async def test_a_photo_is_fetched_only_from_the_accounts_own_host(
    channel: TwilioChannel, hub: GatewayHub, url: str
) -> None:
    assert channel is hub.channel
    assert (await post(f"{hub.hook_url}/inbound", inbound(SID, CHEN, "水管爆了", url)))[0] == 200
    assert [(message.text, message.attachments) for message in hub.messages] == [("水管爆了", ())]


async def test_photos_that_are_late_do_not_hold_the_text_up(
    fake: FakeTwilio, channel: TwilioChannel, hub: GatewayHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert channel is hub.channel
    monkeypatch.setattr("notifier.channels.sms.twilio._PHOTOS_SECONDS", 0.0)
    assert (await post(f"{hub.hook_url}/inbound", inbound(SID, CHEN, "水管爆了", fake.media_url(SID))))[0] == 200
    assert [(message.text, message.attachments) for message in hub.messages] == [("水管爆了", ())]


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://mms.twiliocdn.com/AC/ME?Expires=1", True),
        ("https://s3-external-1.amazonaws.com/media/ME", True),
        ("https://api.twilio.com/elsewhere", True),
        ("http://mms.twiliocdn.com/ME", False),
        ("https://twiliocdn.com.example/ME", False),
        ("https://eviltwiliocdn.com/ME", False),
        ("http://api.twilio.com/ME", False),
        ("https://169.254.169.254/latest", False),
    ],
)
def test_twilio_may_point_to_its_own_stores_only(url: str, *, allowed: bool) -> None:
    assert may_be_store(URL(url), URL("https://api.twilio.com")) is allowed


async def test_a_message_is_looked_up_by_its_sid(fake: FakeTwilio, channel: TwilioChannel) -> None:
    [result] = await channel.send([OutboundMessage(41, CHEN, KNOCK)])
    assert isinstance(result, Accepted)
    fake.messages[0] |= {"status": "undelivered", "error_code": 30005}
    asked = Asked(41, CHEN, datetime.now(UTC), result.provider_id)
    [receipt] = await channel.look_up([asked, Asked(42, LIN, datetime.now(UTC), "SM" + "f" * 32)])
    assert (receipt.delivery_id, receipt.state, receipt.code) == (41, ReceiptState.FAILED, "30005")


async def test_without_a_sid_all_that_went_to_the_number_since_then_is_told(
    fake: FakeTwilio, channel: TwilioChannel
) -> None:
    await channel.send([OutboundMessage(39 + index, to, KNOCK) for index, to in enumerate((CHEN, LIN, CHEN, CHEN))])
    fake.messages[0]["date_created"] = "Sun, 22 Nov 2020 08:00:00 +0000"
    fake.messages[3]["direction"] = "inbound"
    told = await channel.look_up([Asked(41, CHEN, datetime.now(UTC))])
    assert [(one.provider_id, one.delivery_id, one.address, one.state) for one in told] == [
        (fake.messages[2]["sid"], None, CHEN, ReceiptState.SENT)
    ]
    assert await channel.look_up([Asked(41, CHEN, datetime.now(UTC) + timedelta(days=2))]) == []


async def test_the_doctor_hears_who_we_are(fake: FakeTwilio, hub: GatewayHub, channel: TwilioChannel) -> None:
    assert await channel.check() == f"Twilio account 榕溪村, from {SENDER}"
    fake.status = "suspended"
    with pytest.raises(ChannelUnreachable, match="not active"):
        await channel.check()
    await channel.close()
    stolen = _channel(fake, hub, token="stolen")
    for refused in (stolen.check(), stolen.look_up([Asked(41, CHEN, datetime.now(UTC))])):
        with pytest.raises(ChannelUnreachable, match="20003"):
            await refused


async def test_logs_hold_no_number_no_text_and_no_token(
    fake: FakeTwilio, channel: TwilioChannel, hub: GatewayHub
) -> None:
    with capture_logs() as logs:
        fake.codes = {LIN: 21610}
        await channel.send([OutboundMessage(41, CHEN, KNOCK), OutboundMessage(42, LIN, KNOCK)])
        hub.refusals_left = 2
        await fake.becomes(fake.messages[0], "sent")
        await post(f"{hub.hook_url}/inbound", inbound(SID, CHEN, "停水了", "http://127.0.0.1:9/photo"))
        await post(f"{hub.hook_url}/inbound", {"From": CHEN, "Body": "停水了"})
    assert [line["event"] for line in logs] == [
        "twilio.callback_failed",
        "twilio.photo_lost",
        "twilio.callback_failed",
        "twilio.inbound_malformed",
    ]
    assert not any(word in str(logs) for word in ("1390000", "停水", AUTH_TOKEN, "127.0.0.1"))
