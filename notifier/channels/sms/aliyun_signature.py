"""Alibaba Cloud's signature of a call: ACS3-HMAC-SHA256 ("V3 request structure and signature", help 2593177). Pure."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

_ALGORITHM = "ACS3-HMAC-SHA256"


def canonical_query(query: Mapping[str, str]) -> str:
    """Encode and order a query as it is signed; it must be sent as it stands here."""
    return "&".join(f"{_encode(name)}={_encode(value)}" for name, value in sorted(query.items()))


def signed_headers(
    *,
    action: str,
    version: str,
    host: str,
    query: Mapping[str, str],
    body: bytes,
    key_id: str,
    key_secret: str,
    now: datetime,
    nonce: str,
) -> dict[str, str]:
    """All headers, in lower case, of a POST to "/" with a form or nothing as its body.

    `now` may differ from the provider's clock by 15 minutes; a `nonce` is taken once in that time.
    """
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-acs-date": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    if body:
        headers["content-type"] = "application/x-www-form-urlencoded"
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = f"POST\n/\n{canonical_query(query)}\n{lines}\n{names}\n{headers['x-acs-content-sha256']}"
    to_sign = f"{_ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(key_secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = f"{_ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}"
    return headers


def _encode(part: str) -> str:
    return quote(part, safe="~")
