"""Who may cast, what counts, and what came of it: exact integers that print their own arithmetic."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from fractions import Fraction

from store.domain.errors import Refusal
from store.domain.rules import Comparison, DecisionRule, Denominator, EntitlementKind, Heading, Threshold


class Choice(IntEnum):
    """The last digit of a vote: 611, 612, 613."""

    AGREE = 1
    DISAGREE = 2
    ABSTAIN = 3


@dataclass(frozen=True, slots=True)
class RollEntry:
    """One vote of the frozen roll. `weight` is 1, or the number of households that a representative stands for."""

    entitlement_id: int
    kind: EntitlementKind
    resident_ids: frozenset[int]
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Cast:
    """One accepted vote. `sequence` is its place in the append-only list, unique in a matter; clocks decide nothing."""

    entitlement_id: int
    choice: Choice
    sequence: int
    cast_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    agree: int = 0
    disagree: int = 0
    abstain: int = 0

    @property
    def votes_cast(self) -> int:
        return self.agree + self.disagree + self.abstain


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """Entries of the roll (by weight) at a meeting: in the room, joined online, or by written proxy; each once."""

    present: int
    online: int = 0
    represented: int = 0

    @property
    def attending(self) -> int:
        return self.present + self.online + self.represented


class Step(StrEnum):
    QUORUM = "quorum"
    PASSING = "passing"


@dataclass(frozen=True, slots=True)
class ArithmeticLine:
    """Numbers for a template: more than 1/2 of the 586 on the roll is 294, and 402 agreed."""

    step: Step
    share: Fraction
    comparison: Comparison
    of: Denominator
    base: int
    needed: int
    got: int

    @property
    def met(self) -> bool:
        return self.got >= self.needed


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a matter. `passed` is None for a consultation and a council's opinion: these never pass.

    `quorum_met` is None where the rule sets no quorum. A meeting without its quorum passes nothing.
    """

    heading: Heading
    roll_size: int
    attending: int | None
    tally: Tally
    quorum_met: bool | None
    passed: bool | None
    arithmetic: tuple[ArithmeticLine, ...]


class CountRefused(Refusal):
    """The numbers of a count contradict one another, or attendance has not been entered."""


def roll_size(roll: Iterable[RollEntry]) -> int:
    """Return the denominator of a roll: its entries, each by its weight."""
    return sum(entry.weight for entry in roll)


def entitlements_of(roll: Iterable[RollEntry], resident_id: int) -> tuple[RollEntry, ...]:
    """Return every vote this resident may cast: one's own, and a household's that named one in writing."""
    return tuple(entry for entry in roll if resident_id in entry.resident_ids)


def current_ballots(casts: Iterable[Cast]) -> dict[int, Cast]:
    """Return the ballot that counts for each entitlement: the last in sequence."""
    current: dict[int, Cast] = {}
    for cast in sorted(casts, key=lambda cast: cast.sequence):
        current[cast.entitlement_id] = cast
    return current


def tally_of(roll: Iterable[RollEntry], casts: Iterable[Cast]) -> Tally:
    """Count the current ballots by weight. Raise CountRefused for a ballot that no entry of the roll gives."""
    weights = {entry.entitlement_id: entry.weight for entry in roll}
    counted = Counter[Choice]()
    for entitlement_id, cast in current_ballots(casts).items():
        if entitlement_id not in weights:
            raise CountRefused("count.ballot_outside_roll", entitlement_id=entitlement_id)
        counted[cast.choice] += weights[entitlement_id]
    return Tally(agree=counted[Choice.AGREE], disagree=counted[Choice.DISAGREE], abstain=counted[Choice.ABSTAIN])


def result_of(rule: DecisionRule, roll_size: int, tally: Tally, attendance: Attendance | None) -> Result:
    """Apply a frozen rule. `attendance` is None only where the rule counts nobody's attendance: a consultation.

    Raise CountRefused where attendance is missing, or more votes were cast than people attended or are on the roll.
    """
    _refuse_contradictions(rule, roll_size, tally, attendance)
    attending = None if attendance is None else attendance.attending
    bases = _bases(roll_size, tally, attending)
    quorum = _lines(Step.QUORUM, rule.quorum, bases, attending or 0)
    passing = _lines(Step.PASSING, rule.passing, bases, tally.agree)
    lines = quorum + passing
    return Result(
        heading=rule.heading,
        roll_size=roll_size,
        attending=attending,
        tally=tally,
        quorum_met=all(line.met for line in quorum) if quorum else None,
        passed=all(line.met for line in lines) if rule.binding else None,
        arithmetic=lines,
    )


def _bases(roll_size: int, tally: Tally, attending: int | None) -> Mapping[Denominator, int]:
    return {
        Denominator.ROLL: roll_size,
        Denominator.ATTENDING: attending or 0,
        Denominator.VOTES_CAST: tally.votes_cast,
    }


def _lines(
    step: Step, threshold: Threshold | None, bases: Mapping[Denominator, int], got: int
) -> tuple[ArithmeticLine, ...]:
    if threshold is None:
        return ()
    base = bases[threshold.of]
    needed = threshold.needed(base)
    return (ArithmeticLine(step, threshold.share, threshold.comparison, threshold.of, base, needed, got),)


def _refuse_contradictions(rule: DecisionRule, roll_size: int, tally: Tally, attendance: Attendance | None) -> None:
    if rule.binding and attendance is None:
        raise CountRefused("count.attendance_missing")
    counts = (roll_size, *astuple(tally), *(() if attendance is None else astuple(attendance)))
    if min(counts) < 0:
        raise CountRefused("count.negative")
    attending = roll_size if attendance is None else attendance.attending
    if attending > roll_size:
        raise CountRefused("count.attending_over_roll", attending=attending, roll_size=roll_size)
    if tally.votes_cast > attending:
        raise CountRefused("count.votes_over_attending", votes_cast=tally.votes_cast, attending=attending)
