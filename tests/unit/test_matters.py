from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.domain.ballots import Attendance, Tally, result_of
from store.domain.matters import (
    TRANSITIONS,
    HouseholdRegister,
    Matter,
    MatterEvent,
    MatterRefused,
    MatterState,
    MatterSubject,
    Missing,
    advance,
    missing_for_decision,
    missing_for_voting,
)
from store.domain.rules import DecisionRule, EntitlementKind, HeldAs, RuleCode, rule_for

S, E = MatterState, MatterEvent
NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


def rule(code: RuleCode, unit: EntitlementKind = EntitlementKind.PERSON) -> DecisionRule:
    return rule_for(code, unit)


POND = Matter(rule=rule(RuleCode.CONSULTATION), roll_size=586, closes_at=NOW + timedelta(days=8))
MEETING = Matter(
    rule=rule(RuleCode.VILLAGERS_ASSEMBLY),
    held_as=HeldAs.MEETING,
    roll_size=586,
    notice_given_at=NOW - timedelta(days=10),
    meets_at=NOW,
    closes_at=NOW + timedelta(hours=2),
)
BY_HOUSEHOLD = replace(MEETING, rule=rule(RuleCode.VILLAGERS_ASSEMBLY, EntitlementKind.HOUSEHOLD))
REPRESENTATIVES = replace(
    MEETING, rule=rule(RuleCode.REPRESENTATIVES_ASSEMBLY, EntitlementKind.REPRESENTATIVE), roll_size=31
)
COLLECTIVE = replace(MEETING, rule=rule(RuleCode.COLLECTIVE_ASSEMBLY))
DELEGATES = replace(
    MEETING, rule=rule(RuleCode.COLLECTIVE_REPRESENTATIVES, EntitlementKind.REPRESENTATIVE), roll_size=21
)
COUNCIL = replace(MEETING, rule=rule(RuleCode.COUNCIL_OPINION), roll_size=11, notice_given_at=None)
AUTHORISED = date(2026, 3, 12)


@pytest.mark.parametrize(
    ("matter", "changes", "missing"),
    [
        (POND, {}, ()),
        (POND, {"rule": None}, (Missing.RULE,)),
        (POND, {"roll_size": 0}, (Missing.ROLL,)),
        (POND, {"closes_at": None}, (Missing.DEADLINE,)),
        (POND, {"closes_at": NOW}, (Missing.DEADLINE,)),
        (POND, {"closes_at": NOW - timedelta(days=1)}, (Missing.DEADLINE,)),
        (POND, {"closes_at": NOW + timedelta(hours=11)}, (Missing.TIME_TO_ANSWER,)),
        (POND, {"closes_at": NOW + timedelta(hours=12)}, ()),
        (POND, {"held_as": HeldAs.MEETING, "meets_at": NOW}, (Missing.HELD_AS,)),
        (POND, {"rule": None, "roll_size": 0, "closes_at": None}, (Missing.RULE,)),
        (POND, {"roll_size": 0, "closes_at": None}, (Missing.ROLL, Missing.DEADLINE)),
        (POND, {"subject": MatterSubject.VILLAGE_RULES}, ()),
        (MEETING, {}, ()),
        (MEETING, {"held_as": HeldAs.CONSULTATION}, (Missing.HELD_AS, Missing.TIME_TO_ANSWER)),
        (MEETING, {"meets_at": None}, (Missing.MEETING_TIME, Missing.NOTICE)),
        (MEETING, {"notice_given_at": None}, (Missing.NOTICE,)),
        (MEETING, {"notice_given_at": NOW - timedelta(days=9, hours=23)}, (Missing.NOTICE,)),
        (MEETING, {"meets_at": NOW + timedelta(hours=1)}, (Missing.MEETING_BEGUN,)),
        (MEETING, {"closes_at": NOW - timedelta(minutes=1)}, (Missing.DEADLINE,)),
        (MEETING, {"held_as": HeldAs.MEETING_ONLINE}, (Missing.ONLINE_CLAUSE,)),
        (MEETING, {"held_as": HeldAs.MEETING_ONLINE, "online_clause": "村民自治章程第18条"}, ()),
        (MEETING, {"subject": MatterSubject.VILLAGERS_INTERESTS}, (Missing.PARTY_DISCUSSION,)),
        (
            MEETING,
            {"subject": MatterSubject.VILLAGE_RULES},
            (Missing.PARTY_DISCUSSION, Missing.LEGALITY_REVIEW),
        ),
        (
            MEETING,
            {
                "subject": MatterSubject.VILLAGE_RULES,
                "party_discussed_on": date(2026, 11, 1),
                "legality_reviewed_on": date(2026, 11, 3),
            },
            (),
        ),
        (BY_HOUSEHOLD, {}, (Missing.HOUSEHOLD_REGISTER,)),
        (BY_HOUSEHOLD, {"household_register": HouseholdRegister.CONTRACTING}, ()),
        (REPRESENTATIVES, {"notice_given_at": None}, ()),
        (
            REPRESENTATIVES,
            {"subject": MatterSubject.VILLAGERS_INTERESTS},
            (Missing.AUTHORISATION, Missing.PARTY_DISCUSSION),
        ),
        (
            REPRESENTATIVES,
            {
                "subject": MatterSubject.VILLAGERS_INTERESTS,
                "authorised_on": AUTHORISED,
                "party_discussed_on": date(2026, 11, 1),
            },
            (),
        ),
        (COLLECTIVE, {"held_as": HeldAs.MEETING_ONLINE}, ()),
        (COLLECTIVE, {"subject": MatterSubject.COLLECTIVE_RESERVED}, ()),
        (DELEGATES, {}, ()),
        (DELEGATES, {"roll_size": 20}, (Missing.ROLL,)),
        (DELEGATES, {"subject": MatterSubject.COLLECTIVE_RESERVED}, (Missing.COMPETENT_BODY,)),
        (COUNCIL, {}, ()),
        (COUNCIL, {"held_as": HeldAs.MEETING_ONLINE}, ()),
        (COUNCIL, {"held_as": HeldAs.CONSULTATION, "closes_at": NOW + timedelta(days=1)}, ()),
    ],
)
def test_what_keeps_voting_from_opening(matter: Matter, changes: dict[str, Any], missing: tuple[Missing, ...]) -> None:
    assert missing_for_voting(replace(matter, **changes), NOW) == missing


@pytest.mark.parametrize(
    ("code", "agree", "approved_on", "missing"),
    [
        (RuleCode.COLLECTIVE_ASSEMBLY, 402, None, ()),
        (RuleCode.COLLECTIVE_ASSEMBLY, 390, None, (Missing.PASSED,)),
        (RuleCode.CONSULTATION, 586, None, (Missing.PASSED,)),
        (RuleCode.COUNCIL_OPINION, 586, None, (Missing.PASSED,)),
        (RuleCode.LAND_READJUSTMENT, 402, None, (Missing.APPROVAL,)),
        (RuleCode.LAND_READJUSTMENT, 390, None, (Missing.PASSED, Missing.APPROVAL)),
        (RuleCode.LAND_READJUSTMENT, 402, date(2026, 12, 20), ()),
    ],
)
def test_what_keeps_a_count_from_being_a_decision(
    code: RuleCode, agree: int, approved_on: date | None, missing: tuple[Missing, ...]
) -> None:
    result = result_of(rule(code), 586, Tally(agree=agree), Attendance(present=586))
    assert missing_for_decision(result, approved_on) == missing


def test_a_matter_from_the_first_word_to_the_last_stone() -> None:
    state = S.PROPOSED
    for event in (E.PUBLISHED, E.VOTING_OPENED, E.VOTING_CLOSED, E.DECIDED, E.CARRIED_OUT):
        state = advance(state, event)
    assert state is S.CARRIED_OUT


@pytest.mark.parametrize(
    ("state", "event", "after"),
    [
        (S.PROPOSED, E.REFUSED, S.REFUSED),
        (S.PROPOSED, E.WITHDRAWN, S.WITHDRAWN),
        (S.PUBLISHED, E.REFUSED, S.REFUSED),
        (S.PUBLISHED, E.WITHDRAWN, S.WITHDRAWN),
    ],
)
def test_a_matter_that_ends_early(state: MatterState, event: MatterEvent, after: MatterState) -> None:
    assert advance(state, event) is after


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (S.PROPOSED, E.VOTING_OPENED),
        (S.VOTING, E.WITHDRAWN),
        (S.VOTING, E.REFUSED),
        (S.VOTING, E.VOTING_OPENED),
        (S.COUNTED, E.VOTING_OPENED),
        (S.COUNTED, E.CARRIED_OUT),
        (S.COUNTED, E.WITHDRAWN),
        (S.DECIDED, E.PUBLISHED),
        (S.REFUSED, E.PUBLISHED),
        (S.CARRIED_OUT, E.WITHDRAWN),
    ],
)
def test_what_cannot_happen(state: MatterState, event: MatterEvent) -> None:
    with pytest.raises(MatterRefused) as refusal:
        advance(state, event)
    assert refusal.value.key == "matter.not_now"
    assert refusal.value.params == {"state": state.value, "event": event.value}


@given(events=st.lists(st.sampled_from(MatterEvent), max_size=30))
def test_a_matter_never_comes_back_to_a_state(events: list[MatterEvent]) -> None:
    seen = [S.PROPOSED]
    for event in events:
        if (seen[-1], event) in TRANSITIONS:
            seen.append(advance(seen[-1], event))
    assert len(set(seen)) == len(seen)
