"""A notice as it is read out over the village's loudspeakers: numbers in words, short enough to be heard out.

The reader reads what stands there: 8:30 would be stumbled over, 八点三十分 is not.
"""

import math
import re

from store.domain.sentences import beginning

CHINESE_A_SECOND, LATIN_A_SECOND = 3, 7
"""Characters, pauses and figures in them, as espeak-ng was measured to read at the pace of `notifier.paper.reading`."""
LONGEST_READING = 165
"""Characters: 55 seconds, so that a text of short sentences, with more pauses, is over in a minute too. It is read
twice."""

_FIGURES = "零一二三四五六七八九"
_SPELLED = str.maketrans("0123456789", "零幺二三四五六七八九")
_YEAR = str.maketrans("0123456789", _FIGURES)
_UNITS = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿", "万亿")
_LONGEST_COUNT = 12
"""Digits: what is longer is no amount, and is spelled."""

# After these a two is 两, as people count: 两户, 两点, 两百 is left to the reader's own way.
_COUNTED = "户|点|个|家|位|名|人|块|元|天|小时|分钟|次|遍|条|盏|台|辆|头|亩|斤|吨|米|万|千|周|种|张|份|车|袋|包|桶"
_NUMBER = r"\d+(?:\.\d+)?"

_HALF_WIDTH = str.maketrans({0xFF10 + figure: str(figure) for figure in range(10)} | {"\uff05": "%", "\uff5e": "~"})
_COLONS = re.compile(r"(?<=\d)\uff1a(?=\d)")
_CLOCK = re.compile(r"(?<!\d)([01]?\d|2[0-4]):([0-5]\d)(?![\d:])")
_DATE = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_YEARS = re.compile(r"(?<!\d)(\d{4})(?=年)")
_RANGE = re.compile(rf"(?<=\d)([点时日号组年月]?)\s*[-~—–]+\s*(?={_NUMBER}\s*(?:点|时|日|号|组|月|元|户|人))")
_PERCENT = re.compile(rf"({_NUMBER})%")
_TWO = re.compile(rf"(?<![\d.第])2(?=(?:{_COUNTED}))")
_COINS = re.compile(r"(?<![\d.])(\d+)\.(\d)(\d)元")
_LONG = re.compile(r"\+?\d(?:[- ]?\d){6,}")
_SHORT_NUMBERS = re.compile(r"(?<!\d)(110|119|120|122|12345|12348)(?!\d)(?![元户人米亩斤个])")
_AMOUNT = re.compile(r"(?<!\d)\d{1,3}(?:,\d{3})+(?!\d)")
_PLAIN = re.compile(_NUMBER)
_GAPS = re.compile(r"[ \t\n]+")


def in_words(number: int) -> str:
    """A count as it is said: 12 is 十二, 105 一百零五, 48620 四万八千六百二十. `number` is not negative."""
    if number == 0:
        return _FIGURES[0]
    parts: list[str] = []
    gap = False
    for index, group in reversed(list(enumerate(_fours(number)))):
        if group == 0:
            gap = True
            continue
        between = "零" if parts and (gap or group < 1000) else ""  # noqa: PLR2004 - a group of four places
        parts.append(f"{between}{_four(group)}{_GROUPS[index]}")
        gap = False
    said = "".join(parts)
    return said.removeprefix("一") if said.startswith("一十") else said


def _fours(number: int) -> list[int]:
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    return groups


def _four(group: int) -> str:
    """1 to 9999."""
    said = ""
    for place, figure in enumerate(f"{group}"):
        unit = _UNITS[len(f"{group}") - place - 1]
        said += f"{_FIGURES[int(figure)]}{unit}" if figure != "0" else "零"
    return re.sub("零+", "零", said).rstrip("零")


def spoken(text: str) -> str:
    """The text without a single digit, on one line.

    Dates, times, amounts and percentages are said as such; phone numbers, and what has seven digits and more, digit
    by digit, with 幺 for one.
    """
    said = _COLONS.sub(":", _GAPS.sub(" ", text.translate(_HALF_WIDTH))).strip()
    said = _AMOUNT.sub(lambda found: found[0].replace(",", ""), said)
    said = _COINS.sub(_coins, said)
    said = _DATE.sub(lambda found: f"{found[1]}年{int(found[2])}月{int(found[3])}日", said)
    said = _RANGE.sub(r"\1到", said)
    said = _CLOCK.sub(_clock, said)
    said = _YEARS.sub(lambda found: found[1].translate(_YEAR), said)
    said = _PERCENT.sub(lambda found: f"百分之{_number(found[1])}", said)
    said = _LONG.sub(_long, said)
    said = _SHORT_NUMBERS.sub(lambda found: found[1].translate(_SPELLED), said)
    said = _TWO.sub("两", said)
    return _PLAIN.sub(lambda found: _number(found[0]), said)


def _coins(found: re.Match[str]) -> str:
    """1386.40元 is 1386元4角; 0.05元 is 5分."""
    yuan, jiao, fen = found[1], int(found[2]), int(found[3])
    dimes = f"{jiao}角" if jiao else "零" if fen and int(yuan) else ""
    said = f"{yuan}元" if int(yuan) or not (jiao or fen) else ""
    return f"{said}{dimes}{f'{fen}分' if fen else ''}"


def _clock(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    return f"{hour}点{f'{minute}分' if minute >= 10 else f'零{minute}分' if minute else ''}"  # noqa: PLR2004 - 零五分


def _long(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[0])
    follows = found.string[found.end() : found.end() + 1]
    counts = found[0].isdecimal() and len(digits) <= _LONGEST_COUNT and follows in set("元人户斤亩吨米")
    return in_words(int(digits)) if counts and follows else digits.translate(_SPELLED)


def _number(written: str) -> str:
    whole, _, rest = written.partition(".")
    if len(whole) > _LONGEST_COUNT or (len(whole) > 1 and whole.startswith("0")):
        said = whole.translate(_SPELLED)
    else:
        said = in_words(int(whole))
    return f"{said}点{rest.translate(_YEAR)}" if rest else said


def reading(text: str, opening: str, ending: str, most: int = LONGEST_READING) -> str:
    """One reading of at most `most` characters: the opening, as many whole sentences as fit, the ending.

    `ending` says where the rest is to be had, and stands there only where something was left out. A first sentence
    that is too long by itself is cut. All three are given as written, and returned as spoken.
    """
    begins, ends = spoken(opening), spoken(ending)
    whole = spoken(text)
    if len(begins) + len(whole) <= most:
        return begins + whole
    return begins + beginning(whole, most - len(begins) - len(ends)) + ends


def seconds_to_read(text: str) -> int:
    latin = sum(map(str.isascii, text))
    return math.ceil((len(text) - latin) / CHINESE_A_SECOND + latin / LATIN_A_SECOND)
