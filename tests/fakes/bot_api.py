"""A strict Telegram Bot API on loopback: the methods that Banyan calls, Telegram's checks, its limits, its errors.

    async with BotApi() as fake:
        fake.user_says(5001, "停水了")
        ...  # a channel with token=fake.token, base_url=fake.base_url
        assert fake.sent[-1].text == "记下了"

A parameter that a method does not have is an error here, which at Telegram it is not.
"""

import asyncio
import json
import re
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Literal, Self

from aiohttp import web

from tests.fakes.bot_api_flood import FloodControl
from tests.fakes.bot_api_people import People
from tests.fakes.bot_api_shapes import (
    ApiError,
    Json,
    Parameters,
    SentMessage,
    bad_request,
    checked_markup,
    checked_text,
    integer,
    parameters_of,
)
from tests.fakes.bot_api_webhook import Webhook

Method = Callable[[Parameters], Awaitable[object]]
Fault = Literal["hang up", "stall"] | tuple[int, str]
"""What happens to a call instead of an answer: it is obeyed but the connection breaks or stays silent, or a proxy's
status and body come back and nothing is obeyed."""

_TERMINATED = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
_HOOKED = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


class BotApi(People):
    """`chat_burst` is how many messages one chat takes at once before it is held to one a second.

    To read: `sent` (the bot's messages as they stand now), `calls` (by method), `too_many` (429s given),
    `answered` (callback queries), `pushes` (what statuses the webhook answered), `pending` (update ids not confirmed).
    """

    def __init__(self, *, chat_burst: int = 5, username: str = "rongxi_test_bot") -> None:
        super().__init__(username)
        self.token = f"{self.me['id']}:{secrets.token_hex(17)}w"
        self.calls: Counter[str] = Counter()
        self.too_many = 0
        self.answered: list[str] = []
        self._flood = FloodControl(chat_burst)
        self._faults: dict[str, list[Fault]] = {}
        self._allowed_updates: list[str] = []
        self._polls = 0
        self.news = asyncio.Event()
        self._closing = asyncio.Event()
        self._webhook = Webhook(self)
        self._methods: dict[str, tuple[Method, frozenset[str]]] = {
            "getMe": (self._get_me, frozenset()),
            "getUpdates": (self._get_updates, frozenset({"offset", "limit", "timeout", "allowed_updates"})),
            "setWebhook": (self._set_webhook, frozenset({"url", "secret_token", "allowed_updates"})),
            "deleteWebhook": (self._delete_webhook, frozenset({"drop_pending_updates"})),
            "sendMessage": (
                self._send_message,
                frozenset({"chat_id", "text", "parse_mode", "reply_markup"}),
            ),
            "editMessageText": (
                self._edit_message_text,
                frozenset({"chat_id", "message_id", "text", "parse_mode", "reply_markup"}),
            ),
            "answerCallbackQuery": (
                self._answer_callback_query,
                frozenset({"callback_query_id", "text", "show_alert"}),
            ),
            "getFile": (self._get_file, frozenset({"file_id"})),
        }

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_get("/file/bot{token}/{path:.+}", self._download)
        application.router.add_route("*", "/bot{token}/{method}", self._handle)
        self._runner = web.AppRunner(application, shutdown_timeout=0.5, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._stir()
        await self._webhook.stop()
        await self._runner.cleanup()

    @property
    def pending(self) -> list[int]:
        return [update["update_id"] for update in self.updates]

    @property
    def pushes(self) -> list[int]:
        return self._webhook.statuses

    def fail_next(self, method: str, *faults: Fault) -> None:
        """The next calls of this method meet these faults, one each."""
        self._faults.setdefault(method, []).extend(faults)

    def arrived(self, kind: str, content: object) -> int:
        update_id = super().arrived(kind, content)
        if self._allowed_updates and kind not in self._allowed_updates:
            self.updates.pop()
        self._stir()
        return update_id

    def _stir(self) -> None:
        """A fresh event each time: one that is set and cleared at once would miss who has only begun to wait."""
        news, self.news = self.news, asyncio.Event()
        news.set()

    # The server

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        self.calls[name] += 1
        faults = self._faults.get(name)
        fault = faults.pop(0) if faults else None
        if isinstance(fault, tuple):
            return web.Response(status=fault[0], text=fault[1], content_type="text/html")
        try:
            self._check_token(request.match_info["token"])
            answer: Json = {"ok": True, "result": await self.obey(name, await parameters_of(request))}
        except ApiError as error:
            answer = error.answer
        if fault == "stall":
            await self._closing.wait()
        if fault and request.transport:
            request.transport.abort()
        return web.json_response(answer, status=answer.get("error_code", 200))

    def _check_token(self, token: str) -> None:
        if not re.fullmatch(r"\d+:[\w-]{35}", token):
            raise ApiError(404, "Not Found")
        if token != self.token:
            raise ApiError(401, "Unauthorized")

    async def obey(self, name: str, parameters: Parameters) -> object:
        if name not in self._methods:
            raise ApiError(404, "Not Found")
        method, known = self._methods[name]
        if unknown := set(parameters) - known:
            raise bad_request(f"{name} has no parameters {sorted(unknown)}")
        return await method(parameters)

    async def _download(self, request: web.Request) -> web.Response:
        content = self.files.get(request.match_info["path"])
        if request.match_info["token"] != self.token or content is None:
            return web.json_response(ApiError(404, "Not Found").answer, status=404)
        return web.Response(body=content)

    # The methods

    async def _get_me(self, _parameters: Parameters) -> Json:
        return self.me

    async def _get_updates(self, parameters: Parameters) -> list[Json]:
        if self._webhook.url:
            raise ApiError(409, _HOOKED)
        self._polls += 1
        mine = self._polls
        self._stir()
        self._allow(parameters)
        offset, limit = integer(parameters, "offset", 0), integer(parameters, "limit", 100)
        if not 1 <= limit <= 100:
            raise bad_request("limit must be between 1 and 100")
        self.updates = [update for update in self.updates if update["update_id"] >= offset]
        await self._wait_for_news(integer(parameters, "timeout", 0), mine)
        if mine != self._polls:
            raise ApiError(409, _TERMINATED)
        return self.updates[:limit]

    async def _wait_for_news(self, seconds: int, mine: int) -> None:
        ends = asyncio.get_running_loop().time() + seconds
        while not self.updates and mine == self._polls and not self._closing.is_set():
            left = ends - asyncio.get_running_loop().time()
            if left <= 0:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self.news.wait(), left)

    async def _set_webhook(self, parameters: Parameters) -> bool:
        url, secret = parameters.get("url", ""), parameters.get("secret_token", "")
        if url and not url.startswith(("https://", "http://127.0.0.1:")):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
            raise bad_request("secret token contains unallowed characters")
        self._allow(parameters)
        await self._webhook.stop()
        self._polls += 1
        self._stir()
        if url:
            self._webhook.start(url, secret)
        return True

    async def _delete_webhook(self, parameters: Parameters) -> bool:
        await self._webhook.stop()
        if parameters.get("drop_pending_updates") == "true":
            self.updates.clear()
        return True

    async def _send_message(self, parameters: Parameters) -> Json:
        chat_id = self._writable_chat(parameters)
        message = SentMessage(
            message_id=next(self.message_ids),
            chat_id=chat_id,
            text=checked_text(parameters),
            parse_mode=parameters.get("parse_mode", ""),
            reply_markup=checked_markup(parameters, private=chat_id > 0, inline_only=False),
        )
        self._hold_to_rate(chat_id)
        self.sent.append(message)
        return self.message_of_ours(message)

    async def _edit_message_text(self, parameters: Parameters) -> Json:
        chat_id = self._writable_chat(parameters)
        message = self._editable(chat_id, integer(parameters, "message_id"))
        text = checked_text(parameters)
        markup = checked_markup(parameters, private=chat_id > 0, inline_only=True)
        self._hold_to_rate(chat_id)
        if (text, markup) == (message.text, message.reply_markup):
            raise bad_request(
                "message is not modified: specified new message content and reply markup are exactly the same "
                "as a current content and reply markup of the message"
            )
        message.text, message.reply_markup = text, markup
        message.edits += 1
        return self.message_of_ours(message) | {"edit_date": 1_790_000_000}

    async def _answer_callback_query(self, parameters: Parameters) -> bool:
        query_id = parameters.get("callback_query_id", "")
        if query_id not in self.open_queries:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        self.open_queries.remove(query_id)
        self.answered.append(query_id)
        return True

    async def _get_file(self, parameters: Parameters) -> Json:
        file_id = parameters.get("file_id", "")
        content = self.files.get(file_id)
        if content is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if len(content) > 20 * 1024 * 1024:
            raise bad_request("file is too big")
        unique_id = f"AQ{len(file_id)}"
        return {
            "file_id": file_id,
            "file_unique_id": unique_id,
            "file_size": len(content),
            "file_path": file_id,
        }

    # What the methods ask

    def _allow(self, parameters: Parameters) -> None:
        if "allowed_updates" in parameters:
            self._allowed_updates = json.loads(parameters["allowed_updates"])

    def _writable_chat(self, parameters: Parameters) -> int:
        chat_id = integer(parameters, "chat_id")
        if chat_id in self.blocked:
            who = "blocked by the user" if chat_id > 0 else "kicked from the supergroup chat"
            raise ApiError(403, f"Forbidden: bot was {who}")
        if chat_id not in self.chats:
            raise bad_request("chat not found")
        return chat_id

    def _editable(self, chat_id: int, message_id: int) -> SentMessage:
        for message in self.sent:
            if (message.chat_id, message.message_id) == (chat_id, message_id):
                return message
        raise bad_request("message to edit not found")

    def _hold_to_rate(self, chat_id: int) -> None:
        seconds = self._flood.take(chat_id, asyncio.get_running_loop().time())
        if seconds:
            self.too_many += 1
            raise ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
