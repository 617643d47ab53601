import dataclasses
import re
from collections import Counter
from datetime import date, time, timedelta

import pytest

from bot.demo.homes import FORMS
from bot.demo.offices import CADRES
from bot.demo.people import Resident
from bot.demo.village import DemoVillage, demo_village
from store.domain.people import Role

TODAY = date(2026, 11, 22)
DAYS = (
    (TODAY, 2026),
    (date(2026, 3, 1), 7),
    (date(2026, 12, 10), 2026),
    (date(2027, 1, 31), 2026),
    (date(2028, 2, 29), 99),
)
EIGHT = (
    Role.MEDIATOR,
    Role.SECURITY,
    Role.POPULATION,
    Role.REHABILITATION,
    Role.WELFARE,
    Role.ORGANIZATIONS,
    Role.ERRANDS,
    Role.LEGAL_TUTOR,
)


@pytest.fixture(scope="module", params=DAYS, ids=lambda param: f"{param[0]}-seed{param[1]}")
def village(request: pytest.FixtureRequest) -> DemoVillage:
    today, seed = request.param
    return demo_village(today, seed)


def _resident(village: DemoVillage, number: int) -> Resident:
    return village.residents[number - 1]


def _registered(village: DemoVillage) -> list[Resident]:
    return [one for one in village.residents if one.registered]


def test_the_same_seed_and_day_make_the_same_village() -> None:
    assert demo_village(TODAY, 5) == demo_village(TODAY, 5)
    assert demo_village(TODAY, 5) != demo_village(TODAY, 6)


def test_all_its_values_are_frozen_and_hashable(village: DemoVillage) -> None:
    assert isinstance(hash(village), int)
    with pytest.raises(dataclasses.FrozenInstanceError):
        village.name = "别的村"  # type: ignore[misc]


# People --------------------------------------------------------------------------------------------------------------


def test_the_forms_of_household_add_up_to_the_village() -> None:
    assert sum(form.count for form in FORMS) == 412
    assert sum(form.count * (1 + len(form.kin)) for form in FORMS) == 1563


def test_households_and_residents_are_counted_exactly(village: DemoVillage) -> None:
    registered = _registered(village)
    assert len(village.households) == 412
    assert len(registered) == 1563
    assert sum(1 for one in registered if one.away_to) == 560
    assert {one.away_to for one in registered} == {"", "东莞", "佛山"}
    assert len(village.residents) - len(registered) == 118
    assert [one.number for one in village.residents] == list(range(1, 1682))
    assert [home.number for home in village.households] == list(range(1, 413))


def test_seven_groups_with_a_place_each(village: DemoVillage) -> None:
    assert [group.title for group in village.groups] == ["一组", "二组", "三组", "四组", "五组", "六组", "七组"]
    assert len({group.place for group in village.groups}) == 7
    assert {home.group for home in village.households} == {group.number for group in village.groups}
    assert len({home.door for home in village.households}) == 412


def test_everyone_registered_lives_in_exactly_one_household(village: DemoVillage) -> None:
    members = [number for home in village.households for number in home.members]
    assert sorted(members) == [one.number for one in _registered(village)]
    for home in village.households:
        family = [_resident(village, number) for number in home.members]
        assert {(one.household, one.group) for one in family} == {(home.number, home.group)}
        assert [one.relation for one in family].count("户主") == 1
        assert _resident(village, home.head).relation == "户主"


def test_tenants_rent_from_a_household_of_their_group(village: DemoVillage) -> None:
    for one in village.residents:
        if not one.registered:
            assert one.household is None
            assert one.rents_from is not None
            assert village.households[one.rents_from - 1].group == one.group
            assert not one.collective_member


def test_three_people_are_called_chen_wei(village: DemoVillage) -> None:
    namesakes = [one for one in village.residents if one.name == "陈伟"]
    assert len(namesakes) == 3
    assert len({one.household for one in namesakes}) == 3


def test_children_are_younger_than_their_parents(village: DemoVillage) -> None:
    older_to_younger = (("户主", "儿子"), ("户主", "女儿"), ("妻子", "儿子"), ("母亲", "户主"), ("儿媳", "孙子"))
    for home in village.households:
        births = {_resident(village, number).relation: _resident(village, number).birth for number in home.members}
        for older, younger in older_to_younger:
            if older in births and younger in births:
                assert births[older] + timedelta(days=16 * 365) < births[younger]
        assert max(births.values()) < village.today


def test_the_young_are_away_and_the_old_and_the_children_at_home(village: DemoVillage) -> None:
    at_home = Counter(one.age_on(village.today) // 20 for one in _registered(village) if one.at_home)
    away = [one.age_on(village.today) for one in village.residents if one.away_to]
    assert at_home[1] < 100
    assert at_home[0] > 200
    assert at_home[3] + at_home[4] > 300
    assert min(away) >= 17
    assert max(away) < 60
    assert {"老人", "妇女", "儿童"} <= {one.left_behind for one in village.residents}


def test_representatives_party_members_and_members_of_the_collective(village: DemoVillage) -> None:
    representatives = [one for one in village.residents if one.representative]
    assert len(representatives) == 41
    assert len({one.household for one in representatives}) == 41
    assert {one.group for one in representatives} == set(range(1, 8))
    assert sum(one.party_member for one in village.residents) == 50
    assert sum(one.collective_member for one in village.residents) == 1499
    assert len({one.household for one in village.residents if one.hardship}) == 24


# Phones --------------------------------------------------------------------------------------------------------------


def test_all_numbers_are_invented_and_given_once(village: DemoVillage) -> None:
    numbers = [phone.number for phone in village.phones]
    outsiders = [staff.phone for staff in village.staff if staff.resident is None]
    assert all(re.fullmatch(r"\+861390000\d{4}", number) for number in numbers + outsiders)
    assert len(set(numbers + outsiders)) == len(numbers) + len(outsiders)
    assert village.landline == "6123456"


def test_shared_simple_and_missing_phones(village: DemoVillage) -> None:
    shared = [phone for phone in village.phones if len(phone.residents) > 1]
    assert len(shared) == 61
    for phone in shared:
        assert len({_resident(village, number).household for number in phone.residents}) == 1
    holders = [number for phone in village.phones for number in phone.residents]
    assert len(holders) == len(set(holders))
    assert 100 * sum(phone.feature for phone in village.phones) == 38 * len(village.phones)
    silent = [home for home in village.households if not set(home.members) & set(holders)]
    assert len(silent) == 23


def test_a_home_without_a_phone_has_a_neighbour_with_one(village: DemoVillage) -> None:
    holders = {number for phone in village.phones for number in phone.residents}
    for home in village.households:
        assert (home.proxy is None) == bool(set(home.members) & holders)
        if home.proxy is not None:
            assert home.proxy in holders
            assert _resident(village, home.proxy).group == home.group


# Offices -------------------------------------------------------------------------------------------------------------


def test_five_cadres_hold_the_eight_roles(village: DemoVillage) -> None:
    cadres = [staff for staff in village.staff if staff.key in {office.key for office in CADRES}]
    held = [role for staff in cadres for role in staff.roles]
    assert len(cadres) == 5
    assert len(held) == len(set(held))
    assert set(EIGHT) <= set(held)
    assert {role for staff in village.staff for role in staff.roles} == set(Role)


def test_people_in_office_live_at_home_and_are_not_of_one_family(village: DemoVillage) -> None:
    own = [staff for staff in village.staff if staff.resident is not None]
    people = [_resident(village, staff.resident or 0) for staff in own]
    assert len(own) == 15
    assert [one.name for one in people] == [staff.name for staff in own]
    assert len({one.household for one in people}) == 15
    assert all(one.at_home and one.registered for one in people)
    assert {staff.group for staff in own if Role.GRID_OFFICER in staff.roles} == set(range(1, 8))
    assert sum(Role.SUPERVISORS in staff.roles for staff in own) == 3
    for staff, one in zip(own, people, strict=True):
        assert staff.group in (0, one.group)
        assert any(phone.number == staff.phone and one.number in phone.residents for phone in village.phones)


def test_the_lawyer_sees_people_on_the_first_wednesday(village: DemoVillage) -> None:
    lawyer, police, town = village.service_days
    assert (lawyer.weekday, lawyer.week_of_month, lawyer.slot_minutes) == (2, 1, 20)
    assert (lawyer.starts, lawyer.ends, lawyer.place) == (time(9), time(12), "村委会二楼")
    assert (police.weekday, town.weekday) == (1, 3)
    assert {day.staff for day in village.service_days} <= {staff.key for staff in village.staff}
