import pytest

from notifier.audience import Counted
from notifier.render import Rendered
from notifier.wording import Wording
from store.domain.accounts import Account, AccountKind
from store.domain.areas import Area, AreaKind
from store.domain.audiences import Audience, AudienceKind
from store.domain.deliveries import SkipReason
from store.domain.notices import UNREACHED_REASONS, needs_second_person
from store.queries.planned import FIRST, OPEN, SECOND, STANDING, Tally

PAGE = Wording(Account(1, 1, AccountKind.WEB_CHAT, "page", "", {}), "zh_CN", Rendered("", ()), 0, 0, whole=True)
SMS = Wording(Account(2, 1, AccountKind.KANNEL, "sms", "", {}), "zh_CN", Rendered("", ()), 2, 10, whole=True)
[DEAD] = [number for number, reason in STANDING.items() if reason is SkipReason.DEAD_CONTACT]
[SHARED] = [number for number, reason in STANDING.items() if reason is SkipReason.SHARED_ADDRESS]


def test_recipients_are_counted_by_what_becomes_of_them() -> None:
    """A second step is of somebody who was counted already, and costs nothing until it goes out."""
    tallies = [
        Tally(FIRST, OPEN, 0, 80, 0),
        Tally(FIRST, OPEN, 1, 300, 0),
        Tally(FIRST, SHARED, 1, 7, 0),
        Tally(FIRST, DEAD, 1, 20, 0),
        Tally(FIRST, DEAD, None, 5, 0),
        Tally(SECOND, OPEN, 1, 60, 0),
    ]
    counted = Counted((PAGE, SMS, None), tallies)
    assert counted.units == 412
    assert (counted.by_medium(is_sms=False), counted.by_medium(is_sms=True)) == (80, 300)
    assert counted.price_fen == 3000
    assert counted.skipped(UNREACHED_REASONS) == 25
    assert (counted.messages(FIRST, 1), counted.messages(SECOND, 1)) == (300, 60)


VILLAGE = Area(1, AreaKind.VILLAGE, "榕溪村", "/1/")
GROUP_1, GROUP_3 = (Area(10 + n, AreaKind.GROUP, f"{n}组", f"/1/{10 + n}/", 1, n) for n in (1, 3))


@pytest.mark.parametrize(
    ("audience", "size", "needed"),
    [
        (Audience(AudienceKind.VILLAGE, VILLAGE), 1, True),
        (Audience(AudienceKind.GROUP, GROUP_3), 500, False),
        (Audience(AudienceKind.VILLAGE, VILLAGE, (GROUP_1, GROUP_3)), 50, False),
        (Audience(AudienceKind.VILLAGE, VILLAGE, (GROUP_1, GROUP_3)), 51, True),
        (Audience(AudienceKind.VILLAGE, VILLAGE, age_from=60), 51, True),
        (Audience(AudienceKind.REPRESENTATIVES, VILLAGE), 50, False),
        (Audience(AudienceKind.REPRESENTATIVES, VILLAGE), 51, True),
        (Audience(AudienceKind.PARTY_MEMBERS, VILLAGE), 51, True),
    ],
)
def test_who_needs_a_second_person(audience: Audience, size: int, needed: bool) -> None:  # noqa: FBT001
    assert needs_second_person(audience, size, 50) is needed
