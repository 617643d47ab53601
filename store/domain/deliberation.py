"""A matter as the village's books keep it: what is asked of whom, what was said to it, and what came of it."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from store.domain.ballots import Attendance, Choice, Result, Tally, result_of
from store.domain.matters import (
    HouseholdRegister,
    Matter,
    MatterState,
    MatterSubject,
    Missing,
    missing_for_decision,
    missing_for_voting,
)
from store.domain.rules import DecisionRule, EntitlementKind, HeldAs, rule_from_json, rule_to_json

ADULT = 18
CODE_RESTS = timedelta(days=30)
"""A closed matter's code is not given to another one for so long: a late vote must not count elsewhere."""


class RollKind(StrEnum):
    """Whom a consultation asks. Each is taken from the register on the day on which voting opens.

    `ADULTS` and `HOUSEHOLDS` are those registered here (户籍); a household's any registered adult may answer for it.
    `DWELLERS` are all adults who live here, wherever they are registered.
    """

    ADULTS = "adults"
    HOUSEHOLDS = "households"
    REPRESENTATIVES = "representatives"
    PARTY_MEMBERS = "party_members"
    COLLECTIVE_MEMBERS = "collective_members"
    DWELLERS = "dwellers"

    @property
    def unit(self) -> EntitlementKind:
        return EntitlementKind.HOUSEHOLD if self is RollKind.HOUSEHOLDS else EntitlementKind.PERSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """A meeting's count and papers, written on paper and entered here. `roll_size` is 应到."""

    rule: DecisionRule
    subject: MatterSubject
    held_on: date
    roll_size: int
    attendance: Attendance
    tally: Tally
    notice_given_on: date | None = None
    party_discussed_on: date | None = None
    authorised_on: date | None = None
    legality_reviewed_on: date | None = None
    approved_on: date | None = None

    @property
    def result(self) -> Result:
        """Raises CountRefused where the numbers contradict one another."""
        return result_of(self.rule, self.roll_size, self.tally, self.attendance)

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What the law wants of such a meeting and the minutes do not show."""
        met_at = _evening(self.held_on)
        by_household = self.rule.unit is EntitlementKind.HOUSEHOLD
        asked = Matter(
            subject=self.subject,
            rule=self.rule,
            held_as=HeldAs.MEETING,
            roll_size=self.roll_size,
            household_register=HouseholdRegister.REGISTERED if by_household else None,
            notice_given_at=_evening(self.notice_given_on) if self.notice_given_on else None,
            meets_at=met_at,
            closes_at=met_at + timedelta(hours=1),
            authorised_on=self.authorised_on,
            party_discussed_on=self.party_discussed_on,
            legality_reviewed_on=self.legality_reviewed_on,
        )
        return missing_for_voting(asked, met_at)

    @property
    def undecided_for(self) -> tuple[Missing, ...]:
        """Why the matter is not decided by it; empty where it is."""
        return missing_for_decision(self.result, self.approved_on)


def _evening(day: date) -> datetime:
    """Only the distance in days counts."""
    return datetime.combine(day, time(20), ZoneInfo("Asia/Shanghai"))


_DAYS = ("notice_given_on", "party_discussed_on", "authorised_on", "legality_reviewed_on", "approved_on")


def minutes_to_json(minutes: Minutes) -> dict[str, Any]:
    days = {name: getattr(minutes, name) for name in _DAYS}
    return {
        "rule": rule_to_json(minutes.rule),
        "subject": minutes.subject,
        "held_on": minutes.held_on.isoformat(),
        "roll_size": minutes.roll_size,
        "present": minutes.attendance.present,
        "represented": minutes.attendance.represented,
        **tally_to_json(minutes.tally),
        **{name: day.isoformat() for name, day in days.items() if day},
    }


def minutes_from_json(document: dict[str, Any]) -> Minutes:
    days = {name: date.fromisoformat(document[name]) for name in _DAYS if name in document}
    return Minutes(
        rule=rule_from_json(document["rule"]),
        subject=MatterSubject(document["subject"]),
        held_on=date.fromisoformat(document["held_on"]),
        roll_size=document["roll_size"],
        attendance=Attendance(present=document["present"], represented=document["represented"]),
        tally=tally_from_json(document),
        **days,
    )


def tally_to_json(tally: Tally) -> dict[str, int]:
    return {"agree": tally.agree, "disagree": tally.disagree, "abstain": tally.abstain}


def tally_from_json(document: dict[str, Any]) -> Tally:
    return Tally(agree=document["agree"], disagree=document["disagree"], abstain=document["abstain"])


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterRecord:
    """One matter. `area_path` is its group's, where it is a group's own, else the village's.

    `code` is None until it is published; `roll` and `rule` until voting opens; `tally` until the count.
    """

    id: int
    village_id: int
    group_id: int | None
    area_path: str
    group_name: str
    code: int | None
    title: str
    plan: str
    state: MatterState
    held_as: HeldAs
    named: bool
    roll: RollKind | None
    rule: DecisionRule | None
    roll_size: int
    cast_count: int
    chain_head: str
    tally: Tally | None
    minutes: Minutes | None
    outcome: str
    proposed_by_contact_id: int | None
    closes_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        return self.state is MatterState.VOTING and self.closes_at is not None and now < self.closes_at

    @property
    def result(self) -> Result | None:
        """What the vote came to. A consultation's is never a decision."""
        if self.tally is None or self.rule is None:
            return None
        return result_of(self.rule, self.roll_size, self.tally, None)


@dataclass(frozen=True, slots=True)
class Comment:
    """`signature` is "" where its author did not want to be named."""

    number: int
    signature: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ballot:
    """The vote that now counts for an entitlement. `repeated`: it was so already, nothing was written."""

    receipt: str = field(repr=False)
    repeated: bool


@dataclass(frozen=True, slots=True)
class FoundBallot:
    """What became of a receipt: `choice` is None until the count."""

    code: int
    title: str
    choice: Choice | None
