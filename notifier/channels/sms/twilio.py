"""SMS through Twilio, both halves (twilio.com/docs/messaging/api/message-resource, version 2010-04-01)."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp
import structlog
from yarl import URL

from notifier.channel import ChannelUnreachable, Limits, Receive, Route, WebRequest, WebResponse
from notifier.channels.json_body import read_object
from notifier.channels.sms.twilio_answer import moment_of, receipt_of, result_of
from notifier.channels.sms.twilio_callback import parse_form, parse_inbound, parse_status, photo_urls
from notifier.channels.sms.twilio_media import PhotoLost, fetch_photo
from notifier.channels.sms.twilio_signature import is_signed
from notifier.message import (
    Asked,
    AttachmentKind,
    DeliveryReceipt,
    InboundAttachment,
    InboundMessage,
    OutboundMessage,
    Refused,
    SendError,
    SendResult,
    Unknown,
)

ENDPOINT = "https://api.twilio.com"
_MOST_CHARACTERS = 1600
_CONNECT_TIMEOUT_SECONDS = 5.0
# Twilio waits 15 seconds for our answer and then counts the message as not taken.
_PHOTOS_SECONDS = 8.0
_CLOCK_SLACK = timedelta(minutes=1)
_ADDRESS = re.compile(r"\+[1-9][0-9]{4,14}")
_NOTHING_TO_SAY = WebResponse(200, "<Response/>", "text/xml")

_log = structlog.get_logger()


class TwilioChannel:
    """One account. `sender` is its number, or the SID (MG…) of a Messaging Service.

    `hook_url` is the public address of our routes, exactly as Twilio calls it: that address is what it signs.
    """

    kind = "twilio"
    limits = Limits(text_units=_MOST_CHARACTERS, per_second=10.0, burst=4, batch=1, in_flight=5)

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        sender: str,
        hook_url: str,
        endpoint: str = ENDPOINT,
        timeout_seconds: float = 15.0,
    ) -> None:
        self._auth_token = auth_token
        self._auth = {"Authorization": aiohttp.encode_basic_auth(account_sid, auth_token)}
        self._sender = {"MessagingServiceSid" if sender.startswith("MG") else "From": sender}
        self._hook_url = hook_url
        self._endpoint = URL(endpoint)
        self._account = f"{endpoint}/2010-04-01/Accounts/{account_sid}"
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds, sock_connect=_CONNECT_TIMEOUT_SECONDS)
        self._opened: aiohttp.ClientSession | None = None

    def routes(self) -> Sequence[Route]:
        return (Route("inbound", ("POST",), self._inbound), Route("status", ("POST",), self._status))

    async def send(self, messages: Sequence[OutboundMessage]) -> Sequence[SendResult]:
        return [await self._send(message) for message in messages]

    async def listen(self, receive: Receive) -> None:
        """Return at once: Twilio calls us."""

    async def look_up(self, asked: Sequence[Asked]) -> Sequence[DeliveryReceipt]:
        """Ask for a message by its SID, else for all that went to its number since then.

        Those carry SID and number: whose message each is, the SIDs that are known already tell.
        """
        receipts: list[DeliveryReceipt | None] = []
        for one in asked:
            if one.provider_id:
                message = await self._ask(f"/Messages/{one.provider_id}.json", {})
                receipts.append(receipt_of(message, one.delivery_id))
            else:
                receipts += [receipt_of(message) for message in await self._sent_to(one)]
        return [receipt for receipt in receipts if receipt]

    async def check(self) -> str:
        account = await self._ask(".json", {})
        if account.get("status") != "active":
            raise ChannelUnreachable("this is not Twilio, or the account is not active")
        return f"Twilio account {account.get('friendly_name')}, from {', '.join(self._sender.values())}"

    async def close(self) -> None:
        if self._opened is not None:
            await self._opened.close()

    async def _send(self, message: OutboundMessage) -> SendResult:
        if not _ADDRESS.fullmatch(message.address):
            return Refused(SendError("bad_address"))
        form = {
            **self._sender,
            "To": message.address,
            "Body": message.text.encode(errors="replace").decode(),
            "StatusCallback": f"{self._hook_url}/status?delivery={message.delivery_id}",
        }
        try:
            async with self._session().post(
                f"{self._account}/Messages.json", data=form, headers=self._auth, allow_redirects=False
            ) as response:
                return result_of(response.status, await response.read())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return Refused(SendError("not_connected", type(error).__name__, retryable=True))
        except (aiohttp.ClientError, TimeoutError) as error:
            return Unknown(type(error).__name__)

    async def _sent_to(self, asked: Asked) -> list[Mapping[str, Any]]:
        since = asked.sent_at - _CLOCK_SLACK
        query = {"To": asked.address, "DateSent>": f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", "PageSize": "50"}
        messages = (await self._ask("/Messages.json", query)).get("messages")
        if not isinstance(messages, list):
            raise ChannelUnreachable("this is not Twilio")
        # The filter may be read by days: earlier messages of that day are none of ours.
        return [
            message
            for message in messages
            if isinstance(message, dict) and (created := moment_of(message.get("date_created"))) and created >= since
        ]

    async def _ask(self, path: str, query: Mapping[str, str]) -> Mapping[str, Any]:
        """Fetch a resource of the account; {} for one that is not there. Raises ChannelUnreachable."""
        try:
            async with self._session().get(
                f"{self._account}{path}", params=query, headers=self._auth, allow_redirects=False
            ) as response:
                answer = read_object(await response.read())
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise ChannelUnreachable(f"Twilio did not answer ({type(error).__name__})") from None
        if response.status == 404 and path != ".json":  # noqa: PLR2004  HTTP's own name for it says more than ours would
            return {}
        if response.status != 200:  # noqa: PLR2004
            raise ChannelUnreachable(f"Twilio refuses: HTTP {response.status}, {answer.get('code')}")
        return answer

    def _session(self) -> aiohttp.ClientSession:
        if self._opened is None:
            self._opened = aiohttp.ClientSession(timeout=self._timeout)
        return self._opened

    async def _inbound(self, request: WebRequest, receive: Receive) -> WebResponse:
        form = self._authentic_form("inbound", request)
        if form is None:
            return WebResponse(403)
        try:
            message = parse_inbound(form)
        except ValueError as error:
            _log.warning("twilio.inbound_malformed", reason=str(error))
            return WebResponse(400)
        photos = await self._photos(message.provider_id, photo_urls(form))
        return await _taken([replace(message, attachments=photos)], [], receive)

    async def _status(self, request: WebRequest, receive: Receive) -> WebResponse:
        form = self._authentic_form("status", request)
        if form is None:
            return WebResponse(403)
        try:
            receipt = parse_status(form, request.query.get("delivery", ""))
        except ValueError as error:
            _log.warning("twilio.status_malformed", reason=str(error))
            return WebResponse(400)
        return await _taken([], [receipt] if receipt else [], receive)

    def _authentic_form(self, name: str, request: WebRequest) -> dict[str, str] | None:
        """The form of a request that Twilio signed, else None. Its address is rebuilt, for a proxy stands between."""
        form = parse_form(request.body)
        query = f"?{urlencode(request.query, errors='surrogateescape')}" if request.query else ""
        signature = request.headers.get("x-twilio-signature", "")
        if is_signed(signature, self._auth_token, f"{self._hook_url}/{name}{query}", form):
            return dict(form)
        _log.warning("twilio.signature_wrong", hook=name, has_signature=bool(signature))
        return None

    async def _photos(self, provider_id: str, urls: Sequence[str]) -> tuple[InboundAttachment, ...]:
        photos: list[InboundAttachment] = []
        try:
            async with asyncio.timeout(_PHOTOS_SECONDS):
                for url in urls:
                    photos += await self._photo(provider_id, url)
        except TimeoutError:
            _log.warning("twilio.photos_late", provider_id=provider_id, fetched=len(photos), count=len(urls))
        return tuple(photos)

    async def _photo(self, provider_id: str, url: str) -> list[InboundAttachment]:
        """One picture, or none where it cannot be fetched: that costs neither the text nor the others."""
        try:
            content = await fetch_photo(self._session(), url, self._endpoint, self._auth)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            reason = str(error) if isinstance(error, PhotoLost) else type(error).__name__
            _log.warning("twilio.photo_lost", provider_id=provider_id, reason=reason)
            return []
        return [InboundAttachment(AttachmentKind.PHOTO, content)]


async def _taken(
    messages: Sequence[InboundMessage], receipts: Sequence[DeliveryReceipt], receive: Receive
) -> WebResponse:
    try:
        if messages or receipts:
            await receive(messages, receipts)
    except Exception as error:  # noqa: BLE001  whatever it was, Twilio must not believe that we have it
        _log.warning("twilio.callback_failed", error=type(error).__name__)
        return WebResponse(503)
    return _NOTHING_TO_SAY
