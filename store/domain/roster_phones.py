"""The phone numbers of a cell, in E.164."""

import re

import phonenumbers

from store.domain.roster_cells import CellValue, Reading, RosterReason, cell_text

_GAP = r"[ \t\-.]{0,2}"
_MOBILE = rf"(?:(?:\+|00)?86{_GAP}|0)?(1[3-9](?:{_GAP}[0-9]){{9}})"
_LANDLINE = rf"(?:(?:\+|00)86{_GAP}\(?0?|\(?0)([1-9][0-9]{{1,2}})\)?{_GAP}([2-8](?:{_GAP}[0-9]){{6,7}})"
_ABROAD = rf"(?:\+|00)(?!86)([1-9](?:{_GAP}[0-9]){{7,13}})"
_NUMBER = re.compile(rf"(?<![0-9+])(?:{_MOBILE}|{_LANDLINE}|{_ABROAD})(?![0-9])", re.ASCII)
_DASHES = str.maketrans("‐‑‒–—―−", "-------")


def parse_phones(value: CellValue) -> Reading[tuple[str, ...]]:
    """Every number of the cell in the order written, once: mobiles, landlines with an area code, +852 and the like.

    What is left over and still has a digit (a number too short, a network's short code) is told to the clerk; words
    beside a number are not.
    """
    text = cell_text(value).translate(_DASHES)
    if not text:
        return Reading(())
    numbers: dict[str, None] = {}
    left = _NUMBER.sub(lambda match: _take(match, numbers), text)
    if not numbers:
        return Reading((), RosterReason.PHONE_UNREADABLE)
    leftover = any(character.isdigit() for character in left)
    return Reading(tuple(numbers), RosterReason.PHONE_PARTLY_READ if leftover else None)


def _take(match: re.Match[str], numbers: dict[str, None]) -> str:
    """Keep the number and cut it out of the text, unless the numbering plan knows no such number: then it stays."""
    mobile, area, subscriber, abroad = match.groups()
    digits = re.sub(r"[^0-9]", "", abroad or f"86{mobile or area + subscriber}")
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return match[0]
    if not phonenumbers.is_valid_number(number):
        return match[0]
    numbers[f"+{digits}"] = None
    return " "
