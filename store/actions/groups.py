"""The groups of a village: added, and called otherwise."""

from sqlalchemy import select

from store.actions.areas import add_area
from store.database import Transaction
from store.domain.areas import Area, AreaKind
from store.domain.errors import NotAllowed, NotFound, Refusal
from store.domain.lengths import whole
from store.domain.people import Staff
from store.queries.access import may_keep_roster
from store.queries.areas import groups_of
from store.tables import areas

NAME_LENGTH = 40


async def add_group(tx: Transaction, village: Area, name: str, person: Staff) -> Area:
    """Numbered behind the others. Raises NotAllowed, Refusal("group.name_missing") and ("group.name_taken")."""
    name = await _checked(tx, village, name, person)
    number = max((one.number or 0 for one in await groups_of(tx, village.id)), default=0) + 1
    group = await add_area(tx, AreaKind.GROUP, name, village, number)
    tx.audit(village.id, f"staff:{person.id}", "group.added", f"area:{group.id}")
    return group


async def rename_group(tx: Transaction, village: Area, group_id: int, name: str, person: Staff) -> None:
    if group_id not in {one.id for one in await groups_of(tx, village.id)}:
        raise NotFound("area.unknown")
    name = await _checked(tx, village, name, person, but=group_id)
    await tx.run(areas.update().where(areas.c.id == group_id).values(name=name))
    tx.forget()
    tx.audit(village.id, f"staff:{person.id}", "group.renamed", f"area:{group_id}")


async def _checked(tx: Transaction, village: Area, name: str, person: Staff, *, but: int = 0) -> str:
    if not may_keep_roster(person, village.path):
        raise NotAllowed("roster.not_yours")
    name = whole(name, NAME_LENGTH)
    if not name:
        raise Refusal("group.name_missing")
    taken = (areas.c.parent_id == village.id, areas.c.name == name, areas.c.id != but)
    if await tx.scalar(select(areas.c.id).where(*taken)):
        raise Refusal("group.name_taken", name=name)
    return name
