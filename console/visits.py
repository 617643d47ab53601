"""Who is at the console: the session of a browser, the forms that only our own pages may send, and what is refused.

Every page passes `Doorkeeper`: nothing else decides whether somebody is signed in.
"""

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from console.pages import Pages, language_asked
from console.rooms import rooms_of
from notifier.accounts import Outside
from notifier.pulse import Pulse
from notifier.render import Medium, Renderer
from store.actions.sign_in import SEEN_EVERY, saw_session
from store.database import Database
from store.domain.errors import NotAllowed, NotFound, Refusal, StoreUnavailable
from store.domain.people import Staff
from store.domain.settings import AreaSettings
from store.domain.sign_in import SESSION_VALID, ConsoleSession
from store.domain.speech import Say
from store.files import FileStore
from store.queries.areas import settings_for
from store.queries.people import staff_by_id
from store.queries.sign_in import session_of

log = structlog.get_logger()

HOME = "/console/today"
SIGN_IN = "/console/sign-in"
SESSION_COOKIE = "banyan_office"
VISIT_COOKIE = "banyan_visit"
"""What the forms of somebody who is not signed in are bound to."""
MOST_CHARACTERS = 4_000

CONSOLE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
        "media-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    # Not `no-referrer`: under it browsers send `Origin: null` with a form, and our own could not be told apart.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Office:
    """What the console works with. `caller` tells where a request comes from; `secure` whether the world uses HTTPS."""

    database: Database
    files: FileStore
    renderer: Renderer
    pages: Pages
    clock: Callable[[], datetime]
    caller: Callable[[web.BaseRequest], str]
    secure: bool
    pulse: Pulse
    outside: Outside = field(default_factory=Outside)

    def refused(self, request: web.Request, refusal: Refusal, settings: AreaSettings) -> str:
        """A refusal in the words of the reader's language."""
        say = Say(f"refused.{refusal.key}", refusal.params)
        return self.renderer.render(say, language_asked(request), Medium.CHAT, settings).text

    def keep(self, response: web.StreamResponse, name: str, value: str) -> None:
        """Set a cookie that scripts cannot read and other sites' forms do not send."""
        response.set_cookie(
            name,
            value,
            path="/console",
            max_age=int(SESSION_VALID.total_seconds()),
            httponly=True,
            samesite="Lax",
            secure=self.secure,
        )


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a member of staff who is signed in."""

    person: Staff
    session: ConsoleSession
    settings: AreaSettings
    csrf: str = field(repr=False)

    @property
    def known(self) -> dict[str, Any]:
        """What every page says of who reads it."""
        return {
            "person": self.person,
            "rooms": rooms_of(self.person),
            "csrf": self.csrf,
            "form": secrets.token_hex(8),
            "zone": self.settings.zone,
        }


Page = Callable[[web.Request, Visit], Awaitable[web.StreamResponse]]
Press = Callable[[web.Request, Visit, Fields], Awaitable[web.StreamResponse]]


def csrf_of(token: str) -> str:
    """The token that a form carries, by the cookie it belongs to: another site knows neither."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


async def read_form(request: web.Request, cookie: str) -> Fields:
    """The fields of a form. Raises HTTPForbidden where it is not one of our pages that sent it with this cookie."""
    origin = request.headers.get("Origin")
    if origin is not None and origin.partition("://")[2] != request.host:
        raise web.HTTPForbidden
    sent = await request.post()
    fields = {name: _clean(value) for name, value in sent.items() if isinstance(value, str)}
    if not cookie or not hmac.compare_digest(fields.get("csrf", "").encode(), csrf_of(cookie).encode()):
        raise web.HTTPForbidden
    return fields


def _clean(text: str) -> str:
    """Without what no store takes: null bytes, halves of surrogate pairs; cut where no page of ours lets one write."""
    text = text.replace("\0", "").replace("\r\n", "\n").encode(errors="ignore").decode()
    return text.strip()[:MOST_CHARACTERS]


def form_key(fields: Fields) -> str:
    """A form sent twice is pressed once; the same page filled in anew (the Back key) is another."""
    written = "\0".join(f"{name}={fields[name]}" for name in sorted(fields) if name != "csrf")
    return hashlib.sha256(written.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    office: Office

    def page(self, handler: Page) -> Handler:
        """A page for staff; others are led to the sign-in."""

        async def answer(request: web.Request) -> web.StreamResponse:
            visit = await self._used(request)
            if visit is None:
                raise web.HTTPSeeOther(SIGN_IN)
            return await handler(request, visit)

        return answer

    def press(self, handler: Press, *, most_bytes: int = 0) -> Handler:
        """A form for staff. Whoever's session ended while he wrote gets back what he wrote.

        `most_bytes` where a file comes with it that may be larger than what one writes.
        """

        async def answer(request: web.Request) -> web.StreamResponse:
            visit = await self._used(request)
            if visit is None:
                sent = await request.post()
                return self.office.pages.page(request, "signed_out.html", status=401, text=str(sent.get("text", "")))
            return await handler(request, visit, await read_form(request, request.cookies[SESSION_COOKIE]))

        async def answer_with_file(request: web.Request) -> web.StreamResponse:
            request = request.clone(client_max_size=most_bytes)
            sent = await request.post()
            try:
                return await answer(request)
            finally:
                for one in sent.values():
                    if isinstance(one, web.FileField):
                        one.file.close()

        return answer_with_file if most_bytes else answer

    async def _used(self, request: web.Request) -> Visit | None:
        visit = await self.visit(request)
        now = self.office.clock()
        by_itself = request.method == "GET" and "HX-Request" in request.headers  # a page that renews what it shows
        if visit and not by_itself and now - visit.session.seen_at > SEEN_EVERY:
            async with self.office.database.write(now) as tx:
                await saw_session(tx, visit.session)
        return visit

    async def visit(self, request: web.Request) -> Visit | None:
        """Who asks, None for nobody. By this alone a session does not count as used: a page that waits asks too."""
        token = request.cookies.get(SESSION_COOKIE, "")
        if not token:
            return None
        office = self.office
        async with office.database.read(office.clock()) as tx:
            session = await session_of(tx, token)
            if session is None or not session.proved:
                return None
            try:
                person = await staff_by_id(tx, session.staff_id)
            except NotFound:  # he has left office
                return None
            settings = await settings_for(tx, person.area_id)
        return Visit(person, session, settings, csrf_of(token))


def failures(pages: Pages) -> Middleware:
    """Pages for what is not there or not his, for foreign forms and for a store that does not answer."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except (web.HTTPNotFound, NotFound):
            return pages.page(request, "notice.html", status=404, sentence="not_there")
        except Refusal as refusal:
            log.info("console.refused", key=refusal.key)
            status = 403 if isinstance(refusal, NotAllowed) else 409
            return pages.page(request, "notice.html", status=status, sentence="not_possible")
        except web.HTTPForbidden:
            return pages.page(request, "notice.html", status=403, sentence="stale_form")
        except web.HTTPRequestEntityTooLarge:
            return pages.page(request, "notice.html", status=413, sentence="too_long")
        except StoreUnavailable:
            log.warning("console.store_unavailable")
            return pages.page(request, "notice.html", status=503, sentence="come_back")

    return answer
