"""A store with a small village and its Kannel account, whose webhooks and deliveries are measured."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from bot.opening import utc_now
from store.actions.accounts import add_account
from store.actions.areas import change_setting
from store.database import Database
from store.domain.accounts import Account, AccountKind
from store.keyring import new_keyring, save_keyring
from store.migrations import migrate_store
from store.tables import channel_accounts
from tests.hub import Hub, small_village
from tests.phones import add_phones

STORE, KEY_FILE = "banyan.db", "banyan.key"
UNPACED = 1_000_000.0
"""Calls a second that no gateway takes, so that the ledger and not the pace is measured."""
CHUNK = 10_000
LONGEST_WAIT_SECONDS = 1200


@dataclass(frozen=True, slots=True)
class Village:
    folder: Path
    url: str
    database: Database
    hub: Hub
    sms: Account

    @property
    def key_file(self) -> Path:
        return self.folder / KEY_FILE

    def hook(self, name: str) -> str:
        return f"/hook/{self.sms.id}/{self.sms.hook_secret}/{name}"

    async def expect(self, rows: int, of: str) -> None:
        """Make sure that what was measured did happen. Raises RuntimeError."""
        async with self.database.read(utc_now()) as tx:
            found = await tx.scalar(text(f"SELECT count(*) FROM {of}"))  # noqa: S608 - ours
        if found != rows:
            raise RuntimeError(f"{rows} of {of} were to be there, {found} are")

    async def until_none(self, *of: str) -> None:
        """Wait until no such rows are left, whoever handles them."""
        sources = " UNION ALL ".join(f"SELECT * FROM (SELECT 1 FROM {one} LIMIT 1) AS one" for one in of)  # noqa: S608
        async with asyncio.timeout(LONGEST_WAIT_SECONDS):
            while await self._any(sources):  # noqa: ASYNC110 - what is waited for happens in another process
                await asyncio.sleep(0.05)

    async def _any(self, sources: str) -> bool:
        async with self.database.read(utc_now()) as tx:
            return await tx.first(text(sources)) is not None

    async def until_sent(self) -> None:
        await self.until_none("deliveries WHERE state = 'queued'", "deliveries WHERE state = 'sending'")

    async def add_contacts(self, count: int) -> list[int]:
        """So many phones that nobody holds; their ids."""
        found = []
        for start in range(0, count, CHUNK):
            numbers = [number_of(recipient) for recipient in range(start, min(count, start + CHUNK))]
            async with self.database.write(utc_now()) as tx:
                found += await add_phones(tx, self.hub.village.id, numbers)
        return found


def number_of(recipient: int) -> str:
    """Past the numbers of the small village."""
    return f"+86139{10_000 + recipient:08d}"


@asynccontextmanager
async def open_village(url: str = "", send_url: str = "http://127.0.0.1:1/cgi-bin/sendsms") -> AsyncIterator[Village]:
    """The village of the conversation tests in an empty store; by default on SQLite, synchronous=FULL as always."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        url = url or f"sqlite:///{folder / STORE}"
        keyring = new_keyring()
        save_keyring(keyring, folder / KEY_FILE)
        migrate_store(url)
        database = Database(url, keyring)
        hub = await small_village(database, folder / "files")
        credentials = {"send_url": send_url, "username": "hub", "password": "hubpw", "sender": "10690"}
        credentials["per_second"] = str(UNPACED)
        async with database.write(utc_now()) as tx:
            sms = await add_account(tx, hub.village.id, AccountKind.KANNEL, "sms", credentials, actor="bench")
            for quiet in ("quiet_from", "quiet_to"):  # measured at any hour
                await change_setting(tx, hub.village.id, quiet, "00:00", actor="bench")
            # Its rows would wait for a page that nobody opens.
            await tx.run(channel_accounts.delete().where(channel_accounts.c.id == hub.sms.id))
        yield Village(folder, url, database, hub, sms)
        await database.close()
