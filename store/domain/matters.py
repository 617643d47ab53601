"""A matter's life: proposed → published for comment → voting → counted → decided → carried out.

A consultation and a council's opinion are only counted: their result is published and feeds the meeting that decides.
What the meeting said is entered with its attendance; a matter that did not pass there stays counted. Withdrawing ends
when voting opens: from then on the count is published whatever it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from store.domain.ballots import Result
from store.domain.errors import Refusal
from store.domain.rules import DecisionRule, EntitlementKind, Heading, HeldAs, RuleCode


class MatterState(StrEnum):
    PROPOSED = "proposed"
    PUBLISHED = "published"
    VOTING = "voting"
    COUNTED = "counted"
    DECIDED = "decided"
    CARRIED_OUT = "carried_out"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


class MatterEvent(StrEnum):
    PUBLISHED = "matter.published"
    VOTING_OPENED = "matter.voting_opened"
    VOTING_CLOSED = "matter.voting_closed"
    DECIDED = "matter.decided"
    CARRIED_OUT = "matter.carried_out"
    WITHDRAWN = "matter.withdrawn"
    REFUSED = "matter.refused"


TRANSITIONS: Mapping[tuple[MatterState, MatterEvent], MatterState] = MappingProxyType(
    {
        (MatterState.PROPOSED, MatterEvent.PUBLISHED): MatterState.PUBLISHED,
        (MatterState.PROPOSED, MatterEvent.WITHDRAWN): MatterState.WITHDRAWN,
        (MatterState.PROPOSED, MatterEvent.REFUSED): MatterState.REFUSED,
        (MatterState.PUBLISHED, MatterEvent.VOTING_OPENED): MatterState.VOTING,
        (MatterState.PUBLISHED, MatterEvent.WITHDRAWN): MatterState.WITHDRAWN,
        (MatterState.PUBLISHED, MatterEvent.REFUSED): MatterState.REFUSED,
        (MatterState.VOTING, MatterEvent.VOTING_CLOSED): MatterState.COUNTED,
        (MatterState.COUNTED, MatterEvent.DECIDED): MatterState.DECIDED,
        (MatterState.DECIDED, MatterEvent.CARRIED_OUT): MatterState.CARRIED_OUT,
    }
)


class MatterRefused(Refusal):
    """This cannot happen to a matter in this state."""


def advance(state: MatterState, event: MatterEvent) -> MatterState:
    """Return the state after the event; raise MatterRefused where the event has no place in the state."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise MatterRefused("matter.not_now", state=state.value, event=event.value) from None


class MatterSubject(StrEnum):
    """What the law treats differently: Art. 24 and 27 of the organic law; 26(1) of the collectives' law."""

    GENERAL = "general"
    VILLAGERS_INTERESTS = "villagers_interests"
    VILLAGE_RULES = "village_rules"
    COLLECTIVE_RESERVED = "collective_reserved"


class HouseholdRegister(StrEnum):
    """Which households (户籍户, 承包户, 常住户) make up a roll by household."""

    REGISTERED = "registered"
    CONTRACTING = "contracting"
    RESIDENT = "resident"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What has to be known of a matter before anybody votes on it. Times are aware.

    `online_clause` names the clause of the charter that lets absent members join a convened meeting, `authorised_on` is
    when the villagers' assembly allowed its representatives to decide such a thing.
    """

    subject: MatterSubject = MatterSubject.GENERAL
    rule: DecisionRule | None
    held_as: HeldAs = HeldAs.CONSULTATION
    roll_size: int
    household_register: HouseholdRegister | None = None
    notice_given_at: datetime | None = None
    meets_at: datetime | None = None
    closes_at: datetime | None
    online_clause: str = ""
    authorised_on: date | None = None
    party_discussed_on: date | None = None
    legality_reviewed_on: date | None = None


class Missing(StrEnum):
    RULE = "rule"
    HELD_AS = "held_as"
    COMPETENT_BODY = "competent_body"
    ROLL = "roll"
    HOUSEHOLD_REGISTER = "household_register"
    DEADLINE = "deadline"
    TIME_TO_ANSWER = "time_to_answer"
    MEETING_TIME = "meeting_time"
    NOTICE = "notice"
    MEETING_BEGUN = "meeting_begun"
    ONLINE_CLAUSE = "online_clause"
    AUTHORISATION = "authorisation"
    PARTY_DISCUSSION = "party_discussion"
    LEGALITY_REVIEW = "legality_review"
    PASSED = "passed"
    APPROVAL = "approval"


_Checks = tuple[tuple[Missing, bool], ...]

SHORTEST_CONSULTATION = timedelta(hours=12)
"""An evening or a morning: whoever works by day, or sleeps by night, still sees the question before it closes."""

_VILLAGE_BODIES = frozenset({RuleCode.VILLAGERS_ASSEMBLY, RuleCode.REPRESENTATIVES_ASSEMBLY})
_IMPORTANT = frozenset({MatterSubject.VILLAGERS_INTERESTS, MatterSubject.VILLAGE_RULES})


def missing_for_voting(matter: Matter, now: datetime) -> tuple[Missing, ...]:
    """Return everything that keeps voting from opening at `now`; empty when it may open."""
    if matter.rule is None:
        return (Missing.RULE,)
    rule = matter.rule
    checks = (*_body(matter, rule), *_roll(matter, rule), *_times(matter, rule, now), *_papers(matter, rule))
    return tuple(missing for missing, lacking in checks if lacking)


def _body(matter: Matter, rule: DecisionRule) -> _Checks:
    reserved = matter.subject is MatterSubject.COLLECTIVE_RESERVED
    online = matter.held_as is HeldAs.MEETING_ONLINE and rule.binding
    return (
        (Missing.HELD_AS, matter.held_as not in rule.may_be_held_as),
        (Missing.COMPETENT_BODY, reserved and rule.code is RuleCode.COLLECTIVE_REPRESENTATIVES),
        (Missing.ONLINE_CLAUSE, online and not rule.online_by_law and not matter.online_clause),
    )


def _roll(matter: Matter, rule: DecisionRule) -> _Checks:
    by_household = rule.unit is EntitlementKind.HOUSEHOLD
    return (
        (Missing.ROLL, matter.roll_size < rule.least_roll),
        (Missing.HOUSEHOLD_REGISTER, by_household and matter.household_register is None),
    )


def _times(matter: Matter, rule: DecisionRule, now: datetime) -> _Checks:
    past = matter.closes_at is None or matter.closes_at <= now
    if matter.held_as is HeldAs.CONSULTATION:
        hurried = matter.closes_at is not None and now < matter.closes_at < now + SHORTEST_CONSULTATION
        return ((Missing.DEADLINE, past), (Missing.TIME_TO_ANSWER, hurried))
    meets_at = matter.meets_at
    return (
        (Missing.DEADLINE, past),
        (Missing.MEETING_TIME, meets_at is None),
        (Missing.NOTICE, rule.notice_days > 0 and not _noticed(matter, timedelta(days=rule.notice_days))),
        (Missing.MEETING_BEGUN, meets_at is not None and now < meets_at),
    )


def _noticed(matter: Matter, ahead: timedelta) -> bool:
    given, meets = matter.notice_given_at, matter.meets_at
    return given is not None and meets is not None and meets - given >= ahead


def _papers(matter: Matter, rule: DecisionRule) -> _Checks:
    of_village = rule.code in _VILLAGE_BODIES
    by_mandate = rule.code is RuleCode.REPRESENTATIVES_ASSEMBLY and matter.subject in _IMPORTANT
    rules_of_village = matter.subject is MatterSubject.VILLAGE_RULES and rule.binding
    important = of_village and matter.subject in _IMPORTANT
    return (
        (Missing.AUTHORISATION, by_mandate and matter.authorised_on is None),
        (Missing.PARTY_DISCUSSION, important and matter.party_discussed_on is None),
        (Missing.LEGALITY_REVIEW, rules_of_village and matter.legality_reviewed_on is None),
    )


def missing_for_decision(result: Result, approved_on: date | None) -> tuple[Missing, ...]:
    """Return what keeps a counted matter from being decided.

    It did not pass (a consultation never does), or the township's approval of a land readjustment is not recorded.
    """
    awaiting = result.heading is Heading.DECISION_AWAITING_APPROVAL
    checks = ((Missing.PASSED, result.passed is not True), (Missing.APPROVAL, awaiting and approved_on is None))
    return tuple(missing for missing, lacking in checks if lacking)
