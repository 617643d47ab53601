"""Delivery receipts of SMSCs (SMPP 3.4, appendix B: vendors differ, so it is read leniently)."""

import re

from notifier.channels.sms.inbound_text import normalise_number
from notifier.channels.sms.smpp_deliver import Delivered
from notifier.message import DeliveryReceipt, ReceiptState

_ID = re.compile(r"\bid:\s*(\S+)", re.IGNORECASE)
_STAT = re.compile(r"\bstat:\s*(\S+)", re.IGNORECASE)
_ERROR = re.compile(r"\berr:\s*(\w+)", re.IGNORECASE)
# Table B-2 and 5.2.28. Messages under way, and those that the SMSC itself has lost sight of, have no end yet.
_WORDS = {
    1: "ENROUTE",
    2: "DELIVRD",
    3: "EXPIRED",
    4: "DELETED",
    5: "UNDELIV",
    6: "ACCEPTD",
    7: "UNKNOWN",
    8: "REJECTD",
}
_NO_END = frozenset({"ENROUTE", "UNKNOWN"})
_GOOD = {"DELIVRD": ReceiptState.DELIVERED, "ACCEPTD": ReceiptState.SENT}


def parse_receipt(delivered: Delivered) -> DeliveryReceipt | None:
    """Read a receipt; None for one that changes nothing. Raises ValueError, without its text, where it is none.

    The parameters receipted_message_id and message_state go before the text, whose form is the vendor's own. The
    gateways of Chinese carriers pass CMPP's words on ("MK:0001", "DB:0140"): a word that nobody knows is a failure.
    """
    # The beginning of the message may follow, with any words in it.
    text = re.split(r"\btext:", delivered.data.decode("latin-1"), maxsplit=1, flags=re.IGNORECASE)[0]
    provider_id = delivered.receipted_id or _first(_ID, text)
    word = _WORDS.get(delivered.message_state or 0) or _first(_STAT, text).upper()
    if not provider_id or not word:
        raise ValueError("a receipt without id or stat")
    if word in _NO_END:
        return None
    return DeliveryReceipt(
        _GOOD.get(word, ReceiptState.FAILED),
        provider_id=provider_id,
        address=normalise_number(delivered.source),
        code=word,
        detail=f"err {error}" if (error := _first(_ERROR, text)) else "",
    )


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1].strip("\x00") if found else ""
