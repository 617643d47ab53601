"""Two rows of the roster that are one person: what may stand in the way, and which votes go over.

Casts are never changed. A person may not end up with two votes in one matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Obstacle(StrEnum):
    """`both_cast`: each has voted in the matter. `vote_open`: one has, and the other still could."""

    BOTH_CAST = "both_cast"
    VOTE_OPEN = "vote_open"
    TWO_IDENTITIES = "two_identities"
    IN_OFFICE = "in_office"


@dataclass(frozen=True, slots=True)
class VoteOfTwo:
    """One matter in which either of the two has a vote of his own; a vote of their common home is not one.

    While it is open, a ballot on paper that one person has entered and nobody else yet counts as cast.
    """

    matter_id: int
    title: str
    is_open: bool
    kept_entitled: bool
    kept_cast: bool
    gone_entitled: bool
    gone_cast: bool


def obstacle_of(vote: VoteOfTwo) -> Obstacle | None:
    if vote.kept_cast and vote.gone_cast:
        return Obstacle.BOTH_CAST
    beside = vote.is_open and vote.gone_cast and vote.kept_entitled
    return Obstacle.VOTE_OPEN if beside else None


def goes_over(vote: VoteOfTwo) -> bool:
    """Whether the one who is kept may cast, or change, the vote of the other from now on."""
    return vote.is_open and vote.gone_entitled and not vote.kept_entitled


def is_struck(vote: VoteOfTwo) -> bool:
    """Whether the other leaves the roll: he could still cast, on paper too, beside the one who is kept."""
    return vote.is_open and vote.gone_entitled and vote.kept_entitled and not vote.gone_cast


def obstacles_of(votes: Sequence[VoteOfTwo]) -> tuple[tuple[Obstacle, str], ...]:
    found = ((obstacle_of(vote), vote.title) for vote in votes)
    return tuple((obstacle, title) for obstacle, title in found if obstacle)
