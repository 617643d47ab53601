"""Emergency notices.

A warning comes from the weather station or the town (气象法 22: only stations issue weather warnings); the village
passes it on and names its source, time and level.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from store.domain.areas import Area
from store.domain.audiences import Audience
from store.domain.errors import Refusal
from store.domain.people import Role, Staff

LONGEST_EMERGENCY = 50
"""Characters of what to do: with source, level, answers and numbers to ring it stays within two parts of an SMS."""
LONGEST_ISSUER = 14
LONGEST_HAZARD = 16
LONGEST_EVIDENCE = 2000
_FRESH = timedelta(hours=24)


class Source(StrEnum):
    WEATHER_STATION = "weather_station"
    TOWN = "town"
    VILLAGE = "village"

    @property
    def issues_warnings(self) -> bool:
        return self is not Source.VILLAGE


class Level(StrEnum):
    """The four levels, the highest last; the village's own word has none."""

    NONE = ""
    BLUE = "blue"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Warned:
    """Who says it, when, and how grave it is; `evidence` is the pasted text, `files` digests of photographs of it."""

    source: Source
    issuer: str
    issued_at: datetime
    hazard: str = ""
    level: Level = Level.NONE
    evidence: str = field(default="", repr=False)
    files: tuple[str, ...] = ()


def checked_warning(warned: Warned, now: datetime, *, lifts: bool = False) -> Warned:
    """Raises Refusal: `emergency.evidence`, `.level`, `.issuer`, `.hazard` or `.time`.

    Who `lifts` a warning names no level.
    """
    if warned.source.issues_warnings and not (warned.evidence.strip() or warned.files):
        raise Refusal("emergency.evidence")
    if warned.source.issues_warnings and not (warned.level or lifts):
        raise Refusal("emergency.level")
    if not warned.issuer.strip() or len(warned.issuer) > LONGEST_ISSUER:
        raise Refusal("emergency.issuer", most=LONGEST_ISSUER)
    if len(warned.hazard) > LONGEST_HAZARD:
        raise Refusal("emergency.hazard", most=LONGEST_HAZARD)
    if not now - _FRESH <= warned.issued_at <= now:
        raise Refusal("emergency.time")
    return warned


def checked_emergency_text(text: str, source: Source) -> str:
    """What to do. Raises Refusal("emergency.text"), ("emergency.too_long"), of the village ("emergency.warns")."""
    if not text.strip():
        raise Refusal("emergency.text")
    if len(text.strip()) > LONGEST_EMERGENCY:
        raise Refusal("emergency.too_long", most=LONGEST_EMERGENCY)
    if not source.issues_warnings and ("预警" in text or "警报" in text):
        raise Refusal("emergency.warns")
    return text.strip()


OWN_ISSUER = "村委会"
"""Who issues what the village says itself."""

_WARNING_ROLES = (
    Role.PARTY_BRANCH,
    Role.FRONT_DESK,
    Role.TOWN_OFFICIAL,
    Role.SECURITY,
    Role.FIRE_LIAISON,
    Role.GRID_OFFICER,
)


def may_warn(person: Staff, area_path: str) -> bool:
    """Who may send an emergency notice there, keep the transfer list, and see its names and numbers."""
    return any(person.holds(role, area_path) for role in _WARNING_ROLES)


class Aim(NamedTuple):
    """A village, and whom of it an emergency notice is for."""

    village: Area
    audience: Audience


@dataclass(frozen=True, slots=True)
class Emergency:
    """An emergency notice as it went out. `roll_id` is its transfer list, `lifted` whether an all-clear followed.

    `addressed` are the paths of the areas whose homes it was for.
    """

    notice_id: int
    village_id: int
    village_name: str
    number: int
    area_path: str
    addressed: tuple[str, ...]
    text: str = field(repr=False)
    warned: Warned
    drafted_by: int
    roll_id: int | None
    lifts_id: int | None
    lifted: bool
    circular_id: int | None


def may_follow(person: Staff, emergency: Emergency) -> bool:
    """Who sees how a part of it stands: whoever may warn some of those that were warned."""
    mine = [duty.area_path for duty in person.duties if may_warn(person, duty.area_path)]
    return any(path.startswith(one) or one.startswith(path) for path in emergency.addressed for one in mine)


def may_lift(person: Staff, emergency: Emergency) -> bool:
    """Who may say the all-clear: whoever may warn all those that were warned."""
    return all(may_warn(person, path) for path in emergency.addressed)


@dataclass(frozen=True, slots=True)
class EmergencyPlan:
    """Whom an emergency notice would reach; `unreached` households are on the call list at once.

    `text` is its SMS of `parts` parts, `chat` with what can be pressed under it what is read in a chat.
    """

    text: str = field(repr=False)
    parts: int
    chat: str = field(repr=False)
    buttons: tuple[str, ...]
    households: int
    by_chat: int
    by_sms: int
    unreached: int
    price_fen: int
