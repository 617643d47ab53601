"""What Tencent tells us of messages and replies: by callback, or row by row where it is asked.

Callbacks: tencentcloud.com/document/product/382/43547 (sent) and 382/43548 (replies). The rows of PullSms… say the
same under other names. Neither signs anything: the secret in our route's address is all that speaks for a caller.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import structlog

from notifier.channels.json_body import read_json, read_object
from notifier.channels.sms.beijing_time import read_time
from notifier.channels.sms.inbound_text import without_nul
from notifier.message import DeliveryReceipt, InboundMessage, ReceiptState

_STATES = {"SUCCESS": ReceiptState.DELIVERED, "FAIL": ReceiptState.FAILED}
# The document names no zone; its times are those of Beijing.

_log = structlog.get_logger()


def parse_report(body: bytes) -> list[DeliveryReceipt]:
    """Read a call of "report", an array. Raises ValueError where it is none; one bad row does not cost the others."""
    rows = read_json(body)
    if not isinstance(rows, list):
        raise ValueError("not an array")  # noqa: TRY004  what came is wrong, not how we were called
    receipts = [_reported(row) for row in rows]
    if None in receipts:
        _log.warning("tencent.report_rows_passed_over", count=receipts.count(None))
    return [receipt for receipt in receipts if receipt]


def parse_reply(body: bytes) -> InboundMessage:
    """Read a call of "inbound", one object. Raises ValueError, without a word of the message, where it is malformed."""
    reply = read_object(body)
    number = _number(reply.get("nationcode"), reply.get("mobile"))
    return _message(number, reply.get("time"), reply.get("text"))


def receipt_of_row(row: Mapping[str, Any], delivery_id: int | None = None) -> DeliveryReceipt | None:
    """Read a row of PullSmsSendStatus or PullSmsSendStatusByPhoneNumber; None where it tells nothing."""
    state, serial = _STATES.get(str(row.get("ReportStatus"))), _plain(row.get("SerialNo"))
    if state is None or not serial:
        return None
    return DeliveryReceipt(
        state,
        at=_moment(row.get("UserReceiveTime")),
        delivery_id=delivery_id,
        provider_id=serial,
        address=_plain(row.get("PhoneNumber")),
        code=_plain(row.get("Description")),
    )


def message_of_row(row: Mapping[str, Any]) -> InboundMessage | None:
    """Read a row of PullSmsReplyStatus: the same message, with the same id, as the callback would bring."""
    try:
        number = _number("", row.get("PhoneNumber"))
        return _message(number, row.get("ReplyTime"), row.get("ReplyContent"))
    except ValueError as error:
        _log.warning("tencent.reply_row_passed_over", reason=str(error))
        return None


def _reported(row: object) -> DeliveryReceipt | None:
    if not isinstance(row, dict):
        return None
    state, serial = _STATES.get(str(row.get("report_status"))), _plain(row.get("sid"))
    if state is None or not serial:
        return None
    try:
        address = _number(row.get("nationcode"), row.get("mobile"))
    except ValueError:
        address = ""
    return DeliveryReceipt(
        state,
        at=read_time(row.get("user_receive_time")),
        provider_id=serial,
        address=address,
        code=_plain(row.get("errmsg")),
    )


def _message(number: str, said_at: object, text: object) -> InboundMessage:
    """Make the id that Tencent does not give: two equal texts of one person in one second are one message."""
    if not isinstance(text, str) or not str(said_at).isdecimal():
        raise ValueError("text or time is missing")
    # A lone half of a surrogate pair is no character.
    clean = without_nul(text.encode(errors="replace").decode())
    digest = hashlib.sha256(f"{number}\n{said_at}\n{clean}".encode()).hexdigest()
    return InboundMessage(digest[:32], number, clean)


def _number(country: object, mobile: object) -> str:
    digits = f"{country}{mobile}".replace("+", "")
    if not digits.isascii() or not digits.isdecimal():
        raise ValueError("no number")
    return f"+{digits}"


def _plain(value: object) -> str:
    """An id or a code; "" for what can be neither, and what no database would take."""
    return value if isinstance(value, str) and value.isascii() and value.isprintable() else ""


def _moment(seconds: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(str(seconds)), UTC)
    except (ValueError, OverflowError, OSError):
        return None
