"""The phones of the demo village: 1,200, of which 38 in a hundred take nothing but calls and SMS.

All numbers lie in 139 0000 1000 to 139 0000 6999 and were made up.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from bot.demo.people import CHILDHOOD, OLD, Household, Resident, Roster

PHONES = 1200
FEATURE_PHONES = 456
SHARED = 61
SILENT_HOMES = 23
TENANTS_PHONES = 92
NUMBERS = range(1000, 7000)
SCHOOL_AGE = 7
VERY_OLD = 78
PROXY_AGES = range(28, 68)


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in E.164 and the residents who use it, its owner first. A feature phone takes SMS only."""

    number: str
    residents: tuple[int, ...]
    feature: bool


def give_phones(dice: Random, roster: Roster, officers: Mapping[str, int], today: date) -> tuple[Phone, ...]:
    officers_numbers = set(officers.values())
    silent = _silent_homes(dice, roster, officers_numbers, today)
    owners = _owners(dice, roster, officers_numbers, silent, today)
    simple = _simple_phones(dice, roster, officers_numbers, owners, today)
    sharers = _sharers(dice, roster, officers_numbers, owners, today)
    numbers = dice.sample(NUMBERS, PHONES)
    return tuple(
        Phone(f"+861390000{number:04d}", (owner, *sharers.get(owner, ())), owner in simple)
        for number, owner in zip(numbers, sorted(owners), strict=True)
    )


def phones_by_resident(phones: Sequence[Phone]) -> dict[int, Phone]:
    return {resident: phone for phone in phones for resident in phone.residents}


def name_proxies(dice: Random, roster: Roster, phones: Sequence[Phone], today: date) -> Roster:
    """A neighbour of the same group for every home that has no phone."""
    reachable = {phone.residents[0] for phone in phones}
    neighbours: dict[int, list[int]] = {}
    for one in roster.residents:
        if one.number in reachable and one.registered and one.at_home and one.age_on(today) in PROXY_AGES:
            neighbours.setdefault(one.group, []).append(one.number)
    households = tuple(
        home
        if any(number in reachable for number in home.members)
        else replace(home, proxy=dice.choice(neighbours[home.group]))
        for home in roster.households
    )
    return replace(roster, households=households)


def _silent_homes(dice: Random, roster: Roster, officers: Collection[int], today: date) -> set[int]:
    """Where only old people live, one home in three has no phone at all."""
    homes = [
        home.number
        for home in roster.households
        if all(one.age_on(today) >= OLD and one.number not in officers for one in roster.members(home))
    ]
    return set(dice.sample(homes, SILENT_HOMES))


def _owners(dice: Random, roster: Roster, officers: Collection[int], silent: Collection[int], today: date) -> set[int]:
    speaking = [home for home in roster.households if home.number not in silent]
    owners = {_first_to_own(roster, home, today) for home in speaking} | set(officers)
    tenants = [one.number for one in roster.residents if not one.registered]
    owners |= set(dice.sample(tenants, TENANTS_PHONES))
    others = [
        one
        for home in speaking
        for one in roster.members(home)
        if one.number not in owners and one.age_on(today) >= CHILDHOOD
    ]
    wish = {one.number: _wish(one, one.age_on(today)) + dice.random() for one in others}
    return owners | set(sorted(wish, key=lambda number: -wish[number])[: PHONES - len(owners)])


def _first_to_own(roster: Roster, home: Household, today: date) -> int:
    """Whoever is nearest to the prime of life, those at home before those who are away."""
    prime = min(roster.members(home), key=lambda one: (abs(one.age_on(today) - 45), one.number))
    return prime.number


def _wish(one: Resident, age: int) -> float:
    if one.away_to:
        return 2.0
    return 0.9 if age < OLD else 0.4 if age < VERY_OLD else 0.0


def _simple_phones(
    dice: Random, roster: Roster, officers: Collection[int], owners: Collection[int], today: date
) -> set[int]:
    """The older, and those who stayed; nobody in office and no tenant."""
    rank = {
        number: roster.resident(number).age_on(today)
        + (8 if roster.resident(number).at_home else 0)
        + dice.randrange(45)
        for number in sorted(owners)
        if number not in officers and roster.resident(number).registered
    }
    return set(sorted(rank, key=lambda number: (-rank[number], number))[:FEATURE_PHONES])


def _sharers(
    dice: Random, roster: Roster, officers: Collection[int], owners: Collection[int], today: date
) -> dict[int, tuple[int, ...]]:
    """Owner → those of the household who use the same phone: an old spouse, a grandchild."""
    possible: dict[int, tuple[int, ...]] = {}
    for home in roster.households:
        here = [one for one in roster.members(home) if one.at_home]
        lenders = [one.number for one in here if one.number in owners and one.number not in officers]
        without = [one for one in here if one.number not in owners and one.age_on(today) >= SCHOOL_AGE]
        if lenders and without:
            possible[lenders[0]] = tuple(one.number for one in without[:2])
    return {owner: possible[owner] for owner in dice.sample(sorted(possible), SHARED)}
