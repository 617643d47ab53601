"""What to do after a provider refused: try again later or give up. Pure: a decision, no clock and no database."""

from datetime import timedelta

from notifier.message import SendError

MOST_ATTEMPTS = 8
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(minutes=30)


def retry_after(error: SendError, attempts: int, jitter: float) -> timedelta | None:
    """How long to wait before the next attempt, or None to give up.

    `attempts` have been made; `jitter` in 0..1 spreads those who were refused together. The provider's own wish
    (`retry_after_seconds`) is the least that is waited. A message that was refused for the account's sake is not to
    blame: it waits for as long as the account is stopped.
    """
    if error.stops_channel:
        return FIRST_DELAY
    if not error.retryable or attempts >= MOST_ATTEMPTS:
        return None
    doubled: timedelta = FIRST_DELAY * 2 ** (attempts - 1)
    backoff = min(doubled, LONGEST_DELAY) * (0.5 + jitter / 2)
    return max(backoff, timedelta(seconds=error.retry_after_seconds))
