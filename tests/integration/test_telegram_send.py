"""Telegram's outbound half: what is sent, how it is edited, what each refusal becomes."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.channel import Channel, ChannelUnreachable
from notifier.channels.telegram import TelegramChannel
from notifier.channels.telegram_message import SHARE_NUMBER, inline_keyboard
from notifier.message import Accepted, Button, OutboundMessage, Refused, SendError, SendResult, Unknown
from tests.fakes.bot_api import BotApi, Fault

CHAT = 5_000_000_007
GROUP = -1_001_900_000_001
MESSAGE = OutboundMessage(delivery_id=1, address=str(CHAT), text="记下了:三组几家停水,编号3127。")


@pytest.fixture
async def fake() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        api.user_says(CHAT, "/start")
        api.add_group(GROUP)
        yield api


@pytest.fixture
async def channel(fake: BotApi) -> AsyncIterator[TelegramChannel]:
    made = TelegramChannel(fake.token, base_url=fake.base_url, timeout_seconds=2)
    yield made
    await made.close()


async def send(channel: Channel, message: OutboundMessage) -> SendResult:
    (result,) = await channel.send([message])
    return result


@pytest.mark.parametrize(
    "text",
    [MESSAGE.text, "陈_*伯*_ [点这里](http://x) `1`", "<b>何阿婆</b> & <script>", "🚰" * 4096],
)
async def test_text_goes_out_plain_whatever_it_looks_like(fake: BotApi, channel: Channel, text: str) -> None:
    result = await send(channel, replace(MESSAGE, text=text))
    (sent,) = fake.sent
    assert result == Accepted(str(sent.message_id))
    assert (sent.chat_id, sent.text, sent.parse_mode, sent.reply_markup) == (CHAT, text, "", None)


@pytest.mark.parametrize(
    ("labels", "rows"),
    [
        (["1 是"], [["1 是"]]),
        (["同意", "不同意", "弃权", "再想想"], [["同意", "不同意", "弃权"], ["再想想"]]),
        (["只我家", "附近几家都停", "说不清,请打给我"], [["只我家"], ["附近几家都停"], ["说不清,请打给我"]]),
    ],
)
async def test_short_buttons_share_a_row(
    fake: BotApi, channel: Channel, labels: list[str], rows: list[list[str]]
) -> None:
    buttons = tuple(Button(label, f"choice:{label}") for label in labels)
    await send(channel, replace(MESSAGE, buttons=buttons))
    assert fake.sent[0].rows == rows
    assert fake.sent[0].data == [button.data for button in buttons]


@given(st.lists(st.text(min_size=1, max_size=12), max_size=30))
def test_no_button_is_lost_or_moved(labels: list[str]) -> None:
    markup = inline_keyboard([Button(label, str(number)) for number, label in enumerate(labels)])
    rows = markup.inline_keyboard if markup else ()
    assert [(key.text, key.callback_data) for row in rows for key in row] == [
        (label, str(number)) for number, label in enumerate(labels)
    ]
    assert all(1 <= len(row) <= 3 for row in rows)


async def test_asking_for_the_number_is_a_key_that_sends_the_own_contact(fake: BotApi, channel: Channel) -> None:
    buttons = (Button("把我的号码发给村里", f"{SHARE_NUMBER}:start"), Button("不用了", "no"))
    asking = replace(MESSAGE, text="要认得您,请把手机号发来。", buttons=buttons)
    await send(channel, asking)
    assert fake.sent[0].reply_markup == {
        "keyboard": [[{"text": "把我的号码发给村里", "request_contact": True}], [{"text": "不用了"}]],
        "one_time_keyboard": True,
        "resize_keyboard": True,
    }
    result = await send(channel, replace(asking, replaces=str(fake.sent[0].message_id)))
    assert result == Accepted(str(fake.sent[1].message_id))


async def test_an_edit_changes_the_earlier_message(fake: BotApi, channel: Channel) -> None:
    await send(channel, replace(MESSAGE, buttons=(Button("同意", "611"),)))
    (sent,) = fake.sent
    edit = replace(MESSAGE, text="您投的是:同意。", replaces=str(sent.message_id))
    assert await send(channel, edit) == Accepted(str(sent.message_id))
    assert (sent.text, sent.rows, sent.edits, len(fake.sent)) == ("您投的是:同意。", [], 1, 1)


async def test_an_edit_that_changes_nothing_is_accepted(fake: BotApi, channel: Channel) -> None:
    await send(channel, MESSAGE)
    same = replace(MESSAGE, replaces=str(fake.sent[0].message_id))
    assert await send(channel, same) == Accepted(same.replaces or "")
    assert fake.sent[0].edits == 0


@pytest.mark.parametrize("message_id", ["999", "wx-3f2a"])
async def test_an_edit_of_nothing_is_refused_and_sends_nothing(fake: BotApi, channel: Channel, message_id: str) -> None:
    result = await send(channel, replace(MESSAGE, replaces=message_id))
    assert isinstance(result, Refused)
    assert (result.error.retryable, result.error.opted_out, fake.sent) == (False, False, [])


@pytest.mark.parametrize(
    ("message", "error"),
    [
        (replace(MESSAGE, text=" "), SendError("400", "Message text is empty")),
        (replace(MESSAGE, text="字" * 4097), SendError("400", "Message is too long")),
        (replace(MESSAGE, buttons=(Button("同意", "村" * 22),)), SendError("400", "Button_data_invalid")),
        (replace(MESSAGE, address="404404"), SendError("400", "Chat not found", opted_out=True)),
        (
            replace(MESSAGE, address=str(GROUP), buttons=(Button("号码", SHARE_NUMBER),)),
            SendError("400", "Phone number can be requested in private chats only"),
        ),
    ],
)
async def test_a_bad_request_is_refused_for_good(channel: Channel, message: OutboundMessage, error: SendError) -> None:
    assert await send(channel, message) == Refused(error)


async def test_who_blocked_the_bot_has_opted_out(fake: BotApi, channel: Channel) -> None:
    fake.block(CHAT)
    fake.block(GROUP)
    blocked = await send(channel, MESSAGE)
    kicked = await send(channel, replace(MESSAGE, address=str(GROUP)))
    assert blocked == Refused(SendError("403", "Forbidden: bot was blocked by the user", opted_out=True))
    assert isinstance(kicked, Refused)
    assert kicked.error.opted_out


async def test_a_chat_takes_a_burst_and_then_one_a_second(fake: BotApi, channel: Channel) -> None:
    results = [await send(channel, replace(MESSAGE, text=f"第{number}条")) for number in range(6)]
    assert all(isinstance(result, Accepted) for result in results[:5])
    assert results[5] == Refused(SendError("429", retryable=True, retry_after_seconds=5.0))
    assert (len(fake.sent), fake.too_many) == (5, 1)


@pytest.mark.parametrize("token", ["7000000001:" + "A" * 35, "nonsense"])
async def test_a_wrong_token_stops_the_channel(fake: BotApi, token: str) -> None:
    channel = TelegramChannel(token, base_url=fake.base_url)
    result = await send(channel, MESSAGE)
    with pytest.raises(ChannelUnreachable) as unreachable:
        await channel.check()
    await channel.close()
    assert isinstance(result, Refused)
    assert result.error.stops_channel
    assert token not in str(unreachable.value) + result.error.detail


@pytest.mark.parametrize(
    ("fault", "unknown", "taken"),
    [
        ("hang up", Unknown("NetworkError"), 1),
        ("stall", Unknown("TimedOut"), 1),
        ((502, "<html>Bad Gateway</html>"), Unknown("NetworkError"), 0),
        ((500, '{"ok":false,"error_code":500,"description":"Internal Server Error"}'), Unknown("NetworkError"), 0),
        ((200, "<html>Log in first</html>"), Unknown("NetworkError"), 0),
        ((200, '{"ok":true}'), Unknown("KeyError"), 0),
        ((200, '{"ok":true,"result":{}}'), Unknown("KeyError"), 0),
    ],
)
async def test_what_may_have_been_taken_is_unknown(
    fake: BotApi, monkeypatch: pytest.MonkeyPatch, fault: Fault, unknown: Unknown, taken: int
) -> None:
    monkeypatch.setattr("notifier.channels.telegram_request.CONNECT_SECONDS", 0.2)
    fake.fail_next("sendMessage", fault)
    channel = TelegramChannel(fake.token, base_url=fake.base_url, timeout_seconds=0.2)
    result = await send(channel, MESSAGE)
    await channel.close()
    assert (result, len(fake.sent)) == (unknown, taken)


@pytest.mark.parametrize("status", [302, 403, 407])
async def test_a_portal_or_proxy_in_between_has_passed_nothing_on(fake: BotApi, channel: Channel, status: int) -> None:
    fake.fail_next("sendMessage", (status, "<html>停水了</html>"))
    result = await send(channel, MESSAGE)
    expected = f"HTTP {status} from something that is not the Bot API"
    assert result == Refused(SendError("not-sent", expected, retryable=True))


@pytest.mark.parametrize("through_proxy", [False, True])
async def test_a_refused_connection_may_be_tried_again(free_port: int, *, through_proxy: bool) -> None:
    nobody = f"http://127.0.0.1:{free_port}"
    away = {"proxy": nobody} if through_proxy else {"base_url": nobody}
    channel = TelegramChannel("7000000001:" + "A" * 35, **away)  # type: ignore[arg-type]
    result = await send(channel, MESSAGE)
    with pytest.raises(ChannelUnreachable, match="did not answer"):
        await channel.check()
    await channel.close()
    assert isinstance(result, Refused)
    assert (result.error.code, result.error.retryable) == ("not-sent", True)


async def test_calls_go_through_the_proxy(fake: BotApi) -> None:
    """A plain-text proxy is asked for the whole address; the fake stands in for it and knows the path only."""
    channel = TelegramChannel(fake.token, base_url="http://api.telegram.invalid", proxy=fake.base_url)
    assert await channel.check() == "@rongxi_test_bot"
    await channel.close()


async def test_check_says_who_we_are(channel: Channel) -> None:
    assert await channel.check() == "@rongxi_test_bot"
