"""What the tests of bad days read in the store."""

from sqlalchemy import Executable, func, select

from bot.inbox import Inbox
from store.tables import inbound_messages, ticket_messages
from tests.hub import Hub


async def count(hub: Hub, statement: Executable) -> int:
    async with hub.books() as tx:
        return int(await tx.scalar(statement))


async def waiting(hub: Hub) -> int:
    return await count(hub, select(func.count()).where(inbound_messages.c.state == "received"))


async def failures(hub: Hub) -> int:
    return await count(hub, select(func.coalesce(func.sum(inbound_messages.c.failures), 0)))


async def kept_texts(hub: Hub) -> list[str]:
    async with hub.books() as tx:
        return [row.text for row in await tx.all(select(ticket_messages.c.text).order_by(ticket_messages.c.id))]


async def drain(inbox: Inbox) -> None:
    while await inbox.answer_next():
        pass
