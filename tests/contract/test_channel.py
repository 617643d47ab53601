"""What notifier/channel.py promises, kept by every kind that sends. A new kind joins in tests/contract/providers.py."""

import json
from collections.abc import AsyncIterator, Sequence

import pytest

from notifier.channel import Channel, ChannelUnreachable, Limits, Receive, WebRequest
from notifier.message import Accepted, Button, DeliveryReceipt, InboundMessage, OutboundMessage, Refused, Unknown
from notifier.registry import CHANNELS
from store.domain.accounts import AccountKind
from tests.contract.providers import (
    ADDRESSES,
    DISHONEST,
    HONEST,
    MAKERS,
    PULLING,
    QUERIES,
    SECRET,
    SIGNERS,
    VERIFIES,
)
from tests.fakes.wechat import as_xml, said

NOWHERE = "http://127.0.0.1:9"
KNOCK = "【榕溪村】停水通知26041号:11月23日8点到17点,一至三组。看到请回1。"

every_kind = pytest.mark.parametrize("kind", CHANNELS)


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifier.channels.telegram_request.CONNECT_SECONDS", 0.3)
    monkeypatch.setattr("notifier.channels.sms.smpp_session._UNBIND_SECONDS", 0.05)


@pytest.fixture
async def channel(kind: AccountKind) -> AsyncIterator[Channel]:
    made = MAKERS[kind](NOWHERE)
    yield made
    await made.close()


def test_every_kind_that_sends_is_held_to_the_contract() -> None:
    assert set(MAKERS) == set(HONEST) == set(ADDRESSES) == set(CHANNELS)


@every_kind
async def test_one_message_gives_one_result_and_arrives_as_written(kind: AccountKind) -> None:
    async with HONEST[kind]() as served:
        results = await served.channel.send([OutboundMessage(41, served.address, KNOCK)])
        assert [type(result) for result in results] == [Accepted]
        assert served.texts() == [KNOCK]


@every_kind
async def test_nothing_to_send_is_no_request(kind: AccountKind) -> None:
    async with HONEST[kind]() as served:
        assert list(await served.channel.send([])) == []
        assert served.texts() == []


@pytest.mark.parametrize(
    ("kind", "name"), [pytest.param(kind, name, id=f"{kind}-{name}") for kind in CHANNELS for name in DISHONEST[kind]]
)
async def test_whatever_a_provider_does_is_a_result_and_never_success(kind: AccountKind, name: str) -> None:
    async with DISHONEST[kind][name]() as address:
        channel = MAKERS[kind](address)
        try:
            [result] = await channel.send([OutboundMessage(41, ADDRESSES[kind], KNOCK)])
            assert isinstance(result, Refused | Unknown)
            with pytest.raises(ChannelUnreachable) as unreachable:
                await channel.check()
        finally:
            await channel.close()
    assert str(unreachable.value)
    assert SECRET not in str(unreachable.value)


@every_kind
async def test_a_provider_that_is_gone_has_surely_taken_nothing(kind: AccountKind, channel: Channel) -> None:
    [result] = await channel.send([OutboundMessage(41, ADDRESSES[kind], KNOCK)])
    assert isinstance(result, Refused)
    assert result.error.retryable
    assert not result.error.stops_channel
    assert not result.error.opted_out


STRANGE = {
    "empty": {"text": ""},
    "very long": {"text": "水" * 100_000},
    "lone surrogates": {"text": "停\ud800水"},
    "a null byte": {"text": "停\x00水"},
    "no address": {"address": ""},
    "two addresses": {"address": "+8613900007001 +8613900007002"},
    "a line break in the address": {"address": "1\r\nX-Kannel-To: 2"},
    "an address of another world": {"address": "\ud800{{7*7}}"},
    "an edit of nothing": {"replaces": "²"},
    "an edit of a huge number": {"replaces": "9" * 5000},
    "strange buttons": {"buttons": (Button("", ""), Button("\ud800", "q:" + "9" * 200))},
}


@every_kind
@pytest.mark.parametrize("parts", STRANGE.values(), ids=STRANGE.keys())
async def test_whatever_is_to_be_sent_is_a_result(kind: AccountKind, parts: dict[str, object]) -> None:
    async with HONEST[kind]() as served:
        message = OutboundMessage(**{"delivery_id": 41, "address": served.address, "text": KNOCK, **parts})  # type: ignore[arg-type]
        results = await served.channel.send([message])
        assert len(results) == 1
        assert isinstance(results[0], Accepted | Refused | Unknown)


@every_kind
async def test_limits_are_sane(channel: Channel) -> None:
    limits: Limits = channel.limits
    assert limits.text_units >= 70
    assert 0 < limits.per_second <= 1000
    assert 1 <= limits.burst <= 4
    assert limits.batch >= 1
    assert 1 <= limits.in_flight <= 64
    assert limits.per_address_seconds >= 0


@every_kind
async def test_routes_have_names_of_their_own(kind: AccountKind, channel: Channel) -> None:
    names = [route.name for route in channel.routes()]
    assert len(set(names)) == len(names)
    assert all(route.methods for route in channel.routes())
    assert bool(names) == (channel.limits.can_receive and kind not in PULLING)


@every_kind
async def test_closing_twice_is_harmless(kind: AccountKind) -> None:
    async with HONEST[kind]() as served:
        await served.channel.send([OutboundMessage(41, served.address, KNOCK)])
        await served.channel.close()
        await served.channel.close()


BODIES = (
    b"",
    b"null",
    b"{",
    b"[" * 100_000,
    b"\xff\xfe\x00",
    b'{"update_id": "\\ud800"}',
    b'{"update_id": 1, "message": 5}',
    b'{"update_id": ' + b"9" * 5000 + b"}",
    b"a" * 1_000_000,
)
STRANGE_QUERIES: tuple[dict[str, str], ...] = (
    {},
    {"from": "\udcff\x00", "id": "\udcff", "ts": "x", "text": "\udcff"},
    {"from": "1" * 5000, "text": "停水", "charset": "klingon", "id": "a" * 5000},
    {"delivery": "9" * 30, "type": "1"},
    {"delivery": "9" * 5000, "type": "1"},
    {"delivery": "-1", "type": "8"},
    {"delivery": "²", "type": "²"},
    {"delivery": "41", "type": "9" * 5000},
)


def _request(channel: Channel, route: str, method: str, body: bytes, query: dict[str, str]) -> WebRequest:
    kind = AccountKind(channel.kind)
    query = {**query, **QUERIES[kind](method)} if kind in QUERIES else query
    signer = SIGNERS.get(kind)
    headers = {"x-telegram-bot-api-secret-token": SECRET, "content-type": "text/plain; charset=klingon"}
    return WebRequest(method, query, headers | (signer(route, body, query) if signer else {}), body, SECRET)


async def _take(_messages: Sequence[InboundMessage], _receipts: Sequence[DeliveryReceipt]) -> None: ...


async def _fail(_messages: Sequence[InboundMessage], _receipts: Sequence[DeliveryReceipt]) -> None:
    raise OSError("disk full: 停水了")


async def _statuses(channel: Channel, receive: Receive, body: bytes, query: dict[str, str]) -> list[int]:
    return [
        (await route.handle(_request(channel, route.name, method, body, query), receive)).status
        for route in channel.routes()
        for method in route.methods
    ]


@every_kind
@pytest.mark.parametrize("body", BODIES, ids=lambda body: ascii(body[:30]))
async def test_a_malformed_body_is_turned_away_or_passed_over(channel: Channel, body: bytes) -> None:
    for query in STRANGE_QUERIES:
        assert set(await _statuses(channel, _take, body, query)) <= {200, 400}


GOOD: dict[AccountKind, dict[str, tuple[bytes, dict[str, str]]]] = {
    AccountKind.TELEGRAM: {
        "updates": (
            json.dumps(
                {
                    "update_id": 7,
                    "message": {
                        "message_id": 1,
                        "date": 1_790_000_000,
                        "chat": {"id": 5001, "type": "private"},
                        "from": {"id": 5001, "is_bot": False, "first_name": "陈"},
                        "text": "停水了",
                    },
                }
            ).encode(),
            {},
        )
    },
    AccountKind.WECHAT: {"updates": (as_xml(said("停水了")).encode(), {})},
    AccountKind.KANNEL: {
        "inbound": ("停水了".encode(), {"from": "13900007001", "id": "k1", "text": "停水了"}),
        "receipt": (b"", {"delivery": "41", "type": "1"}),
    },
    AccountKind.ALIYUN: {
        "report": (b'[{"phone_number": "13900007001", "success": true, "out_id": "4f1d"}]', {}),
        "inbound": (b'[{"phone_number": "13900007001", "content": "1", "sequence_id": "7"}]', {}),
    },
    AccountKind.TENCENT: {
        "report": (b'[{"sid": "2026:1", "report_status": "SUCCESS", "nationcode": "86", "mobile": "13900007001"}]', {}),
        "inbound": (
            json.dumps({"nationcode": "86", "mobile": "13900007001", "text": "停水了", "time": 1}).encode(),
            {},
        ),
    },
    AccountKind.TWILIO: {
        "inbound": (b"MessageSid=SM1&From=%2B8613900007001&Body=%E5%81%9C%E6%B0%B4%E4%BA%86&NumMedia=0", {}),
        "status": (b"MessageSid=SM1&MessageStatus=delivered&ErrorCode=", {"delivery": "41"}),
    },
    AccountKind.SMPP: {},
    AccountKind.GAMMU: {},
}


@every_kind
async def test_what_is_not_committed_is_not_acknowledged(kind: AccountKind, channel: Channel) -> None:
    routes = {route.name: route for route in channel.routes()}
    assert set(routes) == set(GOOD[kind])
    for name, (body, query) in GOOD[kind].items():
        for method in set(routes[name].methods) - {VERIFIES.get(kind)}:
            request = _request(channel, name, method, body, query)
            assert (await routes[name].handle(request, _take)).status == 200
            assert (await routes[name].handle(request, _fail)).status >= 500
