"""What the parts of the loader share: the village as it grows in the store."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.demo.village import DemoVillage
from store.domain.accounts import Account
from store.domain.areas import Area
from store.domain.people import Contact, Staff

Progress = Callable[[str], None]
"""Hears what is being loaded."""


@dataclass(slots=True)
class Loaded:
    """The demo village and what became of its parts: homes and residents by number, phones by number, staff by key."""

    demo: DemoVillage
    town: Area
    village: Area
    groups: list[Area]
    sms: Account
    chat: Account
    households: dict[int, int] = field(default_factory=dict)
    residents: dict[int, int] = field(default_factory=dict)
    phones: dict[str, Contact] = field(default_factory=dict)
    staff: dict[str, Staff] = field(default_factory=dict)

    def area(self, group: int) -> Area:
        """The group of that number; 0 is the village."""
        return self.groups[group - 1] if group else self.village
