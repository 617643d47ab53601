"""The door that providers call: only with the secret, only what is there, and never acknowledged before the commit."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
import structlog
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs
from yarl import URL

from bot.callers import caller_by
from bot.server import AccessLog, Doors, build_application
from notifier.message import DeliveryReceipt, InboundMessage
from notifier.metrics import REQUESTS
from store.actions.accounts import add_account
from store.actions.areas import add_area
from store.database import Database
from store.domain.accounts import Account, AccountKind
from store.domain.areas import AreaKind
from store.domain.errors import StoreUnavailable
from tests.contract.providers import kannel_at

pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)

SAID = {"from": "13900007001", "id": "k1", "text": "停水了"}


class Inbox:
    def __init__(self) -> None:
        self.texts: list[str] = []
        self.error: Exception | None = None

    async def receive(
        self, _account: Account, messages: Sequence[InboundMessage], _receipts: Sequence[DeliveryReceipt]
    ) -> None:
        if self.error:
            raise self.error
        self.texts += [message.text for message in messages]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def account(database: Database) -> Account:
    async with database.write(datetime.now(UTC)) as tx:
        county = await add_area(tx, AreaKind.COUNTY, "青榕县")
        return await add_account(tx, county.id, AccountKind.KANNEL, "sms", {}, actor="test")


@pytest.fixture
async def client(database: Database, account: Account, inbox: Inbox) -> AsyncIterator[TestClient]:  # type: ignore[type-arg]
    channel = kannel_at("http://127.0.0.1:9")
    doors = Doors({account.id: (account, channel)}, inbox.receive, caller_by("127.0.0.1"), [], {})
    server = TestServer(build_application(database, doors, "figures"))
    await server.start_server(access_log_class=AccessLog)
    async with TestClient(server) as opened:
        yield opened
    await channel.close()


def hook(account: Account, name: str = "inbound") -> str:
    return f"/hook/{account.id}/{account.hook_secret}/{name}"


async def test_with_the_secret_a_message_comes_in(client: TestClient, account: Account, inbox: Inbox) -> None:  # type: ignore[type-arg]
    answer = await client.get(hook(account), params=SAID)
    assert (answer.status, inbox.texts) == (200, ["停水了"])


@pytest.mark.parametrize("wrong", ["x", "%F0%9F%98%80", "%ff%fe", "%00", "s" * 3000])
async def test_a_wrong_secret_is_refused_and_stands_in_no_log(
    client: TestClient,  # type: ignore[type-arg]
    account: Account,
    inbox: Inbox,
    wrong: str,
) -> None:
    structlog.reset_defaults()
    with capture_logs() as logs:
        answer = await client.get(f"/hook/{account.id}/{wrong}/inbound", params=SAID)
        close = await client.get(f"/hook/{account.id}/{account.hook_secret}1/inbound", params=SAID)
    assert (answer.status, close.status, inbox.texts) == (403, 403, [])
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == ["hook.refused"] * 2
    assert account.hook_secret not in str(logs)
    assert "13900007001" not in str(logs)


@pytest.mark.parametrize(
    "path",
    [
        "/hook/{id}/{secret}/nothing",
        "/hook/{id}/{secret}",
        "/hook/{id}/{secret}/inbound/more",
        "/hook/abc/{secret}/inbound",
        "/hook/-1/{secret}/inbound",
        "/hook/99999999999999999999/{secret}/inbound",
        "/hook/" + "9" * 5000 + "/{secret}/inbound",
        "/nothing",
    ],
)
async def test_what_is_not_there_is_not_found(client: TestClient, account: Account, path: str) -> None:  # type: ignore[type-arg]
    answer = await client.get(path.format(id=account.id, secret=account.hook_secret), params=SAID)
    assert answer.status == 404


async def test_another_accounts_number_does_not_help(client: TestClient, account: Account) -> None:  # type: ignore[type-arg]
    answer = await client.get(f"/hook/{account.id + 1}/{account.hook_secret}/inbound", params=SAID)
    assert answer.status == 403


async def test_a_method_that_the_route_lacks_is_not_found(client: TestClient, account: Account) -> None:  # type: ignore[type-arg]
    assert (await client.post(hook(account, "receipt"))).status == 404


@pytest.mark.parametrize("error", [StoreUnavailable("locked"), OSError("disk full"), RuntimeError("a bug")], ids=repr)
async def test_what_was_not_committed_is_not_acknowledged(
    client: TestClient,  # type: ignore[type-arg]
    account: Account,
    inbox: Inbox,
    error: Exception,
) -> None:
    inbox.error = error
    assert (await client.get(hook(account), params=SAID)).status >= 500
    inbox.error = None
    assert (await client.get(hook(account), params=SAID)).status == 200
    assert inbox.texts == ["停水了"]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "status"),
    [
        ("127.0.0.1", "203.0.113.7", 403),
        ("127.0.0.1", "203.0.113.7, 198.51.100.9", 200),
        ("127.0.0.1", "nonsense", 403),
        ("127.0.0.1", "", 403),
        ("10.0.0.0/8", "198.51.100.9", 403),
        ("10.0.0.0/8, 127.0.0.0/8", "198.51.100.9", 200),
        ("", "198.51.100.9", 403),
    ],
)
async def test_only_the_addresses_that_an_account_names_may_call(
    database: Database, account: Account, inbox: Inbox, proxies: str, forwarded: str, status: int
) -> None:
    """Behind a proxy that is believed; without one the peer itself counts."""
    strict = replace(account, credentials={"allow": "198.51.100.0/24"})
    channel = kannel_at("http://127.0.0.1:9")
    doors = Doors({account.id: (strict, channel)}, inbox.receive, caller_by(proxies), [], {})
    async with TestClient(TestServer(build_application(database, doors, ""))) as opened:
        headers = {"X-Forwarded-For": forwarded} if forwarded else {}
        assert (await opened.get(hook(account), params=SAID, headers=headers)).status == status
    await channel.close()
    assert len(inbox.texts) == (status == 200)


@pytest.mark.parametrize("query", ["", "from=%ff", "delivery=1&type=x", "from=&text=&id=", "text=%D7%F3"])
async def test_a_malformed_call_is_the_callers_fault(client: TestClient, account: Account, query: str) -> None:  # type: ignore[type-arg]
    for name in ("inbound", "receipt"):
        answer = await client.get(f"{hook(account, name)}?{query}")
        assert answer.status == 400


async def test_a_text_in_gb18030_is_read_as_it_was_written(client: TestClient, account: Account, inbox: Inbox) -> None:  # type: ignore[type-arg]
    said = "".join(f"%{byte:02X}" for byte in "晒谷场停水了".encode("gb18030"))
    answer = await client.get(f"{hook(account)}?from=13900007001&id=k2&text={said}")
    assert (answer.status, inbox.texts) == (200, ["晒谷场停水了"])


async def test_a_text_is_decoded_once(client: TestClient, account: Account, inbox: Inbox) -> None:  # type: ignore[type-arg]
    said = "打折%41%25,1+1&送"
    query = urlencode({"from": "13900007001", "id": "k3", "text": said})
    answer = await client.get(URL(f"{hook(account)}?{query}", encoded=True))
    assert (answer.status, inbox.texts) == (200, [said])


async def test_refusals_are_counted_too(client: TestClient, account: Account) -> None:  # type: ignore[type-arg]
    route = r"/hook/{account}/{secret}/{name}"
    before = _counted(route, 403)
    await client.get(f"/hook/{account.id}/wrong/inbound")
    assert _counted(route, 403) == before + 1


def _counted(route: str, status: int) -> float:
    return float(REQUESTS.labels("GET", route, status)._value.get())


async def test_figures_are_not_for_strangers(client: TestClient) -> None:  # type: ignore[type-arg]
    behind_a_proxy = {"X-Forwarded-For": "203.0.113.7"}
    assert (await client.get("/metrics")).status == 200
    assert (await client.get("/metrics", headers=behind_a_proxy)).status == 403
    wrong = {**behind_a_proxy, "Authorization": "Bearer \udcff\udcfe"}
    assert (await client.get("/metrics", headers=wrong)).status == 403
    right = {**behind_a_proxy, "Authorization": "Bearer figures"}
    assert (await client.get("/metrics", headers=right)).status == 200
