"""The delivery ledger's rules: states that only move up, and what may be tried again."""

from datetime import timedelta
from enum import StrEnum


class DeliveryState(StrEnum):
    QUEUED = "queued"
    HELD = "held"
    """The second step of a plan, which waits to see whether the first one arrives."""
    PAUSED = "paused"
    """Held back by a person until he lets the notice go on."""
    DORMANT = "dormant"
    """Waits until the person writes again: his channel takes nothing for him before that."""
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    SKIPPED = "skipped"


RANK = {
    DeliveryState.QUEUED: 0,
    DeliveryState.HELD: 0,
    DeliveryState.PAUSED: 0,
    DeliveryState.DORMANT: 0,
    DeliveryState.SENDING: 1,
    DeliveryState.UNKNOWN: 2,
    DeliveryState.SENT: 3,
    DeliveryState.FAILED: 4,
    DeliveryState.SKIPPED: 4,
    DeliveryState.DELIVERED: 5,
    DeliveryState.READ: 6,
}
"""Receipts only raise the rank: failed after sent is allowed, sent after delivered is not."""

UNDER_WAY = frozenset(state for state, rank in RANK.items() if rank <= RANK[DeliveryState.SENDING])
"""What may still go out, or is going out now."""

WOKEN_AT_ONCE = 3
"""Of what is dormant. WeChat then takes five: the others are for the answer to what he writes, and the one after."""
NEWS_KEEPS = timedelta(days=7)
"""What nobody had asked for (a reminder, a vote, somebody else's request) is no news any more after so long."""


class SkipReason(StrEnum):
    OPTED_OUT = "opted_out"
    NO_CONTACT = "no_contact"
    DEAD_CONTACT = "dead_contact"
    NO_ACCOUNT = "no_account"
    VOTE_CLOSED = "vote_closed"
    CANCELLED = "cancelled"
    TEXT_REFUSED = "text_refused"
    """No gateway there takes this text."""
    DAILY_LIMIT = "daily_limit"
    """The number has had its most for the day."""
    WINDOW_CLOSED = "window_closed"
    """His channel takes nothing for him before he writes again."""
    REACHED = "reached"
    """Of a second step: the first one has arrived."""
    SHARED_ADDRESS = "shared_address"
    """Another household of the same notice has this address: one message is for both."""


RECEIPT_GONE = "[receipt]"
"""What is kept of a message that carried the receipt of an unnamed vote, once that vote is closed."""
