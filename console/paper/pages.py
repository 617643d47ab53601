"""The month's page at the console: which months there are, one of them as it is posted, sent, read out and heard."""

import asyncio
from dataclasses import dataclass

from aiohttp import web

from console.places import choose_village
from console.public.papers import address_of, month_asked, page_picture, printed
from console.visits import Office, Visit
from notifier.channels.sms.segments import count_parts
from notifier.disclosing import digest_by_sms
from notifier.paper.reading import Speechless, can_speak, reading_of, spoken_aloud
from notifier.paper.typesetting import Edition, pages_of
from store.domain.disclosures import Disclosure
from store.domain.monthly_paper import MonthlyPaper
from store.domain.settings import AreaSettings
from store.domain.spoken import seconds_to_read
from store.queries.access import may_answer_publicly, may_see_books
from store.queries.areas import village_served
from store.queries.disclosures import disclosure_for
from store.queries.monthly_paper import monthly_paper, months_to_print

_NOT_KEPT = "no-store"


@dataclass(frozen=True, slots=True)
class _Month:
    """A paper, and the books that it was made from."""

    settings: AreaSettings
    paper: MonthlyPaper
    disclosure: Disclosure


@dataclass(frozen=True, slots=True)
class MonthPages:
    office: Office

    async def villages(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        return await choose_village(self.office, request, visit, "paper_villages.html")

    async def list(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            settings = await village_served(tx, visit.person, int(request.match_info["village"]))
            drafts = may_see_books(visit.person, settings.area.path)
            months = await months_to_print(tx, settings.area.id, drafts=drafts)
        return self.office.page(
            request,
            visit,
            "paper_months.html",
            village=settings.area,
            months=months,
            may_answer=may_answer_publicly(visit.person, settings.area.path),
        )

    async def one(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        month = await self._month(request, visit)
        settings, paper = month.settings, month.paper
        pages = await asyncio.to_thread(pages_of, paper, self._address(paper), settings.language)
        sms = digest_by_sms(self.office.renderer, month.disclosure, settings)
        reading = reading_of(paper, self.office.renderer, settings)
        return self.office.page(
            request,
            visit,
            "paper_month.html",
            paper=paper,
            pages=pages,
            sms=sms,
            sms_parts=count_parts(sms).parts,
            reading=reading,
            seconds=seconds_to_read(reading),
            can_speak=can_speak(),
            problem="problem" in request.query,
        )

    async def pdf(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        month = await self._month(request, visit)
        edition = Edition(request.match_info["edition"])
        return await printed(month.paper, self._address(month.paper), month.settings.language, edition, _NOT_KEPT)

    async def picture(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        month = await self._month(request, visit)
        page = int(request.match_info["page"])
        return await page_picture(month.paper, self._address(month.paper), month.settings.language, page, _NOT_KEPT)

    async def sound(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        month = await self._month(request, visit)
        reading = reading_of(month.paper, self.office.renderer, month.settings)
        try:
            content = await spoken_aloud(reading, month.settings.language)
        except Speechless:
            village, asked = request.match_info["village"], request.match_info["month"]
            raise web.HTTPSeeOther(f"/console/paper/{village}/{asked}?problem") from None
        headers = {
            "Content-Disposition": f'attachment; filename="{month.paper.month:%Y-%m}.wav"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": _NOT_KEPT,
        }
        return web.Response(body=content, content_type="audio/wav", headers=headers)

    def _address(self, paper: MonthlyPaper) -> str:
        return address_of(self.office.renderer.public_url, paper.village_id, paper.month)

    async def _month(self, request: web.Request, visit: Visit) -> _Month:
        """Raises HTTPNotFound for a month without items, and for one that he may not see yet."""
        month = month_asked(request)
        async with self.office.database.read(self.office.clock()) as tx:
            settings = await village_served(tx, visit.person, int(request.match_info["village"]))
            drafts = may_see_books(visit.person, settings.area.path)
            paper = await monthly_paper(tx, settings, month, drafts=drafts)
            disclosure = await disclosure_for(tx, settings.area.id, month)
        if paper is None or disclosure is None:
            raise web.HTTPNotFound
        return _Month(settings, paper, disclosure)
