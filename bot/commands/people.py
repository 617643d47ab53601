"""People in office, from the command line."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table

from bot.commands.saying import print_json
from bot.commands.store import books, the_village
from store.actions.identity import new_link_code
from store.actions.staff import add_staff
from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotFound, Refusal
from store.domain.people import Role, Staff
from store.queries.areas import area_by_id, groups_of
from store.queries.people import contacts_of_staff, staff_of_village, staff_serving


@dataclass(frozen=True, slots=True)
class _StaffRow:
    name: str
    roles: list[str]
    phones_linked: int


def add(name: str, roles: Sequence[str], village: str, group: int, *, of_town: bool) -> None:
    print(asyncio.run(_add(name, roles, village, group, of_town=of_town)))


async def _add(name: str, roles: Sequence[str], village: str, group: int, *, of_town: bool) -> str:
    async with books() as tx:
        area = await the_village(tx, village)
        where = await _where(tx, area, group, of_town=of_town)
        person = await add_staff(tx, area, name, [(_role(role), where) for role in roles])
        return _instructions(person, await new_link_code(tx, person, actor="console"))


async def _where(tx: Transaction, village: Area, group: int, *, of_town: bool) -> Area:
    if of_town and village.parent_id:
        return await area_by_id(tx, village.parent_id)
    if not group:
        return village
    found = [one for one in await groups_of(tx, village.id) if one.number == group]
    if not found:
        raise NotFound("area.unknown")
    return found[0]


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError as error:
        raise Refusal("staff.role_unknown", name=name, known=", ".join(Role)) from error


def _instructions(person: Staff, code: str) -> str:
    return (
        f"{person.name}: write 关联{code} to the village's chat or number within 24 hours; "
        f"the same code sets a password at /console/start."
    )


def link_code(name: str, village: str) -> None:
    print(asyncio.run(_link_code(name, village)))


async def _link_code(name: str, village: str) -> str:
    async with books() as tx:
        found = [person for person in await _everyone(tx, village) if person.name == name]
        if len(found) != 1:
            raise NotFound("staff.unknown")
        return _instructions(found[0], await new_link_code(tx, found[0], actor="console"))


async def _everyone(tx: Transaction, village: str) -> list[Staff]:
    area = await the_village(tx, village)
    everyone = {person.id: person for person in await staff_serving(tx, area.path)}
    everyone |= {person.id: person for person in await staff_of_village(tx, area.path)}
    return list(everyone.values())


def show(village: str, *, as_json: bool) -> None:
    rows = asyncio.run(_rows(village))
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    table = Table("Name", "Roles", "Phones linked")
    for row in rows:
        table.add_row(row.name, ", ".join(row.roles), str(row.phones_linked))
    Console().print(table)


async def _rows(village: str) -> list[_StaffRow]:
    async with books() as tx:
        return [
            _StaffRow(
                person.name,
                [duty.role.value for duty in person.duties],
                len(await contacts_of_staff(tx, [person.id])),
            )
            for person in await _everyone(tx, village)
        ]
