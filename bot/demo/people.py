"""The people of the demo village: 1,563 on the register in 412 households, 560 of them away, and 118 tenants."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from bot.demo.homes import Member, all_homes
from bot.demo.names import COMMON_NAME, FROM_AFAR, GIVEN, HAMLETS, MARRIED_IN

AWAY = 560
TENANTS = 118
LANDLORDS_A_GROUP = 6
WORKING_AGE = range(17, 60)
CHILDHOOD = 16
OLD = 60
NAMESAKES_AGES = (range(6, 18), range(30, 51), range(62, 90))

PULL = ((17, 0.1), (19, 0.85), (31, 0.8), (41, 0.6), (48, 0.4), (55, 0.1), (60, 0.0))
"""How strongly the factories draw people from this age on."""

MARRIED_IN_RELATIONS = frozenset({"妻子", "母亲", "儿媳"})


@dataclass(frozen=True, slots=True)
class Group:
    """A villagers' group (村民小组), numbered from 1; `place` is what people call it."""

    number: int
    title: str
    place: str


@dataclass(frozen=True, slots=True)
class Household:
    """A registered household. `proxy` is the neighbour (代联系人) who takes messages where nobody has a phone."""

    number: int
    group: int
    door: str
    members: tuple[int, ...]
    proxy: int | None = None

    @property
    def head(self) -> int:
        return self.members[0]


@dataclass(frozen=True, slots=True)
class Resident:
    """A person, numbered from 1. `away_to` is the city of work, empty for who lives here.

    Tenants are not registered, belong to no household and `rents_from` one.
    `left_behind` is 老人, 妇女, 儿童 or empty.
    """

    number: int
    name: str
    sex: str
    birth: date
    group: int
    household: int | None
    relation: str
    registered: bool = True
    away_to: str = ""
    rents_from: int | None = None
    party_member: bool = False
    representative: bool = False
    collective_member: bool = False
    left_behind: str = ""
    hardship: bool = False

    def age_on(self, day: date) -> int:
        had_birthday = (day.month, day.day) >= (self.birth.month, self.birth.day)
        return day.year - self.birth.year - (not had_birthday)

    @property
    def at_home(self) -> bool:
        return not self.away_to


@dataclass(frozen=True, slots=True)
class Roster:
    """Residents and households in the order of their numbers: number n stands at n - 1."""

    households: tuple[Household, ...]
    residents: tuple[Resident, ...]

    def resident(self, number: int) -> Resident:
        return self.residents[number - 1]

    def members(self, household: Household) -> list[Resident]:
        return [self.resident(number) for number in household.members]


def groups() -> tuple[Group, ...]:
    return tuple(Group(number, hamlet.title, hamlet.place) for number, hamlet in enumerate(HAMLETS, 1))


def settle(dice: Random, today: date) -> Roster:
    """People into their homes, then those who go away for work, then those who come to rent a room."""
    roster = _call_three_alike(_families(dice, today), today)
    roster = _send_away(dice, roster, today)
    return replace(roster, residents=(*roster.residents, *_tenants(dice, roster, today)))


def _families(dice: Random, today: date) -> Roster:
    homes = iter(all_homes(dice))
    households: list[Household] = []
    residents: list[Resident] = []
    for group, hamlet in enumerate(HAMLETS, 1):
        for door in range(1, hamlet.homes + 1):
            surname = dice.choice(hamlet.surnames)
            place = (len(residents) + 1, len(households) + 1, group)
            family = [
                _villager(dice, today, surname, member, (place[0] + offset, *place[1:]))
                for offset, member in enumerate(next(homes))
            ]
            residents += family
            numbers = tuple(resident.number for resident in family)
            households.append(Household(len(households) + 1, group, f"{hamlet.place}{door}号", numbers))
    return Roster(tuple(households), tuple(residents))


def _villager(dice: Random, today: date, clan: str, member: Member, place: tuple[int, int, int]) -> Resident:
    number, household, group = place
    surname = dice.choice(MARRIED_IN) if member.relation in MARRIED_IN_RELATIONS else clan
    birth = _birth(dice, today, member.age)
    name = surname + _given(dice, member.sex, birth.year)
    return Resident(number, name, member.sex, birth, group, household, member.relation)


def _birth(dice: Random, today: date, age: int) -> date:
    return today - timedelta(days=1 + age * 1461 // 4 + dice.randrange(360))


def _given(dice: Random, sex: str, year: int) -> str:
    first, second = next(given for (of, before), given in GIVEN.items() if of == sex and year < before)
    one, two = dice.choice(first), dice.choice(second)
    return one + two if one != two else one


def _call_three_alike(roster: Roster, today: date) -> Roster:
    """A child, a man in his prime and an old man bear the same name, in three homes."""
    residents = list(roster.residents)
    homes: set[int | None] = set()
    for ages in NAMESAKES_AGES:
        namesake = next(
            one
            for one in residents
            if one.name[0] == COMMON_NAME[0]
            and one.sex == "男"
            and one.age_on(today) in ages
            and one.household not in homes
        )
        homes.add(namesake.household)
        residents[namesake.number - 1] = replace(namesake, name=COMMON_NAME)
    return replace(roster, residents=tuple(residents))


def _send_away(dice: Random, roster: Roster, today: date) -> Roster:
    carers = {number for household in roster.households for number in _carers(roster, household, today)}
    cities = {
        household.number: dice.choice(("东莞", "东莞", "东莞", "佛山", "佛山")) for household in roster.households
    }
    drawn = {
        resident.number: _pull(resident.age_on(today)) + 0.7 * dice.random()
        for resident in roster.residents
        if resident.age_on(today) in WORKING_AGE and resident.number not in carers
    }
    gone = set(sorted(drawn, key=lambda number: -drawn[number])[:AWAY])
    residents = tuple(
        replace(resident, away_to=cities[resident.household or 0]) if resident.number in gone else resident
        for resident in roster.residents
    )
    return replace(roster, residents=residents)


def _pull(age: int) -> float:
    return next(pull for (start, pull), (end, _) in pairwise(PULL) if start <= age < end)


def _carers(roster: Roster, household: Household, today: date) -> Iterable[int]:
    """The wife stays where there are children and no grandparent to mind them."""
    members = roster.members(household)
    ages = [member.age_on(today) for member in members]
    if min(ages) < CHILDHOOD and max(ages) < OLD:
        yield from (member.number for member in members if member.relation == "妻子")


def _tenants(dice: Random, roster: Roster, today: date) -> Sequence[Resident]:
    """Every group has its landlords: homes from which someone has gone away."""
    landlords = [home for group in range(1, len(HAMLETS) + 1) for home in _landlords(dice, roster, group)]
    first = len(roster.residents) + 1
    return [_tenant(dice, today, first + extra, landlords[extra % len(landlords)]) for extra in range(TENANTS)]


def _landlords(dice: Random, roster: Roster, group: int) -> list[Household]:
    emptied = [
        home
        for home in roster.households
        if home.group == group and any(member.away_to for member in roster.members(home))
    ]
    return dice.sample(emptied, LANDLORDS_A_GROUP)


def _tenant(dice: Random, today: date, number: int, landlord: Household) -> Resident:
    sex = dice.choice("男男女")
    birth = _birth(dice, today, dice.randint(19, 54))
    name = dice.choice(FROM_AFAR) + _given(dice, sex, birth.year)
    return Resident(
        number, name, sex, birth, landlord.group, None, "租客", registered=False, rents_from=landlord.number
    )
