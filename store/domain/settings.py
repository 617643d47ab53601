"""What a village may set for itself; each setting is inherited down the tree of areas."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo

from store.domain.areas import Area
from store.domain.own_texts import is_own_text
from store.domain.recurrence import HolidayRule

APPROVAL_SIZE = 50
DISCLOSURE_DAY = 10
POSTED_DAYS = 10
OBJECTION_DAYS = 5
REPLY_DAYS = 5
SILENCE_MINUTES = 30
TOWN_APPROVAL_SIZE = 2000
FALLBACK_MINUTES = 120
DAILY_MESSAGES = 5


@dataclass(frozen=True, slots=True)
class AreaSettings:
    """The settings of one area after inheritance.

    `landline` is the number that people are told to ring. A notice to more than `approval_size` people needs a second
    person, to more than `town_approval_size` one of the town. `own_days` are the village's own working days (True) and
    days off (False). SMS costs `sms_price_fen` a part where the account says nothing else; a notice of more than
    `notice_parts` parts goes out as a short one that says where to hear the whole.
    Where nothing shows within `fallback_minutes` that a chat message of a notice was read, an SMS follows (0: none);
    after one whose fate is unknown only where `fallback_unknown` says so. No number gets more than `daily_messages`
    SMS a day that it did not ask for.
    A household that has not answered an emergency's transfer list within `silence_minutes` is rung.
    Accounts are disclosed on the `disclosure_day` of each month; on a free day, as `disclosure_holiday_rule` says;
    `disclosure_monthly` are the categories of which something is said every month. Lists of names are posted for
    `posted_days`, objections taken for `objection_days`, answered within `reply_days` (provinces differ).
    `telegram_name` is the public name of the village's bot, `wechat_name` that of its Official Account, "" where it has
    none. `own_texts` are the messages that it says in its own words, by `own_text_name`.
    """

    area: Area
    village_name: str
    landline: str
    language: str
    zone: ZoneInfo
    quiet_from: time
    quiet_to: time
    approval_size: int
    town_approval_size: int
    sms_price_fen: int
    notice_parts: int
    fallback_minutes: int
    fallback_unknown: bool
    daily_messages: int
    silence_minutes: int
    own_days: Mapping[date, bool]
    disclosure_day: int
    disclosure_holiday_rule: HolidayRule
    disclosure_monthly: tuple[str, ...]
    posted_days: int
    objection_days: int
    reply_days: int
    telegram_name: str
    wechat_name: str
    own_texts: Mapping[str, str]


LANGUAGES = ("zh_CN", "en")
"""The languages that there are texts in, the village's first."""

DEFAULTS: Mapping[str, object] = {
    "landline": "",
    "telegram_name": "",
    "wechat_name": "",
    "disclosure_day": DISCLOSURE_DAY,
    "disclosure_holiday_rule": HolidayRule.NEXT,
    "disclosure_monthly": ["finance"],
    "posted_days": POSTED_DAYS,
    "objection_days": OBJECTION_DAYS,
    "reply_days": REPLY_DAYS,
    "quiet_from": "21:00",
    "quiet_to": "07:00",
    "approval_size": APPROVAL_SIZE,
    "town_approval_size": TOWN_APPROVAL_SIZE,
    "fallback_minutes": FALLBACK_MINUTES,
    "fallback_unknown": False,
    "daily_messages": DAILY_MESSAGES,
    "notice_parts": 5,
    "sms_price_fen": 5,
    "silence_minutes": SILENCE_MINUTES,
    "language": "zh_CN",
    "zone": "Asia/Shanghai",
    "own_days": {},
}
"""In the order in which a village thinks of them; the console shows them so."""


def _language(value: object) -> str:
    if value not in LANGUAGES:
        raise ValueError("a language that there are no texts in")
    return str(value)


def settings_of(area: Area, village_name: str, values: Mapping[str, object]) -> AreaSettings:
    """Build the settings from stored values (JSON) over the defaults."""
    merged = {**DEFAULTS, **values}
    own_days = merged["own_days"]
    return AreaSettings(
        area=area,
        village_name=village_name,
        landline=str(merged["landline"]),
        language=_language(merged["language"]),
        zone=ZoneInfo(str(merged["zone"])),
        quiet_from=time.fromisoformat(str(merged["quiet_from"])),
        quiet_to=time.fromisoformat(str(merged["quiet_to"])),
        approval_size=int(str(merged["approval_size"])),
        town_approval_size=int(str(merged["town_approval_size"])),
        sms_price_fen=int(str(merged["sms_price_fen"])),
        notice_parts=int(str(merged["notice_parts"])),
        fallback_minutes=int(str(merged["fallback_minutes"])),
        fallback_unknown=bool(merged["fallback_unknown"]),
        daily_messages=int(str(merged["daily_messages"])),
        silence_minutes=int(str(merged["silence_minutes"])),
        own_days={date.fromisoformat(day): bool(works) for day, works in dict(own_days).items()},  # type: ignore[call-overload]
        disclosure_day=int(str(merged["disclosure_day"])),
        disclosure_holiday_rule=HolidayRule(str(merged["disclosure_holiday_rule"])),
        disclosure_monthly=tuple(map(str, merged["disclosure_monthly"])),  # type: ignore[call-overload]
        posted_days=int(str(merged["posted_days"])),
        objection_days=int(str(merged["objection_days"])),
        reply_days=int(str(merged["reply_days"])),
        telegram_name=str(merged["telegram_name"]).removeprefix("@"),
        wechat_name=str(merged["wechat_name"]),
        own_texts={name: str(value) for name, value in values.items() if is_own_text(name)},
    )
