from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.rates import USUAL, per_second
from notifier.registry import CHANNELS, Surroundings
from store.domain.accounts import Account, AccountKind
from store.domain.errors import Refusal
from store.domain.plans import checked_fallback, frozen_hash, send_slots
from store.domain.quiet_hours import QuietHours

ZONE = ZoneInfo("Asia/Shanghai")
NIGHT = QuietHours(time(21), time(7))
NOON = datetime(2026, 11, 18, 12, tzinfo=ZONE)


def test_what_fits_goes_out_at_once() -> None:
    slots, done = send_slots(360, 0.1, NOON, ZONE, NIGHT)
    assert [(slot.first, slot.due) for slot in slots] == [(0, NOON)]
    assert done == NOON + timedelta(hours=1)


def test_what_does_not_goes_on_when_the_night_ends() -> None:
    """Nine hours at one in ten seconds are 3,240; a day is fourteen hours, 5,040."""
    slots, done = send_slots(9000, 0.1, NOON, ZONE, NIGHT)
    assert [(slot.first, slot.due.day, slot.due.hour) for slot in slots] == [(0, 18, 12), (3240, 19, 7), (8280, 20, 7)]
    assert (done.day, done.hour) == (20, 9)


def test_at_night_it_waits_for_the_morning() -> None:
    slots, _ = send_slots(1, 10, NOON + timedelta(hours=11), ZONE, NIGHT)
    assert [(slot.first, slot.due.day, slot.due.hour) for slot in slots] == [(0, 19, 7)]


@given(
    st.integers(1, 100_000),
    st.floats(0.1, 100),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from([NIGHT, QuietHours(time(12), time(14)), QuietHours(time(), time())]),
)
def test_nothing_goes_out_in_the_quiet_hours(count: int, rate: float, start: datetime, quiet: QuietHours) -> None:
    slots, done = send_slots(count, rate, start, ZONE, quiet)
    assert slots[0].first == 0
    assert all(before.first < after.first < count for before, after in pairwise(slots))
    assert all(not quiet.covers(slot.due.astimezone(ZONE).time()) for slot in slots)
    assert start <= slots[0].due <= done


def test_the_hash_is_over_words_price_texts_and_recipients() -> None:
    one = ("content", 15, [(1, "zh_CN", "停水", 5)], [(1, 0, 0, 3, 77)])
    others = [
        ("other", *one[1:]),
        (one[0], 20, *one[2:]),
        (*one[:2], [(1, "zh_CN", "停电", 5)], one[3]),
        (*one[:3], [(1, 0, 0, 3, 78)]),
    ]
    assert frozen_hash(*one) == frozen_hash(*one)
    assert frozen_hash(*one) not in {frozen_hash(*other) for other in others}


@pytest.mark.parametrize("minutes", [-1, 2 * 24 * 60 + 1])
def test_an_sms_may_not_follow_days_later(minutes: int) -> None:
    with pytest.raises(Refusal, match=r"notice\.fallback_minutes"):
        checked_fallback(minutes)


CREDENTIALS = {
    AccountKind.TELEGRAM: {"token": "1:t"},
    AccountKind.WECHAT: {"app_id": "wx1", "app_secret": "s", "token": "t"},
    AccountKind.KANNEL: {"send_url": "http://127.0.0.1:1/", "username": "u", "password": "p", "sender": "1"},
    AccountKind.ALIYUN: {"access_key_id": "k", "access_key_secret": "s", "signature": "榕溪村"},
    AccountKind.TENCENT: {"secret_id": "i", "secret_key": "k", "app_id": "1", "signature": "榕溪村"},
    AccountKind.TWILIO: {"account_sid": "a", "auth_token": "t", "sender": "+1"},
    AccountKind.SMPP: {"endpoint": "smpp://127.0.0.1:1", "system_id": "s", "password": "p", "sender": "1"},
    AccountKind.GAMMU: {"folder": "/nowhere"},
}


@pytest.mark.parametrize("kind", list(USUAL))
async def test_the_rate_is_the_channels_own(kind: AccountKind) -> None:
    account = Account(1, 1, kind, "it", "", CREDENTIALS[kind])
    channel = CHANNELS[kind](account, Surroundings("http://127.0.0.1/hook"))
    assert per_second(account) == channel.limits.per_second
    await channel.close()


@pytest.mark.parametrize("kind", [AccountKind.KANNEL, AccountKind.SMPP, AccountKind.GAMMU])
def test_the_operator_may_have_agreed_another(kind: AccountKind) -> None:
    assert per_second(Account(1, 1, kind, "it", "", {**CREDENTIALS[kind], "per_second": "3"})) == 3
