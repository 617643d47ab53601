"""Telegram's Update, read into what the rest of Banyan understands (core.telegram.org/bots/api#update)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from telegram import Bot, CallbackQuery, Chat, Document, Message, PhotoSize, Update, User, Voice
from telegram.error import TelegramError

from notifier.message import AttachmentKind, InboundAttachment, InboundMessage, Location

KINDS_OF_UPDATE = ("message", "edited_message", "callback_query")
MAX_FILE_BYTES = 10 * 1024 * 1024
_FILE_SECONDS = 60.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Incoming:
    """`callback_id` names a pressed button's query, which is to be answered once the message is committed."""

    message: InboundMessage
    callback_id: str = ""


class UpdateReader:
    """Turns one update into a message, fetching its files; asks who the bot is when a group first needs it."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._me: User | None = None

    async def read(self, raw: object) -> Incoming | None:
        """None for what is malformed (logged) or not for us. Raises TelegramError when getMe fails."""
        try:
            return await self._read(Update.de_json(_object(raw), self._bot))
        except TelegramError:
            raise
        except Exception as error:  # noqa: BLE001  the library raises whatever its constructors trip over
            _log.warning("telegram.update_malformed", update_id=update_id_of(raw), error=type(error).__name__)
            return None

    async def _read(self, update: Update) -> Incoming | None:
        if update.callback_query:
            return _pressed(update.update_id, update.callback_query)
        message = update.message or update.edited_message
        if message is None or (update.edited_message and message.location):
            # A live location is edited every few seconds, for hours.
            return None
        return await self._written(update.update_id, message)

    async def _written(self, update_id: int, message: Message) -> Incoming | None:
        sender = message.from_user
        if sender is None or sender.is_bot or not _has_content(message):
            return None  # Service notes say nothing, and two bots would answer each other for ever.
        text = message.text or message.caption or ""
        if message.chat.type != Chat.PRIVATE:
            me = await self._who_we_are()
            if not _addressed(message, text, me):
                return None
            text = _mention(me).sub("", text).strip()
        return Incoming(
            InboundMessage(
                provider_id=str(update_id),
                address=str(message.chat.id),
                text=text,
                attachments=await self._attachments(update_id, message),
                location=_location(message),
                shared_number=_own_number(message, sender),
                display_name=sender.full_name,
            )
        )

    async def _who_we_are(self) -> User:
        if self._me is None:
            self._me = await self._bot.get_me()
        return self._me

    async def _attachments(self, update_id: int, message: Message) -> tuple[InboundAttachment, ...]:
        if photo := _largest(message.photo):
            return await self._fetch(update_id, AttachmentKind.PHOTO, photo)
        if message.document and (message.document.mime_type or "").startswith("image/"):
            return await self._fetch(update_id, AttachmentKind.PHOTO, message.document)  # sent as a file, uncompressed
        if message.voice:
            return await self._fetch(update_id, AttachmentKind.VOICE, message.voice)
        return ()

    async def _fetch(
        self, update_id: int, kind: AttachmentKind, file: PhotoSize | Document | Voice
    ) -> tuple[InboundAttachment, ...]:
        """Nothing where the file cannot be had: the words that came with it matter more."""
        try:
            content = await self._download(file)
        except Exception as error:  # noqa: BLE001  the library's own, and what a malformed answer makes it raise
            _log.warning("telegram.file_not_fetched", update_id=update_id, kind=kind.value, error=type(error).__name__)
            return ()
        return (InboundAttachment(kind, content),)

    async def _download(self, file: PhotoSize | Document | Voice) -> bytes:
        found = await self._bot.get_file(file.file_id)
        if (found.file_size or file.file_size or 0) > MAX_FILE_BYTES:
            raise TelegramError("larger than 10 MB")
        content = bytes(await found.download_as_bytearray(read_timeout=_FILE_SECONDS))
        if len(content) > MAX_FILE_BYTES:
            raise TelegramError("larger than 10 MB")
        return content


def update_id_of(raw: object) -> int | None:
    update_id = raw.get("update_id") if isinstance(raw, dict) else None
    return update_id if isinstance(update_id, int) else None


def _object(raw: object) -> dict[str, Any]:
    if not isinstance(raw, dict) or update_id_of(raw) is None:
        raise TypeError("an update is an object with an id")
    return raw


def _pressed(update_id: int, query: CallbackQuery) -> Incoming | None:
    if query.message is None or query.data is None:
        return None  # From an inline result or a game: none of ours.
    message = InboundMessage(
        provider_id=str(update_id),
        address=str(query.message.chat.id),
        button=query.data,
        replaces=str(query.message.message_id),
        display_name=query.from_user.full_name,
    )
    return Incoming(message, query.id)


def _has_content(message: Message) -> bool:
    return bool(message.text or message.caption or message.effective_attachment)


def _addressed(message: Message, text: str, me: User) -> bool:
    replied_to = message.reply_to_message
    to_us = replied_to is not None and replied_to.from_user is not None and replied_to.from_user.id == me.id
    return to_us or _mention(me).search(text) is not None


def _mention(me: User) -> re.Pattern[str]:
    """A mention, also behind a command. Chinese may follow at once, for a username is ASCII only."""
    return re.compile(rf"@{re.escape(me.username or '')}(?![A-Za-z0-9_])", re.IGNORECASE)


def _largest(sizes: Sequence[PhotoSize]) -> PhotoSize | None:
    fitting = [size for size in sizes if (size.file_size or 0) <= MAX_FILE_BYTES]
    return max(fitting, key=lambda size: size.width * size.height, default=None)


def _location(message: Message) -> Location | None:
    where = message.location
    return Location(where.latitude, where.longitude) if where else None


def _own_number(message: Message, sender: User) -> str:
    """E.164, or "" for somebody else's card: Telegram vouches for a number only where it is the sender's own.

    Not in a group, whose address is not one person's. The country code comes with or without the plus.
    """
    contact = message.contact
    if contact is None or contact.user_id != sender.id or message.chat.type != Chat.PRIVATE:
        return ""
    digits = re.sub(r"\D", "", contact.phone_number)
    return f"+{digits}" if digits else ""
