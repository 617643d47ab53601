"""The cadres' console: signing in, and the tickets. Server-rendered; everything works without a script."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from console.account.routes import account_routes
from console.audit.routes import audit_routes
from console.days.routes import day_routes
from console.disclosures.routes import disclosure_routes
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

log = structlog.get_logger()


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
    application = web.Application(middlewares=[_failures(around.pages)])
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


def _failures(pages: Pages) -> Middleware:
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
