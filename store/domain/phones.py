"""A phone number as people write it, and as networks do."""

import phonenumbers


def e164(written: str) -> str | None:
    """The number as networks write it, +86 where no country is named; None where it is no number."""
    try:
        number = phonenumbers.parse(written, "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


_SHOWN = 7
"""Digits of a masked number that can be read; a number of no more would not be hidden at all."""


def masked_number(number: str) -> str:
    """+8613900007001 → 139****7001: enough to see which of a family's phones it is, too little to ring."""
    national = number.removeprefix("+86")
    return f"{national[:3]}****{national[-4:]}" if len(national) > _SHOWN else "****"
