"""The channel against a real Kannel, and against answers that a real one gives only on a bad day."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from notifier.channel import ChannelUnreachable, WebRequest
from notifier.channels.sms.kannel import KannelChannel
from notifier.channels.sms.segments import count_parts
from notifier.message import (
    Accepted,
    DeliveryReceipt,
    InboundMessage,
    OutboundMessage,
    ReceiptState,
    Refused,
    SendError,
    SendResult,
    Unknown,
)
from tests.fakes.kannel import (
    PASSWORD,
    SERVICE_NUMBER,
    UNROUTABLE_PREFIX,
    USERNAME,
    RealKannel,
    missing_programs,
)
from tests.real_parts import free_port, require_real_part

RESIDENT = "13900007001"
ADDRESS = "+8613900007001"
KNOCK = "【榕溪村】停水通知26041号:11月23日8点到17点,一至三组。要听全文打6123456,公开栏也贴了。看到请回1。"
LONG_NOTICE = "【榕溪村】" + "三组总阀要换,停水的时候请关好龙头,家里有老人的先存一桶水。" * 8 + "急了打6123456😀"
LONG_LETTER = "我家在三组晒谷场边上,水管昨天夜里就爆了,路上全是水,孩子上学要绕路。" * 6 + "多谢😀"


class Hub:
    """Our side of the wire: serves a channel's routes and keeps what it brings; may refuse the first few calls."""

    def __init__(self) -> None:
        self.channel: KannelChannel | None = None
        self.messages: list[InboundMessage] = []
        self.receipts: list[DeliveryReceipt] = []
        self.statuses: list[int] = []
        self.refusals_left = 0
        self._came = asyncio.Condition()
        app = web.Application()
        app.router.add_route("*", "/hook/1/{secret}/{name}", self._serve)
        self.server = TestServer(app)

    def address(self, name: str) -> str:
        return str(self.server.make_url(f"/hook/1/s3cret/{name}"))

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(10), self._came:
            await self._came.wait_for(done)

    async def _serve(self, request: web.Request) -> web.Response:
        assert self.channel is not None
        routes = {route.name: route for route in self.channel.routes()}
        route = routes[request.match_info["name"]]
        assert request.method in route.methods
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = await route.handle(
            WebRequest(request.method, dict(request.query), headers, await request.read(), "s3cret"), self._receive
        )
        async with self._came:
            self.statuses.append(answer.status)
            self._came.notify_all()
        return web.Response(status=answer.status, text=answer.text, content_type=answer.content_type)

    async def _receive(self, messages: Sequence[InboundMessage], receipts: Sequence[DeliveryReceipt]) -> None:
        if self.refusals_left:
            self.refusals_left -= 1
            raise OSError("the disk is full")
        self.messages += messages
        self.receipts += receipts


@asynccontextmanager
async def village(
    *, by_get: bool = False, mo_recode: bool = True
) -> AsyncIterator[tuple[RealKannel, KannelChannel, Hub]]:
    missing = missing_programs()
    require_real_part("kannel", present=not missing, reason=f"{missing} not installed (apt-get install kannel)")
    hub = Hub()
    async with hub.server, RealKannel(inbound_url=hub.address("inbound"), by_get=by_get, mo_recode=mo_recode) as kannel:
        hub.channel = channel = _channel(kannel.send_url, receipt_url=hub.address("receipt"))
        try:
            yield kannel, channel, hub
        finally:
            await channel.close()


def _channel(
    send_url: str, *, receipt_url: str = "http://127.0.0.1:9/receipt", password: str = PASSWORD, timeout: float = 10.0
) -> KannelChannel:
    return KannelChannel(
        send_url=send_url,
        username=USERNAME,
        password=password,
        sender=SERVICE_NUMBER,
        receipt_url=receipt_url,
        timeout_seconds=timeout,
    )


async def _send(channel: KannelChannel, text: str = KNOCK, address: str = ADDRESS) -> SendResult:
    (result,) = await channel.send([OutboundMessage(41, address, text)])
    return result


@pytest.mark.kannel
@pytest.mark.parametrize(
    "text",
    [
        KNOCK,
        "记下了…\n编号3127😀 1+1",
        "1",
        "Water is off: call 6123456 [free] €0 @ 100%20",
        LONG_NOTICE,
        "水" * 71,
        "Water is off, 100% sure [really]. " * 12,
        "[" * 81,
    ],
)
async def test_a_text_reaches_the_handset_as_written(text: str) -> None:
    async with village() as (kannel, channel, _):
        result = await _send(channel, text)

        assert result == Accepted()
        assert await kannel.handset_gets(1) == [(SERVICE_NUMBER, ADDRESS, text)]
        assert kannel.parts_received == count_parts(text).parts


@pytest.mark.kannel
@pytest.mark.parametrize("by_get", [False, True], ids=["post-url", "get-url"])
@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("冇水", "冇水"),
        ("回1😀", "回1😀"),
        ("三组\x00停水了\x00", "三组停水了"),
        ("Shui ting le & 1+1=2?", "Shui ting le & 1+1=2?"),
        (LONG_LETTER, LONG_LETTER),
    ],
    ids=["chinese", "emoji", "nul", "latin", "several-parts"],
)
async def test_a_persons_text_is_heard(said: str, heard: str, *, by_get: bool) -> None:
    async with village(by_get=by_get) as (kannel, _, hub):
        await kannel.handset_says(RESIDENT, said)
        await kannel.handset_says("13900007002", "还没来")
        await hub.until(lambda: len(hub.statuses) == 2)

        assert {(message.address, message.text) for message in hub.messages} == {
            (ADDRESS, heard),
            ("+8613900007002", "还没来"),
        }
        assert len({message.provider_id for message in hub.messages}) == 2


@pytest.mark.kannel
async def test_utf_16_is_heard_where_kannel_does_not_recode() -> None:
    async with village(mo_recode=False) as (kannel, _, hub):
        await kannel.handset_says(RESIDENT, "三组停水了1😀")
        await hub.until(lambda: bool(hub.statuses))

        assert [message.text for message in hub.messages] == ["三组停水了1😀"]


@pytest.mark.kannel
async def test_nothing_of_our_answer_goes_back_as_an_sms() -> None:
    async with village() as (kannel, channel, hub):
        await kannel.handset_says(RESIDENT, "冇水")
        await hub.until(lambda: bool(hub.statuses))
        await _send(channel, "记下了")

        assert await kannel.handset_gets(1) == [(SERVICE_NUMBER, ADDRESS, "记下了")]


@pytest.mark.kannel
async def test_what_we_could_not_take_comes_again_under_the_same_id() -> None:
    async with village() as (kannel, _, hub):
        hub.refusals_left = 1
        await kannel.handset_says(RESIDENT, "冇水")
        await hub.until(lambda: len(hub.statuses) == 2)

        assert hub.statuses == [503, 200]
        assert [(message.address, message.text) for message in hub.messages] == [(ADDRESS, "冇水")]


@pytest.mark.kannel
@pytest.mark.parametrize("text", ["记下了", LONG_NOTICE], ids=["one-part", "several-parts"])
async def test_receipts_name_our_delivery(text: str) -> None:
    async with village() as (_, channel, hub):
        await _send(channel, text)
        await hub.until(lambda: len(hub.statuses) == 2)

        assert {receipt.state for receipt in hub.receipts} == {ReceiptState.SENT, ReceiptState.DELIVERED}
        assert {receipt.delivery_id for receipt in hub.receipts} == {41}


@pytest.mark.kannel
async def test_a_number_without_a_route_stops_nobody_else() -> None:
    async with village() as (_, channel, _hub):
        result = await _send(channel, address=f"{UNROUTABLE_PREFIX}13900007")

        assert result == Refused(SendError("403", "Not routable. Do not try again."))


@pytest.mark.kannel
async def test_check_logs_in_and_sends_nothing() -> None:
    async with village() as (kannel, channel, _):
        line = await channel.check()
        await _send(channel, "记下了")

        assert USERNAME in line
        assert PASSWORD not in line
        assert await kannel.handset_gets(1) == [(SERVICE_NUMBER, ADDRESS, "记下了")]


@pytest.mark.kannel
async def test_a_wrong_password_stops_the_channel() -> None:
    async with village() as (kannel, _, _hub):
        channel = _channel(kannel.send_url, password="wrong")
        with pytest.raises(ChannelUnreachable, match="refuses"):
            await channel.check()
        result = await _send(channel)
        await channel.close()

        assert result == Refused(SendError("403", "Authorization failed for sendsms", stops_channel=True))


@pytest.mark.kannel
async def test_many_at_once_all_arrive() -> None:
    async with village() as (kannel, channel, _):
        texts = [f"您排第{place}个" for place in range(40)]
        results = await asyncio.gather(*(_send(channel, text) for text in texts))

        assert results == [Accepted()] * 40
        assert sorted(sms.text for sms in await kannel.handset_gets(40)) == sorted(texts)


@asynccontextmanager
async def answering(status: int, answer: str) -> AsyncIterator[KannelChannel]:
    async def answer_all(_: web.Request) -> web.Response:
        return web.Response(status=status, text=answer, headers={"Location": "/elsewhere"})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer_all)
    async with TestServer(app) as server:
        channel = _channel(str(server.make_url("/cgi-bin/sendsms")))
        try:
            yield channel
        finally:
            await channel.close()


@pytest.mark.parametrize(
    ("status", "answer", "result"),
    [
        (202, "0: Accepted for delivery", Accepted()),
        (202, "3: Queued for later delivery", Accepted()),
        (
            503,
            "Temporal failure, try again later.",
            Refused(SendError("503", "Temporal failure, try again later.", retryable=True)),
        ),
        (401, "", Refused(SendError("401", stops_channel=True))),
        (404, "Unknown request.", Refused(SendError("404", "Unknown request.", stops_channel=True))),
        (
            400,
            "Number(s) has/have been denied: +8613900007001",
            Refused(SendError("400", "Number(s) has/have been denied: +…")),
        ),
        (502, "<h1>Bad gateway</h1>", Unknown("HTTP 502")),
        (302, "", Unknown("HTTP 302")),
        (200, "<h1>Welcome</h1>", Unknown("HTTP 200")),
    ],
)
async def test_an_answer_is_a_result(status: int, answer: str, result: SendResult) -> None:
    async with answering(status, answer) as channel:
        assert await _send(channel) == result


@pytest.mark.parametrize("status", [200, 302, 403, 404, 500, 502])
async def test_check_knows_what_is_not_kannel(status: int) -> None:
    async with answering(status, "?") as channel:
        with pytest.raises(ChannelUnreachable):
            await channel.check()


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def talking(talk: Talk, timeout: float = 10.0) -> AsyncIterator[KannelChannel]:
    writers: list[asyncio.StreamWriter] = []

    async def one_call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with suppress(ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            await talk(reader, writer)
        writer.close()

    server = await asyncio.start_server(one_call, "127.0.0.1", 0)
    channel = _channel(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/cgi-bin/sendsms", timeout=timeout)
    try:
        yield channel
    finally:
        await channel.close()
        server.close()
        await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)


async def _hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def _hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def _hang_up_halfway(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 24\r\n\r\n0: Acc")
    await writer.drain()


async def _babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x00\x01SSH-2.0\r\n\r\n")
    await writer.drain()


@pytest.mark.parametrize("talk", [_hang, _hang_up, _hang_up_halfway, _babble])
async def test_after_a_broken_call_nobody_knows(talk: Talk) -> None:
    async with talking(talk, timeout=0.3) as channel:
        assert isinstance(await _send(channel), Unknown)
        with pytest.raises(ChannelUnreachable, match="did not answer"):
            await channel.check()


async def test_a_refused_connection_may_be_tried_again() -> None:
    channel = _channel(f"http://127.0.0.1:{free_port()}/cgi-bin/sendsms")
    result = await _send(channel)
    with pytest.raises(ChannelUnreachable, match="did not answer"):
        await channel.check()
    await channel.close()

    assert result == Refused(SendError("not_connected", "ClientConnectorError", retryable=True))


@pytest.mark.parametrize(
    ("address", "text", "code"),
    [
        ("+8613900007001 +8613900007002", "记下了", "bad_address"),
        ("13900007001\r\nX-Kannel-To: 13900007002", "记下了", "bad_address"),
        ("", "记下了", "bad_address"),
        (ADDRESS, "水" * 537, "too_long"),
    ],
)
async def test_what_kannel_would_misunderstand_is_never_sent(address: str, text: str, code: str) -> None:
    async with answering(202, "0: Accepted for delivery") as channel:
        result = await _send(channel, text, address)

        assert isinstance(result, Refused)
        assert (result.error.code, result.error.retryable) == (code, False)


async def test_the_longest_text_goes_out() -> None:
    async with answering(202, "0: Accepted for delivery") as channel:
        assert await _send(channel, "水" * channel.limits.text_units) == Accepted()


async def _take_nothing(messages: Sequence[InboundMessage], receipts: Sequence[DeliveryReceipt]) -> None:
    raise AssertionError(messages, receipts)


@pytest.mark.parametrize(
    ("name", "query", "status"),
    [
        ("inbound", {}, 400),
        ("inbound", {"text": "冇水", "id": "c1"}, 400),
        ("receipt", {}, 400),
        ("receipt", {"delivery": "41", "type": "x"}, 400),
        ("receipt", {"delivery": "41", "type": "4"}, 200),
    ],
)
async def test_a_malformed_call_is_refused_and_takes_nothing(name: str, query: dict[str, str], status: int) -> None:
    channel = _channel("http://127.0.0.1:9/cgi-bin/sendsms")
    routes = {route.name: route for route in channel.routes()}

    answer = await routes[name].handle(WebRequest("GET", query, {}, b"", "s3cret"), _take_nothing)

    assert (answer.status, answer.text) == (status, "")


async def test_listening_ends_at_once_because_kannel_calls() -> None:
    async with asyncio.timeout(1):
        await _channel("http://127.0.0.1:9/cgi-bin/sendsms").listen(_take_nothing)
