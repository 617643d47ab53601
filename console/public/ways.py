"""What can be done at the village hall, and the ways to reach it, with a QR code each."""

import functools
import io
import re
from dataclasses import dataclass

import segno
from aiohttp import web

from console.public.board import NOT_KEPT, VILLAGE, Board
from store.database import Transaction
from store.domain.accounts import AccountKind
from store.domain.settings import AreaSettings
from store.queries.accounts import accounts_serving
from store.queries.services import services_of

_PICTURE_KEPT = "public, max-age=86400"
_TELEGRAM_NAME = re.compile(r"[A-Za-z0-9_]{5,32}")
_DOT_PIXELS = 6


def way_routes(board: Board) -> list[web.RouteDef]:
    ways = _Ways(board)
    return [
        web.get(f"{VILLAGE}/services/", ways.services),
        web.get(f"{VILLAGE}/contact/", ways.contact),
        web.get(VILLAGE + r"/contact/{way:chat|telegram|page}.png", ways.code),
    ]


@dataclass(frozen=True, slots=True)
class _Ways:
    board: Board

    async def services(self, request: web.Request) -> web.Response:
        async with self.board.village(request) as (tx, settings):
            listed = await services_of(tx, settings.area.id)
        return self.board.page(request, "services.html", settings, services=listed)

    async def contact(self, request: web.Request) -> web.Response:
        async with self.board.village(request) as (tx, settings):
            ways = await ways_of(tx, self.board, settings)
        return self.board.page(request, "contact.html", settings, ways=ways, wechat_name=settings.wechat_name)

    async def code(self, request: web.Request) -> web.Response:
        async with self.board.village(request) as (tx, settings):
            ways = await ways_of(tx, self.board, settings)
        address = ways.get(request.match_info["way"])
        if address is None:
            raise web.HTTPNotFound
        headers = {"Cache-Control": _PICTURE_KEPT, "X-Robots-Tag": NOT_KEPT}
        return web.Response(body=code_of(address), content_type="image/png", headers=headers)


async def ways_of(tx: Transaction, board: Board, settings: AreaSettings) -> dict[str, str]:
    """Way → address, of those that this village has."""
    serving = await accounts_serving(tx, settings.area.id)
    chat = next((account for account in serving if account.kind is AccountKind.WEB_CHAT), None)
    ways = {"chat": f"{board.public_url}/chat/{chat.id}/"} if chat else {}
    if _TELEGRAM_NAME.fullmatch(settings.telegram_name):
        ways["telegram"] = f"https://t.me/{settings.telegram_name}"
    return {**ways, "page": board.address(settings)}


@functools.lru_cache(maxsize=64)
def code_of(address: str) -> bytes:
    """A PNG: there are phones that know no SVG."""
    content = io.BytesIO()
    segno.make(address, error="m", micro=False).save(content, kind="png", scale=_DOT_PIXELS, border=4)
    return content.getvalue()
