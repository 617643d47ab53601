"""What Kannel's smsbox tells us over HTTP: a person's message and a receipt.

Seen from Kannel 1.4.5: post-url brings the text as the body and the rest in X-Kannel-* headers; no header names the
message, so the id comes in the query (%I).
"""

import hashlib
import re
from collections.abc import Mapping

from notifier.channel import WebRequest
from notifier.channels.sms.inbound_text import decode_text, normalise_number, without_nul
from notifier.message import DeliveryReceipt, InboundMessage, ReceiptState

# Kannel's dlr.h; 4, kept by the SMSC for later, tells nothing that 8 did not.
_STATE_OF_TYPE = {
    1: ReceiptState.DELIVERED,
    2: ReceiptState.FAILED,
    8: ReceiptState.SENT,
    16: ReceiptState.FAILED,
}
# Kannel's own "NACK/0x0000000b/Invalid Destination Address", else an SMPP receipt (SMPP 3.4, appendix B).
_ANSWER_CODE = re.compile(r"^NACK/([^/]*)|\bstat:(\w+)")
_TOO_LARGE = 2**63
_CHARSET = re.compile(r'charset="?([^";\s]+)', re.IGNORECASE)


def parse_inbound(request: WebRequest) -> InboundMessage:
    """Read a call of post-url or get-url. Raises ValueError, without a word of the message, where it is malformed."""
    query, headers = request.query, request.headers
    sender = (query.get("from") or headers.get("x-kannel-from", "")).strip()
    if not sender:
        raise ValueError("no sender: send-sender = true is missing in Kannel's sms-service")
    missed_call = query.get("missed") == "1"
    text = "" if missed_call else _text_of(request)
    said_at = query.get("ts") or headers.get("x-kannel-time", "")
    provider_id = query.get("id") or _digest(sender, said_at, text)
    return InboundMessage(provider_id, normalise_number(sender), text, missed_call=missed_call)


def parse_receipt(query: Mapping[str, str]) -> DeliveryReceipt | None:
    """Read a call of our own dlr-url; None for a type that changes nothing. Raises ValueError where it is malformed."""
    try:
        delivery_id, kind = int(query["delivery"]), int(query["type"])
    except KeyError as error:
        raise ValueError(f"{error.args[0]} is missing") from None
    if not 0 <= delivery_id < _TOO_LARGE:
        raise ValueError("delivery is none of ours")
    state = _STATE_OF_TYPE.get(kind)
    if state is None:
        return None
    # The receipts of some SMSCs quote the beginning of the text.
    answer = re.split(r"\btext:", query.get("answer", ""), maxsplit=1, flags=re.IGNORECASE)[0].strip()
    code = _ANSWER_CODE.search(answer)
    return DeliveryReceipt(
        state,
        delivery_id=delivery_id,
        provider_id=query.get("foreign", ""),
        code=(code[1] or code[2] or "") if code else "",
        detail=answer[:200],
    )


def _text_of(request: WebRequest) -> str:
    if request.method == "POST":
        return decode_text(request.body, _charset_of(request.headers.get("content-type", "")))
    text = request.query.get("text", "")
    if "\ufffd" in text:
        return without_nul(text)
    # A server that decodes by surrogateescape (PEP 383) has kept the bytes that were not UTF-8.
    return decode_text(text.encode("utf-8", "surrogateescape"), request.query.get("charset", ""))


def _charset_of(content_type: str) -> str:
    charset = _CHARSET.search(content_type)
    return charset[1] if charset else ""


def _digest(sender: str, said_at: str, text: str) -> str:
    if not said_at:
        raise ValueError("neither id nor time: %I is missing in Kannel's post-url or get-url")
    return hashlib.sha256(f"{sender}\n{said_at}\n{text}".encode(errors="replace")).hexdigest()[:32]
