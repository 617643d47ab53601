"""What may not stand, or should not stand, in what everybody reads.

Personal Information Protection Law, Art. 28 and 29: identity and bank numbers, health and the reason of hardship are
sensitive; what is disclosed of relief says who gets how much, and no more. Numbers are refused, the rest is asked
about.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from store.domain.people import masked_name


class NumberKind(StrEnum):
    PHONE = "phone"
    IDENTITY = "identity"
    BANK_CARD = "bank_card"


_GAP = r"[ \-]?"
_NUMBERS = {
    NumberKind.PHONE: rf"(?:(?:\+|00)?86{_GAP})?1[3-9][0-9]{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}",
    NumberKind.IDENTITY: (
        rf"[1-9][0-9]{{5}}{_GAP}(?:18|19|20)[0-9]{{2}}(?:0[1-9]|1[0-2])[0-3][0-9]{_GAP}[0-9]{{3}}[0-9Xx]"
    ),
    NumberKind.BANK_CARD: rf"62[0-9]{{2}}(?:{_GAP}[0-9]{{4}}){{3}}(?:{_GAP}[0-9]{{1,3}})?",
}
_WHOLE = {kind: re.compile(rf"(?<![0-9])(?:{pattern})(?![0-9])") for kind, pattern in _NUMBERS.items()}


def _plain(text: str) -> str:
    """Full-width figures and invisible characters between figures hide nothing."""
    seen = "".join(character for character in text if unicodedata.category(character) != "Cf")
    return unicodedata.normalize("NFKC", seen)


def personal_numbers_in(text: str) -> frozenset[NumberKind]:
    """Mobile, identity and bank card numbers; an office's landline may be posted."""
    plain = _plain(text)
    return frozenset(kind for kind, pattern in _WHOLE.items() if pattern.search(plain))


def holds_personal_number(text: str) -> bool:
    return bool(personal_numbers_in(text))


def without_personal_numbers(text: str) -> str:
    """The same text with a row of stars for each such number."""
    if not holds_personal_number(text):
        return text
    plain = _plain(text)
    for pattern in _WHOLE.values():
        plain = pattern.sub("****", plain)
    return plain


class Concern(StrEnum):
    """What somebody should look at before it is published.

    `unread_pages`: no machine finds words there, as on a scanned page. `unread_rest`: nor does it come to the end.
    """

    NAME = "name"
    ILLNESS = "illness"
    HARDSHIP = "hardship"
    UNREAD_PAGES = "unread_pages"
    UNREAD_REST = "unread_rest"


@dataclass(frozen=True, slots=True)
class Doubt:
    """`words` are those that raised it, or numbers of pages; `where` is the file that they stand in, "" for none."""

    concern: Concern
    words: tuple[str, ...] = ()
    where: str = ""


_ILLNESS = """
癌 肿瘤 白血病 尿毒症 透析 肝炎 艾滋 结核 精神病 精神障碍 精神分裂 抑郁 癫痫 痴呆 中风 偏瘫 瘫痪 残疾 聋哑 智障
智力低下 重病 大病 病重 流产 不孕 吸毒 戒毒
"""
_HARDSHIP = """
离婚 丧偶 坐牢 服刑 刑满 欠债 负债 弃养 孤儿 单亲 无劳动能力 丧失劳动能力 家境贫寒 因病致贫
"""
_WORDS = {Concern.ILLNESS: _ILLNESS.split(), Concern.HARDSHIP: _HARDSHIP.split()}


def doubts_in(text: str, names: Iterable[str] = ()) -> tuple[Doubt, ...]:
    """Illness, a reason for hardship, and which of the names of those who live here stand in it in full."""
    found = {concern: tuple(word for word in words if word in text) for concern, words in _WORDS.items()}
    named = tuple(sorted(name for name in set(names) if name in text))
    return tuple(Doubt(concern, words) for concern, words in {Concern.NAME: named, **found}.items() if words)


def shorten_names(text: str, names: Sequence[str]) -> str:
    """陈小强 → 陈*强. Longer names first: 陈小强 is not 陈小 with something behind it."""
    for name in sorted(set(names), key=lambda one: (-len(one), one)):
        text = text.replace(name, masked_name(name))
    return text
