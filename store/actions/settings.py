"""Setting what an area sets, and calling it by another name: checked, kept with what stood there before, audited."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from store.actions.areas import change_setting, record_change
from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import Refusal
from store.domain.setting_rules import SIZES, check_together, checked_setting
from store.queries.areas import settings_for
from store.tables import area_settings, areas

LONGEST_NAME = 20
"""Characters: it stands in brackets before every SMS, and a gateway's signature is no longer."""
_BRACKETS = frozenset("【】[]{}<>")


async def set_setting(tx: Transaction, area: Area, name: str, value: object, *, actor: str) -> bool:
    """Whether it is another than before. Raises what `checked_setting` and `check_together` raise."""
    checked = checked_setting(name, value)
    if not await change_setting(tx, area.id, name, checked, actor=actor):
        return False
    if name in SIZES:
        for area_id in (area.id, *await _set_below(tx, area)):
            check_together(await settings_for(tx, area_id))
    return True


async def _set_below(tx: Transaction, area: Area) -> list[int]:
    """The areas inside that set one of the sizes themselves, and so may not fit what they inherit."""
    below = (areas.c.path.startswith(area.path), areas.c.id != area.id, area_settings.c.name.in_(SIZES))
    own = select(areas.c.id).join(area_settings, area_settings.c.area_id == areas.c.id).where(*below)
    return [row.id for row in await tx.all(own.distinct().order_by(areas.c.id))]


async def set_own_days(tx: Transaction, area: Area, days: Mapping[date, bool | None], *, actor: str) -> bool:
    """Say of days whether this area works on them; None leaves a day to those above it. Whether anything changed."""
    mine = (area_settings.c.area_id == area.id, area_settings.c.name == "own_days")
    known = dict(await tx.scalar(select(area_settings.c.value).where(*mine)) or {})
    for day, works in days.items():
        known.pop(f"{day}", None)
        if works is not None:
            known[f"{day}"] = works
    return await set_setting(tx, area, "own_days", known, actor=actor)


async def rename_area(tx: Transaction, area: Area, name: str, *, actor: str) -> Area:
    """Raises Refusal("area.name_wrong") and ("area.name_taken")."""
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME or _BRACKETS & set(name) or not name.isprintable():
        raise Refusal("area.name_wrong", most=LONGEST_NAME)
    if name == area.name:
        return area
    beside = select(areas.c.id).where(areas.c.parent_id == area.parent_id, areas.c.name == name)
    if await tx.scalar(beside) is not None:
        raise Refusal("area.name_taken", name=name)
    await tx.run(areas.update().where(areas.c.id == area.id).values(name=name))
    tx.forget()
    await record_change(tx, area.id, "name", area.name, name, actor=actor)
    return replace(area, name=name)
