"""How many parts an SMS has, and how to make it fit: arithmetic only (3GPP TS 23.038 alphabets, TS 23.040 9.2.3.24.1).

A text of the GSM 7-bit default alphabet and its extension table holds 160 units, or 153 a part beside the header that
joins parts. One character outside them, any Chinese one, makes the whole text UCS-2: 70 units of 16 bits, or 67 a part.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum

from notifier.channels.sms.gsm7 import BASIC, EXTENSION

_GSM7 = BASIC | EXTENSION
# Times, dates, receipts and sums are read as one: 17:30, 2026-11-28, 4821-7730-5, 48,620.
_NUMBER = re.compile(r"\d+(?:[-.,:/]\d+)*")


class Encoding(StrEnum):
    GSM7 = "gsm-7"
    UCS2 = "ucs-2"


_SINGLE_UNITS = {Encoding.GSM7: 160, Encoding.UCS2: 70}
_JOINED_UNITS = {Encoding.GSM7: 153, Encoding.UCS2: 67}


@dataclass(frozen=True, slots=True)
class Parts:
    """The size of a text as SMS: `units` are septets in GSM-7 and 16-bit units in UCS-2.

    `units_left` is what the last part still holds. An empty text is one part, as the network counts it.
    """

    encoding: Encoding
    units: int
    parts: int
    units_left: int


def count_parts(text: str) -> Parts:
    encoding = _encoding_of(text)
    units = _units(text, encoding)
    if units <= _SINGLE_UNITS[encoding]:
        return Parts(encoding, units, 1, _SINGLE_UNITS[encoding] - units)
    parts = split(text)
    return Parts(encoding, units, len(parts), _JOINED_UNITS[encoding] - _units(parts[-1], encoding))


def split(text: str) -> tuple[str, ...]:
    """Cut the text where its parts end; no part ends inside a surrogate pair or a GSM-7 escape pair."""
    encoding = _encoding_of(text)
    if _units(text, encoding) <= _SINGLE_UNITS[encoding]:
        return (text,)
    room = _JOINED_UNITS[encoding]
    cuts, filled = [0], 0
    for index, character in enumerate(text):
        size = _units(character, encoding)
        if filled + size > room:
            cuts.append(index)
            filled = 0
        filled += size
    return tuple(text[start:end] for start, end in zip(cuts, [*cuts[1:], None], strict=True))


def fit(text: str, parts: int, ellipsis_text: str) -> str:
    """Return the text, or where it has more than `parts` parts as much of its beginning as fits with `ellipsis_text`.

    A number is left out whole rather than cut, unless the text begins with it.
    Raises ValueError where not even `ellipsis_text` fits.
    """
    if _fits(text, parts):
        return text
    # A longer beginning never needs fewer parts, so the longest that fits is found by halving.
    keep = bisect_right(range(len(text)), False, key=lambda end: not _fits(text[:end] + ellipsis_text, parts)) - 1
    if keep < 0:
        raise ValueError(f"the ellipsis itself does not fit into {parts} SMS parts")
    return text[: _before_number(text, keep)] + ellipsis_text


def _fits(text: str, parts: int) -> bool:
    return len(split(text)) <= parts


def _before_number(text: str, end: int) -> int:
    for number in _NUMBER.finditer(text):
        if 0 < number.start() < end < number.end():
            return number.start()
    return end


def _encoding_of(text: str) -> Encoding:
    return Encoding.GSM7 if _GSM7.issuperset(text) else Encoding.UCS2


def _units(text: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM7:
        return sum(2 if character in EXTENSION else 1 for character in text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
