"""How far a notice has come with each household, and when its ledger may be closed.

A receipt, a reading, an answer, and a message that lies in a Telegram or WeChat chat prove that it arrived. That a
gateway took it proves nothing: such a household counts as sent, never as reached.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from store.domain.speech import Say

UNKNOWN_UNTIL = timedelta(hours=24)
"""What ended in doubt counts as not reached after so long: until then a receipt or the vendor may still tell."""
RECEIPTS_UNTIL = timedelta(hours=72)
"""Networks keep an SMS for a phone that is off for two or three days; after that no receipt is waited for."""


class Outcome(StrEnum):
    """What is known of one household, the best of all that was tried."""

    REACHED = "reached"
    UNDER_WAY = "under_way"
    SENT = "sent"
    UNKNOWN = "unknown"
    UNREACHED = "unreached"
    OPTED_OUT = "opted_out"
    CANCELLED = "cancelled"
    TOLD = "told"
    NOBODY_HOME = "nobody_home"
    REFUSED = "refused"


STANDING: Mapping[Outcome, int] = {
    Outcome.CANCELLED: 1,
    Outcome.OPTED_OUT: 2,
    Outcome.UNREACHED: 3,
    Outcome.UNKNOWN: 4,
    Outcome.SENT: 5,
    Outcome.UNDER_WAY: 6,
    Outcome.REFUSED: 7,
    Outcome.NOBODY_HOME: 8,
    Outcome.TOLD: 9,
    Outcome.REACHED: 10,
}
"""Of several rows of one household the highest counts: what waits may still reach it, what arrived has."""


class VisitOutcome(StrEnum):
    """What an officer says who went to the door."""

    TOLD = "told"
    NOBODY_HOME = "nobody_home"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Posting:
    """That a person put the notice into a chat group of the village. It says nothing of who read it there."""

    group_name: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """How many households have one outcome, and why (`reason` of what failed or was skipped; "" else).

    `waits` are those of which the ledger still expects to hear: on their way, within the time for a receipt, to be
    visited.
    """

    outcome: Outcome
    reason: str
    households: int
    waits: int


@dataclass(frozen=True, slots=True)
class Reach:
    """What a notice's ledger proves. `visits` are the households that somebody is on his way to."""

    tallies: tuple[Tally, ...]
    visits: int
    closed_at: datetime | None
    postings: tuple[Posting, ...] = field(default=())

    def count(self, *outcomes: Outcome) -> int:
        return sum(tally.households for tally in self.tallies if tally.outcome in outcomes)

    @property
    def households(self) -> int:
        return sum(tally.households for tally in self.tallies)

    @property
    def proven(self) -> int:
        """Reached by a message, or told at the door."""
        return self.count(Outcome.REACHED, Outcome.TOLD)

    @property
    def waits(self) -> int:
        return sum(tally.waits for tally in self.tallies)

    @property
    def percent(self) -> str:
        return percent_of(self.proven, self.households)

    @property
    def reasons(self) -> dict[str, int]:
        """Why households were not reached, the most frequent reason first."""
        missed = [tally for tally in self.tallies if tally.outcome is Outcome.UNREACHED]
        return {tally.reason: tally.households for tally in sorted(missed, key=lambda one: -one.households)}


def percent_of(proven: int, households: int) -> str:
    """With one decimal, never rounded up: 99.9 means that somebody is missing."""
    per_mille = proven * 1000 // households if households else 0
    return f"{per_mille // 10}.{per_mille % 10}"


def joined(reaches: Sequence[Reach]) -> Reach:
    """The ledgers of several notices, read as one."""
    tallies = tuple(tally for reach in reaches for tally in reach.tallies)
    return Reach(tallies, sum(reach.visits for reach in reaches), None)


@dataclass(frozen=True, slots=True)
class Steering:
    """What may be done with a notice now; the numbers are of the households that it would concern."""

    paused: bool
    waiting: int
    failed: int
    unknown: int
    unvisited: int


def reach_facts(number: int, reach: Reach) -> dict[str, object]:
    """What a text about the ledger is given. `percent` has one decimal."""
    return {
        "number": number,
        "households": reach.households,
        "reached": reach.count(Outcome.REACHED),
        "told_at_door": reach.count(Outcome.TOLD),
        "percent": reach.percent,
        "sent": reach.count(Outcome.SENT),
        "under_way": reach.count(Outcome.UNDER_WAY),
        "unknown": reach.count(Outcome.UNKNOWN),
        "declined": reach.count(Outcome.OPTED_OUT, Outcome.REFUSED),
        "nobody_home": reach.count(Outcome.NOBODY_HOME),
        "cancelled": reach.count(Outcome.CANCELLED),
        "unreached": reach.count(Outcome.UNREACHED),
        "reasons": reach.reasons,
        "visits": reach.visits,
        "postings": [{"group": one.group_name, "by": one.by_name, "at": one.at} for one in reach.postings],
        "closed_at": reach.closed_at,
    }


def closed_say(number: int, reach: Reach) -> Say:
    """What the drafter reads when the last household is in."""
    return Say("notice.closed", reach_facts(number, reach))
