"""The files that gammu-smsd 1.42 keeps in its folders: how they are named, what is in them. No I/O.

Source: gammu-smsd-files(7) and, where that is silent, what its service does.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from notifier.channels.sms.inbound_text import decode_text, normalise_number
from notifier.message import InboundMessage

_SETTLED_NANOSECONDS = 2_000_000_000
_BYTE_ORDER_MARK = b"\xfe\xff"
# A sender may be a name with anything in it ("China_Mobile"), so it takes what the other fields leave.
_INBOX = re.compile(r"IN\d{8}_\d{6}_(?P<serial>\d+)_(?P<sender>.+)_(?P<part>\d\d)\.(?:txt|bin)")
_CALL = re.compile(r"CALL[\d_]*_(?P<caller>\+?\d{3,20})")
_OUTBOX = re.compile(r"OUTC\d{8}_\d{6}_\d{3}_\+?\d+_banyan(\d{1,18})\.txt")


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A file of the inbox, read. `written_at` is its time of change in nanoseconds: what tells two like it apart."""

    name: str = field(repr=False)
    written_at: int
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Gathered:
    """A message, and the files that it came in, in order."""

    message: InboundMessage
    names: tuple[str, ...] = field(repr=False)


def outbox_name(delivery_id: int, address: str, now: datetime) -> str:
    """Return the name that smsd takes recipient and order from; `address` holds digits and a plus, nothing else."""
    return f"OUTC{now:%Y%m%d_%H%M%S}_{delivery_id % 1000:03}_{address}_banyan{delivery_id}.txt"


def delivery_of(name: str) -> int | None:
    """Return our delivery's id from a name that we gave; None for another program's file."""
    ours = _OUTBOX.fullmatch(name)
    return int(ours[1]) if ours else None


def outbox_content(text: str) -> bytes:
    """UTF-16BE with its mark, as smsd knows Unicode; it would end the text at a NUL."""
    return _BYTE_ORDER_MARK + text.replace("\x00", "").encode("utf-16-be", "replace")


def is_inbound(name: str) -> bool:
    return bool(_INBOX.fullmatch(name) or _CALL.fullmatch(name))


def gather(files: Sequence[InboxFile], now: int) -> list[Gathered]:
    """Put messages together from their parts; leave out what may still be growing. `now` is in nanoseconds.

    smsd writes the parts of one message one after the other, part 00 first, but names each after its own time: so what
    belongs together is told by the order in which it was written.
    """
    gathered: list[list[tuple[re.Match[str], InboxFile]]] = []
    calls: list[Gathered] = []
    for file in sorted(files, key=lambda file: (file.written_at, file.name)):
        if call := _CALL.fullmatch(file.name):
            caller = normalise_number(call["caller"])
            calls.append(Gathered(InboundMessage(_id_of(file), caller, missed_call=True), (file.name,)))
        elif found := _INBOX.fullmatch(file.name):
            if gathered and _continues(gathered[-1][-1][0], found):
                gathered[-1].append((found, file))
            else:
                gathered.append([(found, file)])
    # smsd says nowhere how many parts there are. A clock that was set back must not hold a message for ever.
    settled = [parts for parts in gathered if abs(now - parts[-1][1].written_at) > _SETTLED_NANOSECONDS]
    return [_message(parts) for parts in settled] + calls


def _continues(last: re.Match[str], found: re.Match[str]) -> bool:
    same = (last["serial"], last["sender"]) == (found["serial"], found["sender"])
    return same and int(found["part"]) == int(last["part"]) + 1


def _message(parts: Sequence[tuple[re.Match[str], InboxFile]]) -> Gathered:
    found, first = parts[0]
    sender = found["sender"].encode(errors="replace").decode()
    # A phone may cut an emoji in two: its halves meet here, and one half alone is no character.
    halves = "".join(_text_of(file.content) for _, file in parts).encode("utf-16-be", "surrogatepass")
    message = InboundMessage(_id_of(first), normalise_number(sender), halves.decode("utf-16-be", "replace"))
    return Gathered(message, tuple(file.name for _, file in parts))


def _text_of(content: bytes) -> str:
    """Decode one part. What follows a NUL is none of it: smsd writes as many units as UTF-8 would need octets."""
    if not content.startswith(_BYTE_ORDER_MARK):
        return decode_text(content, "utf-8")
    whole_units = content[2 : len(content) // 2 * 2]
    return whole_units.decode("utf-16-be", "surrogatepass").split("\x00", 1)[0]


def _id_of(first: InboxFile) -> str:
    """Name a message by its first file, which is deleted last: what a crash leaves of a message has the same name."""
    return hashlib.sha256(f"{first.written_at}\n{first.name}".encode(errors="replace")).hexdigest()[:32]
