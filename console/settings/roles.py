"""Which matter goes to whom: the roles that work on each category, and who holds them here."""

from dataclasses import dataclass

from aiohttp import web

from console.settings.room import place_of, show
from console.visits import Office, Visit
from store.domain.people import Role, Staff
from store.domain.tickets import ABOUT_STAFF_ROLES, CONFIDENTIAL_CATEGORIES, ROLES_OF_CATEGORY, Category
from store.queries.people import staff_of_village, staff_serving

ABOUT_STAFF = "about_staff"


@dataclass(frozen=True, slots=True)
class Row:
    """`names` are those who hold one of the roles here or in a part of it; empty: it goes to the front desk."""

    category: str
    roles: tuple[Role, ...]
    names: tuple[str, ...]
    confidential: bool


@dataclass(frozen=True, slots=True)
class RolePages:
    office: Office

    async def list(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            place = await place_of(tx, visit, request.query.get("area", ""))
            people = {one.id: one for one in await staff_serving(tx, place.area.path)}
            people |= {one.id: one for one in await staff_of_village(tx, place.area.path)}
        everyone = list(people.values())
        rows = [
            _row(category.value, roles, everyone, confidential=category in CONFIDENTIAL_CATEGORIES)
            for category, roles in ROLES_OF_CATEGORY.items()
            if category is not Category.VISIT
        ]
        rows.append(_row(ABOUT_STAFF, ABOUT_STAFF_ROLES, everyone, confidential=True))
        desk = _row("", (Role.FRONT_DESK,), everyone, confidential=False).names
        return show(self.office, request, visit, "roles", place, rows=rows, desk=desk, about_staff=ABOUT_STAFF)


def _row(category: str, roles: tuple[Role, ...], people: list[Staff], *, confidential: bool) -> Row:
    names = tuple(one.name for one in people if any(duty.role in roles for duty in one.duties))
    return Row(category, roles, names, confidential)
