"""WeChat Official Account (微信公众号), both halves (developers.weixin.qq.com/doc/service).

WeChat lets us write only to who has written: five messages within 48 hours of his last one. It takes no edit, and gives
no receipt.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import aiohttp
import structlog

from notifier.channel import ChannelUnreachable, Limits, Receive, Route, WebRequest, WebResponse
from notifier.channels.wechat_answer import WechatRefusal, error_of
from notifier.channels.wechat_api import BASE_URL, NoToken, WechatApi
from notifier.channels.wechat_push import Media, Pushed, read_push
from notifier.channels.wechat_signature import Forged, SafeMode, is_signed
from notifier.channels.wechat_text import MOST_BYTES, as_plain, cut, size_of
from notifier.channels.wechat_xml import read_fields
from notifier.message import (
    Accepted,
    Asked,
    Button,
    DeliveryReceipt,
    InboundAttachment,
    InboundMessage,
    OutboundMessage,
    Refused,
    SendError,
    SendResult,
    Unknown,
)

_MOST_BODY_BYTES = 64 * 1024
# WeChat waits five seconds for our answer, and then delivers the message again.
_FILE_SECONDS = 3.0
_TAKEN = WebResponse(200, "success")

_log = structlog.get_logger()


class WechatChannel:
    """One account. With an `aes_key` (EncodingAESKey) it is in safe mode, and takes nothing that is not encrypted."""

    kind = "wechat"
    limits = Limits(text_units=MOST_BYTES, per_second=20.0, burst=4, batch=1, in_flight=5)

    def __init__(
        self,
        *,
        app_id: str,
        app_secret: str,
        token: str,
        aes_key: str = "",
        base_url: str = BASE_URL,
        timeout_seconds: float = 10.0,
    ) -> None:
        self._token = token
        self._safe = SafeMode(aes_key, app_id) if aes_key else None
        self._api = WechatApi(app_id, app_secret, base_url=base_url, timeout_seconds=timeout_seconds)

    def routes(self) -> Sequence[Route]:
        return (Route("updates", ("GET", "POST"), self._updates),)

    async def send(self, messages: Sequence[OutboundMessage]) -> Sequence[SendResult]:
        """One custom/send. What would edit an earlier message is sent anew."""
        return [await self._send(message) for message in messages]

    async def listen(self, receive: Receive) -> None:
        """Return at once: WeChat calls us."""

    async def look_up(self, asked: Sequence[Asked]) -> Sequence[DeliveryReceipt]:
        """WeChat tells nothing of a message that was sent."""
        del asked
        return ()

    async def check(self) -> str:
        """Fetch a token, and ask for something that every account may know."""
        try:
            answer = await self._api.get("/cgi-bin/get_api_domain_ip")
        except (WechatRefusal, NoToken) as refusal:
            raise ChannelUnreachable(f"WeChat refuses ({refusal})") from None
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise ChannelUnreachable(f"WeChat did not answer ({type(error).__name__})") from None
        if not isinstance(answer.get("ip_list"), list):
            raise ChannelUnreachable("this is not WeChat")
        return f"WeChat account {self._api.app_id}{', safe mode' if self._safe else ''}"

    async def close(self) -> None:
        await self._api.close()

    async def _send(self, message: OutboundMessage) -> SendResult:
        try:
            await self._api.post("/cgi-bin/message/custom/send", _payload(message))
        except NoToken as missing:
            return Refused(missing.error)
        except WechatRefusal as refusal:
            return Refused(error_of(refusal.code))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return Refused(SendError("not_connected", type(error).__name__, retryable=True))
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            return Unknown(type(error).__name__)
        return Accepted()

    async def _updates(self, request: WebRequest, receive: Receive) -> WebResponse:
        """A GET asks whether we know the token, when somebody enters our address at mp.weixin.qq.com."""
        try:
            self._authenticate(request, "signature")
            if request.method == "GET":
                return _echo(request)
            pushed = read_push(self._fields(request))
        except Forged as forged:
            _log.warning("wechat.forbidden", reason=str(forged))
            return WebResponse(403)
        except ValueError as error:
            # Of what comes in, int() and float() would repeat a piece.
            _log.warning("wechat.malformed", error=type(error).__name__)
            return WebResponse(400)
        return await self._take(pushed, receive) if pushed else _TAKEN

    def _authenticate(self, request: WebRequest, name: str, *parts: str) -> None:
        query = request.query
        told = (self._token, query.get("timestamp", ""), query.get("nonce", ""), *parts)
        if not is_signed(query.get(name, ""), *told):
            raise Forged(name)

    def _fields(self, request: WebRequest) -> dict[str, str]:
        if len(request.body) > _MOST_BODY_BYTES:
            raise ValueError("too large")
        fields = read_fields(request.body)
        if self._safe is None:
            return fields
        encrypted = fields.get("Encrypt", "")
        self._authenticate(request, "msg_signature", encrypted)
        return read_fields(self._safe.open(encrypted))

    async def _take(self, pushed: Pushed, receive: Receive) -> WebResponse:
        message = pushed.message
        if pushed.media:
            message = replace(message, attachments=await self._fetch(message, pushed.media))
        try:
            await receive([message], ())
        except Exception as error:  # noqa: BLE001  whatever it was, WeChat must deliver the message again
            _log.warning("wechat.not_taken", error=type(error).__name__)
            return WebResponse(503)
        return _TAKEN

    async def _fetch(self, message: InboundMessage, media: Media) -> tuple[InboundAttachment, ...]:
        """Nothing where the file cannot be had in time: that somebody wrote matters more."""
        try:
            async with asyncio.timeout(_FILE_SECONDS):
                content = await self._api.media(media.media_id)
        except (WechatRefusal, NoToken, aiohttp.ClientError, TimeoutError, ValueError) as error:
            _log.warning("wechat.file_not_fetched", provider_id=message.provider_id, error=type(error).__name__)
            return ()
        return (InboundAttachment(media.kind, content),)


def _echo(request: WebRequest) -> WebResponse:
    echo = request.query.get("echostr", "")
    if not echo:
        raise ValueError("no echostr")
    return WebResponse(200, echo.encode(errors="replace").decode())


def _payload(message: OutboundMessage) -> dict[str, Any]:
    """A text, or a menu whose choices come back as messages: nobody has documented how long their ids may be.

    Where one does not come back, the label that was pressed is read as if it were typed.
    """
    text = as_plain(message.text)
    listed = [_choice(button) for button in message.buttons if button.label]
    if not listed:
        return {"touser": message.address, "msgtype": "text", "text": {"content": cut(text)}}
    room = MOST_BYTES - sum(size_of(choice["content"]) + 1 for choice in listed)
    menu = {"head_content": cut(text, max(room, 0)), "list": listed}
    return {"touser": message.address, "msgtype": "msgmenu", "msgmenu": menu}


def _choice(button: Button) -> dict[str, str]:
    return {"id": button.data, "content": as_plain(button.label)}
