"""A ballot's receipt, read out and copied by hand: 4821-7730-5, eight random digits and one that checks them.

The check digit is H. M. Damm's (Total anti-symmetrische Quasigruppen, Marburg 2004): it finds every single wrong
digit and every swap of two neighbours. It starts from 9 rather than 0, so that a lost leading zero shows as well.
"""

import re
import unicodedata
from collections.abc import Callable

_QUASIGROUP = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
_START = "9"

_TYPED = re.compile(r"(?:回执[号码]?)?[:\s]*([0-9](?:[\s\-‐‑‒–—−_.]*[0-9]){8})[\s.。]*")


def new_receipt(randbelow: Callable[[int], int]) -> str:
    """Draw a receipt; `randbelow` is that of `secrets`. It may repeat: a unique constraint in its matter decides."""
    return _written(f"{randbelow(10**8):08}")


def parse_receipt(text: str) -> str | None:
    """Read a receipt as somebody typed it; None where it is none or its check digit is wrong."""
    match = _TYPED.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    digits = re.sub(r"[^0-9]", "", match[1])
    return _written(digits[:8]) if _check_digit(digits[:8]) == digits[8] else None


def _check_digit(digits: str) -> str:
    interim = _START
    for digit in digits:
        interim = _QUASIGROUP[int(interim)][int(digit)]
    return interim


def _written(digits: str) -> str:
    return f"{digits[:4]}-{digits[4:]}-{_check_digit(digits)}"
