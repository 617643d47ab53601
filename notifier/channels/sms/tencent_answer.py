"""What Tencent's answers mean (SMS, version 2021-01-11: "SendSms", "Error codes"; API 3.0: "Common error codes")."""

from collections.abc import Mapping
from typing import Any

from notifier.channels.json_body import read_object
from notifier.message import Accepted, Refused, SendError, SendResult, Unknown

_DAY_LIMIT_SECONDS = 4 * 3600.0
_LATER_SECONDS = {
    "FailedOperation.MarketingSendTimeConstraint": 3600.0,
    "LimitExceeded.PhoneNumberOneHourLimit": 3600.0,
    "LimitExceeded.PhoneNumberThirtySecondLimit": 30.0,
}
_LATER_PREFIXES = ("LimitExceeded", "RequestLimitExceeded")
_NEVER = frozenset({"LimitExceeded.AppCountryOrRegionInBlacklist", "LimitExceeded.PhoneNumberCountLimit"})
# Balance, signature, credentials, clock, the service itself: no message of this account will do better.
_STOPS = frozenset(
    {
        "FailedOperation.InsufficientBalanceInSmsPackage",
        "FailedOperation.MissingSignature",
        "FailedOperation.MissingSignatureList",
        "FailedOperation.NotEnterpriseCertification",
        "FailedOperation.SignIdNotExist",
        "FailedOperation.SignatureIncorrectOrUnapproved",
        "InternalError.RequestTimeException",
        "InternalError.SigFieldMissing",
        "InternalError.SigVerificationFail",
        "InvalidParameter.AppidAndBizId",
        "InvalidParameterValue.SdkAppIdNotExist",
        "UnsupportedRegion",
    }
)
_STOPS_PREFIXES = ("AuthFailure", "UnauthorizedOperation")
_ONE_TEMPLATE_ONLY = "UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny"
_OPTED_OUT = "FailedOperation.PhoneNumberInBlacklist"
# The document says no more of these than that something behind Tencent's door went wrong or took too long.
_NOT_SURE = frozenset(
    {
        "InternalError",
        "InternalError.OtherError",
        "InternalError.ParseBackendResponseFail",
        "InternalError.SendAndRecvFail",
        "InternalError.Timeout",
        "InternalError.UnknownError",
    }
)


class TencentRefusal(Exception):
    """Tencent answered a whole request with an error. `code` is its own."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_answer(status: int, body: bytes) -> Mapping[str, Any]:
    """Return the "Response" of an answer. Raises TencentRefusal, and ValueError where it is no answer of API 3.0."""
    if status != 200:  # noqa: PLR2004  errors come with 200 as well
        raise ValueError(f"HTTP {status}")
    response = read_object(body).get("Response")
    if not isinstance(response, dict):
        raise ValueError("no Response")  # noqa: TRY004  what came is wrong, not how we were called
    if "Error" in response:
        error = response["Error"]
        raise TencentRefusal(str(error.get("Code")) if isinstance(error, dict) else "")
    return response


def rows_of(response: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return the named list of objects; an empty list comes as null. Raises ValueError where it is none."""
    rows = response.get(name, ()) or []
    if name not in response or not isinstance(rows, list):
        raise ValueError(f"no {name}")
    return [row for row in rows if isinstance(row, dict)]


def result_of_row(row: Mapping[str, Any], token: str) -> SendResult:
    """Read what SendSms says of one number."""
    if row.get("Code") != "Ok":
        return result_of_code(str(row.get("Code")), token)
    serial = row.get("SerialNo")
    return Accepted(serial) if isinstance(serial, str) and serial else Unknown("no SerialNo", token)


def result_of_code(code: str, token: str) -> SendResult:
    """Read an error code, of one number or of a whole request. `token` is the request's SessionContext."""
    if not code or code in _NOT_SURE:
        return Unknown(code, token)
    retryable = code in _LATER_SECONDS or (code.startswith(_LATER_PREFIXES) and code not in _NEVER)
    return Refused(
        SendError(
            code,
            retryable=retryable,
            retry_after_seconds=_later(code) if retryable else 0.0,
            opted_out=code == _OPTED_OUT,
            stops_channel=code in _STOPS or (code.startswith(_STOPS_PREFIXES) and code != _ONE_TEMPLATE_ONLY),
        )
    )


def _later(code: str) -> float:
    return _DAY_LIMIT_SECONDS if code.endswith("DailyLimit") else _LATER_SECONDS.get(code, 0.0)
