"""One cell of a roster: the text that a clerk typed, read as a name, a sex, a group or a yes.

No parser raises. Each answers a `Reading`: the value (None where the cell holds nothing usable) and, where the clerk
must be told of the cell, the reason.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar

CellValue = str | int | float | datetime | date | None
"""What a sheet's cell may hold. Numbers come as floats from Excel; dates are naive."""

Value_co = TypeVar("Value_co", covariant=True)


class RosterReason(StrEnum):
    """Why the clerk must look at a cell; each is a sentence in templates."""

    NAME_MISSING = "name_missing"
    NAME_UNREADABLE = "name_unreadable"
    PHONE_UNREADABLE = "phone_unreadable"
    PHONE_PARTLY_READ = "phone_partly_read"
    BIRTH_UNREADABLE = "birth_unreadable"
    BIRTH_INCOMPLETE = "birth_incomplete"
    BIRTH_NO_SUCH_DAY = "birth_no_such_day"
    BIRTH_IN_FUTURE = "birth_in_future"
    BIRTH_TOO_EARLY = "birth_too_early"
    BIRTH_LUNAR = "birth_lunar"
    BIRTH_DISAGREES = "birth_disagrees"
    AGE_UNREADABLE = "age_unreadable"
    IDENTITY_WRONG_LENGTH = "identity_wrong_length"
    IDENTITY_ROUNDED = "identity_rounded"
    IDENTITY_INVALID = "identity_invalid"
    GROUP_UNKNOWN = "group_unknown"
    WORD_UNKNOWN = "word_unknown"
    REPEATS_ROW = "repeats_row"


@dataclass(frozen=True, slots=True)
class Reading(Generic[Value_co]):
    value: Value_co
    reason: RosterReason | None = None


@dataclass(frozen=True, slots=True)
class Whereabouts:
    away: bool
    place: str = ""


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NOTHING = words("无 没有 暂无 不详 未知 不知 空 n/a #n/a na null none")
_STRUCK_OUT = re.compile(r"[/\\\-—、.*\s]*")
_YES = words("是 √ ✓ ✔ v y yes true 1 有 对")
_NO = words("否 × x ✗ n no false 0 不是 没")

_DIGITS = {character: value for value, characters in enumerate("〇一二三四五六七八九") for character in characters}
_DIGITS |= {"零": 0, "○": 0, "两": 2, "元": 1}
_TENS = re.compile(r"([一二三四五六七八九]?)十([一二三四五六七八九]?)")


def cell_text(value: CellValue) -> str:
    """The cell as a person reads it: half-width, trimmed; a whole float without its `.0`; "" for 无, / and the like."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = unicodedata.normalize("NFKC", str(value)).strip().removeprefix("'").strip()
    return "" if text.lower() in _NOTHING or _STRUCK_OUT.fullmatch(text) else text


def compact(value: CellValue) -> str:
    """`cell_text` without any white space, for words whose inner spaces only spread them out."""
    return "".join(cell_text(value).split())


def chinese_number(text: str) -> int | None:
    """12, 十二 and 一二 are 12. None where the text is no number."""
    if text.isascii():
        return int(text) if text.isdigit() else None
    if tens := _TENS.fullmatch(text):
        return _DIGITS.get(tens[1], 1) * 10 + _DIGITS.get(tens[2], 0)
    digits = [_DIGITS.get(character) for character in text]
    known = [digit for digit in digits if digit is not None]
    return int("".join(map(str, known))) if len(known) == len(digits) else None


_ASIDE = re.compile(r"\(([^()]*)\)")
_DOT = re.compile(r"[•‧・．.]")
_NAME = re.compile(r"(?![·' -])(?:[^\W\d_]|[\ue000-\uf8ff]|[·' -](?=[^\W\d_]))+")
"""The private-use characters are how old fonts wrote rare surnames."""
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_LONGEST_NAME = 40


def parse_name(value: CellValue) -> Reading[str]:
    """吴 英 → 吴英; 买买提．阿不都 keeps its dot; what stands in brackets is no part of the name."""
    text = _ASIDE.sub("", cell_text(value))
    if _HAN.search(text):
        text = _DOT.sub("·", "".join(text.split()))
    text = " ".join(text.split())
    if not text:
        return Reading("", RosterReason.NAME_MISSING)
    if len(text) > _LONGEST_NAME or not _NAME.fullmatch(text):
        return Reading("", RosterReason.NAME_UNREADABLE)
    return Reading(text)


def name_asides(value: CellValue) -> tuple[str, ...]:
    """What a clerk wrote in brackets behind a name: a remark."""
    return tuple(_ASIDE.findall(cell_text(value)))


_MALE = words("男 男性 男士 m male 1")
_FEMALE = words("女 女性 女士 f female 2")


def parse_sex(value: CellValue) -> Reading[str]:
    """`male`, `female` or ""; 1 and 2 are the codes of GB/T 2261.1."""
    text = compact(value).lower()
    if text in _MALE:
        return Reading("male")
    if text in _FEMALE:
        return Reading("female")
    return Reading("", RosterReason.WORD_UNKNOWN if text else None)


_GROUP = re.compile(r"第?([0-9]{1,2}|[〇零一二三四五六七八九十]{1,3})号?(?:(?:村民|居民)?小?组|(?:生产)?队|社)?")


def parse_group(value: CellValue, village: str) -> Reading[int | str | None]:
    """2组, 第三村民小组 and 十二社 are numbers; any other word is a group's name. `village` may stand in front."""
    text = compact(value).removeprefix(village)
    if not text:
        return Reading(None)
    numbered = _GROUP.fullmatch(text)
    return Reading((chinese_number(numbered[1]) if numbered else None) or text)


def parse_yes(text: str) -> bool | None:
    """是, √, 1 are yes; 否, ×, 0 are no; None for any other word."""
    word = text.lower()
    if word in _YES:
        return True
    return False if word in _NO else None


_REGISTERED = re.compile(r"(?:本村|本地|本组|本社区|户籍|有户籍|在册|常住户口|本村户籍|户籍人口|本地户籍|本村人)")
_UNREGISTERED = re.compile(
    r"(?:非.{0,2}(?:户籍|户口|村|村人|村民|户籍人口)|(?:外来|外地|外村|外省|流动|暂住|租住).{0,4}|无户籍)"
)


def parse_registered(value: CellValue) -> Reading[bool | None]:
    """Whether the person's household registration (户籍) is in the village. None where the cell says nothing."""
    return _either(compact(value), _REGISTERED, _UNREGISTERED)


def parse_unregistered(value: CellValue) -> Reading[bool | None]:
    """The same words under a heading that asks 非户籍: here 是 is not registered."""
    answer = parse_yes(compact(value))
    return parse_registered(value) if answer is None else Reading(not answer)


_HOME = re.compile(r"在?(?:家|村|本村|本地)|在(?:家|村)(?!.*外).{1,6}|常住|常年在家|居家|务农|[未不没]外出|在住")
_AWAY = re.compile(
    r"(?:外出|在?外(?:地|面|省|县|市)?|不在家?|不在村|离家|人户分离)(?:务工|打工|工作|经商|读书|上学|居住|学习|就业)?"
    r"|(?:常年|长期)?(?:外出|在外|务工|打工)|经商|当兵|服兵役|住校|上大学"
)
_AWAY_AT = re.compile(
    r"(?:外出|常年|长期)?[在去到往]?+(?!家|村|本)(.{1,12}?)(?:务工|打工|工作|上班|经商|读书|上学|做工|做生意|居住|当兵|就业)"
)
_AWAY_IN = re.compile(r"(?=[在去到]|.*[市县区镇省]$)[在去到]?+(?!家|村|本|世|校)(.{2,12})")
_DESTINATIONS = words(
    "东莞 深圳 广州 佛山 珠海 中山 惠州 江门 汕头 湛江 厦门 福州 泉州 宁波 温州 杭州 苏州 南宁 武汉 长沙 成都 重庆 "
    "上海 北京 天津 广东 广西 福建 浙江 江苏 海南 新疆 香港 澳门"
)


def parse_away(value: CellValue) -> Reading[Whereabouts | None]:
    """在家, 常住 and 否 are at home; 外出, 是 and 在东莞打工 away, one with its place; None for an empty cell."""
    text = compact(value)
    answer = _either(text, _AWAY, _HOME)
    if answer.value is not None:
        return Reading(Whereabouts(answer.value))
    if text in _DESTINATIONS:
        return Reading(Whereabouts(away=True, place=text))
    place = _AWAY_AT.fullmatch(text) or _AWAY_IN.fullmatch(text)
    return Reading(Whereabouts(away=True, place=place[1])) if place else Reading(None, answer.reason)


def parse_at_home(value: CellValue) -> Reading[Whereabouts | None]:
    """The same words under a heading that asks 在家: here 是 is at home."""
    answer = parse_yes(compact(value))
    return parse_away(value) if answer is None else Reading(Whereabouts(not answer))


def _either(text: str, yes: re.Pattern[str], no: re.Pattern[str]) -> Reading[bool | None]:
    if not text:
        return Reading(None)
    if (answer := parse_yes(text)) is not None:
        return Reading(answer)
    if no.fullmatch(text):
        return Reading(value=False)
    return Reading(value=True) if yes.fullmatch(text) else Reading(None, RosterReason.WORD_UNKNOWN)
