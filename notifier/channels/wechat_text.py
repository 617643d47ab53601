"""What a text message of WeChat holds: 2,048 bytes in UTF-8, of Chinese some 680 characters."""

import re
from collections.abc import Sequence

MOST_BYTES = 2048
_PART_BYTES = 1700
"""Of each part, so that the last one has room for the labels of choices."""
_ELLIPSIS = "…"
_TAG = re.compile(r"<(?=[A-Za-z/])")
_ENDS = ("\n", "。", "\uff01", "\uff1f", "!", "?", "\uff1b", ";", ". ", "\uff0c", ",", " ")
"""Where a text is parted, the best first."""


def size_of(text: str) -> int:
    return len(text.encode(errors="replace"))


def as_plain(text: str) -> str:
    """The same to read: in WeChat `<a …>` is a link, and what people wrote must not become one. It takes no NUL."""
    return _TAG.sub("\uff1c", text).replace("\0", "")


def cut(text: str, most: int = MOST_BYTES) -> str:
    """The beginning that fits into `most` bytes, with a sign that something is missing."""
    if size_of(text) <= most:
        return text
    room = max(0, most - size_of(_ELLIPSIS))
    return f"{_beginning(text, room)}{_ELLIPSIS}"


def is_one_message(text: str) -> bool:
    """Whether it needs no parting, with room for the labels of choices."""
    return size_of(as_plain(text)) <= _PART_BYTES


def parts_of(text: str) -> Sequence[str]:
    """The text in as many messages as it takes, parted where a line or a sentence ends."""
    if is_one_message(text):
        return (text,)
    parts = []
    rest = text
    while not is_one_message(rest):
        fits = _beginning(rest, _PART_BYTES)
        while not is_one_message(fits):
            fits = fits[: len(fits) * 3 // 4]
        end = _end_in(fits)
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [part for part in (*parts, rest) if part]


def _beginning(text: str, most: int) -> str:
    """As many whole characters as fit."""
    return text.encode(errors="replace")[:most].decode(errors="ignore")


def _end_in(fits: str) -> int:
    """Where the part ends: not before its middle, or a long line would come in scraps."""
    for end in _ENDS:
        found = fits.rfind(end)
        if found > len(fits) // 2:
            return found + len(end)
    return len(fits)
