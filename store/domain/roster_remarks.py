"""The words of a roster's remarks: public roles, hardship and left behind (with a tick only), and what is never kept.

Crime, drugs, mental illness and community correction are sensitive (Personal Information Protection Law, Art. 28) and
of no use here: they are counted for the clerk to see and reach nothing else.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class RosterFlag(StrEnum):
    """A public role in the village."""

    PARTY_MEMBER = "party_member"
    REPRESENTATIVE = "representative"


class SensitiveFlag(StrEnum):
    """Kept only for a purpose that is written down, until a day that is set (PIPL Art. 28 and 29).

    An illness is never one: what a village does about it, bringing food or carrying somebody down, is `CARE`.
    """

    HARDSHIP = "hardship"
    LEFT_BEHIND = "left_behind"
    CARE = "care"


_REFUSED = re.compile(
    r"刑满|刑释|释放|服刑|判刑|刑事|犯罪|前科|坐牢|坐过牢|监狱|劳改|劳教|缓刑|假释|取保|盗窃|诈骗|违法|安置帮教"
    r"|矫正|社矫|吸毒|涉毒|戒毒|贩毒|毒品|精神|抑郁|躁狂|神经病|疯"
)
_FLAGS: dict[RosterFlag, re.Pattern[str]] = {
    RosterFlag.PARTY_MEMBER: re.compile(r"(?<!非)(?<!不是)(?<!预备)党员(?!代表|家属|户|.*预备)"),
    RosterFlag.REPRESENTATIVE: re.compile(r"(?<!非)(?<!不是)(?<!原)村民代表"),
}
_SENSITIVE: dict[SensitiveFlag, re.Pattern[str]] = {
    SensitiveFlag.HARDSHIP: re.compile(
        r"(?<!非)(?<!不是)(?<!原)(?:低保|五保|特困|残疾|困难|贫困|建档立卡|孤儿|监测户|监测对象)"
    ),
    SensitiveFlag.LEFT_BEHIND: re.compile(r"(?<!非)(?<!不是)(?:留守|独居|空巢)"),
}
_PIECE = re.compile(r"[,,、;;/|\s。+&]+")
_LONGEST_WORD = 8
OTHER_WORDS = "…"
"""Stands for a whole sentence: the preview counts it and does not repeat it, it may name someone."""


@dataclass(frozen=True, slots=True)
class Remarks:
    """What one person's remarks come to. `words` and `refused` hold each word as often as it stands there."""

    flags: frozenset[RosterFlag]
    sensitive_flags: frozenset[SensitiveFlag]
    words: tuple[str, ...]
    refused: tuple[str, ...]


def read_remarks(texts: Iterable[str]) -> Remarks:
    pieces = [piece for text in texts for piece in _PIECE.split(text) if piece]
    refused = [match[0] for piece in pieces if (match := _REFUSED.search(piece))]
    kept = [piece for piece in pieces if not _REFUSED.search(piece)]
    return Remarks(
        frozenset(flag for flag, word in _FLAGS.items() if any(map(word.search, kept))),
        frozenset(flag for flag, word in _SENSITIVE.items() if any(map(word.search, kept))),
        tuple(_shown(piece) for piece in kept),
        tuple(refused),
    )


def is_remark_word(heading: str) -> bool:
    """Whether a heading is itself such a word (低保, 是否党员) and no title (党员花名册)."""
    if re.search(r"册|名单|登记", heading):
        return False
    patterns = (_REFUSED, *_FLAGS.values(), *_SENSITIVE.values())
    return any(pattern.search(heading) for pattern in patterns)


def _shown(piece: str) -> str:
    if len(piece) > _LONGEST_WORD or re.search(r"\d{3}", piece):
        return OTHER_WORDS
    return piece


def count_words(remarks: Iterable[Remarks]) -> tuple[Counter[str], Counter[str]]:
    """Of a whole sheet: the words that a tick may import or nobody keeps, and those that are never imported."""
    words: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for remark in remarks:
        words.update(remark.words)
        refused.update(remark.refused)
    return words, refused
