"""Doors to go to because no message arrived, and what whoever went there says."""

from dataclasses import dataclass

from aiohttp import web

from console.notices.common import NOTICES, in_words, notice_with_readers
from console.visits import Fields, Office, Visit, form_key
from notifier.telling import write_tells
from notifier.visiting import came_from_door
from store.actions.sign_in import take_form
from store.domain.errors import NotFound, Refusal
from store.domain.notices import Notice
from store.domain.reach import VisitOutcome
from store.queries.areas import settings_for
from store.queries.tickets import ticket_seen_by
from store.queries.visits import doors_before, doors_of_notice


@dataclass(frozen=True, slots=True)
class DoorPages:
    office: Office

    async def mine(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        """Those that fall to the person who asks, of all notices."""
        return await self._page(request, visit, of_notice=False)

    async def of_notice(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        return await self._page(request, visit, of_notice=True)

    async def report(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        ticket_id, outcome = int(request.match_info["ticket"]), fields.get("outcome", "")
        if outcome not in set(VisitOutcome):
            raise web.HTTPNotFound
        try:
            async with self.office.database.write(self.office.clock()) as tx:
                ticket = await ticket_seen_by(tx, visit.person, ticket_id)
                taken = await take_form(tx, visit.session, form_key({**fields, "action": f"door/{ticket_id}"}))
                if taken:
                    tells = await came_from_door(tx, ticket, visit.person, VisitOutcome(outcome))
                    await write_tells(tx, self.office.renderer, tells)
        except NotFound:
            raise
        except Refusal as refusal:
            said = self.office.refused(request, refusal, visit.settings)
            return await self._page(request, visit, of_notice=False, status=409, refusal=said)
        below = fields.get("below", "")
        where = f"{NOTICES}/{below}/visits" if below.isdecimal() else f"{NOTICES}/visits"
        raise web.HTTPSeeOther(f"{where}?done={outcome if taken else 'already'}")

    async def _page(
        self, request: web.Request, visit: Visit, *, of_notice: bool, status: int = 200, refusal: str = ""
    ) -> web.Response:
        after = request.query.get("after", "")
        notice: Notice | None = None
        async with self.office.database.read(self.office.clock()) as tx:
            if of_notice:
                notice = await notice_with_readers(tx, request, visit)
                found = await doors_of_notice(tx, visit.person, notice.id, after)
            else:
                found = await doors_before(tx, visit.person, after)
            settings = await settings_for(tx, notice.village_id) if notice else visit.settings
        return self.office.pages.page(
            request,
            "notices_doors.html",
            status=status,
            **{**visit.known, "zone": settings.zone},
            here="notices",
            notice=notice,
            to=in_words(self.office, request, visit.person, notice) if notice else "",
            found=found,
            outcomes=tuple(VisitOutcome),
            is_first=not after,
            done=request.query.get("done", ""),
            refusal=refusal,
        )
