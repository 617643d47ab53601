"""Notices to the whole village, as everybody may read them: a page each, and the picture for chat groups."""

import asyncio
from dataclasses import dataclass

from aiohttp import web

from console.public.board import NOT_KEPT, Board, key_asked
from console.public.poster import Poster, png_of
from console.public.warned import in_full
from store.domain.settings import LANGUAGES, AreaSettings
from store.queries.public_notices import PublicNotice, public_notice, public_notices

_NUMBER = r"/notices/{number:\d{1,9}}"
_PICTURE_KEPT = "public, max-age=3600"


@dataclass(frozen=True, slots=True)
class NoticePages:
    board: Board

    def routes(self, village: str) -> list[web.RouteDef]:
        """Under the path of a village, `{village}` in it being its id."""
        return [
            web.get(f"{village}/notices/", self.list),
            web.get(f"{village}{_NUMBER}/", self.page),
            web.get(f"{village}{_NUMBER}/group.png", self.picture),
        ]

    async def list(self, request: web.Request) -> web.Response:
        async with self.board.village(request) as (tx, settings):
            found = await public_notices(tx, settings.area, key_asked(request))
        return self.board.page(request, "village_notices.html", settings, found=found)

    async def page(self, request: web.Request) -> web.Response:
        settings, notice = await self._notice(request)
        return self.board.page(
            request,
            "village_notice.html",
            settings,
            notice=notice,
            approved_on=notice.approved_at.astimezone(settings.zone).date(),
        )

    async def picture(self, request: web.Request) -> web.Response:
        settings, notice = await self._notice(request)
        every = self.board.pages.words(LANGUAGES[0])
        words = every["public"]
        poster = Poster(
            heading=words["notice"].format(village=settings.village_name, number=notice.number),
            text=in_full(notice, every, settings.zone),
            foot=words["poster_foot"].format(landline=settings.landline) if settings.landline else words["poster_scan"],
            address=self.board.address(settings, f"notices/{notice.number}/"),
        )
        headers = {"Cache-Control": _PICTURE_KEPT, "X-Content-Type-Options": "nosniff", "X-Robots-Tag": NOT_KEPT}
        content = await asyncio.to_thread(png_of, poster)
        return web.Response(body=content, content_type="image/png", headers=headers)

    async def _notice(self, request: web.Request) -> tuple[AreaSettings, PublicNotice]:
        async with self.board.village(request) as (tx, settings):
            notice = await public_notice(tx, settings.area.id, int(request.match_info["number"]))
        if notice is None:
            raise web.HTTPNotFound
        return settings, notice
