"""What everybody may read without signing in: a village's published disclosures, month by month.

Nothing that is not published is ever shown, and nothing about a person: to a visitor it does not exist.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from console.pages import Pages
from console.public.notices import NoticePages
from console.public.papers import PaperPages
from store.database import Database, Transaction
from store.domain.areas import AreaKind
from store.domain.disclosures import DisclosureCategory, DisclosureItem, digest_of
from store.domain.errors import NotFound, StoreUnavailable
from store.domain.settings import AreaSettings
from store.files import FileStore
from store.queries.areas import settings_for
from store.queries.disclosures import attachment_of, published_disclosure, published_months, urgent_items

log = structlog.get_logger()

_VILLAGE = r"/{village:\d{1,15}}"
_ATTACHMENT_KEPT = "public, max-age=86400, immutable"


def _utc_now() -> datetime:
    return datetime.now(UTC)


def public_application(
    database: Database, files: FileStore, public_url: str, clock: Callable[[], datetime] = _utc_now
) -> web.Application:
    """A sub-application, to be mounted under /v of `public_url`."""
    pages = Pages()
    board = _Board(database, files, pages, clock)
    application = web.Application(middlewares=[_failures(pages)])
    application.add_routes(NoticePages(database, pages, clock, public_url).routes(_VILLAGE))
    application.add_routes(PaperPages(database, clock, public_url).routes(_VILLAGE))
    application.add_routes(
        [
            web.get(_VILLAGE, _with_slash),
            web.get(f"{_VILLAGE}/", board.front),
            web.get(_VILLAGE + r"/disclosures/{month:\d{4}-\d{2}}", board.month),
            web.get(_VILLAGE + r"/items/{item:\d{1,15}}/attachment", board.attachment),
        ]
    )
    return application


async def _with_slash(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound(f"{request.match_info['village']}/")


def _failures(pages: Pages) -> Middleware:
    """Pages for what is not there and for a store that does not answer; a visitor sees no error of ours."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except (web.HTTPNotFound, NotFound):
            return pages.page(request, "public_notice.html", status=404, sentence="no_such_page")
        except StoreUnavailable:
            log.warning("public.store_unavailable")
            return pages.page(request, "public_notice.html", status=503, sentence="come_back")

    return answer


@dataclass(frozen=True, slots=True)
class _Board:
    """The notice board of every village."""

    database: Database
    files: FileStore
    pages: Pages
    clock: Callable[[], datetime]

    async def front(self, request: web.Request) -> web.Response:
        async with self.database.read(self.clock()) as tx:
            settings = await _village(tx, request)
            months = await published_months(tx, settings.area.id)
            urgent = await urgent_items(tx, settings.area.id)
        return self.pages.page(
            request,
            "disclosures.html",
            village=settings.village_name,
            landline=settings.landline,
            months=months,
            urgent=urgent,
            zone=settings.zone,
        )

    async def month(self, request: web.Request) -> web.Response:
        month = _month(request)
        async with self.database.read(self.clock()) as tx:
            settings = await _village(tx, request)
            disclosure = await published_disclosure(tx, settings.area.id, month)
        if disclosure is None or disclosure.published_at is None:
            raise web.HTTPNotFound
        return self.pages.page(
            request,
            "disclosure.html",
            village=settings.village_name,
            landline=settings.landline,
            month=month,
            published_on=disclosure.published_at.astimezone(settings.zone).date(),
            digest=digest_of(disclosure.items, disclosure.opening_fen),
            opening_fen=disclosure.opening_fen,
            sections=_by_category(disclosure.items),
        )

    async def attachment(self, request: web.Request) -> web.StreamResponse:
        async with self.database.read(self.clock()) as tx:
            settings = await _village(tx, request)
            found = await attachment_of(tx, settings.area.id, int(request.match_info["item"]))
        path = self.files.path_of(found[0]) if found else None
        if found is None or path is None or not path.is_file():
            raise web.HTTPNotFound
        headers = {"Content-Type": found[1], "X-Content-Type-Options": "nosniff", "Cache-Control": _ATTACHMENT_KEPT}
        return web.FileResponse(path, headers=headers)


async def _village(tx: Transaction, request: web.Request) -> AreaSettings:
    settings = await settings_for(tx, int(request.match_info["village"]))
    if settings.area.kind is not AreaKind.VILLAGE:
        raise web.HTTPNotFound
    return settings


def _month(request: web.Request) -> date:
    try:
        return date.fromisoformat(f"{request.match_info['month']}-01")
    except ValueError as error:
        raise web.HTTPNotFound from error


def _by_category(items: Sequence[DisclosureItem]) -> list[tuple[DisclosureCategory, list[DisclosureItem]]]:
    """In the categories' own order; one without items has no heading."""
    found = {category: [item for item in items if item.category is category] for category in DisclosureCategory}
    return [(category, listed) for category, listed in found.items() if listed]
