"""Which village, group or place somebody means who may have several."""

from collections.abc import Callable, Sequence

from aiohttp import web

from console.visits import Office, Visit
from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotFound
from store.domain.people import Staff
from store.queries.areas import groups_of, villages_served


async def villages_open_to(tx: Transaction, person: Staff, may: Callable[[Staff, str], bool]) -> list[Area]:
    """Those of his villages where he may. Raises NotFound where that is none."""
    found = [village for village in await villages_served(tx, person) if may(person, village.path)]
    if not found:
        raise NotFound("area.unknown")
    return found


def chosen(places: Sequence[Area], asked: str) -> Area | None:
    """The one that was asked for, or the only one; None where it has to be chosen. Raises NotFound."""
    if not asked:
        return places[0] if len(places) == 1 else None
    return first_or_asked(places, asked)


async def village_of_form(tx: Transaction, person: Staff, may: Callable[[Staff, str], bool], asked: str) -> Area:
    """The village that a form names, or his only one. Raises NotFound where that is none in which he may."""
    village = chosen(await villages_open_to(tx, person, may), asked)
    if village is None:
        raise NotFound("area.unknown")
    return village


def first_or_asked(places: Sequence[Area], asked: str) -> Area:
    """The first where none is named. Raises NotFound for one that is not his, and where he has none."""
    for place in places:
        if asked in {"", str(place.id)}:
            return place
    raise NotFound("area.unknown")


async def chosen_group(tx: Transaction, village_id: int, asked: str) -> Area | None:
    """The group that was asked for; None for the village itself. Raises NotFound."""
    return first_or_asked(await groups_of(tx, village_id), asked) if asked else None


async def choose_village(office: Office, request: web.Request, visit: Visit, name: str) -> web.StreamResponse:
    """A page that asks which village; straight to the one of whoever serves only one."""
    async with office.database.read(office.clock()) as tx:
        served = await villages_served(tx, visit.person)
    if len(served) == 1:
        raise web.HTTPSeeOther(f"{request.path}/{served[0].id}")
    return office.page(request, visit, name, villages=served)
