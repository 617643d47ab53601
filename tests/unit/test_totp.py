"""Codes of an authenticator app: which are right, and that none is right twice."""

import base64
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.domain.totp import STEP_SECONDS, new_secret, step_of

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
NOON_STEP = int(NOON.timestamp()) // STEP_SECONDS


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    """Appendix B, SHA-1; the last six of its eight digits."""
    now = datetime.fromtimestamp(seconds, UTC)
    assert step_of(RFC_SECRET, code, now, after=0) == seconds // STEP_SECONDS


@pytest.mark.parametrize(
    ("off", "after", "found"),
    [
        (0, 0, 0),
        (-1, 0, -1),
        (1, 0, 1),
        (-2, 0, None),
        (2, 0, None),
        (0, NOON_STEP, None),
        (-1, NOON_STEP, None),
        (1, NOON_STEP, 1),
        (0, NOON_STEP - 1, 0),
        (0, NOON_STEP + 1, None),
    ],
)
def test_one_step_of_drift_and_none_twice(off: int, after: int, found: int | None) -> None:
    code = pyotp.TOTP(RFC_SECRET).generate_otp(NOON_STEP + off)
    expected = None if found is None else NOON_STEP + found
    assert step_of(RFC_SECRET, code, NOON, after=after) == expected


@given(st.text(max_size=12))
def test_what_is_no_code_is_wrong_and_breaks_nothing(code: str) -> None:
    right = {pyotp.TOTP(RFC_SECRET).generate_otp(NOON_STEP + off) for off in (-1, 0, 1)}
    assert (step_of(RFC_SECRET, code, NOON, after=0) is not None) == (code in right)


@given(st.lists(st.integers(0, 200), min_size=2, max_size=8))
def test_however_time_goes_each_step_is_taken_once(waits: list[int]) -> None:
    secret, now, last, taken = new_secret(), NOON, 0, []
    for seconds in waits:
        now += timedelta(seconds=seconds)
        code = pyotp.TOTP(secret).at(now)
        if (step := step_of(secret, code, now, after=last)) is not None:
            last = step
            taken.append(step)
    assert len(taken) == len(set(taken))
    assert taken == sorted(taken)
