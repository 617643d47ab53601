"""Several villages at once: what may be ticked, town by town, and what was."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from console.notices.drafting import Place
from console.visits import Fields
from store.database import Transaction
from store.domain.addressing import Addressable, kinds_open_to
from store.domain.areas import Area
from store.domain.audiences import FLAG_ROLE, Audience, AudienceKind
from store.domain.circulars import MOST_VILLAGES, checked_villages
from store.domain.people import Staff
from store.queries.areas import area_by_id, settings_for
from store.queries.notices import villages_served

SEVERAL = "several"
"""Stands in a form's `village` where else the id of one does."""
_OF_ONE_VILLAGE = frozenset({AudienceKind.TAGGED, AudienceKind.LISTED})
"""Kinds that mean something in one village only."""


@dataclass(frozen=True, slots=True)
class Town:
    name: str
    villages: Sequence[Area]


async def towns_open_to(tx: Transaction, person: Staff, may: Callable[[Staff, str], bool]) -> list[Town]:
    """The villages in which he may write to everybody, by their towns; nothing where that is one village only."""
    villages = [village for village in await villages_served(tx, person) if may(person, village.path)]
    if len(villages) <= 1:
        return []
    found: dict[int, list[Area]] = {}
    for village in villages:
        found.setdefault(village.parent_id or 0, []).append(village)
    return [Town((await area_by_id(tx, town_id)).name, some) for town_id, some in found.items()]


def ticked(towns: Sequence[Town], fields: Fields) -> Sequence[Area]:
    """The villages of a form, in the one order in which all lock them. Raises as `checked_villages` does."""
    villages = [village for town in towns for village in town.villages if f"village_{village.id}" in fields]
    return checked_villages(sorted(villages, key=lambda village: village.id))


def all_ticked(towns: Sequence[Town]) -> Fields:
    """What a form begins with: all of a town; of a county nothing, for that would be too many."""
    villages = [village for town in towns for village in town.villages]
    return {f"village_{village.id}": "1" for village in villages} if len(villages) <= MOST_VILLAGES else {}


async def whole_place(tx: Transaction, person: Staff, village: Area, among: Sequence[Area]) -> Place:
    """A village with what may be ticked `among` all of them alike."""
    knows = all(person.holds(FLAG_ROLE, one.path) for one in among)
    open_ones = (kind for kind in kinds_open_to(person, village, ()) if kind not in _OF_ONE_VILLAGE)
    kinds = [kind for kind in open_ones if knows or not kind.is_sensitive]
    return Place(Addressable(village, (), ()), await settings_for(tx, village.id), (), kinds, serves_all=True)


def everybody(village: Area) -> Audience:
    return Audience(AudienceKind.VILLAGE, village, units=True)
