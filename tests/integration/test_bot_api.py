"""The fake is as strict as what it stands in for."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.fakes.bot_api import BotApi
from tests.fakes.bot_api_flood import FloodControl
from tests.fakes.bot_api_shapes import Json


@pytest.fixture
async def fake() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        api.user_says(5001, "你好")
        yield api


async def call(fake: BotApi, method: str, *, token: str = "", **parameters: object) -> Json:
    url = f"{fake.base_url}/bot{token or fake.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, json=parameters) as response:
        answer: Json = await response.json()
        assert response.status == answer.get("error_code", 200)
        return answer


@pytest.mark.parametrize(
    ("method", "parameters", "description"),
    [
        ("sendMesage", {}, "Not Found"),
        ("sendMessage", {"chat_id": 5001, "txt": "x"}, "Bad Request: sendMessage has no parameters ['txt']"),
        ("sendMessage", {"chat_id": "five", "text": "x"}, "Bad Request: chat_id is empty or no number"),
        ("sendMessage", {"chat_id": 5001, "text": "x", "reply_markup": []}, "object expected"),
        ("editMessageText", {"chat_id": 5001, "message_id": 101, "text": "x"}, "message to edit not found"),
        ("getFile", {"file_id": "nothing"}, "wrong file_id"),
        ("answerCallbackQuery", {"callback_query_id": "1"}, "query is too old"),
        ("getUpdates", {"limit": 101}, "limit"),
        ("setWebhook", {"url": "http://village.example/"}, "HTTPS"),
        ("setWebhook", {"url": "https://village.example/", "secret_token": "a b"}, "unallowed"),
    ],
)
async def test_what_telegram_would_refuse(fake: BotApi, method: str, parameters: Json, description: str) -> None:
    answer = await call(fake, method, **parameters)
    assert not answer["ok"]
    assert description in answer["description"]


@pytest.mark.parametrize(("token", "code"), [("123", 404), ("1:" + "A" * 35, 401)])
async def test_wrong_tokens(fake: BotApi, token: str, code: int) -> None:
    assert (await call(fake, "getMe", token=token))["error_code"] == code


async def test_polling_while_a_webhook_is_set_conflicts(fake: BotApi) -> None:
    await call(fake, "setWebhook", url="https://village.example/hook")
    assert (await call(fake, "getUpdates"))["error_code"] == 409


async def test_updates_are_as_documented_and_stay_until_confirmed(fake: BotApi) -> None:
    (update,) = (await call(fake, "getUpdates"))["result"]
    message = update["message"]
    assert isinstance(message["date"], int)
    assert (message["from"]["id"], message["chat"]["type"], message["text"]) == (5001, "private", "你好")
    assert (await call(fake, "getUpdates"))["result"] == [update]
    assert (await call(fake, "getUpdates", offset=update["update_id"] + 1))["result"] == []


@pytest.mark.parametrize(
    ("chats", "every_seconds", "taken"),
    [
        ([5001], 0.0, 5),
        ([5001], 1.0, 60),
        (list(range(1, 61)), 0.0, 30),
        ([-1001], 2.0, 20),
    ],
)
def test_flood_limits(chats: list[int], every_seconds: float, taken: int) -> None:
    flood = FloodControl(chat_burst=5)
    times = [number * every_seconds for number in range(60 if every_seconds == 1.0 or len(chats) > 1 else 21)]
    waits = [flood.take(chats[number % len(chats)], at) for number, at in enumerate(times)]
    assert waits.count(0) == taken
