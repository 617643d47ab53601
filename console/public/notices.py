"""Notices to the whole village, as everybody may read them: a page each, and the picture for chat groups."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from console.pages import Pages
from console.public.poster import Poster, png_of
from store.database import Database
from store.domain.areas import AreaKind
from store.domain.settings import LANGUAGES, AreaSettings
from store.queries.areas import settings_for
from store.queries.public_notices import PublicNotice, public_notice

_NUMBER = r"/notices/{number:\d{1,9}}"
_PICTURE_KEPT = "public, max-age=3600"


@dataclass(frozen=True, slots=True)
class NoticePages:
    """`public_url` is how the world reaches this hub: the QR code names it."""

    database: Database
    pages: Pages
    clock: Callable[[], datetime]
    public_url: str

    def routes(self, village: str) -> list[web.RouteDef]:
        """Under the path of a village, `{village}` in it being its id."""
        return [
            web.get(f"{village}{_NUMBER}/", self.page),
            web.get(f"{village}{_NUMBER}/group.png", self.picture),
        ]

    async def page(self, request: web.Request) -> web.Response:
        settings, notice = await self._notice(request)
        return self.pages.page(
            request,
            "village_notice.html",
            village=settings.village_name,
            landline=settings.landline,
            number=notice.number,
            paragraphs=notice.text.splitlines(),
            approved_on=notice.approved_at.astimezone(settings.zone).date(),
        )

    async def picture(self, request: web.Request) -> web.Response:
        settings, notice = await self._notice(request)
        words = self.pages.words(LANGUAGES[0])["public"]
        poster = Poster(
            heading=words["notice"].format(village=settings.village_name, number=notice.number),
            text=notice.text,
            foot=words["poster_foot"].format(landline=settings.landline) if settings.landline else words["poster_scan"],
            address=f"{self.public_url}/v/{settings.area.id}/notices/{notice.number}/",
        )
        headers = {"Cache-Control": _PICTURE_KEPT, "X-Content-Type-Options": "nosniff"}
        content = await asyncio.to_thread(png_of, poster)
        return web.Response(body=content, content_type="image/png", headers=headers)

    async def _notice(self, request: web.Request) -> tuple[AreaSettings, PublicNotice]:
        async with self.database.read(self.clock()) as tx:
            settings = await settings_for(tx, int(request.match_info["village"]))
            notice = await public_notice(tx, settings.area.id, int(request.match_info["number"]))
        if notice is None or settings.area.kind is not AreaKind.VILLAGE:
            raise web.HTTPNotFound
        return settings, notice
