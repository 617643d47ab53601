"""What people type where a notice asks for an answer: one of its choices, a number, and a late answer by its number."""

import re
from collections.abc import Sequence

from bot.dialogue.numbers import read_digit, read_number
from bot.dialogue.words import Word, read_word
from store.domain.normal import normal

_NEGATIVE = ("不", "没", "未", "还没")
_UNIT = "个人|个|人|位|口人|口|户|亩|分|头|只|袋|包|棵|台|辆|份|桌|斤|间|张"
_NUMERAL = r"\d{1,2}|[零一二两三四五六七八九十]{1,3}"
_LEAD = "我家|我们家|我们|我|家里|来|去|参加|要|有|报|一共|共|就|大概"
_COUNT = re.compile(rf"(?:{_LEAD})*({_NUMERAL})(?:{_UNIT})?(?:来|去|参加|要)?")
_NONE = frozenset({"没有", "没人", "没人来", "一个都没有", "都不来", "不来", "不要", "0个人"})
_LATE = re.compile(r"(?:通知)?(\d{5,6})号?[ :,.]+(.{1,20})")


def read_count(text: str) -> str:
    """3, 3个, 我家来三个人, 没有; "" where it is no number up to 99."""
    said = normal(text).replace(" ", "")
    if said in _NONE:
        return "0"
    found = _COUNT.fullmatch(said)
    number = read_number(found[1]) if found else None
    return "" if number is None else str(number)


def read_answer(text: str, choices: Sequence[str]) -> str:
    """The choice that is meant, by its digit, its word, or a yes or no where it is one; without choices a number."""
    if not choices:
        return read_count(text)
    digit = read_digit(text)
    if digit and digit != "00":
        return choices[int(digit) - 1] if 0 < int(digit) <= len(choices) else ""
    named = [choice for choice in choices if normal(choice) == normal(text)]
    if named:
        return named[0]
    yes_or_no = len(choices) == 2 and choices[1].startswith(_NEGATIVE)  # noqa: PLR2004 - a yes and a no
    if not yes_or_no:
        return ""
    word = read_word(text)
    return {Word.YES: choices[0], Word.NO: choices[1]}.get(word, "") if word else ""


def read_late_answer(text: str) -> tuple[int, str] | None:
    """26001 2: the notice's number and what is answered to it."""
    found = _LATE.fullmatch(normal(text))
    return (int(found[1]), found[2]) if found else None
