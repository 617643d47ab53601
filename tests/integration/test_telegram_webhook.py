"""Telegram's inbound half, by webhook."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from structlog.testing import capture_logs

from notifier.channel import WebRequest
from notifier.channels.telegram import TelegramChannel
from notifier.message import Button, OutboundMessage
from tests.fakes.bot_api import BotApi
from tests.integration.telegram_parts import SECRET, Inbox, hooked, listening, until_confirmed

CHAT = 5_000_000_007
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture
async def fake() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api


async def post(url: str, body: str | bytes, secret: str | None = SECRET) -> int:
    headers = {} if secret is None else {HEADER: secret}
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as response:
        return response.status


async def test_listening_sets_the_webhook_and_messages_come(fake: BotApi) -> None:
    inbox = Inbox()
    fake.user_says(CHAT, "早就等着的话")
    async with hooked(fake, inbox) as (channel, _url), listening(channel, inbox):
        await inbox.until(1)
        fake.user_says(CHAT, "停水了")
        await until_confirmed(fake)
    assert inbox.texts == ["早就等着的话", "停水了"]
    assert (fake.calls["setWebhook"], fake.calls["getUpdates"], fake.pushes) == (1, 0, [200, 200])


async def test_setting_the_webhook_is_tried_again(fake: BotApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifier.channels.telegram._LONGEST_WAIT_SECONDS", 0.05)
    fake.fail_next("setWebhook", (502, "<html>"), (200, "<html>"))
    fake.user_says(CHAT, "停水了")
    inbox = Inbox()
    async with hooked(fake, inbox) as (channel, _url), listening(channel, inbox):
        await inbox.until(1)
    assert fake.calls["setWebhook"] == 3


async def test_a_pressed_button_is_answered_in_the_webhooks_own_answer(fake: BotApi) -> None:
    inbox = Inbox()
    async with hooked(fake, inbox) as (channel, _url), listening(channel, inbox):
        fake.user_says(CHAT, "/start")
        await inbox.until(1)
        await channel.send([OutboundMessage(1, str(CHAT), "您家有水了吗?", (Button("有", "1"), Button("没有", "2")))])
        message_id = fake.sent[0].message_id
        fake.user_presses(message_id, "2")
        pressed = (await inbox.until(2))[1]
        await until_confirmed(fake)
    assert (pressed.button, pressed.replaces) == ("2", str(message_id))
    assert (len(fake.answered), fake.calls["answerCallbackQuery"]) == (1, 0)


async def test_what_receive_could_not_commit_is_pushed_again(fake: BotApi) -> None:
    inbox = Inbox(failures=2)
    fake.user_says(CHAT, "停水了")
    with capture_logs() as logs:
        async with hooked(fake, inbox) as (channel, _url), listening(channel, inbox):
            await inbox.until(1)
            await until_confirmed(fake)
    assert (inbox.texts, fake.pushes) == (["停水了"], [503, 503, 200])
    assert "停水" not in str(logs)


@pytest.mark.parametrize("secret", [None, "", "banyan-webhook-secret_2", SECRET + "x", "村", "\udcff"])
async def test_without_the_secret_nothing_comes_in(fake: BotApi, secret: str | None) -> None:
    inbox = Inbox()
    headers = {} if secret is None else {HEADER.lower(): secret}
    body = b'{"update_id":1,"message":{"text":"forged"}}'
    async with hooked(fake, inbox) as (channel, _url):
        with capture_logs() as logs:
            request = WebRequest("POST", {}, headers, body, secret="in-the-path")
            answer = await channel.routes()[0].handle(request, inbox.receive)
    assert (answer.status, inbox.calls) == (403, 0)
    assert logs == [{"event": "telegram.webhook_forbidden", "log_level": "warning", "has_secret": bool(secret)}]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("{", 400),
        (b"\xff\xfe", 400),
        ("[]", 200),
        ('{"message":{"text":"no id"}}', 200),
        ('{"update_id":7,"message":{"text":"no sender"}}', 200),
        ('{"update_id":7,"my_chat_member":{}}', 200),
    ],
)
async def test_what_is_no_update_is_turned_away_or_passed_over(fake: BotApi, body: str | bytes, status: int) -> None:
    inbox = Inbox()
    async with hooked(fake, inbox) as (_channel, url):
        assert await post(url, body) == status
    assert inbox.calls == 0


async def test_updates_pushed_at_once_out_of_order_and_twice_all_arrive(fake: BotApi) -> None:
    inbox = Inbox()
    for text in ("一", "二", "三"):
        fake.user_says(CHAT, text)
    bodies = [aiohttp.payload.JsonPayload(update).decode() for update in reversed([*fake.updates, fake.updates[0]])]
    async with hooked(fake, inbox) as (_channel, url):
        assert await asyncio.gather(*(post(url, body) for body in bodies)) == [200] * 4
    assert sorted(inbox.texts) == ["一", "一", "三", "二"]
    assert len({message.provider_id for message in inbox.messages}) == 3


async def test_a_group_message_waits_until_the_bot_knows_its_own_name(fake: BotApi) -> None:
    inbox = Inbox()
    fake.add_group(-1001)
    fake.user_says(-1001, "@rongxi_test_bot 开64号", user_id=6001)
    fake.fail_next("getMe", (502, "<html>"))
    async with hooked(fake, inbox) as (channel, _url), listening(channel, inbox):
        await inbox.until(1)
    assert (inbox.texts, fake.pushes[0]) == (["开64号"], 503)


def test_polling_opens_no_door() -> None:
    assert TelegramChannel("7000000001:" + "A" * 35).routes() == ()


@pytest.mark.parametrize(("secret", "url"), [("", "https://village.example/hook"), ("s", "")])
def test_a_webhook_without_a_secret_or_an_address_is_not_made(secret: str, url: str) -> None:
    with pytest.raises(ValueError, match="needs a secret"):
        TelegramChannel("7000000001:" + "A" * 35, mode="webhook", webhook_secret=secret, public_url=url)
