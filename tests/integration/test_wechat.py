"""The channel and a strict WeChat: what was sent, what was heard, and what its many codes mean."""

import asyncio
import io
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs

from notifier.channel import ChannelUnreachable
from notifier.channels import wechat
from notifier.channels.wechat import WechatChannel
from notifier.message import (
    Accepted,
    AttachmentKind,
    Button,
    InboundAttachment,
    OutboundMessage,
    Refused,
    SendError,
    Unknown,
)
from notifier.registry import CHANNELS, NEEDED, Surroundings
from store.domain.accounts import Account, AccountKind
from tests.fakes.wechat import (
    AES_KEY,
    APP_ID,
    APP_SECRET,
    CHEN,
    LIN,
    PHOTO,
    TOKEN,
    FakeWechat,
    as_xml,
    event,
    fields_of,
    pushed,
    said,
    signed_query,
)
from tests.integration.gateway_hub import GatewayHub

KNOCK = "停水通知26041号:11月23日8点到17点,一至三组。看到请回1。"


@pytest.fixture
async def fake() -> AsyncIterator[FakeWechat]:
    async with FakeWechat() as opened:
        opened.writes(CHEN)
        yield opened


@pytest.fixture
async def hub() -> AsyncIterator[GatewayHub]:
    async with GatewayHub() as opened:
        yield opened


def _channel(fake: FakeWechat, hub: GatewayHub, *, secret: str = APP_SECRET, aes_key: str = "") -> WechatChannel:
    hub.channel = made = WechatChannel(
        app_id=APP_ID,
        app_secret=secret,
        token=TOKEN,
        aes_key=aes_key,
        base_url=fake.endpoint,
        timeout_seconds=0.3,
    )
    return made


@pytest.fixture
async def channel(fake: FakeWechat, hub: GatewayHub) -> WechatChannel:
    return _channel(fake, hub)


def _to_chen(text: str = KNOCK, *buttons: Button) -> OutboundMessage:
    return OutboundMessage(41, CHEN, text, buttons)


async def test_a_text_is_taken_as_written(channel: WechatChannel, fake: FakeWechat) -> None:
    [result] = await channel.send([_to_chen(f"{KNOCK}\n1+1=2?&😀")])
    assert result == Accepted()
    [sent] = fake.sent
    assert (sent.address, sent.text, sent.choices) == (CHEN, f"{KNOCK}\n1+1=2?&😀", {})


async def test_choices_are_a_menu_that_comes_back_as_buttons(
    channel: WechatChannel, fake: FakeWechat, hub: GatewayHub
) -> None:
    await channel.send([_to_chen("您家有水了吗?", Button("有", "q:7:yes"), Button("没有", "q:7:no"), Button("", "x"))])
    [sent] = fake.sent
    assert (sent.text, sent.choices) == ("您家有水了吗?", {"有": "q:7:yes", "没有": "q:7:no"})
    await fake.push(f"{hub.hook_url}/updates", said("有", bizmsgmenuid=sent.choices["有"]))
    assert [message.button for message in hub.messages] == ["q:7:yes"]


async def test_an_edit_is_sent_anew(channel: WechatChannel, fake: FakeWechat) -> None:
    assert list(await channel.send([OutboundMessage(41, CHEN, "改好了", replaces="23")])) == [Accepted()]
    assert [sent.text for sent in fake.sent] == ["改好了"]


@pytest.mark.parametrize("buttons", [(), tuple(Button(f"第{number}个选项", f"f:1:{number}") for number in range(9))])
async def test_a_text_that_is_too_long_is_cut_to_what_fits(
    channel: WechatChannel, fake: FakeWechat, buttons: tuple[Button, ...]
) -> None:
    assert list(await channel.send([_to_chen("水" * 2000, *buttons)])) == [Accepted()]
    assert fake.sent[0].text.endswith("水…")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (-1, SendError("-1", retryable=True, retry_after_seconds=5.0)),
        (45009, SendError("45009", retryable=True, retry_after_seconds=3600.0)),
        (45011, SendError("45011", retryable=True, retry_after_seconds=60.0)),
        (40164, SendError("40164", stops_channel=True)),
        (48001, SendError("48001", stops_channel=True)),
        (50002, SendError("50002", stops_channel=True)),
        (43004, SendError("43004", opted_out=True)),
        (40003, SendError("40003", opted_out=True)),
        (45015, SendError("45015", closed=True)),
        (45047, SendError("45047", closed=True)),
        (45002, SendError("45002")),
        (99999, SendError("99999")),
    ],
)
async def test_each_code_says_what_to_do(channel: WechatChannel, fake: FakeWechat, code: int, error: SendError) -> None:
    fake.code = code
    assert list(await channel.send([_to_chen()])) == [Refused(error)]
    assert fake.calls == 1


async def test_the_sixth_message_and_a_late_one_find_the_window_closed(hub: GatewayHub) -> None:
    now = time.time()
    async with FakeWechat(lambda: now) as fake:
        channel = _channel(fake, hub)
        fake.writes(CHEN)
        results = [(await channel.send([_to_chen()]))[0] for _ in range(6)]
        assert results == [*[Accepted()] * 5, Refused(SendError("45047", closed=True))]
        fake.writes(CHEN)
        now += 48 * 3600 + 1
        assert list(await channel.send([_to_chen()])) == [Refused(SendError("45015", closed=True))]


@pytest.mark.parametrize(("known", "fetched"), [(True, [False, False]), (False, [False, False, True])])
async def test_a_token_that_ended_is_replaced_once_and_the_call_repeated(
    channel: WechatChannel, fake: FakeWechat, fetched: list[bool], *, known: bool
) -> None:
    await channel.send([_to_chen("一")])
    fake.end_token(known=known)
    assert list(await channel.send([_to_chen("二")])) == [Accepted()]
    assert [sent.text for sent in fake.sent] == ["一", "二"]
    assert (fake.calls, fake.tokens_fetched) == (3, fetched)


async def test_a_token_that_stays_wrong_is_tried_again_later(channel: WechatChannel, fake: FakeWechat) -> None:
    fake.code = 40001
    assert list(await channel.send([_to_chen()])) == [
        Refused(SendError("40001", retryable=True, retry_after_seconds=60.0))
    ]
    assert fake.calls == 2


async def test_many_calls_fetch_one_token(channel: WechatChannel, fake: FakeWechat) -> None:
    results = await asyncio.gather(*(channel.send([_to_chen(str(number))]) for number in range(5)))
    assert [list(result) for result in results] == [[Accepted()]] * 5
    assert fake.tokens_fetched == [False]
    fake.writes(CHEN)
    fake.end_token()
    await asyncio.gather(*(channel.send([_to_chen(str(number))]) for number in range(5)))
    assert fake.tokens_fetched == [False, False]


@pytest.mark.parametrize("code", [40001, 40125, 40164, 40243])
async def test_a_wrong_secret_or_address_stops_the_channel(channel: WechatChannel, fake: FakeWechat, code: int) -> None:
    fake.token_code = code
    assert list(await channel.send([_to_chen()])) == [Refused(SendError(str(code), stops_channel=True))]
    with pytest.raises(ChannelUnreachable, match=str(code)):
        await channel.check()
    assert fake.calls == 0


@pytest.mark.parametrize("trouble", ["late", "broken", "<html>", "[]", '{"errcode":"0"}', "[" * 50_000])
async def test_whatever_was_not_answered_is_unknown(channel: WechatChannel, fake: FakeWechat, trouble: str) -> None:
    fake.trouble = trouble
    [result] = await channel.send([_to_chen()])
    assert isinstance(result, Unknown)
    assert len(fake.sent) == 1


async def test_where_nobody_answers_nothing_was_taken(channel: WechatChannel, fake: FakeWechat) -> None:
    """Unless the connection broke under the call."""
    await channel.send([_to_chen()])
    await fake.goes_away()
    assert isinstance((await channel.send([_to_chen()]))[0], Unknown)
    [result] = await channel.send([_to_chen()])
    assert isinstance(result, Refused)
    assert (result.error.code, result.error.retryable) == ("not_connected", True)


async def test_doctor_hears_that_the_account_answers(fake: FakeWechat, hub: GatewayHub) -> None:
    for aes_key, line in (("", f"WeChat account {APP_ID}"), (AES_KEY, f"WeChat account {APP_ID}, safe mode")):
        channel = _channel(fake, hub, aes_key=aes_key)
        assert await channel.check() == line
        await channel.close()
    with pytest.raises(ChannelUnreachable, match="40125"):
        await _channel(fake, hub, secret="wrong").check()


async def test_whoever_enters_our_address_at_wechat_is_answered(channel: WechatChannel, hub: GatewayHub) -> None:
    assert channel
    good = signed_query() | {"echostr": "5826479174523"}
    assert await _get(hub, good) == (200, "5826479174523")
    assert (await _get(hub, good | {"signature": "0" * 40}))[0] == 403
    assert (await _get(hub, {"echostr": "5826479174523"}))[0] == 403
    assert (await _get(hub, signed_query()))[0] == 400
    assert hub.messages == []


@pytest.mark.parametrize("aes", [False, True])
async def test_a_message_comes_in(fake: FakeWechat, hub: GatewayHub, *, aes: bool) -> None:
    _channel(fake, hub, aes_key=AES_KEY if aes else "")
    assert await fake.push(f"{hub.hook_url}/updates", said("三组停水了"), aes=aes) == (200, "success")
    [message] = hub.messages
    assert (message.address, message.text) == (CHEN, "三组停水了")


async def test_beside_what_is_sealed_nothing_plain_is_believed(fake: FakeWechat, hub: GatewayHub) -> None:
    """In WeChat's mode for migrating (兼容模式) both stand there."""
    _channel(fake, hub, aes_key=AES_KEY)
    query, body = pushed(said("停水了"), aes=True)
    both = body.replace(b"<xml>", f"<xml><Content>{'来电了'}</Content><FromUserName>{LIN}</FromUserName>".encode())
    async with ClientSession() as session, session.post(f"{hub.hook_url}/updates", params=query, data=both) as response:
        assert response.status == 200
    assert [(message.address, message.text) for message in hub.messages] == [(CHEN, "停水了")]


async def test_what_asks_nothing_of_us_is_taken(channel: WechatChannel, fake: FakeWechat, hub: GatewayHub) -> None:
    assert channel
    for name in ("unsubscribe", "VIEW", "TEMPLATESENDJOBFINISH"):
        assert await fake.push(f"{hub.hook_url}/updates", event(name)) == (200, "success")
    assert hub.messages == []


async def test_what_was_not_stored_is_delivered_again(
    channel: WechatChannel, fake: FakeWechat, hub: GatewayHub
) -> None:
    assert channel
    hub.refusals_left = 1
    message = said("停水了")
    assert [(await fake.push(f"{hub.hook_url}/updates", message))[0] for _ in range(2)] == [503, 200]
    assert [one.text for one in hub.messages] == ["停水了"]


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        (fields_of("image", MediaId="photo"), AttachmentKind.PHOTO),
        (fields_of("voice", MediaId="photo", Format="amr"), AttachmentKind.VOICE),
    ],
)
async def test_a_file_is_fetched(
    channel: WechatChannel, fake: FakeWechat, hub: GatewayHub, fields: dict[str, object], kind: AttachmentKind
) -> None:
    assert channel
    await fake.push(f"{hub.hook_url}/updates", fields)
    assert [message.attachments for message in hub.messages] == [(InboundAttachment(kind, PHOTO),)]


async def test_a_file_is_fetched_with_a_new_token_where_the_old_one_ended(
    channel: WechatChannel, fake: FakeWechat, hub: GatewayHub
) -> None:
    await channel.send([_to_chen()])
    fake.end_token()
    await fake.push(f"{hub.hook_url}/updates", fields_of("image", MediaId="photo"))
    assert [len(message.attachments) for message in hub.messages] == [1]


@pytest.mark.parametrize("trouble", ["gone", "slow", "large", "no token"])
async def test_a_file_that_cannot_be_had_costs_no_message(
    channel: WechatChannel, fake: FakeWechat, hub: GatewayHub, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert channel
    monkeypatch.setattr(wechat, "_FILE_SECONDS", 0.2)
    match trouble:
        case "gone":
            fake.media.clear()
        case "slow":
            fake.media_seconds = 30.0
        case "large":
            fake.media["photo"] = bytes(10 * 1024 * 1024 + 1)
        case _:
            fake.token_code = -1
    with capture_logs() as logs:
        async with asyncio.timeout(10):
            answer = await fake.push(f"{hub.hook_url}/updates", fields_of("image", MediaId="photo"))
    assert answer == (200, "success")
    assert [(message.address, message.attachments) for message in hub.messages] == [(CHEN, ())]
    assert [line["event"] for line in logs] == ["wechat.file_not_fetched"]
    assert CHEN not in str(logs)


def _with(query: dict[str, str], **changed: str) -> dict[str, str]:
    return query | changed


_PLAIN = pushed(said("停水了"))
_SEALED = pushed(said("停水了"), aes=True)
_OTHERS = pushed(said("停水了"), aes=True, app_id="wx0000000000000000")


@pytest.mark.parametrize(
    ("query", "body", "aes", "status"),
    [
        (_with(_PLAIN[0], signature="0" * 40), _PLAIN[1], False, 403),
        (_with(_PLAIN[0], nonce="2"), _PLAIN[1], False, 403),
        ({}, _PLAIN[1], False, 403),
        (_PLAIN[0], _PLAIN[1][:-30], False, 400),
        (_PLAIN[0], b"<!DOCTYPE x [<!ENTITY a 'x'>]><xml><Content>&a;</Content></xml>", False, 400),
        (_PLAIN[0], b"<xml>" + b"a" * 10_000_000 + b"</xml>", False, 400),
        (_PLAIN[0], _PLAIN[1], True, 403),
        (_with(_SEALED[0], msg_signature="0" * 40), _SEALED[1], True, 403),
        (_SEALED[0], _SEALED[1].replace(b"</Encrypt>", b"A</Encrypt>"), True, 403),
        (_OTHERS[0], _OTHERS[1], True, 403),
        (
            signed_query() | {"msg_signature": signed_query("not base64!")["signature"]},
            as_xml({"Encrypt": "not base64!"}).encode(),
            True,
            400,
        ),
        (_SEALED[0], _SEALED[1], False, 400),
    ],
    ids=[
        "a wrong signature",
        "another nonce",
        "no query",
        "cut off",
        "a DOCTYPE",
        "ten megabytes",
        "plain in safe mode",
        "a wrong msg_signature",
        "changed",
        "another account's",
        "not base64",
        "sealed in plain mode",
    ],
)
async def test_what_is_forged_or_malformed_brings_nothing(
    fake: FakeWechat, hub: GatewayHub, query: dict[str, str], body: bytes, status: int, *, aes: bool
) -> None:
    _channel(fake, hub, aes_key=AES_KEY if aes else "")
    with capture_logs() as logs:
        async with (
            ClientSession() as session,
            session.post(f"{hub.hook_url}/updates", params=query, data=io.BytesIO(body)) as response,
        ):
            assert response.status == status
    assert hub.messages == []
    assert [line["event"] for line in logs] == ["wechat.forbidden" if status == 403 else "wechat.malformed"]
    assert "停水" not in str(logs)
    assert CHEN not in str(logs)


def test_an_account_makes_its_channel() -> None:
    given = {"app_id": APP_ID, "app_secret": APP_SECRET, "token": TOKEN}
    assert set(NEEDED[AccountKind.WECHAT]) == set(given)
    around = Surroundings("https://village.example/hook/1/s3cret")
    account = Account(1, 1, AccountKind.WECHAT, "wechat", "s3cret", given)
    assert CHANNELS[AccountKind.WECHAT](account, around).kind == "wechat"
    for wrong in ({"aes_key": "short"}, {"aes_key": "!" * 43}):
        with pytest.raises(ValueError, match=r".*"):
            CHANNELS[AccountKind.WECHAT](Account(1, 1, AccountKind.WECHAT, "wechat", "s3cret", given | wrong), around)


async def test_two_people_have_windows_of_their_own(channel: WechatChannel, fake: FakeWechat) -> None:
    fake.codes[LIN] = 43004
    results: list[Any] = [
        *await channel.send([_to_chen()]),
        *await channel.send([OutboundMessage(42, LIN, KNOCK)]),
    ]
    assert results == [Accepted(), Refused(SendError("43004", opted_out=True))]


async def _get(hub: GatewayHub, query: dict[str, str]) -> tuple[int, str]:
    async with ClientSession() as session, session.get(f"{hub.hook_url}/updates", params=query) as response:
        return response.status, await response.text()
