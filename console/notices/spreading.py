"""A notice for chat groups and loudspeakers: words to copy, the long picture, the QR code; who posted it where."""

import asyncio
import io
from collections.abc import Mapping
from dataclasses import dataclass

import segno
from aiohttp import web

from console.notices.common import NOTICES, notice_id, notice_out
from console.public.poster import Poster, png_of
from console.visits import Fields, Office, Visit, led_to, once
from notifier.emergencies import words_of
from notifier.render import Medium
from store.actions.postings import record_posting
from store.domain.errors import Refusal
from store.domain.notices import Notice
from store.domain.settings import LANGUAGES, AreaSettings
from store.domain.spoken import seconds_to_read
from store.domain.spreading import group_say, horn_text
from store.queries.areas import settings_for
from store.queries.postings import groups_posted_to, postings_of
from store.queries.public_notices import is_public

_GROUPS_OFFERED = 8
_SHORTEST_NAME = 2
_QR_SCALE = 8
_KEPT = "private, max-age=3600"


@dataclass(frozen=True, slots=True)
class SpreadPages:
    office: Office

    async def posted(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """Somebody has put it into a group, and says into which."""
        where = f"{NOTICES}/{notice_id(request)}/group"
        async with self.office.database.write(self.office.clock()) as tx:
            notice = await notice_out(tx, request, visit)
            await once(tx, request, visit, fields, where)
            await record_posting(tx, notice, visit.person, _checked_name(_name(fields)))
        raise led_to(where, "posted")

    async def group(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            notice = await notice_out(tx, request, visit)
            settings = await settings_for(tx, notice.village_id)
            postings = await postings_of(tx, notice.id)
            known = await groups_posted_to(tx, notice.village_id, _GROUPS_OFFERED)
            words = await words_of(tx, self.office.renderer, notice)
        text = self.office.renderer.render(group_say(notice, words), settings.language, Medium.CHAT, settings).text
        horn = horn_text(notice, words, settings.landline)
        return self.office.page(
            request,
            visit,
            "notices_group.html",
            zone=settings.zone,
            notice=notice,
            text=text,
            horn=horn,
            seconds=seconds_to_read(horn),
            address=self._address(notice),
            postings=postings,
            known=known,
            written=_name(visit.told.written),
        )

    async def picture(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        """The notice as a long picture. Its QR code leads to the public page, where there is one."""
        notice, settings, text = await self._notice(request, visit)
        words = self.office.pages.words(LANGUAGES[0])["public"]
        address = self._address(notice)
        poster = Poster(
            heading=words["notice"].format(village=settings.village_name, number=notice.number),
            text=text,
            foot=_foot(words, settings.landline, address),
            address=address,
        )
        return _picture(await asyncio.to_thread(png_of, poster), f"notice-{notice_id(request)}.png")

    async def code(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        """The QR code of the public page. Raises HTTPNotFound where the notice has none."""
        notice, _, _ = await self._notice(request, visit)
        address = self._address(notice)
        if not address:
            raise web.HTTPNotFound
        content = io.BytesIO()
        segno.make(address, error="q", micro=False).save(content, kind="png", scale=_QR_SCALE, border=4)
        return _picture(content.getvalue(), f"notice-{notice.number}-code.png")

    async def _notice(self, request: web.Request, visit: Visit) -> tuple[Notice, AreaSettings, str]:
        """A notice that is out, its village's settings, and its words as they are passed on."""
        async with self.office.database.read(self.office.clock()) as tx:
            notice = await notice_out(tx, request, visit)
            settings = await settings_for(tx, notice.village_id)
            return notice, settings, await words_of(tx, self.office.renderer, notice)

    def _address(self, notice: Notice) -> str:
        """Where everybody may read it; "" where nobody but its readers may, or the world knows no address of ours."""
        url = self.office.renderer.public_url
        return f"{url}/v/{notice.village_id}/notices/{notice.number}/" if url and is_public(notice) else ""


def _name(fields: Fields) -> str:
    return " ".join((fields.get("other") or fields.get("group", "")).split())


def _foot(words: Mapping[str, str], landline: str, address: str) -> str:
    """What stands under the words: whom to ring and what the code is for, as far as there are any."""
    if not landline:
        return words["poster_scan"] if address else ""
    return words["poster_foot" if address else "ask_notice"].format(landline=landline)


def _checked_name(name: str) -> str:
    """Raises Refusal("notice.group_missing")."""
    if len(name) < _SHORTEST_NAME:
        raise Refusal("notice.group_missing")
    return name


def _picture(content: bytes, name: str) -> web.Response:
    headers = {
        "Content-Disposition": f'inline; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": _KEPT,
    }
    return web.Response(body=content, content_type="image/png", headers=headers)
