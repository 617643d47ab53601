"""The service catalogue as the front desk writes it: what can be done, with which papers, where, how long it takes."""

from dataclasses import dataclass

from aiohttp import web

from console.places import first_or_asked, villages_open_to
from console.visits import Fields, Office, Visit, led_to, once
from store.actions.services import add_service, change_service, remove_service
from store.database import Transaction
from store.domain.areas import Area
from store.domain.people import Staff
from store.domain.services import ServiceText
from store.queries.access import may_edit_services
from store.queries.services import services_of

SERVICES = "/console/services"
NEW = "0"


@dataclass(frozen=True, slots=True)
class ServicePages:
    office: Office

    async def act(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """Save a service (a new one under no number), or take it away."""
        async with self.office.database.write(self.office.clock()) as tx:
            village = first_or_asked(
                await villages_open_to(tx, visit.person, may_edit_services), fields.get("village", "")
            )
            where = f"{SERVICES}?village={village.id}"
            await once(tx, request, visit, fields, where)
            await _take(tx, visit.person, village, request, fields)
        raise led_to(where, request.match_info["action"])

    async def list(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            villages = await villages_open_to(tx, visit.person, may_edit_services)
            village = first_or_asked(villages, visit.asked(request).get("village", ""))
            listed = await services_of(tx, village.id)
        return self.office.page(
            request,
            visit,
            "services.html",
            village=village,
            villages=villages,
            services=listed,
            refused_id=request.match_info.get("service", ""),
            written=_text(visit.told.written),
            blank=_text({}),
        )


async def _take(tx: Transaction, person: Staff, village: Area, request: web.Request, fields: Fields) -> None:
    service = request.match_info["service"]
    if request.match_info["action"] == "remove":
        await remove_service(tx, village, int(service), person)
        return
    text = _text(fields)
    if service == NEW:
        await add_service(tx, village, text, person)
    else:
        await change_service(tx, village, int(service), text, person)


def _text(fields: Fields) -> ServiceText:
    return ServiceText(*(fields.get(name, "") for name in ("title", "papers", "place", "duration")))
