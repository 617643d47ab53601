"""Writing one notice to several villages: the form, and the drafts that come of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from console.notices.common import CIRCULARS, NOTICES, circular_id
from console.notices.drafting import ASKS, OWN, ROLES, TOPICS, fields_of, write_draft
from console.notices.several import Town, all_ticked, ticked, towns_open_to, whole_place
from console.visits import Fields, Office, Visit, led_to, once
from store.actions.circulars import begin_circular
from store.database import Transaction
from store.domain.areas import Area
from store.domain.circulars import Circular
from store.domain.errors import NotFound
from store.domain.notices import CHANGEABLE, LONGEST_TEXT
from store.domain.people import Staff
from store.queries.areas import area_by_id
from store.queries.circulars import circular_for_staff


@dataclass(frozen=True, slots=True)
class CircularWritingPages:
    office: Office

    async def form(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        """To write one, or to change the one that the address names; its villages stay."""
        async with self.office.database.read(self.office.clock()) as tx:
            circular = await _own(tx, request, visit)
            towns = [] if circular else await _towns(tx, visit.person)
            villages = await _villages(tx, circular) if circular else [one for town in towns for one in town.villages]
            place = await whole_place(tx, visit.person, villages[0], villages)
        written = visit.told.written or (fields_of(circular.notices[0]) if circular else all_ticked(towns))
        return self.office.page(
            request,
            visit,
            "notices_circular_write.html",
            circular=circular,
            towns=towns,
            place=place,
            written=written,
            asks=(*ASKS, OWN),
            roles=ROLES,
            topics=TOPICS,
            longest=LONGEST_TEXT,
        )

    async def take(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        async with self.office.database.write(self.office.clock()) as tx:
            circular = await _own(tx, request, visit)
            await once(tx, request, visit, fields, f"{CIRCULARS}/{circular.id}" if circular else NOTICES)
            if circular:
                where = await _change(tx, visit.person, circular, fields)
            else:
                where = await _write(tx, visit.person, await _towns(tx, visit.person), fields)
        raise led_to(where, "saved")


async def _own(tx: Transaction, request: web.Request, visit: Visit) -> Circular | None:
    """The circular that is to be changed, None for a new one. Raises NotFound where it is not his to change."""
    if "circular" not in request.match_info:
        return None
    circular = await circular_for_staff(tx, visit.person, circular_id(request))
    if circular.drafted_by != visit.person.id or circular.state not in CHANGEABLE:
        raise NotFound("notice.unknown")
    return circular


async def _towns(tx: Transaction, person: Staff) -> list[Town]:
    """Raises NotFound for whoever serves one village only."""
    towns = await towns_open_to(tx, person, Staff.serves)
    if not towns:
        raise NotFound("area.unknown")
    return towns


async def _villages(tx: Transaction, circular: Circular) -> list[Area]:
    return [await area_by_id(tx, notice.village_id) for notice in circular.notices]


async def _write(tx: Transaction, person: Staff, towns: Sequence[Town], fields: Fields) -> str:
    """The page of what was written: where one village is ticked, of a notice like any other."""
    villages = ticked(towns, fields)
    key = await begin_circular(tx, person) if len(villages) > 1 else None
    for village in villages:
        place = await whole_place(tx, person, village, villages)
        notice, _ = await write_draft(tx, person, place, fields, None, key)
    return f"{CIRCULARS}/{key}" if key else f"{NOTICES}/{notice.id}"


async def _change(tx: Transaction, person: Staff, circular: Circular, fields: Fields) -> str:
    villages = await _villages(tx, circular)
    for notice, village in zip(circular.notices, villages, strict=True):
        await write_draft(tx, person, await whole_place(tx, person, village, villages), fields, notice)
    return f"{CIRCULARS}/{circular.id}"
