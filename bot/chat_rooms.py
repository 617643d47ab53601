"""Conversations whose messages wait in the store until a page reads them: web chat's and the simulator's."""

import base64
import contextlib
import hmac
import os
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.chat_requests import Sent
from notifier.message import InboundMessage
from notifier.pulse import Pulse
from store.actions.web_chat import mark_read_by_page
from store.database import Database
from store.domain.accounts import REACHES, Account, AccountKind
from store.domain.errors import NotFound, StoreUnavailable
from store.files import FileStore
from store.queries.accounts import account_by_id
from store.queries.areas import settings_for
from store.queries.people import ADDRESS
from store.queries.web_chat import (
    Correspondent,
    Line,
    Told,
    conversation,
    file_sent_by,
    in_order,
    language_of,
    waiting_lines,
)

PAGE_LINES = 50

Receive = Callable[[Account, Sequence[InboundMessage]], Awaitable[None]]
"""Returns when the messages are committed; raises where nothing was. May be called twice with the same ones."""


@dataclass(frozen=True, slots=True)
class Room:
    """One person's conversation at one account. `language` is his own, or "" where he is new."""

    account: Account
    village_name: str
    zone: ZoneInfo
    address: str = field(repr=False)
    who: Correspondent
    language: str


@dataclass(frozen=True, slots=True)
class History:
    lines: list[Line]
    has_earlier: bool


@dataclass(frozen=True, slots=True)
class News:
    """`fresh` is what a page lacks, `known` what it has with them; `confirmed` are waiting rows that it had before.

    A page that is `behind` has missed more than one answer holds, and is to be loaded anew.
    """

    fresh: list[Line]
    known: list[str]
    confirmed: list[int]
    behind: bool


class ChatRooms:
    def __init__(self, database: Database, files: FileStore, receive: Receive, pulse: Pulse) -> None:
        self.pulse = pulse
        self._database = database
        self._files = files
        self._receive = receive

    def close(self) -> None:
        """Let go of the pages that are held open: a server that shuts down would wait for them."""
        self.pulse.end()

    @property
    def is_closing(self) -> bool:
        return self.pulse.is_over

    def key_of(self, account_id: int, visitor: str) -> str:
        """What a visitor's cookie holds: nothing is stored, and nobody without the key file can make one."""
        return self._database.keyring.index(visitor, context=f"web_chat.key/{account_id}").hex()

    def holds_key(self, account_id: int, visitor: str, key: str) -> bool:
        return hmac.compare_digest(self.key_of(account_id, visitor).encode(), key.encode(errors="replace"))

    def entry_link(self, account_id: int, visitor: str) -> str:
        """A path that lets whoever opens it in as this visitor: for links that the hub itself hands out.

        Its key is not the cookie's: nobody can make such a link from his own cookie and lure others into his session.
        """
        return f"/chat/{account_id}/{visitor}/?key={self._entry_key(account_id, visitor)}"

    def opens_entry(self, account_id: int, visitor: str, key: str) -> bool:
        return hmac.compare_digest(self._entry_key(account_id, visitor).encode(), key.encode(errors="replace"))

    def _entry_key(self, account_id: int, visitor: str) -> str:
        return self._database.keyring.index(visitor, context=f"web_chat.entry/{account_id}").hex()

    async def room(self, kind: AccountKind, account_id: int, address: str) -> Room:
        """Raises NotFound where there is no such account of that kind."""
        async with self._database.read(datetime.now(UTC)) as tx:
            account = await account_by_id(tx, account_id)
            if account.kind is not kind:
                raise NotFound("account.unknown")
            settings = await settings_for(tx, account.area_id)
            index = tx.keyring.index(address, context=ADDRESS)
            who = Correspondent(account.id, REACHES[kind], index)
            language = await language_of(tx, who) or ""
        return Room(account, settings.village_name, settings.zone, address, who, language)

    async def say(self, room: Room, sent: Sent) -> None:
        """Hand a message in. Raises StoreUnavailable where it was not committed."""
        await self._receive(room.account, [sent.message_from(room.address)])
        self.pulse.beat()

    async def history(self, room: Room, before: str = "") -> History:
        """The lines that a page shows when it is opened; what waited among them is read by that."""
        async with self._database.read(datetime.now(UTC)) as tx:
            lines = await conversation(tx, room.who, PAGE_LINES + 1, before=before)
        shown = lines[-PAGE_LINES:]
        waiting = [line.row_id for line in shown if isinstance(line, Told) and line.waiting]
        with contextlib.suppress(StoreUnavailable):  # then they are read the next time
            await self.mark_read(room, waiting)
        return History(shown, len(lines) > PAGE_LINES)

    async def news(self, room: Room, known: Collection[str]) -> News:
        """What a page lacks that has the lines `known`. Raises StoreUnavailable."""
        async with self._database.read(datetime.now(UTC)) as tx:
            latest = await conversation(tx, room.who, PAGE_LINES)
            waiting = await waiting_lines(tx, room.who)
        lines = in_order({line.id: line for line in [*latest, *waiting]}.values())
        return News(
            fresh=[line for line in lines if line.id not in known],
            known=[line.id for line in lines],
            confirmed=[line.row_id for line in waiting if line.id in known],
            behind=bool(known) and len(latest) == PAGE_LINES and not any(line.id in known for line in latest),
        )

    async def mark_read(self, room: Room, delivery_ids: Collection[int]) -> None:
        if not delivery_ids:
            return
        async with self._database.write(datetime.now(UTC)) as tx:
            await mark_read_by_page(tx, room.who, delivery_ids)

    async def await_reply(self, room: Room, seconds: float) -> None:
        """Give the hub a moment to answer, for pages that do not learn of the answer by themselves."""
        ends = datetime.now(UTC).timestamp() + seconds
        while (left := ends - datetime.now(UTC).timestamp()) > 0:
            since = self.pulse.beats
            async with self._database.read(datetime.now(UTC)) as tx:
                if await waiting_lines(tx, room.who):
                    return
            await self.pulse.wait(left, since=since)

    async def file(self, room: Room, sha256: str) -> tuple[Path, str] | None:
        """Where a file of this very conversation lies, and its media type."""
        async with self._database.read(datetime.now(UTC)) as tx:
            media_type = await file_sent_by(tx, room.who, sha256)
        return (self._files.path_of(sha256), media_type) if media_type else None


def new_visitor() -> str:
    """A name that nobody else has: 50 random bits in ten letters and digits."""
    return base64.b32encode(os.urandom(10)).decode().lower()[:10]
