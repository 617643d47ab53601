from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.domain.errors import Refusal
from store.domain.service_days import Booked, book, cancel, change, free_slots, slots_of
from store.domain.working_calendar import VILLAGE_ZONE


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 2, 24, hour, minute, tzinfo=VILLAGE_ZONE)


SLOTS = slots_of(at(9), at(11), 30)
EVENING_BEFORE = at(18) - timedelta(days=1)
WANG, LI, CHEN = 7001, 7002, 7003


@pytest.mark.parametrize(
    ("starts", "ends", "minutes", "count", "last_ends"),
    [
        (at(9), at(11), 30, 4, at(11)),
        (at(9), at(11), 50, 2, at(10, 40)),
        (at(14, 30), at(17, 30), 15, 12, at(17, 30)),
        (at(9), at(9, 20), 20, 1, at(9, 20)),
    ],
)
def test_slots_fill_the_hours(starts: datetime, ends: datetime, minutes: int, count: int, last_ends: datetime) -> None:
    slots = slots_of(starts, ends, minutes)
    assert [slot.number for slot in slots] == list(range(1, count + 1))
    assert (slots[0].starts_at, slots[-1].ends_at) == (starts, last_ends)


@pytest.mark.parametrize(
    ("starts", "ends", "minutes"),
    [(at(9), at(9, 20), 30), (at(11), at(9), 30), (at(9), at(9), 30), (at(9), at(11), 0), (at(9), at(11), -5)],
)
def test_hours_without_a_slot_are_refused(starts: datetime, ends: datetime, minutes: int) -> None:
    with pytest.raises(Refusal) as refused:
        slots_of(starts, ends, minutes)
    assert (refused.value.key, refused.value.params) == ("service_day.no_slots", {"minutes": minutes})


@pytest.mark.parametrize(
    ("booked", "now", "number", "expected"),
    [
        ({}, EVENING_BEFORE, None, 1),
        ({LI: 1}, EVENING_BEFORE, None, 2),
        ({LI: 2}, EVENING_BEFORE, None, 1),
        ({LI: 1}, EVENING_BEFORE, 4, 4),
        ({}, at(9), None, 2),
        ({}, at(10, 29), None, 4),
        ({LI: 2}, at(9, 1), None, 3),
    ],
)
def test_a_resident_gets_the_slot_he_asked_for_or_the_first_free(
    booked: Booked, now: datetime, number: int | None, expected: int
) -> None:
    assert book(SLOTS, booked, WANG, now, number).number == expected


@pytest.mark.parametrize(
    ("booked", "now", "number", "key", "params"),
    [
        ({WANG: 2}, EVENING_BEFORE, 3, "already_booked", {"number": 2, "at": at(9, 30)}),
        ({WANG: 2}, EVENING_BEFORE, 2, "already_booked", {"number": 2, "at": at(9, 30)}),
        ({1: 1, 2: 2, 3: 3, 4: 4}, EVENING_BEFORE, None, "full", {}),
        ({1: 1, 2: 2, 3: 3, 4: 4}, EVENING_BEFORE, 2, "full", {}),
        ({3: 3, 4: 4}, at(9, 30), None, "full", {}),
        ({}, at(10, 30), None, "past", {"at": at(10, 30)}),
        ({}, at(9), 1, "past", {"at": at(9)}),
        ({LI: 3}, EVENING_BEFORE, 3, "slot_taken", {"number": 3}),
        ({}, EVENING_BEFORE, 5, "no_such_slot", {"number": 5}),
        ({}, EVENING_BEFORE, 0, "no_such_slot", {"number": 0}),
        ({}, EVENING_BEFORE, -1, "no_such_slot", {"number": -1}),
    ],
)
def test_a_booking_is_refused(
    booked: Booked, now: datetime, number: int | None, key: str, params: dict[str, object]
) -> None:
    with pytest.raises(Refusal) as refused:
        book(SLOTS, booked, WANG, now, number)
    assert (refused.value.key, refused.value.params) == (f"service_day.{key}", params)


@pytest.mark.parametrize(("number", "expected"), [(4, 4), (1, 1), (2, 2)])
def test_a_resident_changes_to_a_free_slot_or_keeps_his_own(number: int, expected: int) -> None:
    assert change(SLOTS, {WANG: 2, LI: 3}, WANG, number, EVENING_BEFORE).number == expected


@pytest.mark.parametrize(
    ("booked", "now", "number", "key"),
    [
        ({LI: 1}, EVENING_BEFORE, 2, "not_booked"),
        ({WANG: 1, LI: 2}, EVENING_BEFORE, 2, "slot_taken"),
        ({WANG: 1}, at(9), 2, "past"),
        ({WANG: 4}, at(9, 30), 2, "past"),
        ({WANG: 4}, EVENING_BEFORE, 9, "no_such_slot"),
    ],
)
def test_a_change_is_refused(booked: Booked, now: datetime, number: int, key: str) -> None:
    with pytest.raises(Refusal) as refused:
        change(SLOTS, booked, WANG, number, now)
    assert refused.value.key == f"service_day.{key}"


def test_a_cancelled_slot_is_free_for_the_next() -> None:
    freed = cancel(SLOTS, {WANG: 1, LI: 2}, WANG, EVENING_BEFORE)
    assert book(SLOTS, {LI: 2}, CHEN, EVENING_BEFORE) == freed == SLOTS[0]


@pytest.mark.parametrize(
    ("booked", "now", "key"), [({LI: 1}, EVENING_BEFORE, "not_booked"), ({WANG: 1}, at(9), "past")]
)
def test_a_cancellation_is_refused(booked: Booked, now: datetime, key: str) -> None:
    with pytest.raises(Refusal) as refused:
        cancel(SLOTS, booked, WANG, now)
    assert refused.value.key == f"service_day.{key}"


WISHES = st.lists(
    st.tuples(st.sampled_from(["book", "change", "cancel"]), st.integers(1, 6), st.integers(0, 5), st.integers(0, 40))
)


@given(WISHES)
def test_no_slot_is_ever_given_twice(wishes: list[tuple[str, int, int, int]]) -> None:
    booked: dict[int, int] = {}
    now = at(8, 30)
    for wish, resident, number, minutes in wishes:
        now += timedelta(minutes=minutes)
        with suppress(Refusal):
            if wish == "book":
                booked[resident] = book(SLOTS, booked, resident, now, number or None).number
            elif wish == "change":
                booked[resident] = change(SLOTS, booked, resident, number, now).number
            else:
                cancel(SLOTS, booked, resident, now)
                del booked[resident]
        assert len(set(booked.values())) == len(booked)
        assert {slot.number for slot in free_slots(SLOTS, booked, now)}.isdisjoint(booked.values())
