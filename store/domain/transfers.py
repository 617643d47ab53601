"""The transfer list (转移人员清单) of an emergency notice.

It asks each household: 1 we go, 2 fetch us; who says nothing is rung by the officer who answers for him.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from store.domain.areas import Area
from store.domain.people import Role, Staff


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


class Standing(StrEnum):
    """Where a household stands, who waits for somebody first: what the officer found, else what it said itself."""

    FETCH = "fetch"
    STAYING = "staying"
    SILENT = "silent"
    GOING = "going"
    REFUSED = "refused"
    LOST = "lost"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class RollEntry:
    """One household on the transfer list, by the name of its head. `phone_id` is the contact at which it is rung.

    `reported_by` and `reported_at` say who entered the outcome, and when.
    """

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
    officer_name: str = field(repr=False)
    reply: Reply
    outcome: Outcome
    reported_by: str = field(repr=False)
    reported_at: datetime | None

    @property
    def standing(self) -> Standing:
        """Where it stands: what was found counts before what was said."""
        return Standing(self.outcome or self.reply or Standing.SILENT)

    @property
    def urgency(self) -> int:
        """Who waits for somebody comes first, who is safe last."""
        return list(Standing).index(self.standing)


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
    def standings(self) -> dict[Standing, int]:
        replies = {Standing(reply or Standing.SILENT): self.replies.get(reply, 0) for reply in Reply}
        return replies | {Standing(outcome): self.outcomes.get(outcome, 0) for outcome in Outcome if outcome}

    @property
    def facts(self) -> dict[str, object]:
        """What the texts are given."""
        named = {"of": self.village_name, "number": self.number, "households": self.households}
        return named | {str(standing): count for standing, count in self.standings.items()}


@dataclass(frozen=True, slots=True)
class RollTotals:
    """The transfer lists of several villages, counted together; `left` are not known to be safe."""

    households: int
    left: int
    standings: Mapping[Standing, int]


def totals_of_rolls(counts: Sequence[RollCounts]) -> RollTotals:
    standings = {standing: sum(one.standings[standing] for one in counts) for standing in Standing}
    return RollTotals(sum(one.households for one in counts), sum(one.left for one in counts), standings)


_ANSWER_FOR_THE_REST = (Role.FRONT_DESK, Role.PARTY_BRANCH)


def officer_of_the_rest(staff: Sequence[Staff], opened_by: int) -> int:
    """Who answers for households that have no officer: whoever opened the list, if he is of the village (`staff`).

    A town's official is not: then its front desk, else its Party branch.
    """
    of_role = {role: person.id for person in reversed(staff) for role in {duty.role for duty in person.duties}}
    desk = next((of_role[role] for role in _ANSWER_FOR_THE_REST if role in of_role), opened_by)
    return opened_by if opened_by in {person.id for person in staff} else desk


def officers_of(groups: Sequence[Area], staff: Sequence[Staff], rest_id: int) -> dict[int, int]:
    """Who answers for each group: its own grid officer, else the village's, else whoever answers for the rest."""
    found = {}
    for group in groups:
        holders = [
            (len(duty.area_path), -person.id)
            for person in staff
            for duty in person.duties
            if duty.role is Role.GRID_OFFICER and group.path.startswith(duty.area_path)
        ]
        found[group.id] = -max(holders)[1] if holders else rest_id
    return found
