"""Emergency notices and the transfer list (转移人员清单).

A warning comes from the weather station or the town (气象法 22: only stations issue weather warnings); the village
passes it on and names its source, time and level. Opening the transfer list asks each household: 1 we go, 2 fetch us;
who says nothing is rung by the officer who answers for him.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from store.domain.areas import Area
from store.domain.errors import Refusal
from store.domain.people import Role, Staff

LONGEST_EMERGENCY = 50
"""Characters of what to do: with source, level, answers and numbers to ring it stays within two parts of an SMS."""
LONGEST_ISSUER = 14
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


def checked_warning(warned: Warned, now: datetime) -> Warned:
    """Raises Refusal("emergency.evidence"), ("emergency.level"), ("emergency.issuer") or ("emergency.time")."""
    if warned.source.issues_warnings and not (warned.evidence.strip() or warned.files):
        raise Refusal("emergency.evidence")
    if not warned.issuer.strip() or len(warned.issuer) > LONGEST_ISSUER:
        raise Refusal("emergency.issuer", most=LONGEST_ISSUER)
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


@dataclass(frozen=True, slots=True)
class Emergency:
    """An emergency notice as it went out. `roll_id` is its transfer list, `lifted` whether an all-clear followed."""

    notice_id: int
    village_id: int
    village_name: str
    number: int
    area_path: str
    text: str = field(repr=False)
    warned: Warned
    drafted_by: int
    roll_id: int | None
    lifts_id: int | None
    lifted: bool


@dataclass(frozen=True, slots=True)
class EmergencyPlan:
    """Whom an emergency notice would reach; `unreached` households are on the call list at once."""

    text: str = field(repr=False)
    parts: int
    households: int
    by_chat: int
    by_sms: int
    unreached: int
    price_fen: int


class Reply(StrEnum):
    """What a household says: it goes by itself, it must be fetched, it does not want to go."""

    NONE = ""
    GOING = "going"
    FETCH = "fetch"
    STAYING = "staying"


class Outcome(StrEnum):
    """What the officer reports: 已转移, 劝离未果, 失联."""

    OPEN = ""
    MOVED = "moved"
    REFUSED = "refused"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class RollEntry:
    """One household on the transfer list, by the name of its head. `phone_id` is the contact at which it is rung."""

    id: int
    roll_id: int
    notice_id: int
    village_id: int
    resident_id: int
    name: str = field(repr=False)
    group_name: str
    area_path: str
    phone_id: int | None
    officer_id: int | None
    reply: Reply
    outcome: Outcome

    @property
    def urgency(self) -> int:
        """Who waits for somebody comes first, who is safe last."""
        if self.outcome is Outcome.MOVED:
            return 9
        if self.outcome is not Outcome.OPEN:
            return 5
        return {Reply.FETCH: 0, Reply.STAYING: 1, Reply.NONE: 2, Reply.GOING: 3}[self.reply]


@dataclass(frozen=True, slots=True)
class RollCounts:
    """A transfer list counted: replies of those who are still under way, and outcomes."""

    notice_id: int
    village_name: str
    number: int
    replies: Mapping[Reply, int]
    outcomes: Mapping[Outcome, int]

    @property
    def households(self) -> int:
        return sum(self.outcomes.values())

    @property
    def left(self) -> int:
        """How many are not known to be safe."""
        return self.households - self.outcomes.get(Outcome.MOVED, 0)

    @property
    def all_moved(self) -> bool:
        return not self.left

    @property
    def facts(self) -> dict[str, object]:
        """What the texts are given."""
        replies = {str(reply) or "silent": self.replies.get(reply, 0) for reply in Reply}
        outcomes = {str(outcome): self.outcomes.get(outcome, 0) for outcome in Outcome if outcome}
        return {"of": self.village_name, "number": self.number, "households": self.households} | replies | outcomes


def officers_of(groups: list[Area], staff: list[Staff], fallback: Staff) -> dict[int, int]:
    """Who answers for each group: its own grid officer, else the village's, else whoever opened the list."""
    found = {}
    for group in groups:
        holders = [
            (len(duty.area_path), -person.id)
            for person in staff
            for duty in person.duties
            if duty.role is Role.GRID_OFFICER and group.path.startswith(duty.area_path)
        ]
        found[group.id] = -max(holders)[1] if holders else fallback.id
    return found
