"""The Bot API's objects as Telegram documents them: ids are integers, dates are seconds."""

import json
import re
import time
from dataclasses import dataclass
from typing import Any

from aiohttp import web

Json = dict[str, Any]
Parameters = dict[str, str]

_MARKED = re.compile(r"(?P<bot_command>(?<!\S)/[A-Za-z0-9_]+(?:@[A-Za-z0-9_]+)?)|(?P<mention>@[A-Za-z0-9_]{4,})")


class ApiError(Exception):
    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    @property
    def answer(self) -> Json:
        answer: Json = {"ok": False, "error_code": self.code, "description": self.description}
        return answer | {"parameters": self.parameters} if self.parameters else answer


def bad_request(description: str) -> ApiError:
    return ApiError(400, f"Bad Request: {description}")


@dataclass(slots=True)
class SentMessage:
    """A message of the bot's, as it stands now."""

    message_id: int
    chat_id: int
    text: str
    parse_mode: str
    reply_markup: Json | None
    edits: int = 0

    @property
    def rows(self) -> list[list[str]]:
        """The labels of its inline keyboard."""
        return [[key["text"] for key in row] for row in (self.reply_markup or {}).get("inline_keyboard", [])]

    @property
    def data(self) -> list[str]:
        rows = (self.reply_markup or {}).get("inline_keyboard", [])
        return [key["callback_data"] for row in rows for key in row]


def user(user_id: int, name: str) -> Json:
    return {"id": user_id, "is_bot": False, "first_name": name, "language_code": "zh-hans"}


def private_chat(chat_id: int, name: str) -> Json:
    return {"id": chat_id, "type": "private", "first_name": name}


def group_chat(chat_id: int, title: str) -> Json:
    return {"id": chat_id, "type": "supergroup", "title": title}


def message(message_id: int, sender: Json, chat: Json) -> Json:
    return {"message_id": message_id, "from": sender, "chat": chat, "date": int(time.time())}


def entities(text: str) -> list[Json]:
    """Commands and mentions; offsets are in UTF-16 units."""
    return [
        {
            "type": found.lastgroup,
            "offset": utf16_length(text[: found.start()]),
            "length": utf16_length(found[0]),
        }
        for found in _MARKED.finditer(text)
    ]


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def checked_text(parameters: Parameters) -> str:
    text = parameters.get("text", "")
    if not text.strip():
        raise bad_request("message text is empty")
    if len(text) > 4096:
        raise bad_request("message is too long")
    return text


def checked_markup(parameters: Parameters, *, private: bool, inline_only: bool) -> Json | None:
    if "reply_markup" not in parameters:
        return None
    markup = _object(parameters["reply_markup"])
    if "inline_keyboard" in markup:
        _check_inline(markup["inline_keyboard"])
    elif inline_only:
        raise bad_request("inline keyboard expected")
    elif "keyboard" in markup:
        _check_keys(markup["keyboard"], private=private)
    elif "remove_keyboard" not in markup:
        raise bad_request("object expected as reply markup")
    return markup


def _object(encoded: str) -> Json:
    try:
        found = json.loads(encoded)
    except ValueError:
        raise bad_request("can't parse reply keyboard markup JSON object") from None
    if not isinstance(found, dict):
        raise bad_request("object expected as reply markup")
    return found


def _check_inline(rows: list[list[Json]]) -> None:
    for key in (key for row in rows for key in row):
        if not key.get("text"):
            raise bad_request("can't parse inline keyboard button: Text can't be empty")
        if set(key) - {"text", "callback_data"}:
            raise bad_request("this fake knows callback buttons only")
        if not 1 <= len(key.get("callback_data", "").encode()) <= 64:
            raise bad_request("BUTTON_DATA_INVALID")


def _check_keys(rows: list[list[Json]], *, private: bool) -> None:
    for key in (key for row in rows for key in row):
        if not key.get("text"):
            raise bad_request("keyboard button text must be non-empty")
        if key.get("request_contact") and not private:
            raise bad_request("phone number can be requested in private chats only")


async def parameters_of(request: web.Request) -> Parameters:
    """From the address, a form or JSON, as Telegram takes them."""
    if request.content_type == "application/json":
        body = strings(await request.json())
    else:
        body = {key: str(value) for key, value in (await request.post()).items()}
    return dict(request.query) | body


def strings(values: Json) -> Parameters:
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}


def integer(parameters: Parameters, name: str, default: int | None = None) -> int:
    try:
        return int(parameters[name]) if default is None else int(parameters.get(name, default))
    except (KeyError, ValueError):
        raise bad_request(f"{name} is empty or no number") from None
