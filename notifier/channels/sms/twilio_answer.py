"""What Twilio's answers mean (twilio.com/docs/messaging/api/message-resource, twilio.com/docs/api/errors)."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from notifier.channels.json_body import read_object
from notifier.message import Accepted, DeliveryReceipt, ReceiptState, Refused, SendError, SendResult, Unknown

STATES: Mapping[str, ReceiptState] = {
    "accepted": ReceiptState.SENT,
    "queued": ReceiptState.SENT,
    "sending": ReceiptState.SENT,
    "sent": ReceiptState.SENT,
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.READ,
    "undelivered": ReceiptState.FAILED,
    "failed": ReceiptState.FAILED,
    "canceled": ReceiptState.FAILED,
}
"""Of MessageStatus. "sent" is our word for taken by the provider: a message that Twilio knows is at least that."""

_OPTED_OUT = "21610"
_LATER_SECONDS = {
    "14107": 10.0,  # too many messages a second
    "20429": 10.0,  # too many requests
    "21611": 60.0,  # the sender's queue is full
    "30001": 60.0,  # queue overflow
    "63038": 4 * 3600.0,  # the account's messages of this day are used up
}
_BAD_CREDENTIALS = frozenset({"10001", "20003", "20004", "20005", "20403", "20404", "30002"})
_BAD_SENDER = frozenset({"21212", "21603", "21606", "21659", "21660", "21661", "21701", "21703", "21705"})
_BAD_CALLBACK = frozenset({"21609"})
# Of the account, not of a message: the next one will do no better.
_STOPS = _BAD_CREDENTIALS | _BAD_SENDER | _BAD_CALLBACK


def result_of(status: int, body: bytes) -> SendResult:
    """Read an answer of Messages.json. What bears no error code of Twilio's may be a proxy's: unknown."""
    try:
        answer = read_object(body)
    except ValueError:
        return Unknown(f"HTTP {status}, unreadable")
    sid, code = answer.get("sid"), str(answer.get("code"))
    if status == 201 and isinstance(sid, str) and sid:  # noqa: PLR2004  HTTP's own name for it says no more
        return Accepted(sid)
    if not 400 <= status < 500 or not code.isdecimal():  # noqa: PLR2004
        return Unknown(f"HTTP {status}")
    return Refused(
        SendError(
            code,
            retryable=code in _LATER_SECONDS,
            retry_after_seconds=_LATER_SECONDS.get(code, 0.0),
            opted_out=code == _OPTED_OUT,
            stops_channel=code in _STOPS,
        )
    )


def receipt_of(message: Mapping[str, Any], delivery_id: int | None = None) -> DeliveryReceipt | None:
    """Read a message resource; None for one that tells nothing, or that came in."""
    state, sid = STATES.get(str(message.get("status"))), message.get("sid")
    if state is None or not isinstance(sid, str) or message.get("direction") == "inbound":
        return None
    return DeliveryReceipt(
        state,
        at=moment_of(message.get("date_updated")),
        delivery_id=delivery_id,
        provider_id=sid,
        address=str(message.get("to") or ""),
        code=str(message.get("error_code") or ""),
    )


def moment_of(written: object) -> datetime | None:
    """Read a time as Twilio writes it (RFC 2822)."""
    try:
        return parsedate_to_datetime(str(written))
    except ValueError:
        return None
