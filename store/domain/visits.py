"""Visits: a household that no message reached is told at its door, and whoever went says what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from store.domain.reach import VisitOutcome
from store.domain.speech import Say, Tell
from store.domain.tickets import Ticket

VISIT_WITHIN = timedelta(hours=24)
"""Working time: three days of work to go round."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One household to be told of one notice. `outcome` is None until somebody was there."""

    ticket: Ticket
    notice_id: int
    notice_number: int
    text: str = field(repr=False)
    outcome: VisitOutcome | None


@dataclass(frozen=True, slots=True)
class Round:
    """The visits of one notice that fall to one officer (None where nobody serves there)."""

    staff_id: int | None
    households: int


def round_tells(contact_ids: Sequence[int], notice_number: int, households: int) -> list[Tell]:
    """One message an officer, however many doors there are."""
    say = Say("visits.new", {"number": notice_number, "households": households})
    return [Tell(contact_id, say) for contact_id in contact_ids]
