"""What the address of the list of tickets asks for, and the addresses that lead on from it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from console.fields import whole_number
from store.domain.tickets import Category
from store.queries.ticket_lists import NOBODY, DueBy, Shown, Wanted

TICKETS = "/console/tickets"
FIELDS = ("show", "q", "category", "area", "who", "due")
_NOBODY = "none"
_LONGEST = 80

E = TypeVar("E", bound=StrEnum)


def asked_of(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields that narrow the list, without those that say nothing."""
    asked = {name: fields.get(name, "").replace("\0", "").strip()[:_LONGEST] for name in FIELDS}
    return {name: value for name, value in asked.items() if value}


def wanted_by(asked: Mapping[str, str]) -> Wanted:
    """What means nothing narrows nothing."""
    who = asked.get("who", "")
    return Wanted(
        shown=_one_of(Shown, asked.get("show", "")) or Shown.OPEN,
        words=asked.get("q", ""),
        category=_one_of(Category, asked.get("category", "")),
        area_id=whole_number(asked.get("area", "")) or None,
        assignee_id=NOBODY if who == _NOBODY else whole_number(who) or None,
        due=_one_of(DueBy, asked.get("due", "")),
    )


def _one_of(kind: type[E], name: str) -> E | None:
    return kind(name) if name in set(kind) else None
