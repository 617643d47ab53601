"""X-Twilio-Signature (twilio.com/docs/usage/security): HMAC-SHA1 of the address that was called and of its form."""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from urllib.parse import urlsplit

_PORTS = {"https": 443, "http": 80}


def is_signed(signature: str, auth_token: str, url: str, form: Sequence[tuple[str, str]]) -> bool:
    """Whether `signature` is Twilio's own for a POST of `form` to `url`, the public one with its query.

    Twilio signs the address with its port at one time and without at another: both are right.
    """
    given = signature.encode(errors="replace")
    return any(
        hmac.compare_digest(given, sign(auth_token, address, form).encode()) for address in _with_and_without_port(url)
    )


def sign(auth_token: str, url: str, form: Sequence[tuple[str, str]]) -> str:
    """Return the signature. A field that comes twice counts once for each of its values."""
    fields = "".join(f"{name}{value}" for name, value in sorted(set(form)))
    return b64encode(hmac.digest(auth_token.encode(), f"{url}{fields}".encode(errors="replace"), "sha1")).decode()


def _with_and_without_port(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    bare = parts.netloc.removesuffix(f":{parts.port}")
    port = parts.port or _PORTS.get(parts.scheme, 0)
    return parts._replace(netloc=bare).geturl(), parts._replace(netloc=f"{bare}:{port}").geturl()
