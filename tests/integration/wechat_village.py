"""The small village with a WeChat account at a strict WeChat: people write there, and the hub answers through it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select

from notifier.channel import WebRequest
from notifier.channels.wechat import WechatChannel
from notifier.delivery.engine import DeliveryEngine
from store.actions.accounts import add_account
from store.actions.contacts import add_holder, find_or_add_contact
from store.domain.accounts import Account, AccountKind
from store.domain.people import Contact, ContactKind, Proof
from store.tables import deliveries
from tests.fakes.wechat import APP_ID, APP_SECRET, CHEN, TOKEN, FakeWechat, Sent, pushed, said
from tests.hub import Hub


@dataclass(slots=True)
class WechatVillage:
    hub: Hub
    fake: FakeWechat
    account: Account
    channel: WechatChannel
    engine: DeliveryEngine

    async def writes(self, text: str, person: str = CHEN, *, button: str = "") -> list[Sent]:
        """What he gets back, and what had waited for it."""
        pressed = {"bizmsgmenuid": button} if button else {}
        return await self.brings(said(text, person, **pressed))

    async def brings(self, fields: Mapping[str, object]) -> list[Sent]:
        hub, before = self.hub, len(self.fake.sent)
        hub.clock.pass_time(seconds=2)
        if fields["MsgType"] != "event":
            self.fake.writes(str(fields["FromUserName"]))
        query, body = pushed(fields)
        request = WebRequest("POST", query, {}, body, "")
        [route] = self.channel.routes()
        assert (await route.handle(request, partial(hub.inbox.receive, self.account))).status == 200
        while await hub.inbox.answer_next():
            pass
        await self.sends()
        return self.fake.sent[before:]

    async def sends(self) -> None:
        """Everything that is due goes out."""
        for _ in range(20):
            self.hub.clock.pass_time(seconds=1)
            await self.engine.send_due(self.account.id)

    async def belongs_to(self, name: str, person: str = CHEN) -> Contact:
        """This is that resident's WeChat; he has not written yet."""
        async with self.hub.books() as tx:
            contact = await find_or_add_contact(
                tx, self.hub.village.id, ContactKind.WECHAT, person, account_id=self.account.id
            )
            await add_holder(tx, contact, self.hub.residents[name], Proof.CODE)
        return contact

    async def rows(self) -> list[tuple[str, str]]:
        """State and reason of everything that was written for WeChat, in order."""
        async with self.hub.books() as tx:
            found = await tx.all(
                select(deliveries).where(deliveries.c.account_id == self.account.id).order_by(deliveries.c.id)
            )
        return [(row.state, row.reason) for row in found]


@asynccontextmanager
async def wechat_village(hub: Hub) -> AsyncIterator[WechatVillage]:
    async with FakeWechat(lambda: hub.clock().timestamp()) as fake:
        credentials = {"app_id": APP_ID, "app_secret": APP_SECRET, "token": TOKEN, "base_url": fake.endpoint}
        async with hub.books() as tx:
            account = await add_account(tx, hub.village.id, AccountKind.WECHAT, "wechat", credentials, actor="test")
        channel = WechatChannel(
            app_id=APP_ID, app_secret=APP_SECRET, token=TOKEN, base_url=fake.endpoint, timeout_seconds=0.3
        )
        engine = DeliveryEngine(hub.database, {account.id: (account, channel)}, "test", hub.clock)
        yield WechatVillage(hub, fake, account, channel, engine)
        await channel.close()
