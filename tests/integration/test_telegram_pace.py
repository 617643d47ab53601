"""The engine at Telegram's own limits: the strict server must never have to say 429."""

import asyncio

import pytest
from sqlalchemy import func, select

from bot.opening import utc_now
from notifier.channels.telegram import TelegramChannel
from notifier.delivery.engine import DeliveryEngine
from store.actions.accounts import add_account
from store.actions.contacts import find_or_add_contact
from store.actions.deliveries import Draft, write_deliveries
from store.domain.accounts import AccountKind
from store.domain.people import ContactKind
from store.tables import deliveries
from tests.fakes.bot_api import BotApi
from tests.hub import Hub

FOLK = range(6001, 6041)
BUSY = 6001
GROUP = -1_001_900_000_001


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_a_broadcast_a_talk_and_a_group_get_no_429(hub: Hub) -> None:
    """Forty chats at once, three messages to one of them, two to a group of many."""
    async with BotApi(chat_burst=1) as fake, asyncio.timeout(30):
        fake.add_group(GROUP)
        for chat in FOLK:
            fake.user_says(chat, "/start")
        channel = TelegramChannel(fake.token, base_url=fake.base_url)
        async with hub.database.write(utc_now()) as tx:
            account = await add_account(tx, hub.village.id, AccountKind.TELEGRAM, "bot", {"token": "t"}, actor="test")
            drafts = []
            for chat in (*FOLK, BUSY, BUSY, GROUP, GROUP):
                to = await find_or_add_contact(
                    tx, hub.village.id, ContactKind.TELEGRAM, str(chat), account_id=account.id, language="zh_CN"
                )
                drafts.append(Draft(hub.village.id, to.id, account.id, "明天停水", tx.now, is_bulk=True))
            await write_deliveries(tx, drafts)
        engine = DeliveryEngine(hub.database, {account.id: (account, channel)}, "test", utc_now)
        working = asyncio.create_task(engine.run())
        sent = select(func.count()).where(deliveries.c.state == "sent", deliveries.c.account_id == account.id)
        while True:
            async with hub.database.read(utc_now()) as tx:
                if await tx.scalar(sent) == len(drafts):
                    break
            await asyncio.sleep(0.05)
        engine.stop()
        await working
        await channel.close()
    assert (fake.too_many, len(fake.sent)) == (0, len(drafts))
