"""When a person was born: from a date in one of a clerk's many shapes, from an age, or from an identity number."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from store.domain.roster_cells import CellValue, Reading, RosterReason, cell_text, chinese_number

FIRST_BIRTH = date(1900, 1, 1)
_OLDEST_AGE = 130


@dataclass(frozen=True, slots=True)
class Birth:
    """A day, or only the year where the clerk knew no more."""

    day: date | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """What an 18-digit identity number (GB 11643) says of its holder."""

    birth: date
    sex: str


_UNKNOWN = Birth()
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_SERIAL = re.compile(r"[1-9][0-9]{4}")
_LUNAR = re.compile(r"农历|阴历|旧历|正月|腊月|冬月|初[一二三四五六七八九十0-9]|闰")
_LABEL = re.compile(r"^(?:公历|阳历|新历|出生日期|出生于|出生|生于|生日)[:是为]?\s*")
_TIME = re.compile(r"[ T]\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?$")
_NUMERAL = r"[0-9〇○零一二三四五六七八九十元]"
_GAP = r"\s*[年月./\\\-‐‑–—−、,,。·\s]\s*"
_DAY = re.compile(
    rf"({_NUMERAL}{{4}}|{_NUMERAL}{{2}}){_GAP}({_NUMERAL}{{1,2}}){_GAP}({_NUMERAL}{{1,3}})\s*[日号]?(?:生|出生)?"
)
_MONTH = re.compile(rf"({_NUMERAL}{{4}}){_GAP}({_NUMERAL}{{1,2}})\s*月?(?:生|出生)?")
_YEAR = re.compile(rf"({_NUMERAL}{{4}})\s*年?(?:生|出生)?")
_AGE = re.compile(r"([0-9]{1,3})\s*(?:周?岁)?")
_SPOKEN_AGE = re.compile(r"([0-9]{1,3})\s*周?岁")


def parse_birth(value: CellValue, today: date) -> Reading[Birth]:
    """Year first, any separator or none, Chinese or full-width figures, two-digit years, Excel's serial days, 45岁."""
    if isinstance(value, datetime):
        return _checked(value.date(), today)
    if isinstance(value, date):
        return _checked(value, today)
    text = _LABEL.sub("", _TIME.sub("", cell_text(value).rstrip(".。")))
    if not text:
        return Reading(_UNKNOWN)
    if _LUNAR.search(text):
        return Reading(_UNKNOWN, RosterReason.BIRTH_LUNAR)
    if _SPOKEN_AGE.fullmatch(text):
        return parse_age(text, today)
    return _of_figures(text, today) or _of_parts(text, today) or Reading(_UNKNOWN, RosterReason.BIRTH_UNREADABLE)


def parse_age(value: CellValue, today: date) -> Reading[Birth]:
    """45 and 45岁 give the year only, and it may be one too late; a date in the column of ages is read as a date."""
    text = cell_text(value)
    if not text:
        return Reading(_UNKNOWN)
    age = None if isinstance(value, date) else _AGE.fullmatch(text)
    if age is None:
        birth = parse_birth(value, today)
        return birth if birth.value != _UNKNOWN else Reading(_UNKNOWN, RosterReason.AGE_UNREADABLE)
    if int(age[1]) > _OLDEST_AGE:
        return Reading(_UNKNOWN, RosterReason.AGE_UNREADABLE)
    return Reading(Birth(year=today.year - int(age[1])))


def _of_figures(text: str, today: date) -> Reading[Birth] | None:
    """19890608, 198906, 890608 and Excel's 29221. 201012 may be a month or a day, so it is neither."""
    if not text.isascii() or not text.isdigit():
        return None
    if _EXCEL_SERIAL.fullmatch(text):
        return _checked(_EXCEL_EPOCH + timedelta(days=int(text)), today)
    if len(text) == len("19890608"):
        return _day(int(text[:4]), int(text[4:6]), int(text[6:]), today)
    if len(text) != len("198906"):
        return None
    month = _month(int(text[:4]), int(text[4:]), today)
    day = _day(_century(int(text[:2]), today), int(text[2:4]), int(text[4:]), today)
    readable = [reading for reading in (month, day) if reading.value != _UNKNOWN]
    return readable[0] if len(readable) == 1 else None


def _of_parts(text: str, today: date) -> Reading[Birth] | None:
    if match := _DAY.fullmatch(text):
        year, month, day = (chinese_number(part) for part in match.groups())
        if year is None or month is None or day is None:
            return None
        return _day(year if len(match[1]) > 2 else _century(year, today), month, day, today)  # noqa: PLR2004
    if match := _MONTH.fullmatch(text):
        year, month = (chinese_number(part) for part in match.groups())
        return None if year is None or month is None else _month(year, month, today)
    if match := _YEAR.fullmatch(text):
        year = chinese_number(match[1])
        return None if year is None else _month(year, 1, today)
    return None


def _century(year: int, today: date) -> int:
    """89 → 1989, 12 → 2012: the latest such year that is not to come."""
    return today.year - (today.year - year) % 100


def _day(year: int, month: int, day: int, today: date) -> Reading[Birth]:
    try:
        return _checked(date(year, month, day), today)
    except ValueError:
        return Reading(_UNKNOWN, RosterReason.BIRTH_NO_SUCH_DAY)


def _month(year: int, month: int, today: date) -> Reading[Birth]:
    """The day is missing: the year is kept and the clerk is told."""
    first = _day(year, month, 1, today)
    return first if first.reason else Reading(Birth(year=year), RosterReason.BIRTH_INCOMPLETE)


def _checked(day: date, today: date) -> Reading[Birth]:
    if day > today:
        return Reading(_UNKNOWN, RosterReason.BIRTH_IN_FUTURE)
    if day < FIRST_BIRTH:
        return Reading(_UNKNOWN, RosterReason.BIRTH_TOO_EARLY)
    return Reading(Birth(day=day))


_IDENTITY = re.compile(r"[0-9]{17}[0-9X]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_EXCEL_PRECISION = 10**15


def identity_number(value: CellValue) -> str:
    """The cell as an identity number is compared: without spaces and dashes, with a capital X."""
    return re.sub(r"[\s\-]", "", cell_text(value)).upper()


def looks_like_identity(value: CellValue) -> bool:
    return _IDENTITY.fullmatch(identity_number(value)) is not None


def parse_identity(value: CellValue, today: date) -> Reading[Identity | None]:
    """Birth and sex of a whole number whose check digit (GB 11643, ISO 7064 MOD 11-2) is right."""
    number = identity_number(value)
    if not number:
        return Reading(None)
    if (isinstance(value, (int, float)) and value >= _EXCEL_PRECISION) or "E+" in number:
        return Reading(None, RosterReason.IDENTITY_ROUNDED)
    if not _IDENTITY.fullmatch(number):
        return Reading(None, RosterReason.IDENTITY_WRONG_LENGTH)
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number[:17], strict=True))
    birth = _of_figures(number[6:14], today)
    if _CHECK_DIGITS[total % 11] != number[17] or birth is None or birth.value.day is None:
        return Reading(None, RosterReason.IDENTITY_INVALID)
    return Reading(Identity(birth.value.day, "male" if int(number[16]) % 2 else "female"))
