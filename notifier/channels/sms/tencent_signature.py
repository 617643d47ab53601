"""TC3-HMAC-SHA256, as Tencent Cloud's API 3.0 wants each request signed (its document "Signature v3")."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime

_ALGORITHM = "TC3-HMAC-SHA256"
_SERVICE = "sms"
_VERSION = "2021-01-11"
_CONTENT_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class TencentKey:
    """An API key of one account. `secret_id` names it, `secret_key` never leaves this machine."""

    secret_id: str
    secret_key: str = field(repr=False)


def signed_headers(
    key: TencentKey, *, host: str, region: str, action: str, payload: bytes, now: datetime
) -> dict[str, str]:
    """Return the headers of a POST of `payload` to "/" of `host`, which is the name and port that the client will send.

    Tencent takes no request whose time is more than five minutes from its own.
    """
    timestamp = str(int(now.timestamp()))
    date = now.astimezone(UTC).strftime("%Y-%m-%d")
    scope = f"{date}/{_SERVICE}/tc3_request"
    canonical = f"POST\n/\n\ncontent-type:{_CONTENT_TYPE}\nhost:{host}\n\ncontent-type;host\n{_digest(payload)}"
    to_sign = f"{_ALGORITHM}\n{timestamp}\n{scope}\n{_digest(canonical.encode())}"
    signature = _hmac(_signing_key(key.secret_key, date), to_sign).hex()
    return {
        "Authorization": (
            f"{_ALGORITHM} Credential={key.secret_id}/{scope}, SignedHeaders=content-type;host, Signature={signature}"
        ),
        "Content-Type": _CONTENT_TYPE,
        "Host": host,
        "X-TC-Action": action,
        "X-TC-Region": region,
        "X-TC-Timestamp": timestamp,
        "X-TC-Version": _VERSION,
    }


def _signing_key(secret_key: str, date: str) -> bytes:
    return _hmac(_hmac(_hmac(f"TC3{secret_key}".encode(), date), _SERVICE), "tc3_request")


def _hmac(key: bytes, message: str) -> bytes:
    return hmac.digest(key, message.encode(), "sha256")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
