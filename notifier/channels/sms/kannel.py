"""SMS through Kannel's smsbox 1.4.5, both halves (kannel.org, User's Guide 1.4.5: chapter "SMSBox").

What Kannel's configuration must say beside its SMSC:

    group = smsbox          mo-recode = true, http-request-retry = 100, http-queue-delay = 10
    group = sendsms-user    username, password, concatenation = true, max-messages = 10
    group = sms-service     keyword = default, catch-all = true, max-messages = 0, omit-empty = true,
                            send-sender = true, post-url = "<our route inbound>?id=%I"

Without http-request-retry Kannel forgets a message or a receipt that we could not take at once; without max-messages
it silently sends the first part of a long text alone. Where only get-url is possible:

    get-url = "<our route inbound>?from=%p&to=%P&text=%b&charset=%C&id=%I&ts=%T"

but then texts and numbers stand in the access logs of every proxy between. Kannel knows no missed calls: a modem's
script that does may call the same route with from, ts and missed=1.
"""

import re
from collections.abc import Sequence

import aiohttp
import structlog

from notifier.channel import ChannelUnreachable, Limits, Receive, Route, WebRequest, WebResponse
from notifier.channels.sms.kannel_callback import parse_inbound, parse_receipt
from notifier.channels.sms.segments import Encoding, count_parts
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

_MAX_PARTS = 8
_CONNECT_TIMEOUT_SECONDS = 5.0
# Delivered 1, not delivered 2, taken by the SMSC 8, refused by the SMSC 16; not 4, kept by the SMSC for later.
_RECEIPTS_WANTED = 1 + 2 + 8 + 16
_CODING = {Encoding.GSM7: "0", Encoding.UCS2: "2"}
# Kannel takes several receivers in one field, parted by spaces: one message must never become two.
_ADDRESS = re.compile(r"\+?[0-9]{3,20}")

_log = structlog.get_logger()


class KannelChannel:
    """One account of one smsbox.

    `send_url` is its sendsms (http://host:13013/cgi-bin/sendsms), `sender` the number that people see and answer,
    `receipt_url` the public address of our route "receipt" with its secret. `timeout_seconds` is for one answer.

    A text is posted: in a query it would stand in every log that names addresses. smsbox's own logs hold texts and
    numbers in any case.
    """

    kind = "kannel"

    def __init__(
        self,
        *,
        send_url: str,
        username: str,
        password: str,
        sender: str,
        receipt_url: str,
        per_second: float = 10.0,
        timeout_seconds: float = 30.0,
    ) -> None:
        self.limits = Limits(text_units=67 * _MAX_PARTS, per_second=per_second, burst=4, in_flight=64)
        self._send_url = send_url
        self._credentials = {"X-Kannel-Username": username, "X-Kannel-Password": password}
        self._sender = sender
        self._receipt_url = receipt_url
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds, sock_connect=_CONNECT_TIMEOUT_SECONDS)
        self._session: aiohttp.ClientSession | None = None
        self._routes = (Route("inbound", ("POST", "GET"), self._inbound), Route("receipt", ("GET",), self._receipt))

    def routes(self) -> Sequence[Route]:
        return self._routes

    async def send(self, messages: Sequence[OutboundMessage]) -> Sequence[SendResult]:
        """Kannel names a message nowhere in its answer; its receipts bring our delivery's id back."""
        return [await self._send(message) for message in messages]

    async def listen(self, receive: Receive) -> None:
        """Return at once: Kannel calls us."""

    async def look_up(self, asked: Sequence[Asked]) -> Sequence[DeliveryReceipt]:
        """Kannel can be asked nothing."""
        del asked
        return ()

    async def check(self) -> str:
        """Post a message to nobody, which Kannel refuses only after it has looked at the credentials."""
        try:
            status, _ = await self._post("", {})
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ChannelUnreachable(f"Kannel did not answer ({type(error).__name__})") from None
        if status in {401, 403}:
            raise ChannelUnreachable("Kannel refuses this user and password, or calls from here")
        if status != 400:  # noqa: PLR2004  HTTP's own name for it says more than ours would
            raise ChannelUnreachable(f"this is not Kannel's sendsms: HTTP {status}")
        return f"Kannel's sendsms as {self._credentials['X-Kannel-Username']}, from {self._sender}"

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _send(self, message: OutboundMessage) -> SendResult:
        size = count_parts(message.text)
        if not _ADDRESS.fullmatch(message.address):
            return Refused(SendError("bad_address"))
        if size.parts > _MAX_PARTS:
            return Refused(SendError("too_long", f"{size.parts} parts"))
        try:
            status, answer = await self._post(message.text, self._headers(message, size.encoding))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return Refused(SendError("not_connected", type(error).__name__, retryable=True))
        except (aiohttp.ClientError, TimeoutError) as error:
            return Unknown(type(error).__name__)
        return _result_of(status, answer)

    def _headers(self, message: OutboundMessage, encoding: Encoding) -> dict[str, str]:
        return {
            "X-Kannel-From": self._sender,
            "X-Kannel-To": message.address,
            "X-Kannel-Coding": _CODING[encoding],
            "X-Kannel-DLR-Mask": str(_RECEIPTS_WANTED),
            "X-Kannel-DLR-URL": f"{self._receipt_url}?delivery={message.delivery_id}&type=%d&answer=%A&foreign=%F",
        }

    async def _post(self, text: str, headers: dict[str, str]) -> tuple[int, str]:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        headers = {**self._credentials, **headers, "Content-Type": "text/plain; charset=UTF-8"}
        async with self._session.post(
            self._send_url, data=text.encode(errors="replace"), headers=headers, allow_redirects=False
        ) as response:
            return response.status, (await response.read()).decode(errors="replace")

    async def _inbound(self, request: WebRequest, receive: Receive) -> WebResponse:
        try:
            message = parse_inbound(request)
        except ValueError as error:
            _log.warning("kannel.inbound_malformed", provider_id=request.query.get("id", ""), reason=str(error))
            return WebResponse(400)
        try:
            await receive([message], ())
        except Exception as error:  # noqa: BLE001  whatever it was, Kannel must bring the message again
            _log.warning("kannel.inbound_failed", provider_id=message.provider_id, error=type(error).__name__)
            return WebResponse(503)
        # Kannel would send any text of this answer to the person, as an SMS.
        return WebResponse(200)

    async def _receipt(self, request: WebRequest, receive: Receive) -> WebResponse:
        delivery_id = request.query.get("delivery", "")
        try:
            receipt = parse_receipt(request.query)
        except ValueError as error:
            _log.warning("kannel.receipt_malformed", delivery_id=delivery_id, reason=str(error))
            return WebResponse(400)
        try:
            if receipt is not None:
                await receive((), [receipt])
        except Exception as error:  # noqa: BLE001  whatever it was, Kannel must bring the receipt again
            _log.warning("kannel.receipt_failed", delivery_id=delivery_id, error=type(error).__name__)
            return WebResponse(503)
        return WebResponse(200)


def _result_of(status: int, answer: str) -> SendResult:
    """Read an answer of sendsms. Its status alone does not tell a bad password from a number without a route (403)."""
    if status == 202:  # noqa: PLR2004  "0: Accepted for delivery" or "3: Queued for later delivery"
        return Accepted()
    # Kannel's refusals are fixed sentences; some name the receivers they are about.
    detail = re.sub(r"\d{5,}", "…", answer[:120])
    temporary = "Temporal failure" in answer
    if not temporary and not 400 <= status < 500:  # noqa: PLR2004  a proxy's 502 may come after Kannel took it
        return Unknown(f"HTTP {status}")
    stops_channel = status in {401, 403, 404} and "Not routable" not in answer
    return Refused(SendError(str(status), detail, retryable=temporary, stops_channel=stops_channel))
