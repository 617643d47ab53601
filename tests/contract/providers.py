"""Providers for the contract suite: one that keeps its word for each kind of channel, and many that do not."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

from aiohttp import web
from aiohttp.test_utils import TestServer

from notifier.channel import Channel
from notifier.channels.sms.aliyun import AliyunChannel
from notifier.channels.sms.kannel import KannelChannel
from notifier.channels.sms.templates import Template
from notifier.channels.sms.tencent import TencentChannel
from notifier.channels.sms.tencent_api import TencentApi
from notifier.channels.sms.tencent_signature import TencentKey
from notifier.channels.sms.twilio import TwilioChannel
from notifier.channels.telegram import TelegramChannel
from notifier.channels.wechat import WechatChannel
from store.domain.accounts import AccountKind
from tests.contract.carriers import BROKEN_SPOOLS, DISHONEST_SMSCS, gammu_at, gammu_served, smpp_at, smpp_served
from tests.fakes import aliyun, tencent, twilio, wechat
from tests.fakes.bot_api import BotApi

SECRET = "s3cret-of-the-hook"
HOOK = "https://village.example/hook/1/s3cret"
TOKEN = "4242:" + "a" * 34 + "w"


def telegram_at(base_url: str, token: str = TOKEN) -> Channel:
    return TelegramChannel(
        token,
        mode="webhook",
        webhook_secret=SECRET,
        public_url="https://village.example/hook/1/updates",
        base_url=base_url,
        timeout_seconds=0.3,
    )


def wechat_at(base_url: str) -> Channel:
    return WechatChannel(
        app_id=wechat.APP_ID,
        app_secret=wechat.APP_SECRET,
        token=wechat.TOKEN,
        base_url=base_url,
        timeout_seconds=0.3,
    )


def kannel_at(base_url: str) -> Channel:
    return KannelChannel(
        send_url=f"{base_url}/cgi-bin/sendsms",
        username="hub",
        password="hubpw",
        sender="10690",
        receipt_url="http://127.0.0.1:9/receipt",
        timeout_seconds=0.3,
    )


def aliyun_at(base_url: str) -> Channel:
    return AliyunChannel(
        access_key_id=aliyun.KEY_ID,
        access_key_secret=aliyun.KEY_SECRET,
        signatures=[aliyun.SIGNATURE],
        templates=[Template(code, text) for code, text in aliyun.TEMPLATES.items()],
        endpoint=base_url,
        timeout_seconds=0.3,
    )


def tencent_at(base_url: str) -> Channel:
    key = TencentKey(tencent.SECRET_ID, tencent.SECRET_KEY)
    return TencentChannel(
        TencentApi(key, tencent.APP_ID, endpoint=base_url, timeout_seconds=0.3),
        signatures=[tencent.SIGNATURE],
        templates=[Template(code, text) for code, text in tencent.TEMPLATES.items()],
    )


def twilio_at(base_url: str) -> Channel:
    return TwilioChannel(
        account_sid=twilio.ACCOUNT_SID,
        auth_token=twilio.AUTH_TOKEN,
        sender=twilio.SENDER,
        hook_url=HOOK,
        endpoint=base_url,
        timeout_seconds=0.3,
    )


MAKERS: dict[AccountKind, Callable[[str], Channel]] = {
    AccountKind.TELEGRAM: telegram_at,
    AccountKind.WECHAT: wechat_at,
    AccountKind.KANNEL: kannel_at,
    AccountKind.ALIYUN: aliyun_at,
    AccountKind.TENCENT: tencent_at,
    AccountKind.TWILIO: twilio_at,
    AccountKind.SMPP: smpp_at,
    AccountKind.GAMMU: gammu_at,
}
_OF_CHATS = {AccountKind.TELEGRAM: "5001", AccountKind.WECHAT: wechat.CHEN}
ADDRESSES = {kind: _OF_CHATS.get(kind, "+8613900007001") for kind in MAKERS}


@dataclass(slots=True)
class Served:
    channel: Channel
    address: str
    texts: Callable[[], list[str]]


@asynccontextmanager
async def _telegram() -> AsyncIterator[Served]:
    async with BotApi() as fake:
        fake.user_says(5001, "停水了")
        channel = telegram_at(fake.base_url, fake.token)
        yield Served(channel, "5001", lambda: [sent.text for sent in fake.sent])
        await channel.close()


@asynccontextmanager
async def _wechat() -> AsyncIterator[Served]:
    async with wechat.FakeWechat() as fake:
        fake.writes(wechat.CHEN)
        channel = wechat_at(fake.endpoint)
        yield Served(channel, wechat.CHEN, lambda: [sent.text for sent in fake.sent])
        await channel.close()


@asynccontextmanager
async def _kannel() -> AsyncIterator[Served]:
    texts: list[str] = []

    async def sendsms(request: web.Request) -> web.Response:
        texts.append((await request.read()).decode())
        return web.Response(status=202, text="0: Accepted for delivery")

    application = web.Application()
    application.router.add_post("/cgi-bin/sendsms", sendsms)
    async with TestServer(application) as server:
        channel = kannel_at(str(server.make_url("")).rstrip("/"))
        yield Served(channel, ADDRESSES[AccountKind.KANNEL], lambda: texts)
        await channel.close()


@asynccontextmanager
async def _aliyun() -> AsyncIterator[Served]:
    async with aliyun.Aliyun() as fake:
        channel = aliyun_at(fake.endpoint)
        yield Served(channel, ADDRESSES[AccountKind.ALIYUN], lambda: [sent.text for sent in fake.sent])
        await channel.close()


@asynccontextmanager
async def _tencent() -> AsyncIterator[Served]:
    async with tencent.FakeTencent() as fake:
        channel = tencent_at(fake.endpoint)
        yield Served(channel, ADDRESSES[AccountKind.TENCENT], lambda: [sent.text for sent in fake.sent])
        await channel.close()


@asynccontextmanager
async def _twilio() -> AsyncIterator[Served]:
    async with twilio.FakeTwilio() as fake:
        channel = twilio_at(fake.endpoint)
        yield Served(channel, ADDRESSES[AccountKind.TWILIO], lambda: [sent["body"] for sent in fake.messages])
        await channel.close()


@asynccontextmanager
async def _smpp() -> AsyncIterator[Served]:
    async with smpp_served() as (channel, texts):
        yield Served(channel, ADDRESSES[AccountKind.SMPP], texts)


@asynccontextmanager
async def _gammu() -> AsyncIterator[Served]:
    async with gammu_served() as (channel, texts):
        yield Served(channel, ADDRESSES[AccountKind.GAMMU], texts)


HONEST: dict[AccountKind, Callable[[], AbstractAsyncContextManager[Served]]] = {
    AccountKind.TELEGRAM: _telegram,
    AccountKind.WECHAT: _wechat,
    AccountKind.KANNEL: _kannel,
    AccountKind.ALIYUN: _aliyun,
    AccountKind.TENCENT: _tencent,
    AccountKind.TWILIO: _twilio,
    AccountKind.SMPP: _smpp,
    AccountKind.GAMMU: _gammu,
}

SIGNERS: dict[AccountKind, Callable[[str, bytes, dict[str, str]], dict[str, str]]] = {
    AccountKind.TWILIO: lambda name, body, query: twilio.signed(f"{HOOK}/{name}", body, query),
}
"""The headers of a call of a route by those providers that sign their calls."""

QUERIES: dict[AccountKind, Callable[[str], dict[str, str]]] = {
    AccountKind.WECHAT: lambda method: wechat.signed_query() | ({"echostr": "5826"} if method == "GET" else {}),
}
"""What those providers put into the query that sign there."""

VERIFIES = {AccountKind.WECHAT: "GET"}
"""The method by which a provider only asks whether it is we: nothing comes in by it."""

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def _answers(raw: bytes) -> Talk:
    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()

    return talk


def _http(status: str, body: bytes = b"", *headers: str) -> Talk:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return _answers("\r\n".join(lines).encode() + body)


async def _hang(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def _hang_up(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None: ...


async def _drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


RUBBISH: dict[str, Talk] = {
    "hangs": _hang,
    "hangs up": _hang_up,
    "drips": _drip,
    "breaks off": _answers(b"HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\n0: Acc"),
    "speaks another protocol": _answers(b"\x00\x01SSH-2.0-OpenSSH\r\n\r\n"),
    "a header too long": _answers(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n"),
    "an impossible status": _answers(b"HTTP/1.1 999999 What\r\n\r\n"),
    "no content": _http("204 No Content"),
    "a page": _http("200 OK", b"<html>Please pay for your Wi-Fi</html>", "Content-Type: text/html"),
    "empty": _http("200 OK"),
    "bytes": _http("200 OK", bytes(range(256))),
    "an unknown charset": _http("200 OK", b"\xff\xfe", "Content-Type: text/plain; charset=klingon"),
    "no gzip": _http("200 OK", b"this is no gzip", "Content-Encoding: gzip"),
    "gzip of junk": _http("200 OK", gzip.compress(b"\xff" * 99), "Content-Encoding: gzip"),
    "null": _http("200 OK", b"null", "Content-Type: application/json"),
    "ok without a result": _http("200 OK", b'{"ok": true}', "Content-Type: application/json"),
    "another result": _http("200 OK", b'{"ok": true, "result": [1, {"a": "b"}]}', "Content-Type: application/json"),
    "deep": _http("200 OK", b"[" * 50_000, "Content-Type: application/json"),
    "a large number": _http("200 OK", b'{"ok": true, "result": ' + b"9" * 5000 + b"}"),
    "429 with nonsense": _http("429 Too Many", b'{"ok": false, "parameters": {"retry_after": "soon"}}'),
    "429 with a list": _http("429 Too Many", b'{"ok": false, "parameters": [1]}'),
    "an error in a list": _http("403 Forbidden", b'{"ok": false, "description": ["no"]}'),
    "redirects": _http("302 Found", b"", "Location: http://127.0.0.1:9/"),
    "redirects nowhere": _http("302 Found", b"", "Location: http://[::"),
    "asks for a password": _http("401 Unauthorized", b"?", "WWW-Authenticate: Basic"),
    "is gone": _http("410 Gone"),
    "is broken": _http("500 Internal Server Error", b"Traceback"),
    "is a proxy": _http("502 Bad Gateway", b"<html>"),
    "is busy": _http("503 Service Unavailable", b"Temporal failure, try again later."),
}


@asynccontextmanager
async def dishonest(talk: Talk) -> AsyncIterator[str]:
    """The address of a provider that speaks so."""
    writers: list[asyncio.StreamWriter] = []

    async def one_call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await reader.readuntil(b"\r\n\r\n")
            await talk(reader, writer)
        writer.close()

    server = await asyncio.start_server(one_call, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for writer in writers:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)


_BY_HTTP = {name: partial(dishonest, talk) for name, talk in RUBBISH.items()}
_NOT_BY_HTTP = {AccountKind.SMPP: DISHONEST_SMSCS, AccountKind.GAMMU: BROKEN_SPOOLS}

DISHONEST: dict[AccountKind, dict[str, Callable[[], AbstractAsyncContextManager[str]]]] = {
    kind: {**_NOT_BY_HTTP.get(kind, _BY_HTTP)} for kind in MAKERS
}
"""For each kind the addresses of providers that keep no word."""

PULLING = frozenset(_NOT_BY_HTTP)
"""Kinds that receive only by listening: no provider calls them."""
