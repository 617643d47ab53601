"""What people of the demo village are besides kin: Party members, representatives, members of the collective."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from random import Random

from bot.demo.names import HAMLETS
from bot.demo.offices import CADRES
from bot.demo.people import CHILDHOOD, OLD, Household, Resident, Roster

PARTY_MEMBERS = 50
NOT_MEMBERS = 64
"""Registered here, but not in the collective: married in lately, or members of another village's."""

POOR_HOMES = 24
ADULT = 18
OLDEST_REPRESENTATIVE = 72
YOUNGEST_REPRESENTATIVE = 28
PARTY_FROM = 24


def distinguish(dice: Random, roster: Roster, officers: Mapping[str, int], today: date) -> Roster:
    cadres = {officers[office.key] for office in CADRES}
    party = _party(dice, roster, officers, today)
    representatives = _representatives(dice, roster, cadres, today)
    outside = _not_members(dice, roster, {*party, *representatives, *officers.values()})
    poor = {home.number for home in dice.sample(_homes_that_may_be_poor(roster, officers, today), POOR_HOMES)}
    left_behind = {number: kind for home in roster.households for number, kind in _left_behind(roster, home, today)}
    residents = tuple(
        replace(
            one,
            party_member=one.number in party,
            representative=one.number in representatives,
            collective_member=one.registered and one.number not in outside,
            left_behind=left_behind.get(one.number, ""),
            hardship=one.household in poor,
        )
        for one in roster.residents
    )
    return replace(roster, residents=residents)


def _party(dice: Random, roster: Roster, officers: Mapping[str, int], today: date) -> set[int]:
    sworn = {officers[key] for key in ("secretary", "deputy", "clerk", "supervisor_1", "leader_1", "leader_4")}
    others = [
        one.number
        for one in roster.residents
        if one.registered and one.age_on(today) >= PARTY_FROM and one.number not in sworn
    ]
    return sworn | set(dice.sample(others, PARTY_MEMBERS - len(sworn)))


def _representatives(dice: Random, roster: Roster, cadres: Collection[int], today: date) -> set[int]:
    """So many of each group, one a household. Cadres sit in the assembly already as the villagers' committee."""
    chosen: set[int] = set()
    for group, hamlet in enumerate(HAMLETS, 1):
        by_home = {
            one.household: one.number
            for one in roster.residents
            if one.registered
            and one.group == group
            and one.at_home
            and one.number not in cadres
            and YOUNGEST_REPRESENTATIVE <= one.age_on(today) <= OLDEST_REPRESENTATIVE
        }
        chosen |= set(dice.sample(list(by_home.values()), hamlet.representatives))
    return chosen


def _not_members(dice: Random, roster: Roster, kept: Collection[int]) -> set[int]:
    wives = [one.number for one in roster.residents if one.relation in ("妻子", "儿媳") and one.number not in kept]
    return set(dice.sample(wives, NOT_MEMBERS))


def _homes_that_may_be_poor(roster: Roster, officers: Mapping[str, int], today: date) -> list[Household]:
    taken = {roster.resident(number).household for number in officers.values()}
    return [
        home
        for home in roster.households
        if home.number not in taken
        and any(one.age_on(today) >= OLD or one.age_on(today) < CHILDHOOD for one in roster.members(home))
    ]


def _left_behind(roster: Roster, home: Household, today: date) -> list[tuple[int, str]]:
    """三留守: the children, the wives and the elders of a household whose others are away for work."""
    members = roster.members(home)
    if all(one.at_home for one in members):
        return []
    carers = [one for one in members if one.at_home and ADULT <= one.age_on(today) < OLD]
    return [
        (one.number, kind)
        for one in members
        if one.at_home and (kind := _left_behind_as(one, members, carers, one.age_on(today)))
    ]


def _left_behind_as(one: Resident, members: list[Resident], carers: list[Resident], age: int) -> str:
    if age < CHILDHOOD:
        return "" if carers else "儿童"
    if age >= OLD:
        return "" if carers else "老人"
    husband = {"妻子": "户主", "儿媳": "儿子"}.get(one.relation, "")
    return "妇女" if any(other.relation == husband and other.away_to for other in members) else ""
