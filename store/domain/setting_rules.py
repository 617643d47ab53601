"""What a setting may be set to: checked when it is set, so that nothing trips over it months later.

Exceptions: Refusal("setting.unknown"), ("setting.wrong"), ("setting.range"), ("setting.order") and
("own_text.wrong").
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from store.domain.disclosures import DisclosureCategory
from store.domain.errors import Refusal
from store.domain.own_texts import MOST_CHARACTERS, checked_own_text, is_own_text
from store.domain.plans import LONGEST_FALLBACK_MINUTES
from store.domain.recurrence import HolidayRule
from store.domain.settings import DEFAULTS, LANGUAGES, AreaSettings

TOWN_SETTINGS = frozenset({"town_approval_size", "language", "zone"})
"""Set by whoever stands above the village, or a village could lift its own notices over the town's head."""

SIZES = frozenset({"approval_size", "town_approval_size"})
"""What `check_together` compares."""

_NUMBER = re.compile(r"(?:\+86[ -]?)?\d[\d -]{3,17}\d")
_LATEST_QUIET = time(22)
_EARLIEST_DAY = time(6)
MOST_OWN_DAYS = 400
_TELEGRAM_NAME = re.compile(r"[A-Za-z0-9_]{5,32}")
_LONGEST_WECHAT_NAME = 30


@dataclass(frozen=True, slots=True)
class Bounds:
    """Whole numbers from `least` to `most`."""

    least: int
    most: int


BOUNDS: Mapping[str, Bounds] = {
    "disclosure_day": Bounds(1, 28),  # the 29th does not come every month
    "approval_size": Bounds(1, 100_000),
    "town_approval_size": Bounds(1, 1_000_000),
    "sms_price_fen": Bounds(0, 1_000),
    "notice_parts": Bounds(1, 10),
    "fallback_minutes": Bounds(0, LONGEST_FALLBACK_MINUTES),
    "daily_messages": Bounds(1, 50),
    "silence_minutes": Bounds(5, 240),
    "posted_days": Bounds(1, 365),
    "objection_days": Bounds(1, 90),
    "reply_days": Bounds(1, 90),
}


def checked_setting(name: str, value: object) -> object:
    """The value as the store keeps it (JSON)."""
    if is_own_text(name):
        return _in_own_words(value)
    if name not in DEFAULTS:
        raise Refusal("setting.unknown", name=name, known=", ".join(DEFAULTS))
    if name in BOUNDS:
        return _whole_number(name, value)
    try:
        return _CHECKS[name](value)
    except (ValueError, TypeError, KeyError, AttributeError, ZoneInfoNotFoundError) as error:
        raise Refusal("setting.wrong", name=name) from error


def check_together(settings: AreaSettings) -> None:
    """Settings that only make sense beside one another, after one was changed."""
    if settings.approval_size > settings.town_approval_size:
        second, town = settings.approval_size, settings.town_approval_size
        raise Refusal("setting.order", place=settings.area.name, second=second, town=town)


def _in_own_words(value: object) -> str:
    try:
        return checked_own_text(value)
    except ValueError as error:
        raise Refusal("own_text.wrong", most=MOST_CHARACTERS) from error


def _whole_number(name: str, value: object) -> int:
    bounds = BOUNDS[name]
    if isinstance(value, bool) or not isinstance(value, int) or not bounds.least <= value <= bounds.most:
        raise Refusal("setting.range", least=bounds.least, most=bounds.most)
    return value


def _landline(value: object) -> str:
    """Empty where the village has none: texts then say that people should come by."""
    text = str(value).strip()
    if text and not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return text


def _language(value: object) -> str:
    if value not in LANGUAGES:
        raise ValueError(value)
    return str(value)


def _zone(value: object) -> str:
    return ZoneInfo(str(value)).key


def _quiet_from(value: object) -> str:
    """No SMS at night: the quiet begins at 22:00 at the latest, and after noon."""
    at = time.fromisoformat(str(value))
    if not time(12) <= at <= _LATEST_QUIET:
        raise ValueError(value)
    return f"{at:%H:%M}"


def _quiet_to(value: object) -> str:
    at = time.fromisoformat(str(value))
    if not _EARLIEST_DAY <= at <= time(12):
        raise ValueError(value)
    return f"{at:%H:%M}"


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _own_days(value: object) -> dict[str, bool]:
    if not isinstance(value, Mapping) or len(value) > MOST_OWN_DAYS:
        raise TypeError(value)
    return {date.fromisoformat(str(day)).isoformat(): _yes_or_no(works) for day, works in sorted(value.items())}


def _holiday_rule(value: object) -> str:
    return HolidayRule(str(value)).value


def _categories(value: object) -> list[str]:
    if not isinstance(value, list):
        raise TypeError(value)
    return list(dict.fromkeys(DisclosureCategory(one).value for one in value))


def _telegram_name(value: object) -> str:
    name = str(value).strip().removeprefix("@")
    if name and not _TELEGRAM_NAME.fullmatch(name):
        raise ValueError(name)
    return name


def _wechat_name(value: object) -> str:
    """WeChat itself allows fifteen Chinese characters."""
    name = str(value).strip()
    if len(name) > _LONGEST_WECHAT_NAME or not name.isprintable():
        raise ValueError(name)
    return name


_CHECKS: Mapping[str, Callable[[object], object]] = {
    "landline": _landline,
    "language": _language,
    "zone": _zone,
    "quiet_from": _quiet_from,
    "quiet_to": _quiet_to,
    "fallback_unknown": _yes_or_no,
    "own_days": _own_days,
    "disclosure_holiday_rule": _holiday_rule,
    "disclosure_monthly": _categories,
    "telegram_name": _telegram_name,
    "wechat_name": _wechat_name,
}
