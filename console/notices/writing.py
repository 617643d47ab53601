"""Writing a notice: the form, and beside it what would come of it, by itself or at the press of a button."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from console.notices.common import NOTICES, in_words, notice_id
from console.notices.drafting import ASKS, OWN, TOPICS, Place, fields_of, place_of, write_draft
from console.notices.looking import Look, imagine
from console.visits import Fields, Office, Visit, form_key
from store.actions.sign_in import take_form
from store.database import Transaction
from store.domain.errors import NotFound, Refusal
from store.domain.notices import CHANGEABLE, LONGEST_TEXT, Notice
from store.queries.notices import notice_for_staff, villages_served

_LOOK = "look"
_UNWRITTEN = "…"
"""Stands for the words while there are none: whom it reaches can be seen before."""


@dataclass(frozen=True, slots=True)
class WritingPages:
    office: Office

    async def form(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        return await self._page(request, visit, None, {"village": request.query.get("village", "")})

    async def change_form(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            notice = await self._own(tx, request, visit)
        return await self._page(request, visit, notice, fields_of(notice))

    async def write(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        return await self._take(request, visit, fields, is_new=True)

    async def change(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        return await self._take(request, visit, fields, is_new=False)

    async def _take(self, request: web.Request, visit: Visit, fields: Fields, *, is_new: bool) -> web.StreamResponse:
        """Keep the draft, or only show what would come of it. What was typed stands there again in any case."""
        notice: Notice | None = None
        look: Look | None = None
        where, only_looks = "", fields.get("press") == _LOOK
        try:
            async with self.office.database.write(self.office.clock()) as tx:
                notice = None if is_new else await self._own(tx, request, visit)
                place = await place_of(
                    tx, visit.person, str(notice.village_id) if notice else fields.get("village", "")
                )
                if only_looks:
                    shown = {**fields, "text": fields.get("text") or _UNWRITTEN}
                    look = await imagine(tx, self.office.renderer, visit.person, place, shown, notice)
                else:
                    where = await self._save(tx, visit, place, fields, notice)
        except NotFound:
            raise
        except Refusal as refusal:
            said = self.office.refused(request, refusal, visit.settings)
            if only_looks:  # a page that is refreshed by itself must be a good answer
                return await self._page(request, visit, notice, fields, objection=said)
            return await self._page(request, visit, notice, fields, status=409, refusal=said)
        if look:
            return await self._page(request, visit, notice, fields, look=look)
        raise web.HTTPSeeOther(where)

    async def _save(self, tx: Transaction, visit: Visit, place: Place, fields: Fields, notice: Notice | None) -> str:
        key = form_key({**fields, "action": f"notice/{notice.id if notice else 'new'}"})
        if not await take_form(tx, visit.session, key):
            return f"{NOTICES}/{notice.id}?done=already" if notice else f"{NOTICES}?done=already"
        written, _ = await write_draft(tx, visit.person, place, fields, notice)
        return f"{NOTICES}/{written.id}?done=saved"

    async def _own(self, tx: Transaction, request: web.Request, visit: Visit) -> Notice:
        """The notice, which is his to change. Raises NotFound else."""
        notice = await notice_for_staff(tx, visit.person, notice_id(request))
        if notice.drafted_by != visit.person.id or notice.state not in CHANGEABLE:
            raise NotFound("notice.unknown")
        return notice

    async def _page(
        self,
        request: web.Request,
        visit: Visit,
        notice: Notice | None,
        written: Mapping[str, str],
        *,
        status: int = 200,
        look: Look | None = None,
        refusal: str = "",
        objection: str = "",
    ) -> web.Response:
        """`refusal` is of what was to be kept, `objection` of what was only looked at."""
        async with self.office.database.read(self.office.clock()) as tx:
            villages = await villages_served(tx, visit.person)
            asked = str(notice.village_id) if notice else written.get("village", "")
            asked = asked or (str(villages[0].id) if len(villages) == 1 else "")
            place = await place_of(tx, visit.person, asked) if asked else None
        return self.office.pages.page(
            request,
            "notices_write.html",
            status=status,
            **visit.known,
            here="notices",
            villages=villages,
            place=place,
            notice=notice,
            on_list=len(notice.audience.residents) if notice else 0,
            written=written,
            asks=(*ASKS, OWN),
            topics=TOPICS,
            longest=LONGEST_TEXT,
            look=look,
            to=in_words(self.office, request, visit.person, look.notice) if look else "",
            has_words=bool(written.get("text")),
            refusal=refusal,
            objection=objection,
        )
