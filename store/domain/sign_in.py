"""Signing in at the console: which passwords are too easy, how long a session lives, when no more tries are taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.domain.errors import Refusal

IDLE_AFTER = timedelta(hours=8)
"""A session that nobody used for so long is over: a day at the office."""
SESSION_VALID = timedelta(days=7)
PENDING_VALID = timedelta(minutes=10)
"""How long a right password waits for its code."""

LOCKED_FOR = timedelta(minutes=15)
TRIES_OF_ACCOUNT = 5
TRIES_OF_ADDRESS = 20
"""More than of an account: an office, and whole towns by mobile, share one address."""

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 200
_FEWEST_CHARACTERS = 5
"""Different ones: 11112222 and 88888888 are what is tried first."""
_RUNS = "01234567890 09876543210 abcdefghijklmnopqrstuvwxyz qwertyuiop"

_FULL_WIDTH = {0xFF10 + figure: str(figure) for figure in range(10)}


@dataclass(frozen=True, slots=True)
class ConsoleSession:
    """One browser of a member of staff. Until its code is entered (`proved`) it opens nothing."""

    id: int
    staff_id: int
    phone_contact_id: int
    proved: bool
    seen_at: datetime


def is_locked(failures: Sequence[datetime], now: datetime, most: int) -> bool:
    """Whether no more tries are taken: `most` wrong ones within a quarter of an hour lock for another.

    `failures` are the latest wrong tries, the newest first.
    """
    if len(failures) < most:
        return False
    newest, oldest = failures[0], failures[most - 1]
    return newest - oldest <= LOCKED_FOR and now - newest < LOCKED_FOR


def plain_code(written: str) -> str:
    """A code as it was sent: a Chinese keyboard writes its figures full-width."""
    return written.translate(_FULL_WIDTH).strip()


def check_password(password: str) -> None:
    """Raises Refusal("password.easy") where it is too short or among those that are guessed first.

    No rule of composition, only length and what is commonly used: NIST SP 800-63B, 5.1.1.2.
    """
    lowered = password.lower()
    too_short_or_long = not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD
    if too_short_or_long or len(set(lowered)) < _FEWEST_CHARACTERS or lowered in _RUNS or "password" in lowered:
        raise Refusal("password.easy", shortest=SHORTEST_PASSWORD)
