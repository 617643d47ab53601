"""Building the tree of areas and setting what an area sets."""

from sqlalchemy import select

from store.database import Transaction
from store.domain.areas import PARENT_KIND, Area, AreaKind
from store.domain.audit import GENESIS
from store.domain.errors import Refusal
from store.tables import area_settings, areas, audit_heads, counters, setting_changes


async def add_area(
    tx: Transaction, kind: AreaKind, name: str, parent: Area | None = None, number: int | None = None
) -> Area:
    """Add an area under its parent. Raises Refusal("area.misplaced") where the parent is of the wrong kind."""
    if PARENT_KIND.get(kind) is not (parent.kind if parent else None):
        raise Refusal("area.misplaced", name=name)
    parent_id = parent.id if parent else None
    area_id = await tx.insert(areas, parent_id=parent_id, kind=kind, name=name, path="", number=number)
    path = f"{parent.path if parent else '/'}{area_id}/"
    await tx.run(areas.update().where(areas.c.id == area_id).values(path=path))
    await tx.insert(audit_heads, area_id=area_id, sequence=0, hash=GENESIS)
    tx.forget()
    tx.audit(area_id, "system", "area.added", f"area:{area_id}", {"kind": kind, "name": name})
    return Area(area_id, kind, name, path, parent_id, number)


async def change_setting(tx: Transaction, area_id: int, name: str, value: object, *, actor: str) -> bool:
    """Set what an area sets for itself, unchecked (see `store.actions.settings`); whether it is another than before."""
    mine = (area_settings.c.area_id == area_id, area_settings.c.name == name)
    set_before = await tx.first(select(area_settings.c.value).where(*mine))
    if set_before is not None and set_before.value == value:
        return False
    await tx.run(area_settings.delete().where(*mine))
    await tx.insert(area_settings, area_id=area_id, name=name, value=value)
    tx.forget()
    await record_change(tx, area_id, name, set_before.value if set_before else None, value, actor=actor)
    return True


async def unset_setting(tx: Transaction, area_id: int, name: str, *, actor: str) -> bool:
    """Let what stands above an area hold there again; whether it had set anything itself."""
    mine = (area_settings.c.area_id == area_id, area_settings.c.name == name)
    set_before = await tx.first(select(area_settings.c.value).where(*mine))
    if set_before is None:
        return False
    await tx.run(area_settings.delete().where(*mine))
    tx.forget()
    await record_change(tx, area_id, name, set_before.value, None, actor=actor)
    return True


async def record_change(tx: Transaction, area_id: int, name: str, before: object, after: object, *, actor: str) -> None:
    """Keep what stood there and what stands there now; the chain holds the digest of both. None: nothing is set."""
    values = {"before": before, "after": after}
    await tx.insert(setting_changes, area_id=area_id, name=name, actor=actor, at=tx.now, **values)
    tx.audit(area_id, actor, "setting.changed", f"setting:{name}", [before, after])


async def next_number(tx: Transaction, area_id: int, name: str, *, first: int = 1) -> int:
    """The next of a village's own numbers (tickets, notices). Locked until the commit: no gap, no double."""
    return await next_numbers(tx, area_id, name, 1, first=first)


async def next_numbers(tx: Transaction, area_id: int, name: str, count: int, *, first: int = 1) -> int:
    """The first of `count` numbers in a row, as `next_number` gives them one by one."""
    mine = (counters.c.area_id == area_id, counters.c.name == name)
    await tx.insert_new(counters, area_id=area_id, name=name, value=first - 1)
    await tx.run(counters.update().where(*mine).values(value=counters.c.value + count))
    return int(await tx.scalar(select(counters.c.value).where(*mine))) - count + 1


async def start_counter(tx: Transaction, area_id: int, name: str, *, after: int) -> None:
    """Let a village's numbers go on after those that it used on paper."""
    await tx.insert(counters, area_id=area_id, name=name, value=after)
