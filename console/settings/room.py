"""What the pages of the settings share: which place, and where a form leads."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from console.places import first_or_asked
from console.visits import Fields, Office, Visit, led_to, once
from store.database import Transaction
from store.domain.areas import Area
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
    return Place(first_or_asked(places, area_id), places)


async def begin_press(tx: Transaction, request: web.Request, visit: Visit, fields: Fields, section: str) -> Area:
    """The area of a form that stood on that page. Raises HTTPSeeOther for one that was pressed before."""
    area = (await place_of(tx, visit, fields.get("area", ""))).area
    await once(tx, request, visit, fields, _path_of(section, area))
    return area


def back(section: str, area: Area, done: str, **more: str | int) -> web.HTTPSeeOther:
    """To the page that the form stood on, which says what was done."""
    return led_to(_path_of(section, area), done, **more)


def _path_of(section: str, area: Area) -> str:
    return f"{SETTINGS}/{section}?area={area.id}" if section else f"{SETTINGS}?area={area.id}"


def show(
    office: Office, request: web.Request, visit: Visit, section: str, place: Place, *, page: str = "", **values: Any
) -> web.Response:
    """A page of the room; `page` where a section has several."""
    return office.page(
        request,
        visit,
        f"settings_{page or section or 'index'}.html",
        section=section,
        sections=SECTIONS,
        area=place.area,
        places=place.others,
        **values,
    )
