"""The month's page (明白纸) for everybody: to print, in large type, and as pictures for chat."""

import asyncio
from dataclasses import dataclass
from datetime import date

from aiohttp import web

from console.public.board import NOT_KEPT, Board
from notifier.paper.typesetting import Edition, pdf_of, pictures_of
from store.domain.monthly_paper import MonthlyPaper
from store.domain.settings import AreaSettings
from store.queries.monthly_paper import monthly_paper

_MONTH = r"/disclosures/{month:\d{4}-(?:0[1-9]|1[0-2])}"
_KEPT = "public, max-age=3600"


def address_of(public_url: str, village_id: int, month: date) -> str:
    """Where the world finds a month: the QR code on the paper leads there."""
    return f"{public_url}/v/{village_id}/disclosures/{month:%Y-%m}"


@dataclass(frozen=True, slots=True)
class PaperPages:
    board: Board

    def routes(self, village: str) -> list[web.RouteDef]:
        """Under the path of a village, `{village}` in it being its id."""
        return [
            web.get(f"{village}{_MONTH}/paper.pdf", self.usual),
            web.get(f"{village}{_MONTH}/paper-large.pdf", self.large),
            web.get(f"{village}{_MONTH}" + r"/paper-{page:[1-9]\d?}.png", self.picture),
        ]

    async def usual(self, request: web.Request) -> web.Response:
        return await self._pdf(request, Edition.USUAL)

    async def large(self, request: web.Request) -> web.Response:
        return await self._pdf(request, Edition.LARGE)

    async def picture(self, request: web.Request) -> web.Response:
        settings, paper = await self._paper(request)
        return await page_picture(
            paper, self._address(paper), settings.language, int(request.match_info["page"]), _KEPT
        )

    async def _pdf(self, request: web.Request, edition: Edition) -> web.Response:
        settings, paper = await self._paper(request)
        return await printed(paper, self._address(paper), settings.language, edition, _KEPT)

    def _address(self, paper: MonthlyPaper) -> str:
        return address_of(self.board.public_url, paper.village_id, paper.month)

    async def _paper(self, request: web.Request) -> tuple[AreaSettings, MonthlyPaper]:
        async with self.board.village(request) as (tx, settings):
            paper = await monthly_paper(tx, settings, month_asked(request))
        if paper is None:
            raise web.HTTPNotFound
        return settings, paper


def month_asked(request: web.Request) -> date:
    """Raises HTTPNotFound for a year that there is not."""
    try:
        return date.fromisoformat(f"{request.match_info['month']}-01")
    except ValueError as error:
        raise web.HTTPNotFound from error


async def printed(paper: MonthlyPaper, address: str, language: str, edition: Edition, kept: str) -> web.Response:
    content = await asyncio.to_thread(pdf_of, paper, address, language, edition)
    return _file(content, "application/pdf", kept)


async def page_picture(paper: MonthlyPaper, address: str, language: str, page: int, kept: str) -> web.Response:
    """`page` counts from 1. Raises HTTPNotFound where the paper is not that long."""
    pictures = await asyncio.to_thread(pictures_of, paper, address, language)
    if page > len(pictures):
        raise web.HTTPNotFound
    return _file(pictures[page - 1], "image/png", kept)


def _file(content: bytes, media_type: str, kept: str) -> web.Response:
    headers = {"Cache-Control": kept, "X-Content-Type-Options": "nosniff", "X-Robots-Tag": NOT_KEPT}
    return web.Response(body=content, content_type=media_type, headers=headers)
