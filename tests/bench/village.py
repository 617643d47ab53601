"""A store with a small village and its Kannel account, whose webhooks and deliveries are measured."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, select

from bot.opening import utc_now
from store.actions.accounts import add_account
from store.actions.deliveries import Draft, write_deliveries
from store.database import Database
from store.domain.accounts import Account, AccountKind
from store.keyring import new_keyring, save_keyring
from store.migrations import migrate_store
from store.tables import deliveries
from tests.hub import Hub, small_village
from tests.phones import add_phones

STORE, KEY_FILE = "banyan.db", "banyan.key"
TEXT = "【榕溪村】停水通知26041号:11月23日8点到17点,一至三组。要听全文打6123456,公开栏也贴了。看到请回1。"


@dataclass(frozen=True, slots=True)
class Village:
    folder: Path
    database: Database
    hub: Hub
    sms: Account

    def hook(self, name: str) -> str:
        return f"/hook/{self.sms.id}/{self.sms.hook_secret}/{name}"

    def expect(self, rows: int, of: str) -> None:
        """Make sure that what was measured did happen. Raises RuntimeError."""
        found = self._count(of)
        if found != rows:
            raise RuntimeError(f"{rows} of {of} were to be there, {found} are")

    async def until(self, rows: int, of: str) -> None:
        """Wait until so many rows are there, as another process sees them."""
        while self._count(of) != rows:  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.01)

    def _count(self, of: str) -> int:
        with closing(sqlite3.connect(self.folder / STORE)) as connection:
            figure: int = connection.execute(f"SELECT count(*) FROM {of}").fetchone()[0]  # noqa: S608 - ours
        return figure

    async def add_contacts(self, count: int) -> list[int]:
        """So many phones that nobody holds; their ids."""
        async with self.database.write(utc_now()) as tx:
            return await add_phones(tx, self.hub.village.id, [f"+861390000{number:04d}" for number in range(count)])

    def drafts(self, contact_ids: Sequence[int]) -> list[Draft]:
        """The same notice to each of them, due at once."""
        now = utc_now()
        return [Draft(self.hub.village.id, one, self.sms.id, TEXT, now, is_bulk=True) for one in contact_ids]

    async def queue(self, contact_ids: Sequence[int]) -> int:
        """Write the notice to each; the first row's id."""
        async with self.database.write(utc_now()) as tx:
            before = await tx.scalar(select(func.coalesce(func.max(deliveries.c.id), 0)))
            await write_deliveries(tx, self.drafts(contact_ids))
        return int(before) + 1


@asynccontextmanager
async def open_village(send_url: str = "http://127.0.0.1:1/cgi-bin/sendsms") -> AsyncIterator[Village]:
    """The village of the conversation tests in a store of its own; on SQLite, synchronous=FULL as always."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        keyring = new_keyring()
        save_keyring(keyring, folder / KEY_FILE)
        migrate_store(f"sqlite:///{folder / STORE}")
        database = Database(f"sqlite:///{folder / STORE}", keyring)
        hub = await small_village(database, folder / "files")
        credentials = {"send_url": send_url, "username": "hub", "password": "hubpw", "sender": "10690"}
        async with database.write(utc_now()) as tx:
            sms = await add_account(tx, hub.village.id, AccountKind.KANNEL, "sms", credentials, actor="bench")
        yield Village(folder, database, hub, sms)
        await database.close()
