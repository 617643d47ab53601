"""Names as they are looked for: 陈伟 is found by cw."""

import functools

SURNAMES = {
    "曾": "z",
    "单": "s",
    "仇": "q",
    "解": "x",
    "区": "o",
    "查": "z",
    "覃": "q",
    "朴": "p",
    "盖": "g",
    "缪": "m",
    "冼": "x",
    "召": "s",
    "尉": "y",
    "翟": "z",
    "折": "s",
    "种": "c",
}
"""Surnames that are read otherwise than the same character elsewhere."""


def initials_of(name: str) -> str:
    """The first letters of a name as it is read aloud, in small letters; what is no letter is left out."""
    first = SURNAMES.get(name[:1])
    return (first or "".join(map(_initial, name[:1]))) + "".join(map(_initial, name[1:]))


@functools.cache
def _initial(character: str) -> str:
    if character.isascii():
        return character.lower() if character.isalnum() else ""
    # A quarter of a second, of which a process that adds nobody needs nothing.
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415

    read = lazy_pinyin(character, style=Style.FIRST_LETTER, errors="ignore")
    return read[0] if read else ""
