"""Writing a notice: the form, and beside it what would come of it, by itself or at the press of a button."""

from dataclasses import dataclass, replace
from functools import partial

from aiohttp import web

from console.notices.common import NOTICES, in_words, notice_id
from console.notices.drafting import ASKS, OWN, ROLES, TOPICS, Place, fields_of, place_asked, place_of, write_draft
from console.notices.looking import Look, imagine
from console.notices.several import towns_open_to
from console.visits import Fields, Office, Told, Visit, led_to, once
from store.database import Transaction
from store.domain.errors import NotFound, Refusal
from store.domain.notices import CHANGEABLE, LONGEST_TEXT, Notice
from store.domain.people import Staff
from store.queries.notices import notice_for_staff, villages_served

_LOOK = "look"
_UNWRITTEN = "…"
"""Stands for the words while there are none: whom it reaches can be seen before."""


@dataclass(frozen=True, slots=True)
class WritingPages:
    office: Office

    async def form(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        """To write one, or to change the one that the address names."""
        async with self.office.database.read(self.office.clock()) as tx:
            notice = await self._own(tx, request, visit)
        return await self._page(request, visit, notice)

    async def take(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """Keep the draft, or only show what would come of it."""
        if fields.get("press") == _LOOK:
            return await self._look(request, visit, fields)
        async with self.office.database.write(self.office.clock()) as tx:
            notice = await self._own(tx, request, visit)
            place = await self._place(tx, visit, notice, fields)
            await once(tx, request, visit, fields, f"{NOTICES}/{notice.id}" if notice else NOTICES)
            written, _ = await write_draft(tx, visit.person, place, fields, notice)
        raise led_to(f"{NOTICES}/{written.id}", "saved")

    async def _look(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """What was typed stands there again; a page that is refreshed by itself must be a good answer."""
        look, objection = None, ""
        typed = {**fields, "text": fields.get("text") or _UNWRITTEN}
        async with self.office.database.write(self.office.clock()) as tx:
            notice = await self._own(tx, request, visit)
            place = await self._place(tx, visit, notice, fields)
            try:
                look = await imagine(tx, self.office.renderer, visit.person, place, typed, notice)
            except Refusal as refusal:
                objection = self.office.refused(request, refusal, visit.settings)
        visit = replace(visit, told=Told(written=fields))
        return await self._page(request, visit, notice, look=look, objection=objection)

    async def _place(self, tx: Transaction, visit: Visit, notice: Notice | None, fields: Fields) -> Place:
        village_id = str(notice.village_id) if notice else fields.get("village", "")
        return await place_of(tx, visit.person, village_id)

    async def _own(self, tx: Transaction, request: web.Request, visit: Visit) -> Notice | None:
        """The notice that is to be changed, None for a new one. Raises NotFound where it is not his to change."""
        if "notice" not in request.match_info:
            return None
        notice = await notice_for_staff(tx, visit.person, notice_id(request))
        if notice.drafted_by != visit.person.id or notice.state not in CHANGEABLE or notice.circular_id:
            raise NotFound("notice.unknown")
        return notice

    async def _page(
        self,
        request: web.Request,
        visit: Visit,
        notice: Notice | None,
        *,
        look: Look | None = None,
        objection: str = "",
    ) -> web.Response:
        """`objection` is a refusal of what was only looked at."""
        known = fields_of(notice) if notice else {"village": request.query.get("village", "")}
        written = visit.told.written or known
        async with self.office.database.read(self.office.clock()) as tx:
            villages = await villages_served(tx, visit.person)
            asked = str(notice.village_id) if notice else written.get("village", "")
            place = await place_asked(villages, asked, partial(place_of, tx, visit.person))
            towns = [] if place else await towns_open_to(tx, visit.person, Staff.serves)
        return self.office.page(
            request,
            visit,
            "notices_write.html",
            villages=villages,
            place=place,
            several=bool(towns),
            notice=notice,
            on_list=len(notice.audience.residents) if notice else 0,
            written=written,
            asks=(*ASKS, OWN),
            roles=ROLES,
            topics=TOPICS,
            longest=LONGEST_TEXT,
            look=look,
            to=in_words(self.office, request, visit.person, look.notice) if look else "",
            has_words=bool(written.get("text")),
            objection=objection,
        )
