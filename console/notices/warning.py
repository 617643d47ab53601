"""Emergency notices at the console: written, looked at as they go out, and sent on the word of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar
from zoneinfo import ZoneInfo

from aiohttp import web

from console.notices.common import NOTICES
from console.notices.drafting import place_asked
from console.notices.two_steps import LONGEST, sure_page, written_before
from console.notices.warning_facts import WARNING_FACTS, facts_in, filled
from console.notices.warning_form import Drafted, days_offered, place_to_warn, read_draft, villages_to_warn
from console.visits import Fields, Office, Visit, led_to, once
from notifier.emergencies import plan_emergency, warn
from notifier.pages import language_asked
from store.domain.audiences import whom
from store.domain.emergencies import Level, Source
from store.domain.errors import NotFound

EMERGENCIES = f"{NOTICES}/emergencies"
LEVELS = tuple(level for level in Level if level)


@dataclass(frozen=True, slots=True)
class WarningPages:
    office: Office
    facts: ClassVar[Sequence[str]] = WARNING_FACTS

    async def read(self, _request: web.Request, visit: Visit, fields: Fields) -> Fields:
        if fields.get("source") == Source.VILLAGE:
            return fields
        async with self.office.database.read(self.office.clock()) as tx:
            place = await place_to_warn(tx, visit.person, fields.get("village", ""))
        return self._filled(fields, place.settings.zone)

    def _filled(self, fields: Fields, zone: ZoneInfo) -> Fields:
        now = self.office.clock()
        return filled(fields, self.facts, {"day": days_offered(now, zone)[0].isoformat()}, now, zone)

    async def send(self, request: web.Request, visit: Visit, fields: Fields) -> web.HTTPSeeOther:
        async with self.office.database.write(self.office.clock()) as tx:
            await once(tx, request, visit, fields, EMERGENCIES)
            drafted = await read_draft(tx, visit.person, fields)
            notice, _ = await warn(
                tx,
                self.office.renderer,
                drafted.place.village,
                drafted.audience,
                visit.person,
                drafted.warned,
                drafted.text,
                with_roll=drafted.with_roll,
            )
        self.office.pulse.beat()
        where = f"{NOTICES}/{notice.id}"
        return led_to(f"{where}/roll", "sent") if drafted.with_roll else led_to(where, "warned")

    async def sure(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        async with self.office.database.write(self.office.clock()) as tx:  # a plan is made in a temporary table
            drafted = await read_draft(tx, visit.person, fields)
            plan = await plan_emergency(
                tx,
                self.office.renderer,
                drafted.place.village.id,
                drafted.audience,
                drafted.warned,
                drafted.text,
                asks=drafted.with_roll,
            )
        return sure_page(
            self.office,
            request,
            visit,
            fields,
            plan,
            warned=drafted.warned,
            to=f"{drafted.place.village.name} {self._whom(request, drafted)}",
            named=drafted.named,
            zone=drafted.place.settings.zone,
        )

    def _whom(self, request: web.Request, drafted: Drafted) -> str:
        return self.office.renderer.whom(whom(drafted.audience, discreet=False), language_asked(request))

    async def form(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        now = self.office.clock()
        async with self.office.database.read(now) as tx:
            written = await written_before(tx, request, visit)
            villages = await villages_to_warn(tx, visit.person)
            if not villages:
                raise NotFound("area.unknown")
            asked = written.get("village", request.query.get("village", ""))
            place = await place_asked(villages, asked, partial(place_to_warn, tx, visit.person))
        return self.office.page(
            request,
            visit,
            "notices_warn.html",
            villages=villages,
            place=place,
            on_list=0,
            written=self._filled(written, place.settings.zone) if place else written,
            said=facts_in(written.get("evidence", ""), now, place.settings.zone) if place else {},
            sources=tuple(Source),
            levels=LEVELS,
            days=days_offered(now, place.settings.zone) if place else (),
            longest=LONGEST,
        )
