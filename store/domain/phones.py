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
