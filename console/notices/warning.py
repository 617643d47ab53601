"""Emergency notices at the console: written, looked at as they go out, and sent on the word of one."""

from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from console.notices.common import NOTICES
from console.notices.looking import handsets_of
from console.notices.warning_form import (
    Drafted,
    days_offered,
    photo_sent,
    place_to_warn,
    read_draft,
    villages_to_warn,
)
from console.visits import Fields, Office, Told, Visit, led_to, once
from notifier.emergencies import plan_emergency, warn
from notifier.pages import language_asked
from store.actions.inbound import record_files
from store.domain.audiences import whom
from store.domain.emergencies import (
    LONGEST_EMERGENCY,
    LONGEST_EVIDENCE,
    LONGEST_HAZARD,
    LONGEST_ISSUER,
    EmergencyPlan,
    Level,
    Source,
)
from store.domain.errors import NotFound

EMERGENCIES = f"{NOTICES}/emergencies"
LEVELS = tuple(level for level in Level if level)
LONGEST = {
    "text": LONGEST_EMERGENCY,
    "issuer": LONGEST_ISSUER,
    "hazard": LONGEST_HAZARD,
    "evidence": LONGEST_EVIDENCE,
}
"""Characters of each field."""
CHANGE, SEND = "change", "send"
_PHOTO = web.RequestKey("photo", str)
_NOT_KEPT = frozenset({"csrf", "form", "press"})


@dataclass(frozen=True, slots=True)
class WarningPages:
    office: Office

    async def take(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """Show what would go out, lead back to the form, or send it; what was typed and photographed stays."""
        fields = await with_photo(self.office, request, fields)
        if fields.get("press") == CHANGE:
            return await self.form(request, replace(visit, told=Told(written=fields)))
        if fields.get("press") == SEND:
            raise await self._send(request, visit, fields)
        return await self._sure(request, visit, fields)

    async def _send(self, request: web.Request, visit: Visit, fields: Fields) -> web.HTTPSeeOther:
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

    async def _sure(self, request: web.Request, visit: Visit, fields: Fields) -> web.Response:
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
            zone=drafted.place.settings.zone,
        )

    def _whom(self, request: web.Request, drafted: Drafted) -> str:
        return self.office.renderer.whom(whom(drafted.audience, discreet=False), language_asked(request))

    async def form(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        now, written = self.office.clock(), written_before(request, visit)
        async with self.office.database.read(now) as tx:
            villages = await villages_to_warn(tx, visit.person)
            if not villages:
                raise NotFound("area.unknown")
            asked = written.get("village", request.query.get("village", ""))
            asked = asked or (str(villages[0].id) if len(villages) == 1 else "")
            place = await place_to_warn(tx, visit.person, asked) if asked else None
        return self.office.page(
            request,
            visit,
            "notices_warn.html",
            villages=villages,
            place=place,
            written=written,
            sources=tuple(Source),
            levels=LEVELS,
            days=days_offered(now, place.settings.zone) if place else (),
            longest=LONGEST,
        )


async def with_photo(office: Office, request: web.Request, fields: Fields) -> Fields:
    """The fields with the photo that came with them: nobody takes it again because something else was refused."""
    stored = await photo_sent(office, request)
    if stored is None:
        return fields
    async with office.database.write(office.clock()) as tx:
        await record_files(tx, [stored])
    request[_PHOTO] = stored.sha256
    return {**fields, "photo": stored.sha256}


def written_before(request: web.Request, visit: Visit) -> Fields:
    """What a form begins with that was sent before."""
    photo = request.get(_PHOTO)
    return {**visit.told.written, "photo": photo} if photo else visit.told.written


def sure_page(
    office: Office, request: web.Request, visit: Visit, fields: Fields, plan: EmergencyPlan, **shown: Any
) -> web.Response:
    """What goes out, as it goes out, and the question whether it should. The form's fields travel along."""
    return office.page(
        request,
        visit,
        "notices_sure.html",
        **{"left": 0, "lifts": None, **shown},
        action=request.path,
        fields={name: value for name, value in fields.items() if name not in _NOT_KEPT},
        plan=plan,
        handsets=handsets_of(plan),
    )
