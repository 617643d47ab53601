from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.audience import Plan, plan
from notifier.render import Medium
from store.domain.accounts import Account, AccountKind
from store.domain.areas import Area, AreaKind
from store.domain.audiences import Audience, AudienceKind
from store.domain.deliveries import SkipReason
from store.domain.notices import needs_second_person
from store.domain.people import ContactKind
from store.queries.audience import Way

SMS = Account(1, 1, AccountKind.KANNEL, "sms", "", {})
TELEGRAM = Account(2, 1, AccountKind.TELEGRAM, "telegram", "", {})
PAGE = Account(3, 1, AccountKind.WEB_CHAT, "page", "", {})
ACCOUNTS = (SMS, TELEGRAM, PAGE)
OWN_ACCOUNT = {ContactKind.TELEGRAM: TELEGRAM.id, ContactKind.WEB_CHAT: PAGE.id, ContactKind.PHONE: None}


def nobody(unit: int = 1, resident: int = 1, *, head: bool = False, adult: bool = True) -> Way:
    return Way(unit, resident, is_head=head, is_adult=adult)


def way(
    contact: int,
    kind: ContactKind = ContactKind.PHONE,
    *,
    unit: int = 1,
    resident: int = 1,
    head: bool = False,
    adult: bool = True,
    address: int | None = None,
    opted_out: bool = False,
    dead: bool = False,
) -> Way:
    return Way(
        unit,
        resident,
        is_head=head,
        is_adult=adult,
        contact_id=contact,
        kind=kind,
        account_id=OWN_ACCOUNT[kind],
        address_index=bytes([address or contact]),
        language="zh_CN",
        opted_out=opted_out,
        dead=dead,
    )


SON_PHONE = way(12, resident=2)
HEAD_PHONE = way(11, head=True)
SON_PAGE = way(21, ContactKind.WEB_CHAT, resident=2)
SON_TELEGRAM = way(22, ContactKind.TELEGRAM, resident=2)
CHILD_TELEGRAM = way(31, ContactKind.TELEGRAM, resident=3, adult=False)


@pytest.mark.parametrize(
    ("ways", "contact", "medium"),
    [
        ([HEAD_PHONE], 11, Medium.SMS),
        ([SON_PHONE, HEAD_PHONE], 11, Medium.SMS),
        ([nobody(head=True), SON_PHONE], 12, Medium.SMS),
        ([HEAD_PHONE, SON_PAGE], 21, Medium.CHAT),
        ([HEAD_PHONE, SON_PAGE, SON_TELEGRAM], 22, Medium.CHAT),
        ([HEAD_PHONE, CHILD_TELEGRAM], 11, Medium.SMS),
        ([replace(HEAD_PHONE, opted_out=True), SON_PHONE], 12, Medium.SMS),
        ([replace(HEAD_PHONE, dead=True), SON_PHONE], 12, Medium.SMS),
        ([HEAD_PHONE, replace(SON_TELEGRAM, dead=True)], 11, Medium.SMS),
        ([HEAD_PHONE, replace(SON_TELEGRAM, account_id=99)], 11, Medium.SMS),
    ],
    ids=[
        "the head's phone",
        "the head before others",
        "any adult where the head has none",
        "chat costs nothing",
        "a chat that knocks before one that waits",
        "no minor",
        "somebody else where the head opted out",
        "somebody else where the head's number is dead",
        "SMS where the chat is dead",
        "SMS where the chat's account is another village's",
    ],
)
def test_the_cheapest_way_that_reaches_somebody(ways: Sequence[Way], contact: int, medium: Medium) -> None:
    [recipient] = plan(ways, ACCOUNTS).recipients
    assert (recipient.contact_id, recipient.medium, recipient.skipped) == (contact, medium, None)


@pytest.mark.parametrize(
    ("ways", "reason"),
    [
        ([nobody(head=True), nobody(resident=2)], SkipReason.NO_CONTACT),
        ([nobody(head=True), CHILD_TELEGRAM], SkipReason.NO_CONTACT),
        ([replace(HEAD_PHONE, opted_out=True)], SkipReason.OPTED_OUT),
        ([replace(HEAD_PHONE, dead=True)], SkipReason.DEAD_CONTACT),
        ([replace(HEAD_PHONE, dead=True), replace(SON_PHONE, opted_out=True)], SkipReason.OPTED_OUT),
        ([replace(SON_TELEGRAM, account_id=99)], SkipReason.NO_ACCOUNT),
    ],
)
def test_why_nobody_is_told(ways: Sequence[Way], reason: SkipReason) -> None:
    planned = plan(ways, ACCOUNTS)
    assert [recipient.skipped for recipient in planned.recipients] == [reason]
    assert planned.unreachable == (reason is not SkipReason.OPTED_OUT)


def test_two_households_at_one_phone_get_one_message() -> None:
    first, second = way(11, unit=1, head=True), way(11, unit=2, resident=2, head=True)
    planned = plan([first, second], ACCOUNTS)
    assert [recipient.skipped for recipient in planned.recipients] == [None, SkipReason.SHARED_ADDRESS]
    assert planned.recipients[1].contact_id == 11
    assert (planned.by_sms, planned.unreachable) == (1, 0)


def test_a_household_is_known_by_its_head_wherever_it_is_told() -> None:
    [recipient] = plan([nobody(resident=7, head=True), way(12, resident=3)], ACCOUNTS).recipients
    assert recipient.resident_id == 7


def test_the_price_of_412_households() -> None:
    """voice.md: a notice of one part to 412 households is about 20 yuan."""
    ways = [replace(way(1, head=True), unit_id=n, resident_id=n, address_index=str(n).encode()) for n in range(412)]
    planned = plan(ways, ACCOUNTS)
    assert planned.price_fen({"zh_CN": 1}, 5) == 2060
    assert planned.price_fen({"zh_CN": 3}, 5) == 6180


VILLAGE = Area(1, AreaKind.VILLAGE, "榕溪村", "/1/")
FIRST, THIRD = (Area(10 + n, AreaKind.GROUP, f"{n}组", f"/1/{10 + n}/", 1, n) for n in (1, 3))


@pytest.mark.parametrize(
    ("audience", "size", "needed"),
    [
        (Audience(AudienceKind.VILLAGE, VILLAGE), 1, True),
        (Audience(AudienceKind.GROUP, THIRD), 500, False),
        (Audience(AudienceKind.VILLAGE, VILLAGE, (FIRST, THIRD)), 50, False),
        (Audience(AudienceKind.VILLAGE, VILLAGE, (FIRST, THIRD)), 51, True),
        (Audience(AudienceKind.VILLAGE, VILLAGE, age_from=60), 51, True),
        (Audience(AudienceKind.REPRESENTATIVES, VILLAGE), 50, False),
        (Audience(AudienceKind.REPRESENTATIVES, VILLAGE), 51, True),
        (Audience(AudienceKind.PARTY_MEMBERS, VILLAGE), 51, True),
    ],
)
def test_who_needs_a_second_person(audience: Audience, size: int, needed: bool) -> None:  # noqa: FBT001
    assert needs_second_person(audience, size, 50) is needed


def _ways() -> st.SearchStrategy[list[Way]]:
    some = st.builds(
        way,
        st.integers(1, 12),
        st.sampled_from(list(ContactKind)),
        unit=st.integers(1, 6),
        resident=st.integers(1, 15),
        head=st.booleans(),
        adult=st.booleans(),
        opted_out=st.booleans(),
        dead=st.booleans(),
    )
    none = st.builds(nobody, st.integers(1, 6), st.integers(1, 15), head=st.booleans(), adult=st.booleans())
    return st.lists(st.one_of(some, none), max_size=30)


def _addresses(planned: Plan, ways: Sequence[Way]) -> list[tuple[ContactKind | None, bytes]]:
    by_contact = {(one.unit_id, one.contact_id, one.account_id): (one.kind, one.address_index) for one in ways}
    carried = {SMS.id: None, TELEGRAM.id: TELEGRAM.id, PAGE.id: PAGE.id, None: None}
    return [by_contact[one.unit_id, one.contact_id, carried[one.account_id]] for one in planned.written_to]


@given(_ways())
def test_every_household_once_and_no_address_twice(ways: list[Way]) -> None:
    planned = plan(ways, ACCOUNTS)
    assert sorted(one.unit_id for one in planned.recipients) == sorted({one.unit_id for one in ways})
    addresses = _addresses(planned, ways)
    assert len(addresses) == len(set(addresses))
    assert len(planned.recipients) == planned.by_chat + planned.by_sms + planned.skipped(*SkipReason)


@given(_ways())
def test_nobody_is_left_out_who_has_a_way(ways: list[Way]) -> None:
    """Whoever is called unreachable has no address that works; nobody gets anything where he opted out."""
    planned = plan(ways, ACCOUNTS)
    works = {one.unit_id for one in ways if one.contact_id and one.is_adult and not one.opted_out and not one.dead}
    for recipient in planned.recipients:
        lost = recipient.skipped not in {None, SkipReason.SHARED_ADDRESS}
        assert lost == (recipient.unit_id not in works)
        if recipient.skipped is None:
            used = [one for one in ways if one.contact_id == recipient.contact_id and one.unit_id == recipient.unit_id]
            assert any(one.is_adult and not one.opted_out and not one.dead for one in used)


@given(_ways(), st.randoms())
def test_the_plan_does_not_depend_on_the_order_of_the_rows(ways: list[Way], dice: Random) -> None:
    """The number of messages and their price are the same however the store gives the rows."""
    shuffled = ways[:]
    dice.shuffle(shuffled)
    one, other = plan(ways, ACCOUNTS), plan(shuffled, ACCOUNTS)
    assert (one.by_chat, one.by_sms, one.unreachable) == (other.by_chat, other.by_sms, other.unreachable)
