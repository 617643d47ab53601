"""Doors to go to because no message arrived, and what whoever went there says."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from console.notices.common import NOTICES, in_words, notice_with_readers
from console.visits import Fields, Office, Visit, led_to, once
from notifier.telling import write_tells
from notifier.visiting import came_from_door
from store.domain.reach import VisitOutcome
from store.queries.areas import settings_for
from store.queries.tickets import ticket_seen_by
from store.queries.visits import DoorPage, doors_before, doors_of_notice


@dataclass(frozen=True, slots=True)
class DoorPages:
    office: Office

    async def report(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        ticket_id, outcome = int(request.match_info["ticket"]), fields.get("outcome", "")
        if outcome not in set(VisitOutcome):
            raise web.HTTPNotFound
        below = fields.get("below", "")
        where = f"{NOTICES}/{below}/visits" if below.isdecimal() else f"{NOTICES}/visits"
        async with self.office.database.write(self.office.clock()) as tx:
            ticket = await ticket_seen_by(tx, visit.person, ticket_id)
            await once(tx, request, visit, fields, where)
            tells = await came_from_door(tx, ticket, visit.person, VisitOutcome(outcome))
            await write_tells(tx, self.office.renderer, tells)
        raise led_to(where, outcome)

    async def mine(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        """Those that fall to the person who asks, of all notices."""
        async with self.office.database.read(self.office.clock()) as tx:
            found = await doors_before(tx, visit.person, request.query.get("after", ""))
        return self._page(request, visit, found)

    async def of_notice(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            notice = await notice_with_readers(tx, request, visit)
            found = await doors_of_notice(tx, visit.person, notice.id, request.query.get("after", ""))
            settings = await settings_for(tx, notice.village_id)
        to = in_words(self.office, request, visit.person, notice)
        return self._page(request, visit, found, zone=settings.zone, notice=notice, to=to)

    def _page(self, request: web.Request, visit: Visit, found: DoorPage, **of_notice: Any) -> web.Response:
        return self.office.page(
            request,
            visit,
            "notices_doors.html",
            found=found,
            outcomes=tuple(VisitOutcome),
            is_first=not request.query.get("after"),
            **{"notice": None, "to": "", **of_notice},
        )
