"""Reading what a form or an address brings."""

_MOST_DIGITS = 18
"""What a BIGINT holds of any figures."""


def whole_number(text: str) -> int:
    """The number, 0 where it is none that could be an id."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else 0
