"""The forms that only our own pages may send, and what people wrote into them."""

import hashlib
import hmac
from collections.abc import Collection, Mapping

from aiohttp import web

from notifier.pages import comes_from_here
from store.domain.kept_forms import FilledForm
from store.domain.lengths import whole

MOST_CHARACTERS = 4_000
"""Of one field; no page of ours lets one write more."""
KEPT = "kept"
"""The field that says which kept form is sent anew; nobody's page has another of that name."""
NEVER_KEPT = frozenset({"csrf", KEPT, "password"})


def csrf_of(token: str) -> str:
    """The token that a form carries, by the cookie it belongs to: another site knows neither."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


async def read_form(request: web.Request, cookie: str) -> Mapping[str, str]:
    """The fields of a form. Raises HTTPForbidden where it is not one of our pages that sent it with this cookie."""
    if not await is_ours(request, cookie):
        raise web.HTTPForbidden
    return await fields_of(request)


async def is_ours(request: web.Request, cookie: str) -> bool:
    """Whether one of our pages sent it, to the browser with this cookie."""
    if not cookie or not comes_from_here(request):
        return False
    token = (await fields_of(request)).get("csrf", "")
    return hmac.compare_digest(token.encode(), csrf_of(cookie).encode())


def surely_from_here(request: web.Request) -> bool:
    """Whether the browser itself says that one of our pages sent it (RFC 6454): the Origin stands in for the token."""
    return "Origin" in request.headers and comes_from_here(request)


async def fields_of(request: web.Request) -> Mapping[str, str]:
    return {name: _clean(value) for name, value in (await request.post()).items() if isinstance(value, str)}


async def filled_form(request: web.Request, unkept: Collection[str]) -> FilledForm | None:
    """What is to be kept of it, without the fields `unkept`; None where that is nothing, or more than a page lets."""
    fields = await fields_of(request)
    sent = (await request.post()).items()
    files = tuple(name for name, one in sent if isinstance(one, web.FileField) and one.filename)
    left = {name: text for name, text in fields.items() if name not in {*NEVER_KEPT, *unkept}}
    if not (left.keys() - {"form"} or files) or any(len(text) > MOST_CHARACTERS for text in left.values()):
        return None
    return FilledForm(request.path_qs, form_key({**fields, "action": request.path}), left, files)


def check_lengths(fields: Mapping[str, str]) -> None:
    """Raises Refusal("text.too_long")."""
    for text in fields.values():
        whole(text, MOST_CHARACTERS)


def form_key(fields: Mapping[str, str]) -> str:
    """A form sent twice is pressed once; the same page filled in anew (the Back key) is another."""
    written = "\0".join(f"{name}={fields[name]}" for name in sorted(fields) if name not in {"csrf", KEPT})
    return hashlib.sha256(written.encode()).hexdigest()[:32]


def _clean(text: str) -> str:
    """Without what no store takes: null bytes, halves of surrogate pairs."""
    return text.replace("\0", "").replace("\r\n", "\n").encode(errors="ignore").decode().strip()
