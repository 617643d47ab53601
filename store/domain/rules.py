"""How a matter is decided, as data: who votes, how many must come, how many must agree, and which law says so.

Exact integers and fractions only. 以上 includes the number (`AT_LEAST`); 超过 and 过半数 do not (`MORE_THAN`).
Articles of the organic law of villagers' committees are of its 2018 text; it was amended on 2025-10-28, so every
rule says `needs_legal_review` until a person has read it against the text in force and given a name.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import partial
from types import MappingProxyType
from typing import Any

from store.domain.errors import Refusal


class RuleCode(StrEnum):
    VILLAGERS_ASSEMBLY = "villagers-assembly"
    REPRESENTATIVES_ASSEMBLY = "representatives-assembly"
    GROUP_MEETING = "group-meeting"
    COLLECTIVE_ASSEMBLY = "collective-assembly"
    COLLECTIVE_REPRESENTATIVES = "collective-representatives"
    NON_MEMBERS_BENEFITS = "non-members-benefits"
    LAND_CONTRACT = "land-contract"
    LAND_READJUSTMENT = "land-readjustment"
    ONE_MATTER_LEVY = "one-matter-levy"
    PARTY_MEETING = "party-meeting"
    COUNCIL_OPINION = "council-opinion"
    CONSULTATION = "consultation"


class Electorate(StrEnum):
    ADULT_VILLAGERS = "adult_villagers"
    VILLAGE_HOUSEHOLDS = "village_households"
    ASSEMBLY_MEMBERS = "assembly_members"
    GROUP_ADULTS = "group_adults"
    GROUP_HOUSEHOLDS = "group_households"
    COLLECTIVE_MEMBERS = "collective_members"
    COLLECTIVE_REPRESENTATIVES = "collective_representatives"
    PARTY_MEMBERS = "party_members"
    COUNCIL_MEMBERS = "council_members"
    NAMED = "named"


class EntitlementKind(StrEnum):
    """What one entry of the roll is. A representative may stand for several households (its entry's weight)."""

    PERSON = "person"
    HOUSEHOLD = "household"
    REPRESENTATIVE = "representative"


class HeldAs(StrEnum):
    """Short messages and votes over days are always a consultation: the law counts those who attend a meeting."""

    MEETING = "meeting"
    MEETING_ONLINE = "meeting_online"
    CONSULTATION = "consultation"


class Heading(StrEnum):
    """What a result may call itself. Only a decision passes; the land law's readjustments then await approval."""

    DECISION = "decision"
    DECISION_AWAITING_APPROVAL = "decision_awaiting_approval"
    COUNCIL_OPINION = "council_opinion"
    CONSULTATION = "consultation"


class Denominator(StrEnum):
    ROLL = "roll"
    ATTENDING = "attending"
    VOTES_CAST = "votes_cast"


class Comparison(StrEnum):
    MORE_THAN = "more_than"
    AT_LEAST = "at_least"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A share of a denominator, 0 < share <= 1."""

    share: Fraction
    comparison: Comparison
    of: Denominator

    def needed(self, base: int) -> int:
        """Return the least count that satisfies the threshold; never 0, so that nobody cannot decide for nobody."""
        scaled = self.share.numerator * base
        if self.comparison is Comparison.MORE_THAN:
            return scaled // self.share.denominator + 1
        return max(1, -(-scaled // self.share.denominator))


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRule:
    """One row of the law. `quorum` and `passing` are None where the law, or a consultation, sets none.

    `law` is the law's Chinese title, "" where a village's custom rules; `article` is "" where nobody has checked it.
    `online_by_law`: the law itself lets absent people join the convened meeting online, so no charter need say so.
    """

    code: RuleCode
    electorate: Electorate
    unit: EntitlementKind
    heading: Heading = Heading.DECISION
    quorum: Threshold | None
    passing: Threshold | None
    least_roll: int = 1
    notice_days: int = 0
    may_be_held_as: frozenset[HeldAs] = frozenset({HeldAs.MEETING, HeldAs.MEETING_ONLINE})
    online_by_law: bool = False
    law: str
    article: str
    law_version: str
    effective_from: date | None
    needs_legal_review: bool = True
    reviewed_by: str = ""

    @property
    def name_key(self) -> str:
        return f"rule.{self.code}.{self.unit}"

    @property
    def binding(self) -> bool:
        return self.heading in {Heading.DECISION, Heading.DECISION_AWAITING_APPROVAL}


def _share(numerator: int, denominator: int, comparison: Comparison, of: Denominator) -> Threshold:
    return Threshold(Fraction(numerator, denominator), comparison, of)


_HALF_OF_ROLL = _share(1, 2, Comparison.MORE_THAN, Denominator.ROLL)
_HALF_OF_ATTENDING = _share(1, 2, Comparison.MORE_THAN, Denominator.ATTENDING)
_TWO_THIRDS_OF_ROLL = _share(2, 3, Comparison.AT_LEAST, Denominator.ROLL)
_THREE_QUARTERS_OF_ROLL = _share(3, 4, Comparison.AT_LEAST, Denominator.ROLL)

ORGANIC_LAW = "村民委员会组织法"

_organic = partial(
    DecisionRule,
    passing=_HALF_OF_ATTENDING,
    law=ORGANIC_LAW,
    law_version="2018-12-29",
    effective_from=date(2018, 12, 29),
)
_collective = partial(
    DecisionRule,
    law="农村集体经济组织法",
    law_version="2024-06-28",
    effective_from=date(2025, 5, 1),
)
_land = partial(
    DecisionRule,
    quorum=None,
    passing=_TWO_THIRDS_OF_ROLL,
    law="农村土地承包法",
    law_version="2018-12-29",
    effective_from=date(2019, 1, 1),
)
_unwritten = partial(DecisionRule, law="", article="", law_version="", effective_from=None)
_asked = partial(
    _unwritten,
    quorum=None,
    passing=None,
    needs_legal_review=False,
)

_ALL_RULES = (
    _organic(
        code=RuleCode.VILLAGERS_ASSEMBLY,
        electorate=Electorate.ADULT_VILLAGERS,
        unit=EntitlementKind.PERSON,
        quorum=_HALF_OF_ROLL,
        notice_days=10,
        article="21-22",
    ),
    _organic(
        code=RuleCode.VILLAGERS_ASSEMBLY,
        electorate=Electorate.VILLAGE_HOUSEHOLDS,
        unit=EntitlementKind.HOUSEHOLD,
        quorum=_TWO_THIRDS_OF_ROLL,
        notice_days=10,
        article="21-22",
    ),
    _organic(
        code=RuleCode.REPRESENTATIVES_ASSEMBLY,
        electorate=Electorate.ASSEMBLY_MEMBERS,
        unit=EntitlementKind.REPRESENTATIVE,
        quorum=_TWO_THIRDS_OF_ROLL,
        article="25-26",
    ),
    _organic(
        code=RuleCode.GROUP_MEETING,
        electorate=Electorate.GROUP_ADULTS,
        unit=EntitlementKind.PERSON,
        quorum=_TWO_THIRDS_OF_ROLL,
        article="28",
    ),
    _organic(
        code=RuleCode.GROUP_MEETING,
        electorate=Electorate.GROUP_HOUSEHOLDS,
        unit=EntitlementKind.HOUSEHOLD,
        quorum=_TWO_THIRDS_OF_ROLL,
        article="28",
    ),
    _collective(
        code=RuleCode.COLLECTIVE_ASSEMBLY,
        electorate=Electorate.COLLECTIVE_MEMBERS,
        unit=EntitlementKind.PERSON,
        quorum=_TWO_THIRDS_OF_ROLL,
        passing=_TWO_THIRDS_OF_ROLL,
        notice_days=10,
        online_by_law=True,
        article="27",
    ),
    _collective(
        code=RuleCode.COLLECTIVE_REPRESENTATIVES,
        electorate=Electorate.COLLECTIVE_REPRESENTATIVES,
        unit=EntitlementKind.REPRESENTATIVE,
        quorum=None,
        passing=_TWO_THIRDS_OF_ROLL,
        least_roll=21,
        article="28",
    ),
    _collective(
        code=RuleCode.NON_MEMBERS_BENEFITS,
        electorate=Electorate.COLLECTIVE_MEMBERS,
        unit=EntitlementKind.PERSON,
        quorum=None,
        passing=_THREE_QUARTERS_OF_ROLL,
        article="15",
    ),
    _land(
        code=RuleCode.LAND_CONTRACT,
        electorate=Electorate.COLLECTIVE_MEMBERS,
        unit=EntitlementKind.PERSON,
        article="19(3)",
    ),
    _land(
        code=RuleCode.LAND_CONTRACT,
        electorate=Electorate.ASSEMBLY_MEMBERS,
        unit=EntitlementKind.REPRESENTATIVE,
        article="19(3)",
    ),
    _land(
        code=RuleCode.LAND_READJUSTMENT,
        electorate=Electorate.COLLECTIVE_MEMBERS,
        unit=EntitlementKind.PERSON,
        heading=Heading.DECISION_AWAITING_APPROVAL,
        article="28, 52",
    ),
    _land(
        code=RuleCode.LAND_READJUSTMENT,
        electorate=Electorate.ASSEMBLY_MEMBERS,
        unit=EntitlementKind.REPRESENTATIVE,
        heading=Heading.DECISION_AWAITING_APPROVAL,
        article="28, 52",
    ),
    # Counted in households: each representative's entry weighs as many as it stands for.
    DecisionRule(
        code=RuleCode.ONE_MATTER_LEVY,
        electorate=Electorate.ASSEMBLY_MEMBERS,
        unit=EntitlementKind.REPRESENTATIVE,
        quorum=_TWO_THIRDS_OF_ROLL,
        passing=_HALF_OF_ATTENDING,
        law="村民一事一议筹资筹劳管理办法(国办发〔2007〕4号)",
        article="",
        law_version="2007-01-16",
        effective_from=date(2007, 1, 16),
    ),
    _unwritten(
        code=RuleCode.PARTY_MEETING,
        electorate=Electorate.PARTY_MEMBERS,
        unit=EntitlementKind.PERSON,
        quorum=_TWO_THIRDS_OF_ROLL,
        passing=_share(1, 2, Comparison.AT_LEAST, Denominator.ROLL),
    ),
    _asked(
        code=RuleCode.COUNCIL_OPINION,
        electorate=Electorate.COUNCIL_MEMBERS,
        unit=EntitlementKind.PERSON,
        heading=Heading.COUNCIL_OPINION,
        may_be_held_as=frozenset(HeldAs),
    ),
    _asked(
        code=RuleCode.CONSULTATION,
        electorate=Electorate.NAMED,
        unit=EntitlementKind.PERSON,
        heading=Heading.CONSULTATION,
        may_be_held_as=frozenset({HeldAs.CONSULTATION}),
    ),
    _asked(
        code=RuleCode.CONSULTATION,
        electorate=Electorate.NAMED,
        unit=EntitlementKind.HOUSEHOLD,
        heading=Heading.CONSULTATION,
        may_be_held_as=frozenset({HeldAs.CONSULTATION}),
    ),
)

RULES: Mapping[RuleCode, tuple[DecisionRule, ...]] = MappingProxyType(
    {code: tuple(rule for rule in _ALL_RULES if rule.code is code) for code in RuleCode}
)


class RuleRefused(Refusal):
    """No such variant of a rule."""


def rule_for(code: RuleCode, unit: EntitlementKind) -> DecisionRule:
    """Raise RuleRefused where this rule is not counted by this unit."""
    for rule in RULES[code]:
        if rule.unit is unit:
            return rule
    raise RuleRefused("rule.not_by_unit", code=code.value, unit=unit.value)


def rule_to_json(rule: DecisionRule) -> str:
    """Freeze a rule as text, to be kept with the roll when voting opens; `rule_from_json` gives the same rule back."""
    return json.dumps(asdict(rule), default=_plain, ensure_ascii=False, sort_keys=True)


def _plain(value: Fraction | date | frozenset[HeldAs]) -> str | list[HeldAs]:
    return sorted(value) if isinstance(value, frozenset) else str(value)


def rule_from_json(text: str) -> DecisionRule:
    data: dict[str, Any] = json.loads(text)
    effective = data["effective_from"]
    data |= {
        "code": RuleCode(data["code"]),
        "electorate": Electorate(data["electorate"]),
        "unit": EntitlementKind(data["unit"]),
        "heading": Heading(data["heading"]),
        "quorum": _threshold(data["quorum"]),
        "passing": _threshold(data["passing"]),
        "may_be_held_as": frozenset(map(HeldAs, data["may_be_held_as"])),
        "effective_from": None if effective is None else date.fromisoformat(effective),
    }
    return DecisionRule(**data)


def _threshold(data: dict[str, str] | None) -> Threshold | None:
    if data is None:
        return None
    return Threshold(Fraction(data["share"]), Comparison(data["comparison"]), Denominator(data["of"]))
