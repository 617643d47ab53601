"""A circular: one text to several villages.

Each village gets a notice of its own, with its own number, ledger, visits and transfer list; what binds them is that
one person wrote them at once, and that they are let go together, by the size that they have together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from store.domain.areas import Area
from store.domain.emergencies import EmergencyPlan
from store.domain.errors import Refusal
from store.domain.notices import Notice, NoticeState
from store.domain.plans import Preview
from store.domain.reach import percent_of

MOST_VILLAGES = 60
"""Villages of one circular: more than any town has. A county writes to its towns one after the other."""


@dataclass(frozen=True, slots=True)
class Circular:
    """`notices` are one a village, in the order of the villages' names."""

    id: int
    drafted_by: int
    drafter_name: str
    drafted_at: datetime
    notices: Sequence[Notice] = field(repr=False)

    @property
    def text(self) -> str:
        return self.notices[0].text

    @property
    def state(self) -> NoticeState:
        """They are let go, refused and changed together."""
        return self.notices[0].state


def checked_villages(villages: Sequence[Area]) -> Sequence[Area]:
    """Raises Refusal("notice.villages_missing"), ("notice.villages_many")."""
    if not villages:
        raise Refusal("notice.villages_missing")
    if len(villages) > MOST_VILLAGES:
        raise Refusal("notice.villages_many", most=MOST_VILLAGES)
    return villages


@dataclass(frozen=True, slots=True)
class Sizes:
    """Above how many households (or persons) another person, and above how many the town, must agree in a village."""

    approval: int
    town: int


def planned_together(plans: Sequence[Preview], sizes: Sequence[Sizes]) -> list[Preview]:
    """The plans of a circular's notices, each needing what all need together, by the strictest of their villages."""
    households = sum(plan.households for plan in plans)
    town = households > min(size.town for size in sizes) or any(plan.needs_town for plan in plans)
    by_size = households > min(size.approval for size in sizes)
    second = town or by_size or any(plan.needs_second_person for plan in plans)
    return [replace(plan, needs_second_person=second, needs_town=town) for plan in plans]


@dataclass(frozen=True, slots=True)
class Totals:
    """What the plans of a circular come to. The fields are those of a plan."""

    households: int
    people: int
    by_chat: int
    by_sms: int
    shared: int
    opted_out: int
    unreachable: int
    price_fen: int
    later_fen: int
    done_at: datetime
    needs_second_person: bool
    needs_town: bool


def totals_of(plans: Sequence[Preview]) -> Totals:
    return Totals(
        households=sum(plan.households for plan in plans),
        people=sum(plan.people for plan in plans),
        by_chat=sum(plan.by_chat for plan in plans),
        by_sms=sum(plan.by_sms for plan in plans),
        shared=sum(plan.shared for plan in plans),
        opted_out=sum(plan.opted_out for plan in plans),
        unreachable=sum(plan.unreachable for plan in plans),
        price_fen=sum(plan.price_fen for plan in plans),
        later_fen=sum(plan.later_fen for plan in plans),
        done_at=max(plan.done_at for plan in plans),
        needs_second_person=any(plan.needs_second_person for plan in plans),
        needs_town=any(plan.needs_town for plan in plans),
    )


@dataclass(frozen=True, slots=True)
class CircularFigures:
    """What the closed ledgers of a circular prove; `is_complete` where none of its villages' is open."""

    villages: int
    households: int
    proven: int
    is_complete: bool

    @property
    def percent(self) -> str:
        return percent_of(self.proven, self.households)


def all_told(plans: Sequence[EmergencyPlan]) -> EmergencyPlan:
    """What emergency notices of several villages come to, in the words of the first."""
    return replace(
        plans[0],
        households=sum(plan.households for plan in plans),
        by_chat=sum(plan.by_chat for plan in plans),
        by_sms=sum(plan.by_sms for plan in plans),
        unreached=sum(plan.unreached for plan in plans),
        price_fen=sum(plan.price_fen for plan in plans),
    )
