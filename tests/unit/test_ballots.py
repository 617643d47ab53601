from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.domain.ballots import (
    ArithmeticLine,
    Attendance,
    Cast,
    Choice,
    CountRefused,
    RollEntry,
    Step,
    Tally,
    current_ballots,
    entitlements_of,
    result_of,
    roll_size,
    tally_of,
)
from store.domain.rules import (
    RULES,
    Comparison,
    DecisionRule,
    Denominator,
    EntitlementKind,
    Heading,
    RuleCode,
    Threshold,
    rule_for,
)

OPENED = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)

VILLAGERS = rule_for(RuleCode.VILLAGERS_ASSEMBLY, EntitlementKind.PERSON)
HOUSEHOLDS = rule_for(RuleCode.VILLAGERS_ASSEMBLY, EntitlementKind.HOUSEHOLD)
COLLECTIVE = rule_for(RuleCode.COLLECTIVE_ASSEMBLY, EntitlementKind.PERSON)
LEVY = rule_for(RuleCode.ONE_MATTER_LEVY, EntitlementKind.REPRESENTATIVE)
READJUSTMENT = rule_for(RuleCode.LAND_READJUSTMENT, EntitlementKind.PERSON)
PARTY = rule_for(RuleCode.PARTY_MEETING, EntitlementKind.PERSON)
COUNCIL = rule_for(RuleCode.COUNCIL_OPINION, EntitlementKind.PERSON)
CONSULTATION = rule_for(RuleCode.CONSULTATION, EntitlementKind.PERSON)
BINDING_RULES = [rule for variants in RULES.values() for rule in variants if rule.binding]


def tally(agree: int, disagree: int = 0, abstain: int = 0) -> Tally:
    return Tally(agree=agree, disagree=disagree, abstain=abstain)


def cast(entitlement_id: int, choice: Choice, sequence: int) -> Cast:
    return Cast(entitlement_id, choice, sequence, OPENED + timedelta(seconds=sequence))


def person(entitlement_id: int, *resident_ids: int) -> RollEntry:
    return RollEntry(entitlement_id, EntitlementKind.PERSON, frozenset(resident_ids))


@pytest.mark.parametrize(
    ("rule", "size", "attendance", "counted", "quorum_met", "passed"),
    [
        # 过半数 of 586 adults is 294, not 293.
        (VILLAGERS, 586, Attendance(present=294), tally(148, 146), True, True),
        (VILLAGERS, 586, Attendance(present=293), tally(293), False, False),
        # Half of those attending is not more than half.
        (VILLAGERS, 586, Attendance(present=300), tally(150, 150), True, False),
        (VILLAGERS, 586, Attendance(present=300), tally(151, 149), True, True),
        # Abstaining, or sitting there without voting, works against passing.
        (VILLAGERS, 586, Attendance(present=300), tally(150, 10, 140), True, False),
        (VILLAGERS, 586, Attendance(present=300), tally(150, 10), True, False),
        # 三分之二以上 includes the number.
        (HOUSEHOLDS, 150, Attendance(present=100), tally(51, 49), True, True),
        (HOUSEHOLDS, 150, Attendance(present=99), tally(99), False, False),
        # The collective counts all its members, those online and those by proxy among the attending.
        (COLLECTIVE, 586, Attendance(present=380, online=23, represented=17), tally(402, 18), True, True),
        (COLLECTIVE, 586, Attendance(present=391), tally(391), True, True),
        (COLLECTIVE, 586, Attendance(present=391), tally(390), True, False),
        # A levy counts the households that the representatives stand for.
        (LEVY, 90, Attendance(present=60), tally(31, 29), True, True),
        (LEVY, 90, Attendance(present=59), tally(59), False, False),
        # 半数以上 of all Party members includes the half.
        (PARTY, 30, Attendance(present=20), tally(15, 5), True, True),
        (PARTY, 30, Attendance(present=20), tally(14, 6), True, False),
        (READJUSTMENT, 300, Attendance(present=250), tally(200, 50), None, True),
        (READJUSTMENT, 300, Attendance(present=250), tally(199, 51), None, False),
        # Nobody decides for nobody.
        (VILLAGERS, 0, Attendance(present=0), tally(0), False, False),
        (READJUSTMENT, 0, Attendance(present=0), tally(0), None, False),
        (CONSULTATION, 412, None, tally(402, 3, 7), None, None),
        (COUNCIL, 11, None, tally(8, 2), None, None),
        (COUNCIL, 11, Attendance(present=10), tally(8, 2), None, None),
    ],
)
def test_result(
    *,
    rule: DecisionRule,
    size: int,
    attendance: Attendance | None,
    counted: Tally,
    quorum_met: bool | None,
    passed: bool | None,
) -> None:
    result = result_of(rule, size, counted, attendance)
    assert (result.quorum_met, result.passed) == (quorum_met, passed)


@pytest.mark.parametrize(
    ("rule", "heading"),
    [
        (VILLAGERS, Heading.DECISION),
        (READJUSTMENT, Heading.DECISION_AWAITING_APPROVAL),
        (COUNCIL, Heading.COUNCIL_OPINION),
        (CONSULTATION, Heading.CONSULTATION),
    ],
)
def test_heading(rule: DecisionRule, heading: Heading) -> None:
    assert result_of(rule, 10, tally(10), Attendance(present=10)).heading is heading


def test_the_arithmetic_of_the_pond() -> None:
    result = result_of(COLLECTIVE, 586, tally(402, 18), Attendance(present=397, online=23))
    two_thirds = (Fraction(2, 3), Comparison.AT_LEAST, Denominator.ROLL, 586, 391)
    assert result.arithmetic == (
        ArithmeticLine(Step.QUORUM, *two_thirds, 420),
        ArithmeticLine(Step.PASSING, *two_thirds, 402),
    )
    assert all(line.met for line in result.arithmetic)


def test_the_arithmetic_of_an_assembly_has_two_denominators() -> None:
    result = result_of(VILLAGERS, 586, tally(150, 100, 50), Attendance(present=300))
    half = (Fraction(1, 2), Comparison.MORE_THAN)
    assert result.arithmetic == (
        ArithmeticLine(Step.QUORUM, *half, Denominator.ROLL, 586, 294, 300),
        ArithmeticLine(Step.PASSING, *half, Denominator.ATTENDING, 300, 151, 150),
    )
    assert [line.met for line in result.arithmetic] == [True, False]


def test_a_consultation_prints_no_threshold() -> None:
    result = result_of(CONSULTATION, 586, tally(402, 100, 84), None)
    assert result.arithmetic == ()
    assert result.attending is None
    assert result.tally.votes_cast == 586


@pytest.mark.parametrize(
    ("rule", "size", "counted", "attendance", "key"),
    [
        (VILLAGERS, 586, tally(402), None, "count.attendance_missing"),
        (VILLAGERS, 586, tally(301), Attendance(present=300), "count.votes_over_attending"),
        (VILLAGERS, 586, tally(1), Attendance(present=580, represented=7), "count.attending_over_roll"),
        (VILLAGERS, 586, tally(402, -1), Attendance(present=500), "count.negative"),
        (VILLAGERS, 586, tally(402), Attendance(present=503, online=-3), "count.negative"),
        (CONSULTATION, 10, tally(11), None, "count.votes_over_attending"),
    ],
)
def test_numbers_that_contradict_one_another(
    rule: DecisionRule, size: int, counted: Tally, attendance: Attendance | None, key: str
) -> None:
    with pytest.raises(CountRefused) as refusal:
        result_of(rule, size, counted, attendance)
    assert refusal.value.key == key


def test_the_last_ballot_counts_whatever_the_order_of_the_rows() -> None:
    casts = [cast(1, Choice.DISAGREE, 4), cast(2, Choice.ABSTAIN, 2), cast(1, Choice.AGREE, 1)]
    assert current_ballots(casts) == {1: casts[0], 2: casts[1]}


def test_a_clock_set_back_does_not_bring_an_earlier_ballot_back() -> None:
    later = Cast(1, Choice.DISAGREE, 2, OPENED - timedelta(hours=1))
    assert current_ballots([cast(1, Choice.AGREE, 1), later]) == {1: later}


def test_a_representative_weighs_as_many_households_as_it_stands_for() -> None:
    roll = [
        RollEntry(1, EntitlementKind.REPRESENTATIVE, frozenset({11}), weight=14),
        RollEntry(2, EntitlementKind.REPRESENTATIVE, frozenset({12}), weight=9),
        RollEntry(3, EntitlementKind.REPRESENTATIVE, frozenset({13}), weight=7),
    ]
    casts = [cast(1, Choice.DISAGREE, 1), cast(2, Choice.AGREE, 2), cast(3, Choice.AGREE, 3)]
    assert roll_size(roll) == 30
    assert tally_of(roll, casts) == tally(16, 14)


def test_one_phone_of_a_family_holds_several_votes() -> None:
    roll = [person(1, 11), RollEntry(2, EntitlementKind.HOUSEHOLD, frozenset({11, 12})), person(3, 13)]
    assert [entry.entitlement_id for entry in entitlements_of(roll, 11)] == [1, 2]
    assert entitlements_of(roll, 99) == ()


def test_a_ballot_that_nobody_on_the_roll_cast_is_not_dropped_in_silence() -> None:
    with pytest.raises(CountRefused) as refusal:
        tally_of([person(1, 11)], [cast(2, Choice.AGREE, 1)])
    assert refusal.value.params == {"entitlement_id": 2}


votes = st.lists(st.tuples(st.integers(1, 8), st.sampled_from(Choice)), max_size=40)


@given(votes=votes, shuffled=st.randoms())
def test_no_voter_is_lost_and_none_counts_twice(votes: Sequence[tuple[int, Choice]], shuffled: Random) -> None:
    roll = [person(number, number) for number in range(1, 9)]
    casts = [cast(number, choice, sequence) for sequence, (number, choice) in enumerate(votes)]
    last = dict(votes)
    shuffled.shuffle(casts)
    counted = tally_of(roll, casts)
    assert counted == Tally(
        agree=list(last.values()).count(Choice.AGREE),
        disagree=list(last.values()).count(Choice.DISAGREE),
        abstain=list(last.values()).count(Choice.ABSTAIN),
    )


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, Attendance, Tally]:
    parts = st.integers(0, 10**6)
    agree, disagree, abstain, silent, absent = (draw(parts) for _ in range(5))
    attending = agree + disagree + abstain + silent
    online = draw(st.integers(0, attending))
    attendance = Attendance(present=attending - online, online=online)
    return attending + absent, attendance, tally(agree, disagree, abstain)


@given(rule=st.sampled_from(BINDING_RULES), numbers=counts())
def test_passing_is_exact(rule: DecisionRule, numbers: tuple[int, Attendance, Tally]) -> None:
    size, attendance, counted = numbers
    bases = {Denominator.ROLL: size, Denominator.ATTENDING: attendance.attending}

    def met(threshold: Threshold | None, got: int) -> bool:
        if threshold is None:
            return True
        left, right = got * threshold.share.denominator, threshold.share.numerator * bases[threshold.of]
        return got > 0 and (left > right if threshold.comparison is Comparison.MORE_THAN else left >= right)

    expected = met(rule.quorum, attendance.attending) and met(rule.passing, counted.agree)
    assert result_of(rule, size, counted, attendance).passed is expected


@given(rule=st.sampled_from(BINDING_RULES), numbers=counts())
def test_turning_an_objection_into_an_abstention_changes_nothing(
    rule: DecisionRule, numbers: tuple[int, Attendance, Tally]
) -> None:
    size, attendance, counted = numbers
    softened = tally(counted.agree, 0, counted.disagree + counted.abstain)
    assert result_of(rule, size, softened, attendance).passed is result_of(rule, size, counted, attendance).passed


@given(rule=st.sampled_from(BINDING_RULES), numbers=counts())
def test_one_more_voice_in_favour_never_defeats_a_matter(
    rule: DecisionRule, numbers: tuple[int, Attendance, Tally]
) -> None:
    size, attendance, counted = numbers
    if counted.disagree == 0:
        return
    more = tally(counted.agree + 1, counted.disagree - 1, counted.abstain)
    before, after = (result_of(rule, size, votes, attendance).passed for votes in (counted, more))
    assert after or not before


def test_votes_cast_as_denominator_leave_those_who_kept_silent_out() -> None:
    half_of_votes = Threshold(Fraction(1, 2), Comparison.MORE_THAN, Denominator.VOTES_CAST)
    line = result_of(charter(half_of_votes), 100, tally(6, 5), Attendance(present=90)).arithmetic[0]
    assert (line.base, line.needed, line.met) == (11, 6, True)


def charter(passing: Threshold) -> DecisionRule:
    return DecisionRule(
        code=RuleCode.PARTY_MEETING,
        electorate=PARTY.electorate,
        unit=EntitlementKind.PERSON,
        quorum=None,
        passing=passing,
        law="",
        article="",
        law_version="",
        effective_from=None,
    )
