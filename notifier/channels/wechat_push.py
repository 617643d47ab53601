"""What WeChat pushes to us, read into what the rest of Banyan understands.

developers.weixin.qq.com/doc/service: "Receiving standard messages" and "Receiving event pushes".
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from notifier.channels.wechat_place import wgs84_of
from notifier.message import AttachmentKind, InboundMessage, Location

OPEN_SECONDS = 47 * 3600
"""A message opens 48 hours in which we may write; one of them is for what is planned now and goes out later.

A subscription, a scan or a menu's press opens one minute: enough for the answer, and for nothing else.
"""

_OPENID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SCENE = "qrscene_"


@dataclass(frozen=True, slots=True)
class Media:
    """A file that WeChat keeps for three days under an id."""

    kind: AttachmentKind
    media_id: str


@dataclass(frozen=True, slots=True)
class Pushed:
    """A message, and the file that came with it and has yet to be fetched."""

    message: InboundMessage
    media: Media | None = None


def read_push(fields: Mapping[str, str]) -> Pushed | None:
    """None for an event that asks nothing of us. Raises ValueError, without a word of it, where it is malformed."""
    sender = fields.get("FromUserName", "")
    if not _OPENID.fullmatch(sender):
        raise ValueError("no sender")
    if fields.get("MsgType") == "event":
        return _event(sender, fields)
    if not fields.get("MsgId", "").isdecimal():
        raise ValueError("no MsgId")
    media = _media(fields)
    button = _button(fields)
    message = InboundMessage(
        provider_id=fields["MsgId"],
        address=sender,
        text="" if button else _text(fields),
        button=button,
        location=_location(fields),
        open_seconds=OPEN_SECONDS,
    )
    return Pushed(message, media)


def _event(sender: str, fields: Mapping[str, str]) -> Pushed | None:
    """Who subscribes or scans begins a talk, as Telegram's start button does. Events have no id of their own."""
    kind, key = fields.get("Event", ""), fields.get("EventKey", "")
    said = {
        "subscribe": f"/start {key.removeprefix(_SCENE)}".strip(),
        "SCAN": f"/start {key}".strip(),
        "CLICK": key,
    }.get(kind, "")
    if not said:
        return None
    if not fields.get("CreateTime", "").isdecimal():
        raise ValueError("no CreateTime")
    # Hashed, for the sender's id is an address, and ids stand in the ledger as they are.
    digest = hashlib.sha256(f"{sender}\n{fields['CreateTime']}\n{kind}".encode()).hexdigest()
    return Pushed(InboundMessage(digest[:32], sender, said))


def _button(fields: Mapping[str, str]) -> str:
    """What a pressed choice of ours is called. The menus of other tools on the same account know no colon."""
    pressed = fields.get("bizmsgmenuid", "")
    return pressed if ":" in pressed else ""


def _text(fields: Mapping[str, str]) -> str:
    """Nothing for what we cannot use, as a video: the person is told so by the dialogue."""
    match fields.get("MsgType"):
        case "text":
            return fields.get("Content", "")
        case "voice":
            return fields.get("Recognition", "")
        case "link":
            return f"{fields.get('Title', '')}\n{fields.get('Url', '')}".strip()
        case "location":
            return fields.get("Label", "")
        case _:
            return ""


def _media(fields: Mapping[str, str]) -> Media | None:
    media_id = fields.get("MediaId", "")
    match fields.get("MsgType"):
        case "image" if media_id:
            return Media(AttachmentKind.PHOTO, media_id)
        case "voice" if media_id and not fields.get("Recognition"):
            return Media(AttachmentKind.VOICE, media_id)
        case _:
            return None


def _location(fields: Mapping[str, str]) -> Location | None:
    """It comes in the coordinates of Tencent's map. Raises ValueError where one of its numbers is none."""
    if fields.get("MsgType") != "location":
        return None
    latitude, longitude = float(fields.get("Location_X", "")), float(fields.get("Location_Y", ""))
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):  # noqa: PLR2004  degrees
        raise ValueError("no place on earth")
    return Location(*wgs84_of(latitude, longitude))
