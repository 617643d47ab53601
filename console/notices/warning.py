"""Emergency notices at the console: written, looked at as they go out, and sent on the word of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar
from zoneinfo import ZoneInfo

from aiohttp import web

from console.notices.common import CIRCULARS, NOTICES
from console.notices.drafting import place_asked
from console.notices.several import SEVERAL, all_ticked, towns_open_to
from console.notices.two_steps import LONGEST, sure_page, written_before
from console.notices.warning_facts import WARNING_FACTS, facts_in, filled
from console.notices.warning_form import Drafted, days_offered, place_chosen, read_draft, villages_to_warn
from console.visits import Fields, Office, Visit, led_to, once
from notifier.circulars import plan_warnings, warn_villages
from notifier.emergencies import warn
from notifier.pages import language_asked
from store.database import Transaction
from store.domain.audiences import whom
from store.domain.emergencies import Level, Source, may_warn
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
            place = await place_chosen(tx, visit.person, fields.get("village", ""))
        return self._filled(fields, place.settings.zone)

    def _filled(self, fields: Fields, zone: ZoneInfo) -> Fields:
        now = self.office.clock()
        return filled(fields, self.facts, {"day": days_offered(now, zone)[0].isoformat()}, now, zone)

    async def send(self, request: web.Request, visit: Visit, fields: Fields) -> web.HTTPSeeOther:
        async with self.office.database.write(self.office.clock()) as tx:
            await once(tx, request, visit, fields, EMERGENCIES)
            drafted = await read_draft(tx, visit.person, fields)
            where, done = await self._send(tx, visit, drafted)
        self.office.pulse.beat()
        return led_to(where, done)

    async def _send(self, tx: Transaction, visit: Visit, drafted: Drafted) -> tuple[str, str]:
        """The page on which to see what comes of it, and what is said there."""
        warned, text, with_roll = drafted.warned, drafted.text, drafted.with_roll
        if len(drafted.aims) > 1:
            key = await warn_villages(
                tx, self.office.renderer, drafted.aims, visit.person, warned, text, with_roll=with_roll
            )
            return f"{CIRCULARS}/{key}", "warned"
        [(village, audience)] = drafted.aims
        notice, _ = await warn(
            tx, self.office.renderer, village, audience, visit.person, warned, text, with_roll=with_roll
        )
        where = f"{NOTICES}/{notice.id}"
        return (f"{where}/roll", "sent") if with_roll else (where, "warned")

    async def sure(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        async with self.office.database.write(self.office.clock()) as tx:  # a plan is made in a temporary table
            drafted = await read_draft(tx, visit.person, fields)
            plan = await plan_warnings(
                tx, self.office.renderer, drafted.aims, drafted.warned, drafted.text, asks=drafted.with_roll
            )
        return sure_page(
            self.office,
            request,
            visit,
            fields,
            plan,
            warned=drafted.warned,
            to=self._whom(request, drafted),
            named=drafted.named,
            zone=drafted.zone,
        )

    def _whom(self, request: web.Request, drafted: Drafted) -> str:
        villages = "、".join(village.name for village, _ in drafted.aims)
        if len(drafted.aims) > 1:
            return villages
        described = whom(drafted.aims[0].audience, discreet=False)
        return f"{villages} {self.office.renderer.whom(described, language_asked(request))}"

    async def form(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        now = self.office.clock()
        async with self.office.database.read(now) as tx:
            written = await written_before(tx, request, visit)
            villages = await villages_to_warn(tx, visit.person)
            if not villages:
                raise NotFound("area.unknown")
            asked = written.get("village", request.query.get("village", ""))
            place = await place_asked(villages, asked, partial(place_chosen, tx, visit.person))
            towns = await towns_open_to(tx, visit.person, may_warn)
        if asked == SEVERAL:
            written = written or all_ticked(towns)
        return self.office.page(
            request,
            visit,
            "notices_warn.html",
            villages=villages,
            place=place,
            towns=towns,
            several=asked == SEVERAL,
            on_list=0,
            written=self._filled(written, place.settings.zone) if place else written,
            said=facts_in(written.get("evidence", ""), now, place.settings.zone) if place else {},
            sources=tuple(Source),
            levels=LEVELS,
            days=days_offered(now, place.settings.zone) if place else (),
            longest=LONGEST,
        )
