"""What a village has disclosed: its months, its items across the months, their papers, and the lists of names.

The lists are for villagers: a conversation in which somebody is known to live here gives him a link, which ends after
half an hour. No cookie is set; who has no chat reads them on paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from aiohttp import web

from console.public.board import NOT_KEPT, VILLAGE, Board, key_asked, root_of, words_asked
from store.domain.disclosure_catalogue import last_day
from store.domain.disclosures import AttachedFile, DisclosureCategory, DisclosureItem, digest_of
from store.queries.disclosures import published_disclosure, published_item, published_months, urgent_items
from store.queries.public_disclosures import lists_posted, search_items, village_of_link

_ITEM = VILLAGE + r"/items/{item:\d{1,15}}"
_FILE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": NOT_KEPT,
    "Cache-Control": "public, max-age=86400, immutable",
}


def account_routes(board: Board) -> list[web.RouteDef]:
    accounts = _Accounts(board)
    return [
        web.get(f"{VILLAGE}/disclosures/", accounts.months),
        web.get(VILLAGE + r"/disclosures/{month:\d{4}-\d{2}}", accounts.month),
        web.get(f"{_ITEM}/", accounts.item),
        web.get(f"{_ITEM}/attachment", accounts.first_file),
        web.get(_ITEM + r"/files/{digest:[0-9a-f]{64}}", accounts.file),
        web.get(VILLAGE + r"/lists/{token:[\w-]{20,40}}/", accounts.lists),
    ]


@dataclass(frozen=True, slots=True)
class _Accounts:
    board: Board

    async def months(self, request: web.Request) -> web.Response:
        """The months, and what was searched for in all of them."""
        words, category = words_asked(request), _category(request)
        async with self.board.village(request) as (tx, settings):
            months = await published_months(tx, settings.area.id)
            urgent = await urgent_items(tx, settings.area.id)
            is_search = bool(words or category)
            found = await search_items(tx, settings.area.id, words, category, key_asked(request)) if is_search else None
        return self.board.page(
            request,
            "disclosures.html",
            settings,
            months=months,
            urgent=urgent,
            found=found,
            q=words,
            category=category or "",
            categories=tuple(DisclosureCategory),
        )

    async def month(self, request: web.Request) -> web.Response:
        month = _month(request)
        async with self.board.village(request) as (tx, settings):
            disclosure = await published_disclosure(tx, settings.area.id, month)
        if disclosure is None or disclosure.published_at is None:
            raise web.HTTPNotFound
        published_on = disclosure.published_at.astimezone(settings.zone).date()
        return self.board.page(
            request,
            "disclosure.html",
            settings,
            month=month,
            published_on=published_on,
            objections_until=last_day(published_on, settings.objection_days),
            reply_days=settings.reply_days,
            digest=digest_of(disclosure.items, disclosure.opening_fen),
            opening_fen=disclosure.opening_fen,
            sections=_by_category(disclosure.items),
        )

    async def item(self, request: web.Request) -> web.StreamResponse:
        """An item's own address, wherever it stands by now: at first among the urgent ones, then in its month."""
        async with self.board.village(request) as (tx, settings):
            item = await published_item(tx, settings.area.id, int(request.match_info["item"]))
            month = await published_disclosure(tx, settings.area.id, item.month) if item else None
        if item is None:
            raise web.HTTPNotFound
        page = f"{item.month:%Y-%m}" if month else ""
        raise web.HTTPFound(f"{root_of(settings)}disclosures/{page}#item-{item.number}")

    async def first_file(self, request: web.Request) -> web.StreamResponse:
        """As items had one file each: addresses of that time are still on paper."""
        item = await self._item(request)
        return self._sent(item.files[0] if item.files else None)

    async def file(self, request: web.Request) -> web.StreamResponse:
        item = await self._item(request)
        digest = request.match_info["digest"]
        return self._sent(next((one for one in item.files if one.sha256 == digest), None))

    async def _item(self, request: web.Request) -> DisclosureItem:
        async with self.board.village(request) as (tx, settings):
            item = await published_item(tx, settings.area.id, int(request.match_info["item"]))
        if item is None:
            raise web.HTTPNotFound
        return item

    def _sent(self, file: AttachedFile | None) -> web.StreamResponse:
        path = self.board.files.path_of(file.sha256) if file else None
        if file is None or path is None or not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={**_FILE_HEADERS, **disposition_of(file)})

    async def lists(self, request: web.Request) -> web.Response:
        async with self.board.village(request) as (tx, settings):
            let_in = await village_of_link(tx, request.match_info["token"]) == settings.area.id
            listed = await lists_posted(tx, settings) if let_in else []
        status = 200 if let_in else 410
        page = self.board.page(request, "named_lists.html", settings, let_in=let_in, lists=listed)
        page.set_status(status)
        page.headers["Cache-Control"] = "no-store"
        return page


def disposition_of(file: AttachedFile) -> dict[str, str]:
    """A photo is shown, a paper is saved under its name (RFC 6266)."""
    if file.is_photo:
        return {"Content-Type": file.media_type}
    name = quote(file.name or "attachment.pdf", safe="")
    return {"Content-Type": file.media_type, "Content-Disposition": f"attachment; filename*=UTF-8''{name}"}


def _category(request: web.Request) -> DisclosureCategory | None:
    asked = request.query.get("category", "")
    return DisclosureCategory(asked) if asked in set(DisclosureCategory) else None


def _month(request: web.Request) -> date:
    try:
        return date.fromisoformat(f"{request.match_info['month']}-01")
    except ValueError as error:
        raise web.HTTPNotFound from error


def _by_category(items: Sequence[DisclosureItem]) -> list[tuple[DisclosureCategory, list[DisclosureItem]]]:
    """In the categories' own order; one without items has no heading."""
    found = {category: [item for item in items if item.category is category] for category in DisclosureCategory}
    return [(category, listed) for category, listed in found.items() if listed]
