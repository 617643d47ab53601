"""Telegram, both halves, with python-telegram-bot's Bot and none of its servers (core.telegram.org/bots/api).

In mainland China it needs a proxy, and may never be the only channel.
"""

import asyncio
import hmac
import json
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, NoReturn
from urllib.parse import urlencode

import structlog
from telegram import Bot, Message
from telegram.error import Conflict, InvalidToken, TelegramError

from notifier.channel import ChannelUnreachable, Limits, Receive, Route, WebRequest, WebResponse
from notifier.channels.json_body import read_json
from notifier.channels.telegram_message import asks_for_number, inline_keyboard, keyboard, result_of
from notifier.channels.telegram_request import AiohttpRequest, TooManyRequests
from notifier.channels.telegram_update import KINDS_OF_UPDATE, Incoming, UpdateReader, update_id_of
from notifier.message import (
    Accepted,
    Asked,
    DeliveryReceipt,
    OutboundMessage,
    Refused,
    SendError,
    SendResult,
    Unknown,
)

_LONGEST_WAIT_SECONDS = 60.0

_log = structlog.get_logger()


class TelegramChannel:
    """One bot.

    `mode` "polling" asks Telegram for updates; "webhook" has it call `public_url`, the whole https address of the
    route "updates", with `webhook_secret` (1 to 256 of A-Z a-z 0-9 _ -) in a header. `base_url` may be a local Bot
    API server; `proxy` is an http:// address. `timeout_seconds` is for one answer, `poll_seconds` for a long poll.

    No polling offset is stored: Telegram itself keeps what was not confirmed (for 24 hours), and after a quiet week
    its ids begin anew at random, where a stored offset would throw away what is new.
    """

    kind = "telegram"
    limits = Limits(
        text_units=4096,
        per_second=22.0,  # of thirty: a process that was held up makes its late calls together
        burst=2,
        per_address_seconds=1.05,  # one a second, and what the network makes of it
        per_group_seconds=3.1,  # twenty a minute
        batch=1,
        in_flight=7,
        can_receive=True,
    )

    def __init__(
        self,
        token: str,
        *,
        mode: Literal["polling", "webhook"] = "polling",
        webhook_secret: str = "",
        public_url: str = "",
        base_url: str = "https://api.telegram.org",
        proxy: str | None = None,
        timeout_seconds: float = 10.0,
        poll_seconds: int = 30,
    ) -> None:
        if mode == "webhook" and not (webhook_secret and public_url):
            raise ValueError("a Telegram webhook needs a secret and a public address")
        self._mode = mode
        self._webhook_secret = webhook_secret
        self._public_url = public_url
        self._timeout_seconds = timeout_seconds
        self._poll_seconds = poll_seconds
        self._request = AiohttpRequest(timeout_seconds, proxy)
        self._bot = Bot(
            token,
            base_url=f"{base_url}/bot",
            base_file_url=f"{base_url}/file/bot",
            request=self._request,
            get_updates_request=self._request,
        )
        self._reader = UpdateReader(self._bot)

    def routes(self) -> Sequence[Route]:
        return (Route("updates", ("POST",), self._updates),) if self._mode == "webhook" else ()

    async def check(self) -> str:
        try:
            me = await self._bot.get_me()
        except InvalidToken:
            raise ChannelUnreachable("Telegram does not accept the bot's token") from None
        except Exception as error:  # noqa: BLE001  an answer the library cannot read raises what it likes
            raise ChannelUnreachable(f"Telegram did not answer ({type(error).__name__})") from None
        return f"@{me.username}"

    async def close(self) -> None:
        await self._request.shutdown()

    async def send(self, messages: Sequence[OutboundMessage]) -> Sequence[SendResult]:
        """One sendMessage, or one editMessageText where `replaces` is set, always plain text.

        A message that asks for the number is never an edit: only a new message can carry that key.
        """
        return [await self._send(message) for message in messages]

    async def _send(self, message: OutboundMessage) -> SendResult:
        if message.replaces is not None and not message.replaces.isdecimal():
            return Refused(SendError("400", "the message to edit is not one of Telegram's"))
        try:
            provider_id = await self._call(message)
        except TelegramError as error:
            return result_of(error, message)
        except Exception as error:  # noqa: BLE001  an answer the library could not read: it may have been taken
            return Unknown(type(error).__name__)
        return Accepted(provider_id)

    async def _call(self, message: OutboundMessage) -> str:
        if message.replaces is None or asks_for_number(message.buttons):
            sent = await self._bot.send_message(message.address, message.text, reply_markup=keyboard(message.buttons))
            return str(sent.message_id)
        edited = await self._bot.edit_message_text(
            message.text,
            chat_id=message.address,
            message_id=int(message.replaces),
            reply_markup=inline_keyboard(message.buttons),
        )
        return str(edited.message_id) if isinstance(edited, Message) else message.replaces

    async def listen(self, receive: Receive) -> None:
        """Poll, or keep the webhook set; an update is confirmed only after `receive` returned."""
        if self._mode == "webhook":
            await _until_done(self._set_webhook)
            await asyncio.Event().wait()
        await _until_done(self._bot.delete_webhook)
        await self._poll(receive)

    async def look_up(self, asked: Sequence[Asked]) -> Sequence[DeliveryReceipt]:
        """Telegram tells nothing of a message that was sent."""
        del asked
        return ()

    async def _set_webhook(self) -> None:
        await self._bot.set_webhook(
            self._public_url, secret_token=self._webhook_secret, allowed_updates=KINDS_OF_UPDATE
        )

    async def _poll(self, receive: Receive) -> NoReturn:
        offset = failures = 0
        while True:
            try:
                updates = await self._get_updates(offset)
                await self._take(updates, receive)
            except Exception as error:  # noqa: BLE001  a failed `receive` is asked again like a failed network
                failures += 1
                await _back_off(error, failures)
            else:
                failures = 0
                # An empty answer has confirmed all before it, so the offset may go (see the class).
                offset = 1 + max((update_id_of(update) or -1 for update in updates), default=-1)

    async def _get_updates(self, offset: int) -> list[object]:
        """Raw, because one malformed update makes the library's own get_updates fail, and log, the whole batch."""
        query = urlencode(
            {
                "offset": offset,
                "timeout": self._poll_seconds,
                "allowed_updates": json.dumps(KINDS_OF_UPDATE),
            }
        )
        updates = await self._request.post(
            f"{self._bot.base_url}/getUpdates?{query}",
            read_timeout=self._poll_seconds + self._timeout_seconds,
        )
        return list(updates) if isinstance(updates, list) else []

    async def _take(self, updates: Sequence[object], receive: Receive) -> None:
        """Hands a file on as soon as it is here, so that no more than one of 10 MB is in memory."""
        waiting: list[Incoming] = []
        for update in updates:
            incoming = await self._reader.read(update)
            if incoming:
                waiting.append(incoming)
            if incoming and incoming.message.attachments:
                await self._hand_over(waiting, receive)
                waiting = []
        if waiting:
            await self._hand_over(waiting, receive)

    async def _hand_over(self, waiting: Sequence[Incoming], receive: Receive) -> None:
        await receive([incoming.message for incoming in waiting], ())
        calls = [self._bot.answer_callback_query(incoming.callback_id) for incoming in waiting if incoming.callback_id]
        # It only stops the button's spinner; after some seconds Telegram refuses it.
        await asyncio.gather(*calls, return_exceptions=True)

    async def _updates(self, request: WebRequest, receive: Receive) -> WebResponse:
        secret = request.headers.get("x-telegram-bot-api-secret-token", "")
        if not hmac.compare_digest(secret.encode(errors="replace"), self._webhook_secret.encode()):
            _log.warning("telegram.webhook_forbidden", has_secret=bool(secret))
            return WebResponse(403)
        try:
            update = read_json(request.body)
        except ValueError:
            return WebResponse(400)
        try:
            incoming = await self._reader.read(update)
            if incoming:
                await receive([incoming.message], ())
        except Exception as error:  # noqa: BLE001  whatever it was, Telegram must send the update again
            _log.warning("telegram.webhook_failed", update_id=update_id_of(update), error=type(error).__name__)
            return WebResponse(503)
        return _answer(incoming)


def _answer(incoming: Incoming | None) -> WebResponse:
    """Telegram runs one method that a webhook's answer names, which saves a request for each pressed button."""
    if incoming is None or not incoming.callback_id:
        return WebResponse(200)
    call = {"method": "answerCallbackQuery", "callback_query_id": incoming.callback_id}
    return WebResponse(200, json.dumps(call), "application/json")


async def _until_done(call: Callable[[], Awaitable[object]]) -> None:
    failures = 0
    while True:
        try:
            await call()
        except Exception as error:  # noqa: BLE001  an answer the library cannot read raises what it likes
            failures += 1
            await _back_off(error, failures)
        else:
            return


async def _back_off(error: Exception, failures: int) -> None:
    """Up to a minute, with jitter, or as long as Telegram says; a 409 means that someone else polls this bot."""
    wait_seconds = min(_LONGEST_WAIT_SECONDS, 2.0 ** min(failures - 1, 6)) * random.uniform(0.5, 1.0)  # noqa: S311  guards nothing
    if isinstance(error, TooManyRequests):
        wait_seconds = max(wait_seconds, error.retry_after_seconds)
    event = "telegram.conflict" if isinstance(error, Conflict) else "telegram.listening_failed"
    _log.warning(event, error=type(error).__name__, failures=failures, wait_seconds=round(wait_seconds, 1))
    await asyncio.sleep(wait_seconds)
