"""A meeting's count as it is filled in, and the rules by which a meeting may decide."""

from datetime import date

from console.visits import Fields
from store.domain.ballots import Attendance, Tally
from store.domain.deliberation import Minutes
from store.domain.errors import Refusal
from store.domain.matters import MatterSubject
from store.domain.rules import RULES, DecisionRule

BINDING = {f"{rule.code}_{rule.unit}": rule for variants in RULES.values() for rule in variants if rule.binding}
"""By the name under which its words stand."""
DAYS = ("notice_given_on", "party_discussed_on", "authorised_on", "legality_reviewed_on", "approved_on")
COUNTS = ("roll_size", "present", "represented", "agree", "disagree", "abstain")
_OPTIONAL = frozenset({"represented", "disagree", "abstain"})
_MOST_DIGITS = 6


def minutes_of(fields: Fields) -> Minutes:
    """Raises Refusal: `matter.minutes_lack` (lacking) for what is not filled in or is no number, no day."""
    rule, subject, held_on = _rule(fields), fields.get("matter_subject", ""), _day(fields, "held_on")
    counts = {name: _count(fields, name) for name in COUNTS}
    if held_on is None or subject not in set(MatterSubject):
        raise Refusal("matter.minutes_lack")
    return Minutes(
        rule=rule,
        subject=MatterSubject(subject),
        held_on=held_on,
        roll_size=counts["roll_size"],
        attendance=Attendance(present=counts["present"], represented=counts["represented"]),
        tally=Tally(agree=counts["agree"], disagree=counts["disagree"], abstain=counts["abstain"]),
        **{name: _day(fields, name) for name in DAYS},
    )


def _rule(fields: Fields) -> DecisionRule:
    rule = BINDING.get(fields.get("rule", ""))
    if rule is None:
        raise Refusal("matter.minutes_lack")
    return rule


def _count(fields: Fields, name: str) -> int:
    written = fields.get(name, "")
    if not written and name in _OPTIONAL:
        return 0
    if not written.isascii() or not written.isdecimal() or len(written) > _MOST_DIGITS:
        raise Refusal("matter.minutes_lack")
    return int(written)


def _day(fields: Fields, name: str) -> date | None:
    written = fields.get(name, "")
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise Refusal("matter.minutes_lack") from error
