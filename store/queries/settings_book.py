"""What an area has set, where the rest comes from, and who changed what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from store.database import Transaction
from store.domain.areas import Area
from store.domain.settings import DEFAULTS
from store.tables import area_settings, areas, duty_roster, setting_changes, staff

PAGE = 30


@dataclass(frozen=True, slots=True)
class SettingValue:
    """`from_area` is the name of the area above that set it; "" where this one did, or where nobody did (`is_own`)."""

    name: str
    value: object
    is_own: bool
    from_area: str


@dataclass(frozen=True, slots=True)
class SettingChange:
    """`who` is the name of a member of staff, "" for whoever types on the server. None: nothing was set before."""

    id: int
    name: str
    before: object
    after: object
    who: str
    at: datetime


async def setting_values(tx: Transaction, area: Area) -> Mapping[str, SettingValue]:
    """Every setting as it holds for an area: the nearest area up the tree wins."""
    ids = [int(part) for part in area.path.strip("/").split("/")]
    rows = await tx.all(
        select(area_settings, areas.c.name.label("place"))
        .join(areas, areas.c.id == area_settings.c.area_id)
        .where(area_settings.c.area_id.in_(ids))
    )
    found = {name: SettingValue(name, value, is_own=False, from_area="") for name, value in DEFAULTS.items()}
    for row in sorted(rows, key=lambda row: ids.index(row.area_id)):
        is_own = row.area_id == area.id
        found[row.name] = SettingValue(row.name, row.value, is_own, "" if is_own else row.place)
    return found


async def setting_history(tx: Transaction, area: Area, after: int = 0) -> tuple[list[SettingChange], int]:
    """The newest first, and the id after which the next page begins (0: none)."""
    older = [setting_changes.c.id < after] if after else []
    rows = await tx.all(
        select(setting_changes)
        .where(setting_changes.c.area_id == area.id, *older)
        .order_by(setting_changes.c.id.desc())
        .limit(PAGE + 1)
    )
    shown = rows[:PAGE]
    ids = {int(row.actor[6:]) for row in shown if row.actor.startswith("staff:")}
    names = {
        f"staff:{row.id}": row.name for row in await tx.all(select(staff.c.id, staff.c.name).where(staff.c.id.in_(ids)))
    }
    changes = [
        SettingChange(row.id, row.name, row.before, row.after, names.get(row.actor, ""), row.at) for row in shown
    ]
    return changes, shown[-1].id if len(rows) > PAGE else 0


async def roster_between(tx: Transaction, village_id: int, first: date, last: date) -> dict[date, int]:
    """Who is on duty on which day, by staff id."""
    rows = await tx.all(
        select(duty_roster.c.day, duty_roster.c.staff_id).where(
            duty_roster.c.area_id == village_id, duty_roster.c.day.between(first, last)
        )
    )
    return {row.day: row.staff_id for row in rows}
