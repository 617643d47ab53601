"""What everybody may read without signing in: a village's notices, accounts, matters, service days and services.

Nothing that is not published is ever shown, and nothing about a person: to a visitor it does not exist. Lists with
names have a door of their own (`accounts.lists`). An address that was once given out is answered for ever.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from aiohttp import web

from console.failures import Failures, failures_on
from console.public.accounts import account_routes
from console.public.board import PUBLIC_HEADERS, VILLAGE, Board
from console.public.days import day_routes
from console.public.feed import feed_routes
from console.public.front import front_routes
from console.public.matters import matter_routes
from console.public.notices import NoticePages
from console.public.papers import PaperPages
from console.public.screen import screen_routes
from console.public.ways import way_routes
from notifier.pages import Pages
from notifier.render import Renderer
from store.database import Database
from store.domain.errors import NotFound, StoreUnavailable
from store.files import FileStore

_FAILURES: Failures = {
    web.HTTPNotFound: (404, "no_such_page"),
    NotFound: (404, "no_such_page"),
    StoreUnavailable: (503, "come_back"),
}


def _utc_now() -> datetime:
    return datetime.now(UTC)


def public_application(
    database: Database, files: FileStore, public_url: str, clock: Callable[[], datetime] = _utc_now
) -> web.Application:
    """A sub-application, to be mounted under /v of `public_url`."""
    pages = Pages(headers=PUBLIC_HEADERS)
    board = Board(database, files, pages, Renderer(public_url=public_url), clock, public_url)
    application = web.Application(middlewares=[failures_on(pages, "public_notice.html", _FAILURES)])
    application.add_routes(
        [
            web.get(VILLAGE, _with_slash),
            *front_routes(board),
            *NoticePages(board).routes(VILLAGE),
            *account_routes(board),
            *PaperPages(board).routes(VILLAGE),
            *matter_routes(board),
            *day_routes(board),
            *way_routes(board),
            *feed_routes(board),
            *screen_routes(board),
        ]
    )
    return application


def robots_routes() -> list[web.RouteDef]:
    """/robots.txt: no search engine is wanted anywhere (RFC 9309)."""

    async def robots(_request: web.Request) -> web.Response:
        return web.Response(text="User-agent: *\nDisallow: /\n")

    return [web.get("/robots.txt", robots)]


async def _with_slash(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound(f"{request.match_info['village']}/")
