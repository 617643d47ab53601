"""A notice as people pass it on: a text for chat groups, a reading for the loudspeakers."""

from store.domain.notices import Notice
from store.domain.sentences import beginning
from store.domain.speech import Say
from store.domain.spoken import LONGEST_READING, reading

LONGEST_GROUP_TEXT = 200
_FRAME = 60
"""Characters of a group text that are not the notice's own: the village, the number, whom to ring."""


def group_say(notice: Notice, words: str) -> Say:
    """What is copied into a chat group, at most 200 characters with what stands around it.

    `words` are the notice's, of an emergency notice with who says it.
    """
    text = beginning(words, LONGEST_GROUP_TEXT - _FRAME)
    return Say("notice.group_text", {"number": notice.number, "text": text, "of": notice.village_name})


def horn_text(notice: Notice, words: str, landline: str, most: int = LONGEST_READING) -> str:
    """One reading of at most `most` characters, without a figure in it."""
    rest = f"详细的看公开栏,或者打村委会电话{landline}。" if landline else "详细的看公开栏。"
    return reading(words, f"{notice.village_name}通知。", rest, most)
