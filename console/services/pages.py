"""The service catalogue as the front desk writes it: what can be done, with which papers, where, how long it takes."""

from dataclasses import dataclass

from aiohttp import web

from console.visits import Fields, Office, Visit, form_key
from store.actions.services import add_service, change_service, remove_service
from store.actions.sign_in import take_form
from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotFound, Refusal
from store.domain.people import Staff
from store.domain.services import ServiceText
from store.queries.access import may_edit_services
from store.queries.areas import villages_served
from store.queries.services import services_of

SERVICES = "/console/services"
NEW = "0"
_BLANK = ServiceText("", "", "", "")


@dataclass(frozen=True, slots=True)
class ServicePages:
    office: Office

    async def list(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        return await self._page(request, visit, request.query, done=request.query.get("done", ""))

    async def act(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """Save a service (a new one under no number), or take it away."""
        action = request.match_info["action"]
        try:
            async with self.office.database.write(self.office.clock()) as tx:
                village = _chosen(await _villages(tx, visit.person), fields.get("village", ""))
                if await take_form(tx, visit.session, form_key({**fields, "action": request.path})):
                    await _take(tx, visit.person, village, request, fields)
                else:
                    action = "already"
        except Refusal as refusal:
            if isinstance(refusal, NotFound) and refusal.key == "area.unknown":
                raise
            said = self.office.refused(request, refusal, visit.settings)
            return await self._page(request, visit, fields, status=409, refusal=said)
        raise web.HTTPSeeOther(f"{SERVICES}?village={village.id}&done={action}")

    async def _page(
        self, request: web.Request, visit: Visit, asked: Fields, *, status: int = 200, refusal: str = "", done: str = ""
    ) -> web.Response:
        async with self.office.database.read(self.office.clock()) as tx:
            villages = await _villages(tx, visit.person)
            village = _chosen(villages, asked.get("village", ""))
            listed = await services_of(tx, village.id)
        return self.office.pages.page(
            request,
            "services.html",
            status=status,
            **visit.known,
            village=village,
            villages=villages,
            services=listed,
            refused_id=request.match_info.get("service", ""),
            written=_text(asked) if refusal else _BLANK,
            blank=_BLANK,
            refusal=refusal,
            done=done,
        )


async def _villages(tx: Transaction, person: Staff) -> list[Area]:
    return [village for village in await villages_served(tx, person) if may_edit_services(person, village.path)]


def _chosen(villages: list[Area], wanted: str) -> Area:
    """The village that is named, else his first. Raises NotFound for another's."""
    village = next((one for one in villages if not wanted or str(one.id) == wanted), None)
    if village is None:
        raise NotFound("area.unknown")
    return village


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
