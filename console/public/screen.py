"""A page for the television in the village hall: large, one thing after another, by itself.

A small script of ours fetches the next sheet and keeps those that it has: when the line is down it goes on showing
them. Without scripts the browser is told to load the next sheet after a while.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web

from console.fields import whole_number
from console.public.board import PUBLIC_HEADERS, VILLAGE, Board
from console.public.warned import over_line, warned_line
from console.public.ways import ways_of
from notifier.pages import Pages
from store.database import Transaction
from store.domain.disclosures import digest_of
from store.domain.settings import AreaSettings
from store.queries.disclosures import latest_disclosure, urgent_items
from store.queries.public_matters import UNDER_WAY_OR_COUNTED, public_matters
from store.queries.public_notices import foremost_notices
from store.queries.service_days import service_days_ahead

SECONDS = 20
"""How long a sheet stands: who reads slowly reads a notice of 100 characters twice."""
_NOTICES, _MATTERS, _DAYS, _URGENT = 3, 4, 4, 4

SCREEN_HEADERS = {
    **PUBLIC_HEADERS,
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}


def screen_routes(board: Board) -> list[web.RouteDef]:
    return [web.get(f"{VILLAGE}/screen/", _Screen(board, Pages(headers=SCREEN_HEADERS)).page)]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What fills the screen for a while; `kind` chooses how it is set."""

    kind: str
    shown: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Screen:
    board: Board
    pages: Pages

    async def page(self, request: web.Request) -> web.Response:
        async with self.board.village(request) as (tx, settings):
            sheets = await self._sheets(tx, settings)
        place = _place(request) % len(sheets)
        return self.pages.page(
            request,
            "screen.html",
            village=settings.village_name,
            landline=settings.landline,
            zone=settings.zone,
            now=self.board.clock(),
            warned_line=warned_line,
            over_line=over_line,
            sheet=sheets[place],
            next_place=(place + 1) % len(sheets),
            seconds=SECONDS,
        )

    async def _sheets(self, tx: Transaction, settings: AreaSettings) -> list[Sheet]:
        village = settings.area
        notices = await foremost_notices(tx, village, _NOTICES)
        sheets = [Sheet("notice", {"notice": notice}) for notice in notices]
        if urgent := (await urgent_items(tx, village.id))[:_URGENT]:
            sheets.append(Sheet("urgent", {"items": urgent}))
        if latest := await latest_disclosure(tx, village.id):
            digest = digest_of(latest.items, latest.opening_fen)
            sheets.append(Sheet("sums", {"month": latest.month, "digest": digest}))
        matters = (await public_matters(tx, village.id, most=_MATTERS)).matters
        if under_way := [one for one in matters if one.state in UNDER_WAY_OR_COUNTED]:
            sheets.append(Sheet("matters", {"matters": under_way}))
        if days := [one for one in await service_days_ahead(tx, settings, tx.now) if not one.cancelled_at][:_DAYS]:
            sheets.append(Sheet("days", {"days": days}))
        sheets.append(Sheet("ways", {"ways": await ways_of(tx, self.board, settings)}))
        return sheets


def _place(request: web.Request) -> int:
    return whole_number(request.query.get("sheet", ""))
