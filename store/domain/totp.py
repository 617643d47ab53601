"""Codes of an authenticator app (TOTP, RFC 6238): six digits that change every half minute, each good once."""

import hmac
from datetime import datetime, timedelta

import pyotp

STEP_SECONDS = 30
DRIFT_STEPS = 1
"""How far a phone's clock may be off: one step either way (RFC 6238, 5.2)."""
SETTING_UP = timedelta(minutes=30)
"""How long a secret that was shown waits for its first code."""


def new_secret() -> str:
    """160 random bits (RFC 4226, 4), in the base 32 that apps take."""
    return pyotp.random_base32()


def step_of(secret: str, code: str, now: datetime, *, after: int) -> int | None:
    """The time step whose code this is, None for a wrong one, and for one of the step `after` or before it.

    Every possible step is compared: how long it takes says nothing.
    """
    totp, current = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    steps = range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1)
    right = [step for step in steps if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())]
    return next((step for step in right if step > after), None)


def link_for_app(secret: str, name: str, village: str) -> str:
    """What the QR code says (otpauth://, Google Authenticator's Key Uri Format)."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=village)
