"""The rooms of the console: what the navigation offers to whom. What each lets him do it asks of access itself."""

from collections.abc import Callable
from dataclasses import dataclass

from store.domain.people import Staff
from store.queries.access import (
    edits_some_services,
    has_office,
    has_people,
    may_search_audit,
    may_see_figures,
    may_see_settings,
    opens_somewhere,
    sees_some_books,
)

SIGN_IN = "/console/sign-in"
KEPT_FORMS = "/console/kept"


def _everyone(_person: Staff) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Room:
    """`name` is its label among the words of the console, and the first part of its address.

    One that `is_daily` stands in every page's head, the others are folded away there: a phone is narrow.
    """

    name: str
    is_open_to: Callable[[Staff], bool]
    is_daily: bool = False


ROOMS = (
    Room("today", _everyone, is_daily=True),
    Room("tickets", _everyone, is_daily=True),
    Room("notices", _everyone, is_daily=True),
    Room("matters", _everyone),
    Room("disclosures", sees_some_books),
    Room("paper", _everyone),
    Room("days", _everyone),
    Room("services", edits_some_services),
    Room("people", has_people),
    Room("offices", has_office),
    Room("figures", lambda person: opens_somewhere(person, may_see_figures)),
    Room("settings", lambda person: opens_somewhere(person, may_see_settings)),
    Room("audit", lambda person: opens_somewhere(person, may_search_audit)),
    Room("jobs", _everyone),
)


def rooms_of(person: Staff) -> tuple[Room, ...]:
    return tuple(room for room in ROOMS if room.is_open_to(person))
