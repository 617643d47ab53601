from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.delivery.retry_policy import FIRST_DELAY, LONGEST_DELAY, MOST_ATTEMPTS, retry_after
from notifier.message import SendError

BUSY = SendError("throttled", retryable=True)
JITTERS = st.floats(0, 1)


@pytest.mark.parametrize(
    ("error", "attempts", "jitter", "wait"),
    [
        (BUSY, 1, 1.0, timedelta(seconds=5)),
        (BUSY, 1, 0.0, timedelta(seconds=2.5)),
        (BUSY, 2, 1.0, timedelta(seconds=10)),
        (BUSY, 7, 1.0, timedelta(seconds=320)),
        (BUSY, MOST_ATTEMPTS, 1.0, None),
        (SendError("bad_address"), 1, 1.0, None),
        (SendError("blocked", opted_out=True), 1, 1.0, None),
        (SendError("flood", retryable=True, retry_after_seconds=90), 1, 1.0, timedelta(seconds=90)),
        (SendError("flood", retryable=True, retry_after_seconds=1), 2, 1.0, timedelta(seconds=10)),
        (SendError("flood", retry_after_seconds=90), 1, 1.0, None),
        (SendError("no_balance", stops_channel=True), 1, 0.0, FIRST_DELAY),
        (SendError("no_balance", stops_channel=True), 500, 0.0, FIRST_DELAY),
    ],
)
def test_a_refusal_is_waited_out_or_final(
    error: SendError, attempts: int, jitter: float, wait: timedelta | None
) -> None:
    assert retry_after(error, attempts, jitter) == wait


@given(st.integers(1, MOST_ATTEMPTS - 1), JITTERS, st.floats(0, 86_400))
def test_nobody_is_asked_sooner_than_he_said_nor_much_later(attempts: int, jitter: float, asked: float) -> None:
    wait = retry_after(SendError("busy", retryable=True, retry_after_seconds=asked), attempts, jitter)
    assert wait is not None
    assert max(FIRST_DELAY / 2, timedelta(seconds=asked)) <= wait <= max(LONGEST_DELAY, timedelta(seconds=asked))


@given(st.integers(1, MOST_ATTEMPTS - 2), JITTERS)
def test_the_next_wait_is_at_least_as_long(attempts: int, jitter: float) -> None:
    first, second = retry_after(BUSY, attempts, jitter), retry_after(BUSY, attempts + 1, jitter)
    assert first is not None
    assert second is not None
    assert first <= second


@given(st.integers(1, 10**6), JITTERS)
def test_trying_ends(attempts: int, jitter: float) -> None:
    assert (retry_after(BUSY, attempts, jitter) is None) == (attempts >= MOST_ATTEMPTS)
