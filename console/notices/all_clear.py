"""The all-clear: whoever warned says that it is over, and the village passes it on to the same people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from zoneinfo import ZoneInfo

from aiohttp import web

from console.notices.common import CIRCULARS, NOTICES, circular_id, notice_id
from console.notices.two_steps import LONGEST, sure_page, written_before
from console.notices.warning_facts import LIFTING_FACTS, facts_in, filled
from console.notices.warning_form import days_offered, read_warned
from console.visits import Fields, Office, Visit, led_to, once
from notifier.circulars import lift_warnings, plan_all_clears
from notifier.emergencies import give_all_clear
from store.database import Transaction
from store.domain.emergencies import Emergency, Warned, checked_warning, may_lift
from store.domain.errors import NotFound
from store.domain.people import Staff
from store.files import PHOTO
from store.queries.areas import settings_for
from store.queries.circulars import circular_for_staff
from store.queries.emergencies import emergencies_of, emergency_of
from store.queries.notices import notice_for_staff
from store.queries.transfers import counts_of_rolls

_KEPT = "private, max-age=86400"


@dataclass(frozen=True, slots=True)
class AllClearPages:
    office: Office
    facts: ClassVar[Sequence[str]] = LIFTING_FACTS

    async def read(self, request: web.Request, visit: Visit, fields: Fields) -> Fields:
        async with self.office.database.read(self.office.clock()) as tx:
            emergency = (await _his(tx, request, visit))[0]
            zone = (await settings_for(tx, emergency.village_id)).zone
        return self._filled(fields, emergency, zone) if emergency.warned.source.issues_warnings else fields

    def _filled(self, fields: Fields, emergency: Emergency, zone: ZoneInfo) -> Fields:
        """Who warned says that it is over, today."""
        now = self.office.clock()
        usual = {"issuer": emergency.warned.issuer, "day": days_offered(now, zone)[0].isoformat()}
        return filled(fields, self.facts, usual, now, zone)

    async def evidence(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        """A photo of the warning, for whoever may see the notice."""
        digest = request.match_info["digest"]
        async with self.office.database.read(self.office.clock()) as tx:
            notice = await notice_for_staff(tx, visit.person, notice_id(request))
            known = (await emergency_of(tx, notice.id)).warned.files
        path = self.office.files.path_of(digest)
        if digest not in known or not path.is_file():
            raise web.HTTPNotFound
        headers = {"Content-Type": PHOTO, "X-Content-Type-Options": "nosniff", "Cache-Control": _KEPT}
        return web.FileResponse(path, headers=headers)

    async def send(self, request: web.Request, visit: Visit, fields: Fields) -> web.HTTPSeeOther:
        async with self.office.database.write(self.office.clock()) as tx:
            where = _page_of(request)
            await once(tx, request, visit, fields, where)
            emergencies = await _his(tx, request, visit)
            warned = await _warned(tx, visit.person, emergencies[0], fields)
            if "circular" in request.match_info:
                lifting = await lift_warnings(tx, self.office.renderer, emergencies, visit.person, warned)
                where = f"{CIRCULARS}/{lifting}"
            else:
                await give_all_clear(tx, self.office.renderer, emergencies[0], visit.person, warned)
        self.office.pulse.beat()
        return led_to(where, "lifted")

    async def sure(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        async with self.office.database.write(self.office.clock()) as tx:  # a plan is made in a temporary table
            emergencies = await _his(tx, request, visit)
            warned = await _warned(tx, visit.person, emergencies[0], fields)
            plan = await plan_all_clears(tx, self.office.renderer, emergencies, warned)
            counts = await counts_of_rolls(tx, [emergency.notice_id for emergency in emergencies])
            zone = (await settings_for(tx, emergencies[0].village_id)).zone
        return sure_page(
            self.office,
            request,
            visit,
            fields,
            plan,
            warned=warned,
            to="",
            lifts=emergencies[0],
            left=sum(one.left for one in counts),
            zone=zone,
        )

    async def form(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        now = self.office.clock()
        async with self.office.database.read(now) as tx:
            written = await written_before(tx, request, visit)
            emergencies = await _his(tx, request, visit)
            zone = (await settings_for(tx, emergencies[0].village_id)).zone
        return self.office.page(
            request,
            visit,
            "notices_lift.html",
            zone=zone,
            page=_page_of(request),
            emergency=emergencies[0],
            several=len(emergencies) if "circular" in request.match_info else 0,
            written=self._filled(written, emergencies[0], zone),
            said=facts_in(written.get("evidence", ""), now, zone),
            days=days_offered(now, zone),
            longest=LONGEST,
        )


def _page_of(request: web.Request) -> str:
    """The page of what is lifted: a notice, or a circular."""
    circular = request.match_info.get("circular")
    return f"{CIRCULARS}/{circular}" if circular else f"{NOTICES}/{notice_id(request)}"


async def _his(tx: Transaction, request: web.Request, visit: Visit) -> Sequence[Emergency]:
    """The emergency notice that the address names, or those of a circular that are not over.

    Raises NotFound where one is not his to lift, or is an all-clear itself, and where nothing of a circular is left.
    """
    if "circular" in request.match_info:
        circular = await circular_for_staff(tx, visit.person, circular_id(request))
        found = [one for one in await emergencies_of(tx, circular.id) if not one.lifted]
    else:
        found = [await emergency_of(tx, notice_id(request))]
    if not found or not all(may_lift(visit.person, one) and not one.lifts_id for one in found):
        raise NotFound("emergency.unknown")
    return found


async def _warned(tx: Transaction, person: Staff, emergency: Emergency, fields: Fields) -> Warned:
    zone = (await settings_for(tx, emergency.village_id)).zone
    warned = await read_warned(tx, person, fields, emergency.warned.source, zone)
    return checked_warning(warned, tx.now, lifts=True)
