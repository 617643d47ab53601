"""What Aliyun tells us: receipts (SmsReport), people's messages (SmsUp), and what it knows of one (QuerySendDetails).

The first two are JSON arrays posted to us, repeated after 1, 5 and 10 minutes until they are answered with HTTP 200.
Help: smsreport-2, smsup-http, api-dysmsapi-2017-05-25-querysenddetails. Times are Beijing's and carry no zone. Pure.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from notifier.channels.json_body import read_json
from notifier.channels.sms.beijing_time import read_time
from notifier.channels.sms.inbound_text import normalise_number, without_nul
from notifier.message import DeliveryReceipt, InboundMessage, ReceiptState

_MAINLAND = re.compile(r"(?:\+|00)?(?:86)?(1[3-9]\d{9})", re.ASCII)
_NUMBER = re.compile(r"\+?\d{3,20}", re.ASCII)
# QuerySendDetails: 1 waits for the network's receipt, 2 failed, 3 arrived.
_STATE_OF_STATUS = {"1": ReceiptState.SENT, "2": ReceiptState.FAILED, "3": ReceiptState.DELIVERED}


def mainland_mobile(number: str) -> str | None:
    """Write a mobile number of mainland China as Aliyun does, 11 digits; None for any other."""
    mobile = _MAINLAND.fullmatch(number)
    return mobile[1] if mobile else None


def name_message(out_id: str, mobile: str) -> str:
    """Name one message of a call: Aliyun has no better name than the call's OutId and the number.

    Of a random OutId that is kept nowhere, so that the name betrays no number.
    """
    return _digest(out_id, mobile)


def parse_reports(body: bytes) -> tuple[list[DeliveryReceipt], int]:
    """Read SmsReport: the receipts, and how many entries are none of ours (sent from the console) or unreadable.

    Raises ValueError where it is no JSON array.
    """
    receipts = [_report(entry) for entry in _entries(body)]
    ours = [receipt for receipt in receipts if receipt is not None]
    return ours, len(receipts) - len(ours)


def parse_messages(body: bytes) -> tuple[list[InboundMessage], int]:
    """Read SmsUp: people's messages, and how many entries are unreadable. Raises ValueError where it is no JSON array.

    Older pushes hold `sign_name` and a number as `sequence_id`; newer ones neither.
    """
    messages = [_message(entry) for entry in _entries(body)]
    readable = [message for message in messages if message is not None]
    return readable, len(messages) - len(readable)


def receipt_of_detail(detail: Mapping[str, Any]) -> DeliveryReceipt | None:
    """Read one entry of QuerySendDetails; None where it is none of ours."""
    mobile = mainland_mobile(_text(detail, "PhoneNum"))
    state = _STATE_OF_STATUS.get(_text(detail, "SendStatus"))
    if mobile is None or state is None or not detail.get("OutId"):
        return None
    return DeliveryReceipt(
        state,
        at=read_time(_text(detail, "ReceiveDate")),
        provider_id=name_message(_text(detail, "OutId"), mobile),
        address=f"+86{mobile}",
        code=_text(detail, "ErrCode")[:40],
    )


def _report(entry: object) -> DeliveryReceipt | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("success"), bool):
        return None
    out_id, mobile = _text(entry, "out_id"), mainland_mobile(_text(entry, "phone_number"))
    if not out_id or mobile is None:
        return None
    return DeliveryReceipt(
        ReceiptState.DELIVERED if entry["success"] else ReceiptState.FAILED,
        at=read_time(_text(entry, "report_time")),
        provider_id=name_message(out_id, mobile),
        address=f"+86{mobile}",
        code=_text(entry, "err_code")[:40],
    )


def _message(entry: object) -> InboundMessage | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("content"), str):
        return None
    written = _text(entry, "phone_number")
    if not _NUMBER.fullmatch(written):
        return None
    text = without_nul(entry["content"].encode(errors="replace").decode())
    # Everything that a repeat has in common with its first: the sequence number alone is not said to be unique.
    name = _digest(_text(entry, "sequence_id"), written, _text(entry, "send_time"), text)
    return InboundMessage(name, normalise_number(written), text)


def _entries(body: bytes) -> Iterator[object]:
    parsed = read_json(body)
    if not isinstance(parsed, list):
        raise ValueError("not an array")  # noqa: TRY004  whoever calls us, not our caller, has erred
    return iter(parsed)


def _text(entry: Mapping[str, Any], name: str) -> str:
    """Read a field that some of Aliyun's versions write as a number; "" where it is missing."""
    value = entry.get(name)
    return str(value) if isinstance(value, str | int) else ""


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()[:32]
