"""What the pages of the settings share: which place, and how a refusal is told."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from console.visits import Fields, Office, Visit, form_key
from store.actions.sign_in import take_form
from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotFound
from store.queries.access import may_see_settings
from store.queries.areas import places_of

SETTINGS = "/console/settings"
SECTIONS = ("", "calendar", "roster", "roles", "channels", "texts", "words", "changes")
"""The pages of the room; "" is the first."""


@dataclass(frozen=True, slots=True)
class Place:
    """The area that a page speaks of, and the others that this person may choose."""

    area: Area
    others: list[Area]


async def place_of(tx: Transaction, visit: Visit, area_id: str) -> Place:
    """The first village where none is named. Raises NotFound for a place whose settings he may not see."""
    places = await places_of(tx, visit.person, may_see_settings)
    for area in places:
        if area_id in {"", str(area.id)}:
            return Place(area, places)
    raise NotFound("area.unknown")


async def begin_press(tx: Transaction, visit: Visit, fields: Fields, action: str) -> Area:
    """The area of a form that was not pressed before; of one that was, the page that it led to."""
    place = await place_of(tx, visit, fields.get("area", ""))
    if not await take_form(tx, visit.session, form_key({**fields, "action": f"settings/{action}"})):
        raise back(action.partition("/")[0] if action.partition("/")[0] in SECTIONS else "", place.area, "already")
    return place.area


def back(section: str, area: Area, done: str, **more: str | int) -> web.HTTPSeeOther:
    """To the page that the form stood on, which says what was done."""
    path = f"{SETTINGS}/{section}" if section else SETTINGS
    return web.HTTPSeeOther(f"{path}?{urlencode({'area': area.id, 'done': done, **more})}")


def show(
    office: Office,
    request: web.Request,
    visit: Visit,
    section: str,
    place: Place,
    *,
    status: int = 200,
    page: str = "",
    **values: Any,
) -> web.Response:
    """A page of the room. `done` in its address says what a press before it did; `page` where a section has several."""
    return office.pages.page(
        request,
        f"settings_{page or section or 'index'}.html",
        status=status,
        **visit.known,
        here="settings",
        section=section,
        sections=SECTIONS,
        area=place.area,
        places=place.others,
        done=request.query.get("done", ""),
        **{"refusal": "", **values},
    )
