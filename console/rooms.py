"""The rooms of the console: what the navigation offers to whom. What each lets him do it asks of access itself."""

from collections.abc import Callable
from dataclasses import dataclass

from store.domain.people import Staff
from store.queries.access import edits_some_services, sees_some_books


def _everyone(_person: Staff) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Room:
    """`name` is its label among the words of the console, and the first part of its address."""

    name: str
    is_open_to: Callable[[Staff], bool]


ROOMS = (
    Room("tickets", _everyone),
    Room("disclosures", sees_some_books),
    Room("services", edits_some_services),
)


def rooms_of(person: Staff) -> tuple[str, ...]:
    return tuple(room.name for room in ROOMS if room.is_open_to(person))
