"""Who of a roster is in the books already.

In this order: by identity number; by name and phone; by name and day of birth, where the village has one such; then
inside the household by name, birth, relation and sex, by name and birth, and last by name alone where the births do
not contradict. Two whose identity numbers differ are never one. Whoever is in the books and not in the roster is
reported, never deleted: a file may hold one group of three.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from store.domain.people import Proof
from store.domain.roster_people import RosterPerson

Born = date | int | None
Key = tuple[object, ...]
_One = TypeVar("_One")
_ORDER_MARK = "#"
"""Stands in a household's key that only its place in the sheet gave it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the books hold of a resident, but for where he belongs and how he is reached. `flags` are sorted.

    `gone` is "" for whoever is here, else why he is not.
    """

    name: str
    sex: str
    birth: date | None
    birth_year: int | None
    relation: str
    is_head: bool
    registered: bool
    away: bool
    away_place: str
    identity_hash: bytes | None = field(repr=False)
    party_member: bool
    representative: bool
    flags: tuple[str, ...]
    gone: str = ""

    @property
    def born(self) -> Born:
        return self.birth or self.birth_year


@dataclass(frozen=True, slots=True)
class KnownResident:
    """A resident of the village. `phones` are the blind indexes of those he holds, and how each is known to be his."""

    id: int
    household_id: int
    group_id: int | None
    standing: Standing
    phones: Mapping[bytes, Proof] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Listed:
    """A person of the sheet with the keyed hash of the identity number and the blind indexes of the phones."""

    person: RosterPerson
    identity_hash: bytes | None = field(repr=False)
    phones: tuple[bytes, ...] = field(repr=False)

    @property
    def born(self) -> Born:
        return self.person.birth or self.person.birth_year


@dataclass(frozen=True, slots=True)
class Matching:
    """`pairs` by the row of the sheet; `households` are the keys of the sheet that the books know, by id."""

    pairs: Mapping[int, KnownResident]
    households: Mapping[str, int]
    missing: tuple[KnownResident, ...]


def match(listed: Sequence[Listed], known: Sequence[KnownResident], numbers: Mapping[str, int]) -> Matching:
    """Pair the sheet with the books. `numbers` are the village's households: number → id."""
    matcher = _Matcher(list(listed), list(known))
    matcher.pair(_known_identity, _identity)
    matcher.pair(_known_name_and_phones, _name_and_phones)
    matcher.pair(_known_name_and_birth, _name_and_birth)
    homes = matcher.households(numbers)
    matcher.pair(_known_in_full, _in_full(homes), in_order=True)
    matcher.pair(_known_at_home, _at_home(homes), in_order=True)
    matcher.pair(_known_name_at_home, _name_at_home(homes), unless=_births_contradict)
    settled = set(matcher.keys.values())
    kept = {key: home for key, home in homes.items() if _ORDER_MARK not in key or key in settled}
    missing = tuple(resident for resident in matcher.known if not resident.standing.gone)
    return Matching(matcher.pairs, kept, missing)


def _never(_one: Listed, _resident: KnownResident) -> bool:
    return False


@dataclass(slots=True)
class _Matcher:
    """Whoever of the two lists is still alone, and the pairs so far by the row of the sheet."""

    listed: list[Listed]
    known: list[KnownResident]
    pairs: dict[int, KnownResident] = field(default_factory=dict)
    keys: dict[int, str] = field(default_factory=dict)

    def pair(
        self,
        key_of_known: Callable[[KnownResident], Iterable[Key]],
        key_of: Callable[[Listed], Iterable[Key]],
        *,
        in_order: bool = False,
        unless: Callable[[Listed, KnownResident], bool] = _never,
    ) -> None:
        """Pair those who alone have a key on either side; `in_order` also the first of several with the first."""
        there, here = _by_key(self.known, key_of_known), _by_key(self.listed, key_of)
        found: set[int] = set()
        for key, people in here.items():
            residents = there.get(key, [])
            if in_order or len(people) == len(residents) == 1:
                for one, resident in zip(people, residents, strict=False):
                    if resident.id not in found and not unless(one, resident) and self._take(one, resident):
                        found.add(resident.id)
        self.listed = [one for one in self.listed if one.person.row not in self.pairs]
        self.known = [resident for resident in self.known if resident.id not in found]

    def _take(self, one: Listed, resident: KnownResident) -> bool:
        hashes = {one.identity_hash, resident.standing.identity_hash} - {None}
        if len(hashes) > 1 or one.person.row in self.pairs:
            return False
        self.pairs[one.person.row] = resident
        self.keys[one.person.row] = one.person.household
        return True

    def households(self, numbers: Mapping[str, int]) -> dict[str, int]:
        """The household of each key: where most of its people live now, else the one of that number."""
        votes = Counter((self.keys[row], resident.household_id) for row, resident in self.pairs.items())
        wishes = sorted(votes, key=lambda one: (-votes[one], numbers.get(one[0]) != one[1]))
        wishes += [(key, numbers[key]) for one in self.listed if (key := one.person.household) in numbers]
        homes: dict[str, int] = {}
        taken: set[int] = set()
        for key, home in wishes:
            if key not in homes and home not in taken:
                homes[key] = home
                taken.add(home)
        return homes


def _by_key(people: Iterable[_One], key_of: Callable[[_One], Iterable[Key]]) -> dict[Key, list[_One]]:
    found: dict[Key, list[_One]] = {}
    for one in people:
        for key in key_of(one):
            found.setdefault(key, []).append(one)
    return found


def _known_identity(resident: KnownResident) -> list[Key]:
    found = resident.standing.identity_hash
    return [(found,)] if found else []


def _identity(one: Listed) -> list[Key]:
    return [(one.identity_hash,)] if one.identity_hash else []


def _known_name_and_phones(resident: KnownResident) -> list[Key]:
    return [(resident.standing.name, phone) for phone in resident.phones]


def _name_and_phones(one: Listed) -> list[Key]:
    return [(one.person.name, phone) for phone in one.phones]


def _known_name_and_birth(resident: KnownResident) -> list[Key]:
    standing = resident.standing
    return [(standing.name, standing.birth)] if standing.birth else []


def _name_and_birth(one: Listed) -> list[Key]:
    return [(one.person.name, one.person.birth)] if one.person.birth else []


def _known_in_full(resident: KnownResident) -> list[Key]:
    standing = resident.standing
    return [(resident.household_id, standing.name, standing.born, standing.relation, standing.sex)]


def _in_full(homes: Mapping[str, int]) -> Callable[[Listed], list[Key]]:
    def key_of(one: Listed) -> list[Key]:
        return [(homes.get(one.person.household), one.person.name, one.born, one.person.relation, one.person.sex)]

    return key_of


def _known_at_home(resident: KnownResident) -> list[Key]:
    standing = resident.standing
    return [(resident.household_id, standing.name, standing.born)] if standing.born else []


def _at_home(homes: Mapping[str, int]) -> Callable[[Listed], list[Key]]:
    def key_of(one: Listed) -> list[Key]:
        return [(homes.get(one.person.household), one.person.name, one.born)] if one.born else []

    return key_of


def _known_name_at_home(resident: KnownResident) -> list[Key]:
    return [(resident.household_id, resident.standing.name)]


def _name_at_home(homes: Mapping[str, int]) -> Callable[[Listed], list[Key]]:
    return lambda one: [(homes.get(one.person.household), one.person.name)]


def _births_contradict(one: Listed, resident: KnownResident) -> bool:
    here, there = one.born, resident.standing.born
    if here is None or there is None:
        return False
    if isinstance(here, date) and isinstance(there, date):
        return here != there
    return not years_agree(_year(here), _year(there))


def _year(born: date | int) -> int:
    return born.year if isinstance(born, date) else born


def years_agree(one: int, other: int) -> bool:
    """A year that was reckoned from an age may be one too late."""
    return abs(one - other) <= 1
