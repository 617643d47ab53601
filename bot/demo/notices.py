"""The notice of a water cut that the demo village sent some days ago, and where it arrived."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from bot.demo.clock import ZONE
from bot.demo.people import Household, Roster
from bot.demo.phones import Phone
from store.domain.deliveries import DeliveryState

SENT_DAYS_AGO = 3
GROUPS = (1, 2, 3)
UNREACHED = ("空号", "停机")
CONFIRMED_PERCENT = 71
NEXT_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NoticeDelivery:
    """One household's copy. `resident` owns the phone: a member, or the proxy of a home without one.

    `confirmed_at` is when 1 came back; `reason` is why it failed.
    """

    household: int
    resident: int
    phone: str
    state: DeliveryState
    sent_at: datetime
    delivered_at: datetime | None
    confirmed_at: datetime | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice to the households of some groups. `drafted_by` is a staff key."""

    number: int
    title: str
    text: str
    groups: tuple[int, ...]
    drafted_by: str
    drafted_at: datetime
    approved_at: datetime
    cut_on: date
    deliveries: tuple[NoticeDelivery, ...]


def water_cut(dice: Random, today: date, roster: Roster, phones: Mapping[int, Phone]) -> Notice:
    """Sent three days ago; the water is off tomorrow."""
    sent_at = datetime.combine(today - timedelta(days=SENT_DAYS_AGO), time(10, 12), ZONE)
    cut_on = today + NEXT_DAY
    homes = [home for home in roster.households if home.group in GROUPS]
    unreached = dict(zip((home.number for home in dice.sample(homes, len(UNREACHED))), UNREACHED, strict=True))
    return Notice(
        number=today.year % 100 * 1000 + 41,
        title="停水通知",
        text=f"{cut_on.month}月{cut_on.day}日8点到17点,一至三组停水,清洗蓄水池。请先存水。急用水到村委会取桶装水。",
        groups=GROUPS,
        drafted_by="clerk",
        drafted_at=sent_at - timedelta(minutes=47),
        approved_at=sent_at - timedelta(minutes=2),
        cut_on=cut_on,
        deliveries=tuple(
            _deliver(dice, home, phones[_taker(home, roster, phones)], sent_at, unreached.get(home.number, ""))
            for home in homes
        ),
    )


def _deliver(dice: Random, home: Household, phone: Phone, sent_at: datetime, reason: str) -> NoticeDelivery:
    copy = NoticeDelivery(
        home.number, phone.residents[0], phone.number, DeliveryState.FAILED, sent_at, None, None, reason
    )
    if reason:
        return copy
    delivered_at = sent_at + timedelta(seconds=dice.randint(2, 90))
    confirmed = dice.randrange(100) < CONFIRMED_PERCENT
    confirmed_at = delivered_at + timedelta(minutes=dice.randint(1, 480)) if confirmed else None
    return replace(copy, state=DeliveryState.DELIVERED, delivered_at=delivered_at, confirmed_at=confirmed_at)


def _taker(home: Household, roster: Roster, phones: Mapping[int, Phone]) -> int:
    """A member at home with a phone, else one who is away, else the neighbour."""
    if home.proxy is not None:
        return home.proxy
    speaking = [one for one in roster.members(home) if one.number in phones]
    return min(speaking, key=lambda one: (not one.at_home, one.number)).number
