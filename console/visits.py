"""Who is at the console, and what becomes of a form that he presses.

Every page passes `Doorkeeper`: nothing else decides whether somebody is signed in.
"""

import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.typedefs import Handler

from console.forms import check_lengths, csrf_of, fields_of, form_key, is_ours
from console.late_forms import LateForms, is_by_htmx
from console.rooms import SIGN_IN, rooms_of
from notifier.accounts import Outside
from notifier.pages import Pages, language_asked
from notifier.pulse import Pulse
from notifier.render import Medium, Renderer
from store.actions.sign_in import SEEN_EVERY, saw_session, take_form
from store.database import Database, Transaction
from store.domain.errors import NotFound, Refusal
from store.domain.people import Staff
from store.domain.settings import AreaSettings
from store.domain.sign_in import SESSION_VALID, ConsoleSession
from store.domain.speech import Say
from store.files import FileStore
from store.queries.areas import settings_for
from store.queries.people import staff_by_id
from store.queries.sign_in import session_of

HOME = "/console/today"
SESSION_COOKIE = "banyan_office"
VISIT_COOKIE = "banyan_visit"
"""What the forms of somebody who is not signed in are bound to."""
Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """What a page says of the form before it: what was done, or why it was refused.

    `action` and `written` are those of the refused form: nobody types again what was refused.
    """

    done: str = ""
    refusal: str = ""
    status: int = 200
    action: str = ""
    written: Fields = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a member of staff who is signed in."""

    person: Staff
    session: ConsoleSession
    settings: AreaSettings
    csrf: str = field(repr=False)
    told: Told = Told()

    def asked(self, request: web.Request) -> Fields:
        """What the form that was refused asks for, else the address."""
        return self.told.written or request.query

    @property
    def known(self) -> dict[str, Any]:
        """What every page says of who reads it, and of the form before it."""
        return {
            "person": self.person,
            "rooms": rooms_of(self.person),
            "csrf": self.csrf,
            "form": secrets.token_hex(8),
            "zone": self.settings.zone,
            "done": self.told.done,
            "refusal": self.told.refusal,
            "refused_action": self.told.action,
            "written": self.told.written,
        }


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

    def page(self, request: web.Request, visit: Visit, name: str, **values: Any) -> web.Response:
        """A page for staff. The room that it stands in is the first part of its address."""
        here = request.rel_url.parts[2]
        return self.pages.page(request, name, status=visit.told.status, **{"here": here, **visit.known, **values})

    def refusing(self, request: web.Request, visit: Visit, refusal: Refusal, fields: Fields | None = None) -> Visit:
        """The same visit, to whom a page says why what he asked for was refused, with what he wrote."""
        said = self.refused(request, refusal, visit.settings)
        action = request.match_info.get("action", "")
        status = 404 if isinstance(refusal, NotFound) else 409
        return replace(visit, told=Told("", said, status, action, fields or {}))

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


Page = Callable[[web.Request, Visit], Awaitable[web.StreamResponse]]
Press = Callable[[web.Request, Visit, Fields], Awaitable[web.StreamResponse]]


def led_to(where: str, done: str, **more: str | int) -> web.HTTPSeeOther:
    """Where a form leads, to be raised; the page there says what was done."""
    return web.HTTPSeeOther(f"{where}{'&' if '?' in where else '?'}{urlencode({'done': done, **more})}")


async def is_new(tx: Transaction, request: web.Request, visit: Visit, fields: Fields) -> bool:
    """Whether a form is pressed for the first time; from now on it is not."""
    return await take_form(tx, visit.person.id, form_key({**fields, "action": request.path}))


async def once(tx: Transaction, request: web.Request, visit: Visit, fields: Fields, where: str) -> None:
    """Take a form, which does what it does once however often it is pressed.

    Raises HTTPSeeOther for one that was pressed before: it leads to `where`, which says so.
    """
    if not await is_new(tx, request, visit, fields):
        raise led_to(where, "already")


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    office: Office

    def page(self, handler: Page) -> Handler:
        """A page for staff; others are led to the sign-in."""

        async def answer(request: web.Request) -> web.StreamResponse:
            visit = await self._used(request)
            if visit is None and _by_itself(request):
                return web.Response(status=204)  # what is being written there stays: it is kept once it is sent
            if visit is None:
                raise web.HTTPSeeOther(SIGN_IN)
            return await handler(request, replace(visit, told=Told(done=request.query.get("done", ""))))

        return answer

    def press(
        self, handler: Press, again: Page | None = None, *, most_bytes: int = 0, unkept: Collection[str] = ()
    ) -> Handler:
        """A form for staff. Whoever is refused reads why on the page `again`, where what he wrote stands.

        Whoever's session ended while he wrote finds the form kept once he has signed in, but for the fields `unkept`.
        `most_bytes` where a file comes with it that may be larger than what one writes.
        """
        late = LateForms(self.office.database, self.office.pages, self.office.clock)

        async def answer(request: web.Request) -> web.StreamResponse:
            visit = await self._used(request)
            if visit is None:
                return await late.after_the_end(request, request.cookies.get(SESSION_COOKIE, ""), unkept)
            if not await is_ours(request, request.cookies[SESSION_COOKIE]):
                return await late.of_another_session(request, visit.person, unkept)
            fields = await fields_of(request)
            try:
                check_lengths(fields)
                async with late.going_through(visit.person, fields):
                    return await handler(request, visit, fields)
            except Refusal as refusal:
                if again is None:
                    raise
                return await again(request, self.office.refusing(request, visit, refusal, fields))

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
        if visit and not _by_itself(request) and now - visit.session.seen_at > SEEN_EVERY:
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


def _by_itself(request: web.Request) -> bool:
    """A page that renews what it shows, nobody's press."""
    return request.method == "GET" and is_by_htmx(request)
