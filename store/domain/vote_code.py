"""A vote by digits: two for the matter, one for the choice (611 agree, 612 disagree, 613 abstain).

Codes never issued, with the reason:

- 00 to 31: 0 and 1 are keys of their own (find a person, yes); 110, 119, 120, 122, 12345, 100xx and mobile numbers
  begin with 1; and "28号不行" speaks of a day of the month.
- 33: 333 is somebody pressing one key again and again. (222 falls with the days of the month.)
- 91: 911 is an emergency number in films and on phones. 95, 96: banks' and local services' numbers (955xx, 96xxx).
"""

import re
import unicodedata
from collections.abc import Collection, Mapping

from store.domain.ballots import Choice
from store.domain.errors import Refusal

CODES = tuple(sorted(set(range(32, 100)) - {33, 91, 95, 96}))

CHOICE_WORDS: Mapping[str, Choice] = {
    **dict.fromkeys(("同意", "赞成", "赞同", "支持", "可以", "行", "中"), Choice.AGREE),
    **dict.fromkeys(("不同意", "不赞成", "不赞同", "不支持", "反对", "不可以", "不行", "不中"), Choice.DISAGREE),
    **dict.fromkeys(("弃权", "都行", "都可以", "随便", "无所谓"), Choice.ABSTAIN),
}
"""Whole words only: 不同意 is not 同意, and 不反对 is no vote at all but a question back."""

_TO_SIMPLIFIED = str.maketrans("贊讚對棄權隨號無謂種説家", "赞赞对弃权随号无谓种说家")
_CHINESE_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_TENS = re.compile(r"([2-9])十([1-9]?)")

_WORD = "|".join(sorted(CHOICE_WORDS, key=len, reverse=True))
_CODE = r"(?P<code>[2-9]\s*[0-9])\s*(?:号(?:事|议题)?)?\s*[,:]?\s*"
_WHO = r"(?:[我俺咱]们?家?)?\s*(?:投|选|回复?)?\s*"
_END = r"\s*[吧了的啊呀]{0,2}\s*[.。!,~]*"
_CODE_FIRST = re.compile(rf"{_WHO}{_CODE}(?P<digit>[123])?\s*{_WHO}(?P<word>{_WORD})?{_END}")
_WORD_FIRST = re.compile(rf"{_WHO}(?P<word>{_WORD})\s*[,:]?\s*{_WHO}{_CODE}(?P<digit>[123])?{_END}")


class NoFreeCode(Refusal):
    """Every code is taken."""


def free_code(used: Collection[int]) -> int:
    """Choose a code for a matter of a village; raise NoFreeCode where none is left.

    `used`: codes of open matters, and of those closed so lately that a late vote must not count for another matter.
    Of the free ones it takes that which fewest slips of a finger turn into a code in use.
    """
    free = [code for code in CODES if code not in used]
    if not free:
        raise NoFreeCode("vote_code.none_free", codes=len(CODES))
    return min(free, key=lambda code: (sum(_one_slip_apart(code, other) for other in used), code))


def _one_slip_apart(code: int, other: int) -> bool:
    """Tell whether one wrong digit, or two neighbours swapped (the choice's digit too), turns one into the other."""
    tens, ones = divmod(code, 10)
    return tens == other // 10 or ones == other % 10 or ones * 10 + tens == other


def parse_vote(text: str) -> tuple[int, Choice] | None:
    """Read a whole message as one vote, or None: a longer number, two votes, or anything else said is none.

    Whether the matter is open, and whether it is this village's, is the caller's to know.
    """
    plain = _TENS.sub(_tens, _plain(text))
    match = _CODE_FIRST.fullmatch(plain) or _WORD_FIRST.fullmatch(plain)
    if match is None:
        return None
    code = int(re.sub(r"\s", "", match["code"]))
    choices = {Choice(int(match["digit"]))} if match["digit"] else set()
    choices |= {CHOICE_WORDS[match["word"]]} if match["word"] else set()
    return (code, choices.pop()) if code in CODES and len(choices) == 1 else None


def _plain(text: str) -> str:
    simplified = unicodedata.normalize("NFKC", text).strip().translate(_TO_SIMPLIFIED)
    return simplified.translate(_CHINESE_DIGITS)


def _tens(match: re.Match[str]) -> str:
    return match[1] + (match[2] or "0")
