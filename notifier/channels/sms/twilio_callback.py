"""What Twilio posts to us: a person's message and a status (twilio.com/docs/messaging/guides/webhook-request)."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from notifier.channels.sms.inbound_text import without_nul
from notifier.channels.sms.twilio_answer import STATES
from notifier.message import DeliveryReceipt, InboundMessage

_MOST_MEDIA = 10


def parse_form(body: bytes) -> list[tuple[str, str]]:
    """Read a form, empty fields included, for they are signed too; never raises."""
    return parse_qsl(body.decode("ascii", "replace"), keep_blank_values=True, errors="replace")


def parse_inbound(form: Mapping[str, str]) -> InboundMessage:
    """Read a message without its media. Raises ValueError, without a word of it, where it is malformed."""
    sid, sender = form.get("MessageSid"), form.get("From")
    if not sid or not sender:
        raise ValueError("no MessageSid or no From")
    return InboundMessage(sid, sender, without_nul(form.get("Body", "")))


def photo_urls(form: Mapping[str, str]) -> Sequence[str]:
    """The addresses of the pictures that came with a message; what is no picture has no place in ours."""
    count = form.get("NumMedia", "")
    wanted = range(min(int(count), _MOST_MEDIA)) if count.isdecimal() and len(count) < 4 else range(0)  # noqa: PLR2004
    return [
        form.get(f"MediaUrl{index}", "")
        for index in wanted
        if form.get(f"MediaContentType{index}", "").startswith("image/")
    ]


def parse_status(form: Mapping[str, str], delivery: str) -> DeliveryReceipt | None:
    """Read a status; None for one that changes nothing. Raises ValueError where it is malformed.

    `delivery` is our own id, which stands in the address that we gave for this message: so a receipt finds its message
    even where the answer that named it was lost.
    """
    sid, status = form.get("MessageSid"), form.get("MessageStatus")
    if not sid or not status:
        raise ValueError("no MessageSid or no MessageStatus")
    if not delivery.isdecimal() or len(delivery) > 18:  # noqa: PLR2004  what a database takes as an id
        raise ValueError("delivery is none of ours")
    state = STATES.get(status)
    if state is None:
        return None
    return DeliveryReceipt(
        state,
        delivery_id=int(delivery),
        provider_id=sid,
        address=form.get("To", ""),
        code=form.get("ErrorCode", ""),
    )
