"""Accounts that appear and change while the hub works: nothing is lost, nothing goes out twice."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import func, select
from structlog.testing import capture_logs

from bot.callers import caller_by
from bot.inbox import Inbox
from bot.open_channels import OpenChannels
from bot.opening import utc_now
from bot.server import Doors, build_application
from notifier.accounts import Outside, add_working_account
from notifier.channel import Channel
from notifier.delivery.engine import DeliveryEngine
from notifier.pulse import Pulse
from store.actions.accounts import add_account
from store.actions.contacts import find_or_add_contact
from store.actions.deliveries import Draft, write_deliveries
from store.domain.accounts import Account, AccountKind
from store.domain.people import ContactKind
from store.queries.accounts import CREDENTIALS
from store.tables import channel_accounts, deliveries, inbound_messages
from tests.fakes.bot_api import BotApi
from tests.fakes.sms_sink import SmsSink
from tests.hub import RENDERER, Hub

MESSAGES = 40
OUTSIDE = Outside("http://127.0.0.1", telegram=True)


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.open_channels.LOOK_SECONDS", 0.05)


@asynccontextmanager
async def working(hub: Hub) -> AsyncIterator[OpenChannels]:
    """What a process does with its channels, and the turns of what they bring."""
    engine = DeliveryEngine(hub.database, {}, "test", utc_now)
    inbox = Inbox(hub.database, hub.files, RENDERER, Pulse(), engine.send_soon)
    channels = OpenChannels(hub.database, OUTSIDE, engine, inbox.receive, "test")
    await channels.take_up()
    tasks = [asyncio.create_task(part()) for part in (engine.run, inbox.run, channels.listen, channels.follow)]
    yield channels
    inbox.stop()
    engine.stop()
    await asyncio.wait_for(asyncio.gather(*tasks[:2]), 10)
    for task in tasks[2:]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await channels.close()


def kannel_at(sink: SmsSink) -> Mapping[str, str]:
    return {"send_url": sink.send_url, "username": "hub", "password": "p", "sender": "10690", "per_second": "50"}


async def _added(hub: Hub, kind: AccountKind, credentials: Mapping[str, str]) -> Account:
    async with hub.database.write(utc_now()) as tx:
        return await add_working_account(tx, hub.village, kind, "new", credentials, OUTSIDE, actor="test")


async def _changed(hub: Hub, account: Account, credentials: Mapping[str, str]) -> None:
    async with hub.database.write(utc_now()) as tx:
        sealed = tx.keyring.seal(json.dumps(dict(credentials)), context=CREDENTIALS)
        mine = channel_accounts.c.id == account.id
        await tx.run(channel_accounts.update().where(mine).values(credentials=sealed))


async def _written(hub: Hub, account: Account) -> None:
    """A message to each of many phones."""
    async with hub.database.write(utc_now()) as tx:
        drafts = []
        for number in range(MESSAGES):
            to = await find_or_add_contact(tx, hub.village.id, ContactKind.PHONE, f"+861990000{number:04}")
            drafts.append(Draft(hub.village.id, to.id, account.id, "明天停水", tx.now))
        await write_deliveries(tx, drafts)


async def _until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - what is waited for rings no bell
            await asyncio.sleep(0.01)


def _is_other(channels: OpenChannels, account: Account, old: Channel) -> bool:
    return channels.by_account[account.id][1] is not old


async def _rows(hub: Hub, account: Account) -> set[tuple[str, int]]:
    """The states of what the account sent, and how often each was tried."""
    async with hub.database.read(utc_now()) as tx:
        mine = deliveries.c.account_id == account.id
        found = await tx.all(select(deliveries.c.state, deliveries.c.attempts).where(mine))
    return {(row.state, row.attempts) for row in found}


async def _heard(hub: Hub) -> int:
    async with hub.database.read(utc_now()) as tx:
        return int(await tx.scalar(select(func.count()).select_from(inbound_messages)))


async def test_an_account_that_is_added_sends_and_is_called_without_a_restart(hub: Hub) -> None:
    async with SmsSink() as sink, working(hub) as channels:
        doors = Doors(channels.by_account, hub.inbox.receive, caller_by("127.0.0.1"), (), {})
        async with TestClient(TestServer(build_application(hub.database, doors, ""))) as provider:
            assert (await provider.get("/hook/999/guess/inbound")).status == 403
            account = await _added(hub, AccountKind.KANNEL, kannel_at(sink))
            await _written(hub, account)
            await _until(lambda: len(sink.took) == MESSAGES)
            hook = f"/hook/{account.id}/{account.hook_secret}/inbound?id=1"
            said = {"X-Kannel-From": "+8619900001234", "X-Kannel-To": "10690"}
            assert (await provider.post(hook, data="冇水", headers=said)).status < 300
    assert await _heard(hub) == 1


async def test_a_gateway_that_changes_in_the_midst_of_a_broadcast_gets_every_message_once(hub: Hub) -> None:
    called, answers = asyncio.Event(), asyncio.Event()

    async def keeps_waiting(_request: web.Request) -> None:
        called.set()
        await answers.wait()

    async with SmsSink() as before, SmsSink() as after:
        before.manners = keeps_waiting
        account = await _added(hub, AccountKind.KANNEL, kannel_at(before))
        async with working(hub) as channels:
            await _written(hub, account)
            await asyncio.wait_for(called.wait(), 10)
            old = channels.by_account[account.id][1]
            await _changed(hub, account, kannel_at(after))
            await _until(partial(_is_other, channels, account, old))
            await asyncio.sleep(0.2)
            assert not after.took  # the calls to the old one are still under way
            answers.set()
            await _until(lambda: len(before.took | after.took) == MESSAGES)
    assert set((before.took + after.took).values()) == {1}
    assert before.took
    assert after.took
    assert await _rows(hub, account) == {("sent", 1)}


async def test_an_account_whose_change_makes_no_channel_goes_on_as_it_was(hub: Hub) -> None:
    async with SmsSink() as sink:
        account = await _added(hub, AccountKind.KANNEL, kannel_at(sink))
        async with working(hub) as channels:
            old = channels.by_account[account.id][1]
            await _changed(hub, account, {"username": "hub"})
            await channels.take_up()
            assert channels.by_account[account.id][1] is old
            await _written(hub, account)
            await _until(lambda: len(sink.took) == MESSAGES)


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_a_bot_whose_account_changes_is_polled_by_one_at_a_time_and_answers_all(hub: Hub) -> None:
    with capture_logs() as said:
        async with BotApi() as fake:
            given = {"token": fake.token, "base_url": fake.base_url}
            async with hub.database.write(utc_now()) as tx:
                account = await add_account(tx, hub.village.id, AccountKind.TELEGRAM, "bot", given, actor="test")
            async with working(hub) as channels:
                for number in range(6):
                    fake.user_says(6001 + number, "/start")
                    if number % 2:
                        old = channels.by_account[account.id][1]
                        await _changed(hub, account, {**given, "changed": str(number)})
                        await _until(partial(_is_other, channels, account, old))
                await _until(lambda: len({sent.chat_id for sent in fake.sent}) == 6)
                await _until(lambda: not fake.pending)
    assert "telegram.conflict" not in {line["event"] for line in said}
    assert await _heard(hub) == 6
