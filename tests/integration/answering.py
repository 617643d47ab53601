"""What a process runs that answers what waits until nothing has waited for a while."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bot.inbox import Inbox
from notifier.pulse import Pulse
from notifier.render import Renderer
from notifier.telling import Written
from store.database import Database
from store.domain.errors import StoreUnavailable
from store.files import FileStore
from store.keyring import load_keyring

IDLE_LOOKS = 6


def answer(url: str, key_file: Path, folder: Path) -> None:
    asyncio.run(_answer_until_idle(url, key_file, folder))


async def _answer_until_idle(url: str, key_file: Path, folder: Path) -> None:
    def send_nothing(_written: Sequence[Written]) -> None: ...

    database = Database(url, load_keyring(key_file))
    inbox = Inbox(database, FileStore(folder), Renderer(), Pulse(), send_nothing)
    idle = 0
    while idle < IDLE_LOOKS:
        try:
            busy = await inbox.answer_next()
        except StoreUnavailable:
            busy = False
        idle = 0 if busy else idle + 1
        if not busy:
            await asyncio.sleep(0.1)
    await database.close()
