"""Pairing (结对联系): who in office answers for which single households."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from store.domain.addressing import Named
from store.domain.errors import Refusal

MOST_PAIRED = 200
"""Households of one liaison: more are a grid."""


@dataclass(frozen=True, slots=True)
class PairedHome:
    """A household by its head, or else by the first who lives there."""

    number: str
    head_id: int
    head: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pairing:
    """Somebody in office, and the households that he answers for."""

    staff_id: int
    name: str
    homes: Sequence[PairedHome] = field(repr=False)


def checked_named(named: Named) -> Named:
    """Raises Refusal("liaison.unknown"), ("liaison.several") with the names that are nobody's or several people's."""
    if named.unknown:
        raise Refusal("liaison.unknown", names="、".join(named.unknown))
    if named.several:
        raise Refusal("liaison.several", names="、".join(named.several))
    return named


def checked_homes(homes: Collection[int]) -> Collection[int]:
    """Raises Refusal("liaison.many")."""
    if len(homes) > MOST_PAIRED:
        raise Refusal("liaison.many", most=MOST_PAIRED)
    return homes
