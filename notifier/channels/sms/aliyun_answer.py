"""What Aliyun's answers mean for us (help 101346, "API error codes", and the API gateway's public codes). Pure.

A call has one answer for all its numbers: HTTP 200 and a `Code`, "OK" or the SMS service's (isv.…: our fault, isp.…:
theirs); HTTP 4xx and 5xx with the gateway's codes.
"""

from collections.abc import Mapping
from typing import Any

from notifier.channels.json_body import read_object
from notifier.message import Accepted, Refused, SendError, SendResult, Unknown

_STOPS = frozenset(
    {
        # Money, account, product.
        "isv.OUT_OF_SERVICE",
        "isv.AMOUNT_NOT_ENOUGH",
        "isv.ACCOUNT_NOT_EXISTS",
        "isv.ACCOUNT_ABNORMAL",
        "isv.PRODUCT_UN_SUBSCRIPT",
        "isv.PRODUCT_UNSUBSCRIBE",
        # What the village allowed itself in the console.
        "isv.DAY_LIMIT_CONTROL",
        "isv.MONTH_LIMIT_CONTROL",
        # The signature, without which no text goes out.
        "isv.SIGN_STATE_ILLEGAL",
        "isv.SMS_SIGN_ILLEGAL",
        "isv.SMS_SIGNATURE_ILLEGAL",
        "isv.SIGN_NAME_ILLEGAL",
        # Credentials, permissions, our clock, where we call from.
        "isp.RAM_PERMISSION_DENY",
        "isv.DENY_IP_RANGE",
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "InvalidTimeStamp.Expired",
        "NoPermission",
    }
)
_STOPPING_FAMILIES = ("InvalidAccessKeyId", "Forbidden")
_OPTED_OUT = "isv.CUSTOMER_REFUSED"
_FLOW_CONTROL = "isv.BUSINESS_LIMIT_CONTROL"
# One number gets 1 code a minute, 5 an hour, 10 a day, and 50 notices of a template a day; the message says which.
_FLOW_SECONDS = {"分钟级": 60.0, "小时级": 3600.0, "天级": 6 * 3600.0}
_THROTTLED_SECONDS = 2.0
# They do not say that nothing was taken. A nonce of ours is used once: one that Aliyun has seen was repeated by a proxy
# on the way, and the first of the two did arrive.
_UNCLEAR_FAMILIES = ("isp.", "InternalError", "ServiceUnavailable", "SignatureNonceUsed")


def read_answer(body: bytes) -> dict[str, Any] | None:
    """Read an answer; None where it is none of Aliyun's."""
    try:
        answer = read_object(body)
    except ValueError:
        return None
    return answer if isinstance(answer.get("Code"), str) else None


def result_of(status: int, answer: Mapping[str, Any] | None) -> SendResult:
    """Say what a call's answer, None where it was unreadable, means for each message in it."""
    if answer is None:
        return Unknown(f"HTTP {status}")
    code = answer["Code"][:60]
    if code == "OK":
        return Accepted() if answer.get("BizId") else Unknown("OK without BizId")
    error = error_of(code, str(answer.get("Message", "")), str(answer.get("RequestId", "")))
    return Unknown(code) if error is None else Refused(error)


def error_of(code: str, message: str, request_id: str) -> SendError | None:
    """Read a refusal; None where it leaves open whether the messages were taken.

    `message` is only searched: it may quote numbers and values.
    """
    detail = f"request {request_id[:40]}"
    if code in _STOPS or code.startswith(_STOPPING_FAMILIES):
        return SendError(code, detail, stops_channel=True)
    if code.startswith(_UNCLEAR_FAMILIES):
        return None
    if code == _FLOW_CONTROL:
        wait = next((seconds for level, seconds in _FLOW_SECONDS.items() if level in message), 60.0)
        return SendError(code, detail, retryable=True, retry_after_seconds=wait)
    if code.startswith("Throttling"):
        return SendError(code, detail, retryable=True, retry_after_seconds=_THROTTLED_SECONDS)
    return SendError(code, detail, opted_out=code == _OPTED_OUT)


def blames_one(error: SendError) -> bool:
    """Whether one message of many may have had all of them refused."""
    return not error.stops_channel and not error.code.startswith(("Throttling", "not_connected"))
