"""A message in a village's own words: which text they stand in place of, and what they may be.

They are kept among the settings of an area, so that a town's words serve its villages that have none of their own. The
name of such a setting is that of the text, zh_CN/ticket.received/sms.
"""

MOST_CHARACTERS = 500
"""As many as an approving gateway takes of a template (`notifier.channels.sms.templates`)."""
_PARTED_BY = "/"
_WHITE = str.maketrans("", "", "\n\u3000")


def own_text_name(language: str, message: str, medium: str) -> str:
    return _PARTED_BY.join((language, message, medium))


def parts_of(name: str) -> tuple[str, str, str]:
    """Language, message and medium."""
    language, message, medium = name.split(_PARTED_BY)
    return language, message, medium


def is_own_text(name: str) -> bool:
    """No other setting's name has a stroke in it."""
    return _PARTED_BY in name


def checked_own_text(value: object) -> str:
    """The words as they are kept. Raises ValueError where there are none, too many, or what cannot be seen."""
    text = str(value).strip()
    if not 1 <= len(text) <= MOST_CHARACTERS or not text.translate(_WHITE).isprintable():
        raise ValueError(len(text))
    return text
