"""What every SMS gateway brings, made uniform: a text in one of the alphabets of the day, a sender's number."""

import re

import phonenumbers

_PERSONS = frozenset(
    {
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    }
)
_CHINESE_MOBILE = re.compile(r"(?:\+86)?(1[3-9][0-9]{9})")
_UTF_16 = frozenset({"utf-16", "utf-16be", "ucs-2", "ucs2", "iso-10646-ucs-2"})


def decode_text(raw: bytes, charset: str) -> str:
    """Decode what a gateway brought, by the charset it names if that fits; never raises.

    Some SMSCs in China pass GB18030 on under another name, which gateways repeat. PostgreSQL stores no NUL, so none is
    kept.
    """
    if charset.lower().replace("_", "-") in _UTF_16:
        # Half an emoji, cut where a part ends, must not cost the rest of the text.
        return without_nul(raw.decode("utf-16-be", "replace"))
    for name in (charset, "utf-8", "gb18030"):
        try:
            return without_nul(raw.decode(name))
        except (LookupError, ValueError):
            continue
    return without_nul(raw.decode("utf-8", "replace"))


def normalise_number(number: str) -> str:
    """Return E.164, China's where no country is named; short codes, service lines and names stay what they are."""
    if mobile := _CHINESE_MOBILE.fullmatch(number):  # nearly all of them, and the library takes ten times as long
        return f"+86{mobile[1]}"
    try:
        parsed = phonenumbers.parse(number, "CN")
    except phonenumbers.NumberParseException:
        return number
    if phonenumbers.number_type(parsed) not in _PERSONS:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def without_nul(text: str) -> str:
    return text.replace("\x00", "").removeprefix("\ufeff")
