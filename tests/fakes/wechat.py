"""WeChat's API as far as we use it, as strict as its documents; wechatpy signs and encrypts what it pushes to us."""

import asyncio
import itertools
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import xmltodict
from aiohttp import ClientSession, web
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

from tests.fakes.served import Served

APP_ID = "wx5823bf96d3bd56c7"
APP_SECRET = "secret-of-the-village"
TOKEN = "QDG6eK"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
ACCOUNT = "gh_7f083739789a"
CHEN, LIN = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M", "o6_bmasdasdsad6_2sgVt7hMZOPfL"
PHOTO = b"\xff\xd8\xff\xe0 a photo of the burst pipe"
WINDOW_SECONDS = 48 * 3600
MOST_IN_WINDOW = 5
MOST_BYTES = 2048

_numbers = itertools.count(1_234_567_890_123_456)


@dataclass(slots=True)
class Sent:
    """One message that a person got."""

    address: str = field(repr=False)
    text: str
    choices: dict[str, str]
    """Label → id."""


class FakeWechat(Served):
    """One account. `code` answers every custom/send, `codes` that to one person; `token_code` the token's endpoint.

    `trouble` is what happens once a message was taken: "late", "broken", or what is answered instead.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.sent: list[Sent] = []
        self.code = self.token_code = 0
        self.codes: dict[str, int] = {}
        self.trouble = ""
        self.media: dict[str, bytes] = {"photo": PHOTO}
        self.media_seconds = 0.0
        self.tokens_fetched: list[bool] = []
        """Whether by force."""
        self.calls = 0
        self._clock = clock
        self._token = self._token_ended = ""
        self._windows: dict[str, tuple[float, int]] = {}
        super().__init__(
            [
                web.post("/cgi-bin/stable_token", self._issue),
                web.post("/cgi-bin/message/custom/send", self._send),
                web.get("/cgi-bin/media/get", self._media),
                web.get("/cgi-bin/get_api_domain_ip", self._addresses),
            ]
        )

    def writes(self, person: str) -> None:
        """A message of this person's has come: he may be written to five times in 48 hours."""
        self._windows[person] = (self._clock(), 0)

    def end_token(self, *, known: bool = True) -> None:
        """The token ends early; where it is not `known`, WeChat still gives the same one to whoever asks."""
        self._token_ended = self._token
        if known:
            self._token = ""

    async def push(self, url: str, fields: Mapping[str, object], *, aes: bool = False) -> tuple[int, str]:
        """Deliver a push to our hook, with its consequence for the window; what the hook answered."""
        if fields["MsgType"] != "event":
            self.writes(str(fields["FromUserName"]))
        query, body = pushed(fields, aes=aes)
        async with ClientSession() as session, session.post(url, params=query, data=body) as response:
            return response.status, await response.text()

    async def _issue(self, request: web.Request) -> web.Response:
        asked = await request.json()
        assert set(asked) == {"grant_type", "appid", "secret", "force_refresh"}
        assert asked["grant_type"] == "client_credential"
        self.tokens_fetched.append(asked["force_refresh"])
        if asked["appid"] != APP_ID:
            return _refusal(40013)
        if asked["secret"] != APP_SECRET:
            return _refusal(40125)
        if self.token_code:
            return _refusal(self.token_code)
        if not self._token or asked["force_refresh"]:
            self._token = f"token-{len(self.tokens_fetched)}"
        return web.json_response({"access_token": self._token, "expires_in": 7200})

    async def _send(self, request: web.Request) -> web.StreamResponse:
        self.calls += 1
        raw = (await request.read()).decode()
        message: dict[str, Any] = json.loads(raw)
        person = str(message.get("touser", ""))
        code = self._token_complaint(request) or self.code or self.codes.get(person) or _complaint(raw, message)
        code = code or self._window_complaint(person)
        if code:
            return _refusal(code)
        begun, count = self._windows[person]
        self._windows[person] = (begun, count + 1)
        self.sent.append(_sent(message))
        return await self._answered(request)

    async def _answered(self, request: web.Request) -> web.StreamResponse:
        if self.trouble == "late":
            await asyncio.sleep(30)
        if self.trouble == "broken" and request.transport:
            request.transport.abort()
        return web.Response(text=self.trouble or '{"errcode":0,"errmsg":"ok"}', content_type="application/json")

    async def _media(self, request: web.Request) -> web.Response:
        if code := self._token_complaint(request):
            return _refusal(code)
        await asyncio.sleep(self.media_seconds)
        content = self.media.get(request.query["media_id"])
        if content is None:
            return _refusal(40007)
        return web.Response(body=content, content_type="image/jpeg")

    async def _addresses(self, request: web.Request) -> web.Response:
        if code := self._token_complaint(request):
            return _refusal(code)
        return web.json_response({"ip_list": ["127.0.0.1"]})

    def _token_complaint(self, request: web.Request) -> int:
        token = request.query.get("access_token", "")
        if token and token == self._token_ended:
            return 42001
        return 0 if token and token == self._token else 40001

    def _window_complaint(self, person: str) -> int:
        begun, count = self._windows.get(person, (0.0, 0))
        if self._clock() - begun > WINDOW_SECONDS:
            return 45015
        return 45047 if count >= MOST_IN_WINDOW else 0


def said(text: str, person: str = CHEN, **more: object) -> dict[str, object]:
    """The fields of a text message."""
    return fields_of("text", person, Content=text, **more)


def fields_of(kind: str, person: str = CHEN, **more: object) -> dict[str, object]:
    """The fields of a message or, of the kind "event", of an event."""
    common = {"ToUserName": ACCOUNT, "FromUserName": person, "CreateTime": 1_790_000_000, "MsgType": kind}
    return common | ({} if kind == "event" else {"MsgId": next(_numbers)}) | more


def event(name: str, key: str = "", person: str = CHEN, **more: object) -> dict[str, object]:
    return fields_of("event", person, Event=name, EventKey=key, **more)


def as_xml(fields: Mapping[str, object]) -> str:
    lines = [
        f"<{name}>{value}</{name}>" if isinstance(value, int | float) else f"<{name}><![CDATA[{value}]]></{name}>"
        for name, value in fields.items()
    ]
    return f"<xml>{''.join(lines)}</xml>"


def pushed(fields: Mapping[str, object], *, aes: bool = False, app_id: str = APP_ID) -> tuple[dict[str, str], bytes]:
    """The query and the body of a push, as WeChat signs it and in safe mode encrypts it."""
    xml, query = as_xml(fields), signed_query()
    if not aes:
        return query, xml.encode()
    body = str(WeChatCrypto(TOKEN, AES_KEY, app_id).encrypt_message(xml, query["nonce"], query["timestamp"]))
    sealed = xmltodict.parse(body)["xml"]
    query |= {"encrypt_type": "aes", "msg_signature": sealed["MsgSignature"]}
    return query, as_xml({"ToUserName": ACCOUNT, "Encrypt": sealed["Encrypt"]}).encode()


def signed_query(*parts: str, timestamp: str = "1790000000", nonce: str = "1372623149") -> dict[str, str]:
    """`timestamp`, `nonce` and the signature over them, the token, and `parts`."""
    signer = WeChatSigner()
    signer.add_data(TOKEN, timestamp, nonce, *parts)
    return {"signature": str(signer.signature), "timestamp": timestamp, "nonce": nonce}


def _complaint(raw: str, message: Mapping[str, Any]) -> int:  # noqa: PLR0911  a table of refusals
    """What the documents forbid."""
    if "\\u" in raw:
        return 40033
    if set(message) != {"touser", "msgtype", message.get("msgtype")}:
        return 40035
    if not str(message["touser"]).startswith("o"):
        return 40003
    match message["msgtype"]:
        case "text":
            words = str(message["text"]["content"])
        case "msgmenu":
            menu = message["msgmenu"]
            if not menu["list"] or any(set(one) != {"id", "content"} or not one["content"] for one in menu["list"]):
                return 40035
            words = "\n".join([menu["head_content"], *(one["content"] for one in menu["list"])])
        case _:
            return 40008
    if not words:
        return 44004
    return 45002 if len(words.encode()) > MOST_BYTES else 0


def _sent(message: Mapping[str, Any]) -> Sent:
    if message["msgtype"] == "text":
        return Sent(message["touser"], message["text"]["content"], {})
    menu = message["msgmenu"]
    return Sent(message["touser"], menu["head_content"], {one["content"]: one["id"] for one in menu["list"]})


def _refusal(code: int) -> web.Response:
    return web.json_response({"errcode": code, "errmsg": "as the document says"})
