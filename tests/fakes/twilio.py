"""Twilio's Messages API as far as we use it, as strict as its document; Twilio's own library signs and judges it."""

import asyncio
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import ClientSession, encode_basic_auth, web
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from tests.fakes.served import Served

ACCOUNT_SID = "AC" + "0a" * 16
AUTH_TOKEN = "token-of-the-village"
SENDER = "+85230000001"
SERVICE_SID = "MG" + "0b" * 16
PHOTO = b"\xff\xd8\xff\xe0 a photo of the burst pipe"
_API = f"/2010-04-01/Accounts/{ACCOUNT_SID}"
_E164 = re.compile(r"\+[1-9][0-9]{4,14}")
_HTTP_STATUS = {20003: 401, 20404: 404, 20429: 429}


class FakeTwilio(Served):
    """One account. `codes` refuses a number with a code; `trouble` is what happens after a message was taken: "late",
    "broken", or an HTTP status. `photo` answers for a picture's address.
    """

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.codes: dict[str, int] = {}
        self.trouble = ""
        self.status = "active"
        self.photo: Callable[[web.Request], web.Response] = lambda _: web.Response(body=PHOTO)
        self.token_shown_to_store = False
        self.before_answer: Callable[[dict[str, Any]], Any] | None = None
        super().__init__(
            [
                web.post(f"{_API}/Messages.json", self._create),
                web.get(f"{_API}/Messages.json", self._list),
                web.get(f"{_API}/Messages/{{sid}}.json", self._fetch),
                web.get(f"{_API}/Messages/{{sid}}/Media/{{media}}", self._media),
                web.get("/store/{media}", self._store),
                web.get("/2010-04-01/Accounts/{account}.json", self._account),
            ]
        )

    def media_url(self, sid: str, number: int = 0) -> str:
        return f"{self.endpoint}{_API}/Messages/{sid}/Media/ME{number:032x}"

    async def becomes(self, message: dict[str, Any], status: str, code: int | None = None) -> int:
        """Give the message a status and tell so, signed; what the hub answered."""
        message |= {"status": status, "error_code": code, "date_updated": _now()}
        form = {"MessageSid": message["sid"], "SmsSid": message["sid"], "MessageStatus": status, "To": message["to"]}
        form |= {"From": message["from"] or "", "AccountSid": ACCOUNT_SID, "ApiVersion": "2010-04-01"}
        form |= {"ErrorCode": str(code)} if code else {}
        return (await post(message["_callback"], form))[0]

    async def _create(self, request: web.Request) -> web.StreamResponse:
        _authenticate(request)
        form = {name: str(value) for name, value in (await request.post()).items()}
        code = _complaint(form) or self.codes.get(form["To"], 0)
        if code:
            return _refusal(code)
        message = _message(form, len(self.messages))
        self.messages.append(message)
        if self.before_answer:
            await self.before_answer(message)
        if self.trouble == "late":
            await asyncio.sleep(30)
        if self.trouble == "broken" and request.transport:
            request.transport.abort()
        if self.trouble.isdecimal():
            return web.Response(status=int(self.trouble), text="<html>")
        return web.json_response(_public(message), status=201)

    async def _list(self, request: web.Request) -> web.Response:
        _authenticate(request)
        if request.query.keys() - {"To", "From", "DateSent>", "PageSize"}:
            return _refusal(20001)
        # Days are all that this filter knows, as the document says.
        since = request.query["DateSent>"][:10]
        found = [
            _public(message)
            for message in self.messages
            if message["to"] == request.query["To"] and message["_day"] >= since
        ]
        return web.json_response({"messages": found, "page_size": int(request.query["PageSize"])})

    async def _fetch(self, request: web.Request) -> web.Response:
        _authenticate(request)
        found = [message for message in self.messages if message["sid"] == request.match_info["sid"]]
        return web.json_response(_public(found[0])) if found else _refusal(20404)

    async def _account(self, request: web.Request) -> web.Response:
        _authenticate(request)
        return web.json_response({"sid": ACCOUNT_SID, "friendly_name": "榕溪村", "status": self.status})

    async def _media(self, request: web.Request) -> web.Response:
        _authenticate(request)
        return web.Response(status=307, headers={"Location": f"/store/{request.match_info['media']}"})

    async def _store(self, request: web.Request) -> web.Response:
        self.token_shown_to_store = "Authorization" in request.headers
        return self.photo(request)


async def post(url: str, form: Mapping[str, str], token: str = AUTH_TOKEN) -> tuple[int, str, str]:
    """Call a webhook as Twilio does: status, content type and text of the answer."""
    signature = RequestValidator(token).compute_signature(url, form)
    headers = {"X-Twilio-Signature": signature}
    async with ClientSession() as session, session.post(url, data=form, headers=headers) as answer:
        return answer.status, answer.content_type, await answer.text()


def signed(url: str, body: bytes, query: dict[str, str]) -> dict[str, str]:
    """The header of a call, as a server reads it, whatever its body is."""
    form = dict(parse_qsl(body.decode("ascii", "replace"), keep_blank_values=True, errors="replace"))
    called = f"{url}?{urlencode(query, errors='surrogateescape')}" if query else url
    return {"x-twilio-signature": RequestValidator(AUTH_TOKEN).compute_signature(called, form)}


def inbound(sid: str, sender: str, text: str, *photo_urls: str) -> dict[str, str]:
    """The form of a person's message."""
    form = {"MessageSid": sid, "SmsSid": sid, "AccountSid": ACCOUNT_SID, "From": sender, "To": SENDER, "Body": text}
    form |= {"NumMedia": str(len(photo_urls)), "NumSegments": "1", "FromCity": ""}
    for index, url in enumerate(photo_urls):
        form |= {f"MediaUrl{index}": url, f"MediaContentType{index}": "image/jpeg"}
    return form


def _authenticate(request: web.Request) -> None:
    if request.headers.get("Authorization") != encode_basic_auth(ACCOUNT_SID, AUTH_TOKEN):
        raise web.HTTPUnauthorized(text=_refusal(20003).text, content_type="application/json")


def _complaint(form: Mapping[str, str]) -> int:  # noqa: PLR0911  a table of refusals
    if not form.get("To"):
        return 21604
    if not _E164.fullmatch(form["To"]):
        return 21211
    if "From" not in form and "MessagingServiceSid" not in form:
        return 21603
    if form.get("From", SENDER) != SENDER:
        return 21659
    if form.get("MessagingServiceSid", SERVICE_SID) != SERVICE_SID:
        return 21701
    if not form.get("Body"):
        return 21602
    if len(form["Body"]) > 1600:
        return 21617
    callback = form.get("StatusCallback", "http://none.example/")
    return 0 if urlsplit(callback).scheme in {"http", "https"} and "_" not in urlsplit(callback).netloc else 21609


def _refusal(code: int) -> web.Response:
    status = _HTTP_STATUS.get(code, 400)
    more = f"https://www.twilio.com/docs/errors/{code}"
    return web.json_response({"code": code, "message": "…", "more_info": more, "status": status}, status=status)


def _message(form: Mapping[str, str], index: int) -> dict[str, Any]:
    return {
        "sid": f"SM{index:032x}",
        "account_sid": ACCOUNT_SID,
        "to": form["To"],
        "from": form.get("From"),
        "messaging_service_sid": form.get("MessagingServiceSid"),
        "body": form["Body"],
        "status": "accepted" if "MessagingServiceSid" in form else "queued",
        "direction": "outbound-api",
        "error_code": None,
        "date_created": _now(),
        "date_updated": _now(),
        "date_sent": None,
        "num_media": "0",
        "_callback": form.get("StatusCallback"),
        "_day": datetime.now(UTC).strftime("%Y-%m-%d"),
    }


def _public(message: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if not name.startswith("_")}


def _now() -> str:
    return format_datetime(datetime.now(UTC))
