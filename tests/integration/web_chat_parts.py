"""A village with a web chat and a simulator on a real SQLite store, and a `receive` that only records."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from PIL import Image
from sqlalchemy import make_url, select

from bot.chat_rooms import ChatRooms
from bot.pages import chat_pages, static_routes
from bot.simulator import simulator_routes
from bot.web_chat import web_chat_routes
from notifier.message import InboundMessage
from notifier.pulse import Pulse
from store.actions.accounts import add_account
from store.actions.areas import add_area
from store.actions.contacts import find_or_add_contact
from store.actions.deliveries import Draft, write_delivery
from store.actions.inbound import record_files, record_inbound
from store.database import Database
from store.domain.accounts import REACHES, Account, AccountKind
from store.domain.areas import AreaKind
from store.domain.errors import StoreUnavailable
from store.domain.floods import Floods
from store.domain.inbound import InboundArrival, InboundBody
from store.files import FileStore, UnusableFileError
from store.keyring import new_keyring
from store.migrations import migrate
from store.tables import contacts, deliveries, inbound_messages

TEMPLATES = Path(__file__).parents[2] / "templates"
VILLAGE = "榕溪村"


@dataclass(slots=True)
class Village:
    database: Database
    files: FileStore
    pulse: Pulse
    chat: Account
    phones: Account
    rooms: ChatRooms = field(init=False)
    store_is_away: bool = False
    received: list[InboundMessage] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.rooms = ChatRooms(self.database, self.files, self.receive, self.pulse)

    async def receive(self, account: Account, messages: Sequence[InboundMessage]) -> None:
        if self.store_is_away:
            raise StoreUnavailable("locked")
        async with self.database.write(datetime.now(UTC)) as tx:
            arrivals = []
            for message in messages:
                digests, unusable = [], ""
                for attachment in message.attachments:
                    try:
                        stored = self.files.put_photo(attachment.content)
                    except UnusableFileError as error:
                        unusable = error.key
                        continue
                    await record_files(tx, [stored])
                    digests.append(stored.sha256)
                body = InboundBody(
                    text=message.text,
                    button=message.button,
                    replaces=message.replaces,
                    files=tuple(digests),
                    unusable=unusable,
                    latitude=message.location.latitude if message.location else None,
                    longitude=message.location.longitude if message.location else None,
                    missed_call=message.missed_call,
                )
                arrivals.append(InboundArrival(message.provider_id, message.address, message.display_name, body))
            await record_inbound(tx, [(account, arrival) for arrival in arrivals], Floods())
        self.received += messages
        self.heard.set()

    async def tell(
        self,
        address: str,
        text: str,
        *,
        account: Account | None = None,
        buttons: Sequence[tuple[str, str]] = (),
        replaces: int = 0,
        due_in: timedelta = timedelta(),
    ) -> int:
        """Write a delivery as the hub does, and wake the pages; its id."""
        account = account or self.chat
        now = datetime.now(UTC)
        kind = REACHES[account.kind]
        async with self.database.write(now) as tx:
            contact = await find_or_add_contact(tx, account.area_id, kind, address, account_id=self._own(account))
            draft = Draft(account.area_id, contact.id, account.id, text, now + due_in, buttons)
            delivery_id = await write_delivery(tx, draft)
            if replaces:
                mine = deliveries.c.id == delivery_id
                await tx.run(deliveries.update().where(mine).values(replaces=str(replaces)))
        self.pulse.beat()
        return delivery_id

    def _own(self, account: Account) -> int | None:
        return account.id if account.kind is AccountKind.WEB_CHAT else None

    async def state_of(self, delivery_id: int) -> str:
        async with self.database.read(datetime.now(UTC)) as tx:
            return str(await tx.scalar(select(deliveries.c.state).where(deliveries.c.id == delivery_id)))

    async def texts(self) -> list[str]:
        async with self.database.read(datetime.now(UTC)) as tx:
            rows = await tx.all(select(inbound_messages.c.body).order_by(inbound_messages.c.id))
        return [row.body["text"] for row in rows]

    async def rewrite_last_text(self, text: str) -> None:
        async with self.database.write(datetime.now(UTC)) as tx:
            last = await tx.first(select(inbound_messages).order_by(inbound_messages.c.id.desc()).limit(1))
            body = {**last.body, "text": text}
            await tx.run(inbound_messages.update().where(inbound_messages.c.id == last.id).values(body=body))

    async def receive_all_at_once(self) -> None:
        now = datetime.now(UTC)
        async with self.database.write(now) as tx:
            await tx.run(inbound_messages.update().values(received_at=now))

    async def speak(self, language: str) -> None:
        async with self.database.write(datetime.now(UTC)) as tx:
            await tx.run(contacts.update().values(language=language))

    def application(self) -> web.Application:
        application = web.Application()
        pages = chat_pages()
        application.add_routes(web_chat_routes(self.rooms, pages))
        application.add_routes(simulator_routes(self.rooms, pages))
        application.add_routes(static_routes())
        return application


@contextlib.asynccontextmanager
async def open_village(folder: Path, store: str = "") -> AsyncIterator[Village]:
    url = make_url(store or f"sqlite:///{folder / 'store.db'}")
    migrate(url)
    database = Database(url.render_as_string(hide_password=False), new_keyring())
    try:
        async with database.write(datetime.now(UTC)) as tx:
            county = await add_area(tx, AreaKind.COUNTY, "青山县")
            town = await add_area(tx, AreaKind.TOWN, "榕江镇", county)
            village = await add_area(tx, AreaKind.VILLAGE, VILLAGE, town)
            chat = await add_account(tx, village.id, AccountKind.WEB_CHAT, "web", {}, actor="system")
            phones = await add_account(tx, village.id, AccountKind.SIMULATOR, "phones", {}, actor="system")
        yield Village(database, FileStore(folder / "files"), Pulse(), chat, phones)
    finally:
        await database.close()


def photo(side: int = 40) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (side, side), "seagreen").save(content, "PNG")
    return content.getvalue()
