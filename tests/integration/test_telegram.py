"""Telegram's inbound half, by polling."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable

import pytest
from structlog.testing import capture_logs

from notifier.channels import telegram
from notifier.channels.telegram import TelegramChannel
from notifier.message import AttachmentKind, Button, InboundMessage, Location, OutboundMessage
from tests.fakes.bot_api import BotApi
from tests.integration.telegram_parts import Inbox, listening, polling, until, until_confirmed

CHAT = 5_000_000_007
GROUP = -1_001_900_000_001


@pytest.fixture
async def fake() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram, "_LONGEST_WAIT_SECONDS", 0.05)


async def received(fake: BotApi, count: int = 1) -> list[InboundMessage]:
    inbox = Inbox()
    async with polling(fake, inbox):
        await inbox.until(count)
        await until_confirmed(fake)
    return inbox.messages


@pytest.mark.parametrize(
    "text",
    [
        "三组晒谷场边停水咗,几时有返?",
        "/start qr-rongxi-3",
        "2",
        "*_`[<b>&amp;",
        "🚰" * 2048,
    ],
)
async def test_a_text_arrives_as_it_was_typed(fake: BotApi, text: str) -> None:
    update_id = fake.user_says(CHAT, text, name="何_*阿婆*</b>&")
    assert await received(fake) == [
        InboundMessage(provider_id=str(update_id), address=str(CHAT), text=text, display_name="何_*阿婆*</b>&")
    ]


async def test_an_edited_message_is_a_new_one(fake: BotApi) -> None:
    fake.user_says(CHAT, "二组停电")
    fake.user_edits(CHAT, 101, "二组停水")
    first, second = await received(fake, 2)
    assert (first.text, second.text) == ("二组停电", "二组停水")
    assert first.provider_id != second.provider_id


async def test_a_live_locations_steps_are_no_messages(fake: BotApi) -> None:
    fake.user_sends_location(CHAT, 23.1291, 113.2644)
    fake.user_moves(CHAT, 101, 23.13, 113.27)
    fake.user_says(CHAT, "就在这里")
    first, second = await received(fake, 2)
    assert (first.location, second.text) == (Location(23.1291, 113.2644), "就在这里")


async def test_the_largest_photo_is_fetched_with_its_caption(fake: BotApi) -> None:
    fake.user_sends_photo(CHAT, [b"small", b"medium", b"the large one"], caption="路灯坏了")
    (message,) = await received(fake)
    assert message.text == "路灯坏了"
    assert [(file.kind, file.content) for file in message.attachments] == [(AttachmentKind.PHOTO, b"the large one")]


async def test_a_photo_above_ten_megabytes_comes_in_its_next_size(fake: BotApi) -> None:
    fake.user_sends_photo(CHAT, [b"small", b"medium", b"huge"], declared_bytes=10 * 1024 * 1024 + 1)
    (message,) = await received(fake)
    assert message.attachments[0].content == b"medium"


async def test_a_picture_sent_as_a_file_is_a_photo(fake: BotApi) -> None:
    fake.user_sends_picture_as_file(CHAT, b"uncompressed")
    (message,) = await received(fake)
    assert [(file.kind, file.content) for file in message.attachments] == [(AttachmentKind.PHOTO, b"uncompressed")]


async def test_a_voice_note_above_ten_megabytes_is_left(fake: BotApi) -> None:
    fake.user_sends_voice(CHAT, b"o" * (10 * 1024 * 1024 + 1))
    (message,) = await received(fake)
    assert message.attachments == ()


async def test_a_voice_note_is_kept(fake: BotApi) -> None:
    fake.user_sends_voice(CHAT, b"OggS")
    (message,) = await received(fake)
    assert [(file.kind, file.content) for file in message.attachments] == [(AttachmentKind.VOICE, b"OggS")]


async def test_a_file_that_is_gone_takes_no_words_with_it(fake: BotApi) -> None:
    update_id = fake.user_sends_photo(CHAT, [b"photo"], caption="水管爆了")
    fake.user_sends_voice(CHAT, b"OggS")
    fake.lose_files()
    with capture_logs() as logs:
        photo, voice = await received(fake, 2)
    assert (photo.text, photo.attachments, voice.text, voice.attachments) == ("水管爆了", (), "", ())
    assert {"event": "telegram.file_not_fetched", "update_id": update_id}.items() <= logs[0].items()


@pytest.mark.parametrize(
    ("phone", "contact_user_id", "shared"),
    [
        ("+8613900007001", None, "+8613900007001"),
        ("8613900007001", None, "+8613900007001"),
        ("+86 139 0000 7001", None, "+8613900007001"),
        ("+8613900007002", 5_000_000_099, ""),
        ("+8613900007003", 0, ""),
    ],
)
async def test_only_the_senders_own_card_is_their_number(
    fake: BotApi, phone: str, contact_user_id: int | None, shared: str
) -> None:
    fake.user_shares_contact(CHAT, phone, contact_user_id=contact_user_id)
    (message,) = await received(fake)
    assert (message.shared_number, message.text) == (shared, "")


async def test_a_sticker_comes_in_without_words(fake: BotApi) -> None:
    fake.user_sends_sticker(CHAT)
    (message,) = await received(fake)
    assert (message.text, message.address) == ("", str(CHAT))


async def test_a_pressed_button_names_its_message_and_is_answered(fake: BotApi) -> None:
    fake.user_says(CHAT, "/start")
    inbox = Inbox()
    async with polling(fake, inbox) as channel:
        await inbox.until(1)
        await channel.send([_question()])
        message_id = fake.sent[0].message_id
        update_id = fake.user_presses(message_id, "611")
        pressed = (await inbox.until(2))[1]
        await until_confirmed(fake)
    expected = (str(update_id), str(CHAT), "", "611", str(message_id))
    assert (pressed.provider_id, pressed.address, pressed.text, pressed.button, pressed.replaces) == expected
    assert len(fake.answered) == 1


async def test_a_query_too_old_to_answer_is_no_failure(fake: BotApi) -> None:
    fake.user_says(CHAT, "/start")
    inbox = Inbox()
    async with polling(fake, inbox) as channel:
        await inbox.until(1)
        await channel.send([_question()])
        fake.user_presses(fake.sent[0].message_id, "612")
        fake.open_queries.clear()
        await inbox.until(2)
        await until_confirmed(fake)
    assert (fake.answered, inbox.calls) == ([], 2)


def _question() -> OutboundMessage:
    buttons = (Button("同意", "611"), Button("不同意", "612"))
    return OutboundMessage(1, str(CHAT), "鱼塘续包5年,您同意吗?", buttons)


@pytest.mark.parametrize(
    ("says", "heard"),
    [
        (lambda fake: fake.user_says(GROUP, "@rongxi_test_bot 晒谷场装灯", user_id=6001), "晒谷场装灯"),
        (lambda fake: fake.user_says(GROUP, "晒谷场装灯@Rongxi_Test_Bot好不好", user_id=6001), "晒谷场装灯好不好"),
        (lambda fake: fake.user_says(GROUP, "/start@rongxi_test_bot g64", user_id=6001), "/start g64"),
        (lambda fake: fake.user_says(GROUP, "今晚打麻将不", user_id=6001), None),
        (lambda fake: fake.user_says(GROUP, "/start", user_id=6001), None),
        (lambda fake: fake.user_says(GROUP, "@rongxi_test_bot2 听得到吗", user_id=6001), None),
    ],
)
async def test_in_a_group_only_what_is_addressed_to_the_bot(
    fake: BotApi, says: Callable[[BotApi], int], heard: str | None
) -> None:
    fake.add_group(GROUP)
    says(fake)
    fake.user_says(CHAT, "完")
    *in_group, _last = await received(fake)
    assert [(message.address, message.text) for message in in_group] == ([(str(GROUP), heard)] if heard else [])


async def test_in_a_group_a_reply_to_the_bot_is_addressed_to_it(fake: BotApi) -> None:
    fake.add_group(GROUP)
    inbox = Inbox()
    async with polling(fake, inbox) as channel:
        await channel.send([OutboundMessage(1, str(GROUP), "64号征求意见")])
        fake.user_says(GROUP, "6盏改5盏", user_id=6001, reply_to=fake.sent[0].message_id)
        (message,) = await inbox.until(1)
    assert message.text == "6盏改5盏"


async def test_a_card_in_a_group_vouches_for_no_number(fake: BotApi) -> None:
    fake.add_group(GROUP)
    fake.user_says(GROUP, "@rongxi_test_bot 我的名片", user_id=6001)
    fake.updates[0]["message"]["contact"] = {"phone_number": "8613900007001", "first_name": "陈伯", "user_id": 6001}
    (message,) = await received(fake)
    assert message.shared_number == ""


async def test_other_bots_and_service_notes_are_not_heard(fake: BotApi) -> None:
    fake.user_says(CHAT, "我也是机器人")
    fake.updates[0]["message"]["from"]["is_bot"] = True
    fake.user_says(CHAT, "")
    fake.updates[1]["message"] |= {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}}
    fake.user_says(CHAT, "有人吗")
    (message,) = await received(fake)
    assert message.text == "有人吗"


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("message", {"text": "停水了"}),
        ("message", 5),
        ("message", {"message_id": 1, "date": "yesterday", "chat": []}),
        ("callback_query", {"id": 1}),
        ("message", None),
    ],
)
async def test_a_malformed_update_blocks_nothing_behind_it(fake: BotApi, kind: str, content: object) -> None:
    fake.arrived(kind, content)
    fake.user_says(CHAT, "后面的话")
    with capture_logs() as logs:
        messages = await received(fake)
    assert [message.text for message in messages] == ["后面的话"]
    assert "停水" not in str(logs)
    assert all(entry["update_id"] == 700_000_001 for entry in logs)


async def test_a_repeated_update_keeps_its_id(fake: BotApi) -> None:
    fake.user_says(CHAT, "停水了")
    fake.updates.append(fake.updates[0])
    first, second = await received(fake, 2)
    assert first == second


async def test_reordered_updates_are_all_taken_and_confirmed(fake: BotApi) -> None:
    for text in ("一", "二", "三"):
        fake.user_says(CHAT, text)
    fake.updates.reverse()
    messages = await received(fake, 3)
    assert [message.text for message in messages] == ["三", "二", "一"]
    assert fake.pending == []


async def test_ids_that_begin_anew_after_a_quiet_week_are_heard(fake: BotApi) -> None:
    inbox = Inbox()
    channel = TelegramChannel(fake.token, base_url=fake.base_url, poll_seconds=0)
    async with listening(channel, inbox):
        fake.user_says(CHAT, "上个月的话")
        await inbox.until(1)
        await until_confirmed(fake)
        calls = fake.calls["getUpdates"]
        await until(lambda: fake.calls["getUpdates"] >= calls + 2)
        fake.user_says(CHAT, "新的话")
        fake.updates[0]["update_id"] = 12
        await inbox.until(2)
    await channel.close()
    assert inbox.texts == ["上个月的话", "新的话"]


async def test_an_update_is_confirmed_only_after_receive_returned(fake: BotApi) -> None:
    fake.user_says(CHAT, "停水了")
    inbox, entered, may_return = Inbox(), asyncio.Event(), asyncio.Event()

    async def slow(messages: object, receipts: object) -> None:
        entered.set()
        await may_return.wait()
        await inbox.receive(messages, receipts)  # type: ignore[arg-type]

    channel = TelegramChannel(fake.token, base_url=fake.base_url)
    task = asyncio.create_task(channel.listen(slow))
    await entered.wait()
    await asyncio.sleep(0.05)
    assert len(fake.pending) == 1
    may_return.set()
    await until_confirmed(fake)
    assert inbox.texts == ["停水了"]
    task.cancel()
    await channel.close()


async def test_what_receive_could_not_commit_is_asked_for_again(fake: BotApi) -> None:
    fake.user_says(CHAT, "停水了")
    inbox = Inbox(failures=2)
    with capture_logs() as logs:
        async with polling(fake, inbox):
            await inbox.until(1)
            await until_confirmed(fake)
    assert (inbox.texts, inbox.calls) == (["停水了"], 3)
    assert [entry["event"] for entry in logs] == ["telegram.listening_failed"] * 2
    assert "停水" not in str(logs)


async def test_a_restart_before_the_commit_loses_nothing(fake: BotApi) -> None:
    fake.user_says(CHAT, "停水了")
    crashed = Inbox(failures=1_000)
    async with polling(fake, crashed):
        await until(lambda: crashed.calls)
    fake.user_says(CHAT, "三组也停")
    assert [message.text for message in await received(fake, 2)] == ["停水了", "三组也停"]


async def test_more_than_one_batch_of_updates(fake: BotApi) -> None:
    for number in range(230):
        fake.user_says(CHAT, f"第{number}句")
    messages = await received(fake, 230)
    assert [message.text for message in messages] == [f"第{number}句" for number in range(230)]


async def test_a_webhook_left_behind_is_taken_away_before_polling(fake: BotApi) -> None:
    await fake.obey("setWebhook", {"url": "https://village.example/hook"})
    fake.user_says(CHAT, "停水了")
    assert [message.text for message in await received(fake)] == ["停水了"]


async def test_two_pollers_are_noticed_and_both_go_on(fake: BotApi) -> None:
    inbox = Inbox()
    with capture_logs() as logs:
        async with polling(fake, inbox), polling(fake, inbox):
            await until(lambda: logs)
            fake.user_says(CHAT, "停水了")
            await inbox.until(1)
    assert logs[0]["event"] == "telegram.conflict"


@pytest.mark.parametrize("fault", ["hang up", (502, "<html>Bad Gateway</html>"), (200, "<html>Log in</html>")])
async def test_polling_outlives_a_bad_network(fake: BotApi, fault: tuple[int, str]) -> None:
    fake.fail_next("getUpdates", fault, fault)
    fake.fail_next("deleteWebhook", fault)
    fake.user_says(CHAT, "停水了")
    with capture_logs() as logs:
        assert [message.text for message in await received(fake)] == ["停水了"]
    assert [entry["failures"] for entry in logs] == [1, 1, 2]


async def test_the_wait_doubles_up_to_a_minute_and_is_scattered(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def record(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(telegram, "_LONGEST_WAIT_SECONDS", 60.0)
    monkeypatch.setattr("notifier.channels.telegram.asyncio.sleep", record)
    for failures in range(1, 12):
        await telegram._back_off(OSError(), failures)
    longest = [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]
    assert all(top / 2 <= wait <= top for wait, top in zip(waits, longest, strict=True))
    assert len(set(waits)) == len(waits)


async def test_no_log_holds_the_token_or_a_word(fake: BotApi, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    fake.user_says(CHAT, "我家电话是13900007001")
    fake.fail_next("getUpdates", (502, "<html>"), (200, "gateway says 我家电话"), "hang up")
    inbox = Inbox(failures=1)
    with capture_logs() as logs:
        async with polling(fake, inbox) as channel:
            await inbox.until(1)
            await channel.send([OutboundMessage(1, str(CHAT), "记下了")])
    everything = str(logs) + caplog.text
    assert len(logs) == 4
    for secret in (fake.token, fake.token.split(":")[1], "13900007001", "电话", "记下"):
        assert secret not in everything


async def test_a_wrong_token_is_tried_again_without_noise(fake: BotApi) -> None:
    channel = TelegramChannel("7000000001:" + "A" * 35, base_url=fake.base_url)
    with capture_logs() as logs:
        async with listening(channel, Inbox()):
            await until(lambda: len(logs) >= 2)
    await channel.close()
    assert {entry["error"] for entry in logs} == {"InvalidToken"}
