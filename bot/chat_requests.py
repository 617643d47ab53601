"""What a page sends, made into a message: checked for shape and size, not yet for what it means."""

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, web

from notifier.message import AttachmentKind, InboundAttachment, InboundMessage, Location
from store.files import MAX_BYTES

MAX_PHOTOS = 4
MAX_TEXT = 4_000
MAX_FIELD_BYTES = 64 * 1024
_CLIENT_ID = re.compile(r"[A-Za-z0-9-]{8,40}")
_BUTTON_BYTES = 64
_REPLACES_DIGITS = 18


class UnusableRequest(Exception):
    """What came cannot be a message; `word` names the sentence that tells the person why, `fields` is what was read."""

    def __init__(self, status: int, word: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(word)
        self.status = status
        self.word = word
        self.fields = fields or {}


@dataclass(frozen=True, slots=True)
class Sent:
    """One message as the page made it. `client_id` is the page's own name of it: a repeat has the same one."""

    client_id: str
    text: str = field(repr=False)
    button: str
    replaces: str
    photos: tuple[bytes, ...] = field(repr=False)
    location: Location | None
    missed_call: bool

    def message_from(self, address: str) -> InboundMessage:
        return InboundMessage(
            provider_id=f"{address}:{self.client_id}",
            address=address,
            text=self.text,
            button=self.button,
            replaces=self.replaces,
            attachments=tuple(InboundAttachment(AttachmentKind.PHOTO, photo) for photo in self.photos),
            location=self.location,
            missed_call=self.missed_call,
        )


async def read_fields(request: web.Request) -> tuple[dict[str, str], list[bytes]]:
    """The fields and photos of a form or a JSON document. Raises UnusableRequest."""
    try:
        if request.content_type == "multipart/form-data":
            return await _read_multipart(request)
        if request.content_type == "application/json":
            return fields_of(await request.text()), []
        return {name: str(value) for name, value in (await request.post()).items()}, []
    except web.HTTPRequestEntityTooLarge as error:
        raise UnusableRequest(413, "too_long") from error
    except (ValueError, LookupError) as error:
        raise UnusableRequest(400, "not_understood") from error


def fields_of(document: str) -> dict[str, str]:
    """The fields of a JSON object of strings and numbers. Raises UnusableRequest."""
    try:
        fields = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise UnusableRequest(400, "not_understood") from error
    if not isinstance(fields, dict):
        raise UnusableRequest(400, "not_understood")
    return {name: str(value) for name, value in fields.items() if value is not None}


def sent_from(fields: Mapping[str, str], photos: Sequence[bytes] = ()) -> Sent:
    """The message that the fields describe. Raises UnusableRequest."""
    text = cleaned(fields.get("text", ""))
    button = cleaned(fields.get("button", ""))
    replaces = fields.get("replaces", "")
    location = _location(fields)
    missed_call = "missed_call" in fields
    if len(text) > MAX_TEXT:
        raise UnusableRequest(413, "too_long")
    if len(button.encode()) > _BUTTON_BYTES or not re.fullmatch(rf"[0-9]{{0,{_REPLACES_DIGITS}}}", replaces):
        raise UnusableRequest(400, "not_understood")
    if not (text or button or photos or location or missed_call):
        raise UnusableRequest(400, "nothing_said")
    client_id = fields.get("client_id", "") or _form_id(fields.get("form", ""), text, button, *photos)
    if not _CLIENT_ID.fullmatch(client_id):
        raise UnusableRequest(400, "not_understood")
    return Sent(client_id, text, button, replaces, tuple(photos), location, missed_call)


def cleaned(text: str) -> str:
    """Without what no store takes (null bytes, halves of surrogate pairs) and without the space around it."""
    return text.replace("\0", "").replace("\r\n", "\n").encode(errors="ignore").decode().strip()


def _form_id(form: str, *contents: str | bytes) -> str:
    """A plain form sent twice is one message; the same form filled in anew (the Back key) is another."""
    digest = hashlib.sha256()
    for content in contents:
        digest.update(hashlib.sha256(content.encode() if isinstance(content, str) else content).digest())
    return f"{form}-{digest.hexdigest()[:12]}" if form else ""


def _location(fields: Mapping[str, str]) -> Location | None:
    if "latitude" not in fields:
        return None
    try:
        latitude, longitude = float(fields["latitude"]), float(fields["longitude"])
    except (ValueError, KeyError) as error:
        raise UnusableRequest(400, "not_understood") from error
    if not (math.fabs(latitude) <= 90 and math.fabs(longitude) <= 180):  # noqa: PLR2004 - the globe
        raise UnusableRequest(400, "not_understood")
    return Location(latitude, longitude)


async def _read_multipart(request: web.Request) -> tuple[dict[str, str], list[bytes]]:
    fields: dict[str, str] = {}
    photos: list[bytes] = []
    too_much = ""
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise UnusableRequest(400, "not_understood")
        limit = MAX_BYTES if part.filename is not None else MAX_FIELD_BYTES
        content = await _read_part(part, limit)
        if content is None:
            too_much = "too_large" if part.filename is not None else "too_long"
        elif part.filename is None:
            fields[part.name] = content.decode()
        elif content:
            photos.append(content)
        if len(photos) > MAX_PHOTOS:
            raise UnusableRequest(413, "too_many_photos", fields)
    if too_much:
        raise UnusableRequest(413, too_much, fields)
    return fields, photos


async def _read_part(part: BodyPartReader, limit: int) -> bytes | None:
    """The part's content, or None where it is larger; then it is read to its end all the same.

    A browser that is cut off while it uploads shows its own error, and the person never reads our sentence.
    """
    content = bytearray()
    while chunk := await part.read_chunk(64 * 1024):
        if len(content) <= limit:
            content += chunk
    return bytes(content) if len(content) <= limit else None
