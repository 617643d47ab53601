"""The cadres' console: signing in, and the tickets. Server-rendered; everything works without a script."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import web

from console.account.routes import account_routes
from console.audit.routes import audit_routes
from console.days.routes import day_routes
from console.disclosures.routes import disclosure_routes
from console.failures import Failures, failures_on
from console.figures.routes import figures_routes
from console.jobs.routes import job_routes
from console.kept.routes import kept_routes
from console.matters.routes import matter_routes
from console.notices.routes import notice_routes
from console.offices.routes import office_routes
from console.paper.routes import paper_routes
from console.people.routes import people_routes
from console.services.routes import service_routes
from console.settings.routes import settings_routes
from console.sign_in import SignIn
from console.streams import Streams
from console.tickets.routes import ticket_routes
from console.today.routes import today_routes
from console.visits import HOME, Doorkeeper, Office
from notifier.accounts import Outside
from notifier.pages import Pages
from notifier.pulse import Pulse
from notifier.render import Renderer
from store.database import Database
from store.domain.errors import NotAllowed, NotFound, Refusal, StoreUnavailable
from store.files import FileStore

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


_FAILURES: Failures = {
    web.HTTPNotFound: (404, "not_there"),
    NotFound: (404, "not_there"),
    NotAllowed: (403, "not_possible"),
    Refusal: (409, "not_possible"),
    web.HTTPForbidden: (403, "stale_form"),
    web.HTTPRequestEntityTooLarge: (413, "too_long"),
    StoreUnavailable: (503, "come_back"),
}
"""What is not there or not his, foreign forms, and a store that does not answer."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the process gives: `caller` tells where a request comes from, `secure` whether the world uses HTTPS.

    `pulse` wakes the pages that wait for news.
    """

    renderer: Renderer
    pages: Pages
    caller: Callable[[web.BaseRequest], str]
    secure: bool
    pulse: Pulse
    outside: Outside = field(default_factory=Outside)


def console_pages() -> Pages:
    return Pages("console", CONSOLE_HEADERS)


def console_application(
    database: Database, files: FileStore, around: Surroundings, clock: Callable[[], datetime] = _utc_now
) -> web.Application:
    """A sub-application, to be mounted under /console."""
    office = Office(
        database,
        files,
        around.renderer,
        around.pages,
        clock,
        around.caller,
        around.secure,
        around.pulse,
        around.outside,
    )
    application = web.Application(middlewares=[failures_on(around.pages, "notice.html", _FAILURES)])
    application.add_routes([*_doors(office), *_rooms(office)])
    return application


def _doors(office: Office) -> list[web.RouteDef]:
    """Open to whoever comes."""
    signing, keeper = SignIn(office), Doorkeeper(office)
    return [
        web.get("", _home),
        web.get("/", _home),
        web.get("/sign-in", signing.sign_in_page),
        web.post("/sign-in", signing.sign_in),
        web.get("/code", signing.code_page),
        web.post("/code", signing.enter_code),
        web.get("/start", signing.start_page),
        web.post("/start", signing.start),
        web.post("/sign-out", keeper.press(signing.leave)),
    ]


def _rooms(office: Office) -> list[web.RouteDef]:
    """For staff who are signed in."""
    streams = Streams(Doorkeeper(office))
    return [
        *today_routes(office),
        *ticket_routes(office, streams),
        *notice_routes(office, streams),
        *matter_routes(office),
        *disclosure_routes(office),
        *paper_routes(office),
        *day_routes(office),
        *service_routes(office),
        *people_routes(office),
        *office_routes(office),
        *figures_routes(office),
        *settings_routes(office),
        *audit_routes(office),
        *job_routes(office),
        *account_routes(office),
        *kept_routes(office),
    ]


async def _home(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPSeeOther(HOME)
