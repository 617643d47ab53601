"""The forms that only our own pages may send, and what people wrote into them."""

import hashlib
import hmac
from collections.abc import Mapping

from aiohttp import web

from notifier.pages import comes_from_here
from store.domain.lengths import whole

MOST_CHARACTERS = 4_000
"""Of one field; no page of ours lets one write more."""


def csrf_of(token: str) -> str:
    """The token that a form carries, by the cookie it belongs to: another site knows neither."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


async def read_form(request: web.Request, cookie: str) -> Mapping[str, str]:
    """The fields of a form. Raises HTTPForbidden where it is not one of our pages that sent it with this cookie."""
    if not comes_from_here(request):
        raise web.HTTPForbidden
    sent = await request.post()
    fields = {name: _clean(value) for name, value in sent.items() if isinstance(value, str)}
    if not cookie or not hmac.compare_digest(fields.get("csrf", "").encode(), csrf_of(cookie).encode()):
        raise web.HTTPForbidden
    return fields


def check_lengths(fields: Mapping[str, str]) -> None:
    """Raises Refusal("text.too_long")."""
    for text in fields.values():
        whole(text, MOST_CHARACTERS)


def form_key(fields: Mapping[str, str]) -> str:
    """A form sent twice is pressed once; the same page filled in anew (the Back key) is another."""
    written = "\0".join(f"{name}={fields[name]}" for name in sorted(fields) if name != "csrf")
    return hashlib.sha256(written.encode()).hexdigest()[:32]


def _clean(text: str) -> str:
    """Without what no store takes: null bytes, halves of surrogate pairs."""
    return text.replace("\0", "").replace("\r\n", "\n").encode(errors="ignore").decode().strip()
