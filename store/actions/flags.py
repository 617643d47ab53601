"""Sensitive flags: each with its purpose and its last day, and whoever looks at them leaves a fact."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, select

from store.database import Transaction
from store.domain.errors import NotAllowed, Refusal
from store.domain.people import Staff
from store.domain.roster_remarks import SensitiveFlag
from store.domain.working_calendar import VILLAGE_ZONE
from store.queries.access import may_see_flags
from store.queries.residents import Home
from store.tables import resident_flags, residents

KEPT_AT_MOST = timedelta(days=366)
"""Then somebody has to say again what it is for."""
PURPOSE_LENGTH = 200
ENDED_AT_ONCE = 200


async def look_at_flags(tx: Transaction, home: Home, person: Staff) -> None:
    """Leave the fact that he looked. Raises NotAllowed for whoever does not work with them."""
    _require(person, home)
    tx.audit(home.village_id, f"staff:{person.id}", "flags.shown", f"resident:{home.resident_id}")


async def set_flag(
    tx: Transaction, home: Home, flag: SensitiveFlag, purpose: str, until: date | None, person: Staff
) -> None:
    """Set a flag, or its new purpose and last day.

    Raises NotAllowed, Refusal("flag.purpose_missing"), Refusal("flag.until_wrong") for a day that is past or more than
    a year ahead.
    """
    _require(person, home)
    today = _today(tx.now)
    if not purpose.strip():
        raise Refusal("flag.purpose_missing")
    if until is None or not today < until <= today + KEPT_AT_MOST:
        raise Refusal("flag.until_wrong")
    await _end(tx, home.resident_id, flag)
    row = {"resident_id": home.resident_id, "flag": flag, "purpose": purpose.strip()[:PURPOSE_LENGTH], "until": until}
    await tx.insert(resident_flags, **row, set_at=tx.now)
    await _bear(tx, [home.resident_id])
    tx.audit(home.village_id, f"staff:{person.id}", "flag.set", f"resident:{home.resident_id}", [flag, str(until)])


async def end_flag(tx: Transaction, home: Home, flag: SensitiveFlag, person: Staff) -> None:
    _require(person, home)
    await _end(tx, home.resident_id, flag)
    await _bear(tx, [home.resident_id])
    tx.audit(home.village_id, f"staff:{person.id}", "flag.ended", f"resident:{home.resident_id}", flag)


async def note_flags(tx: Transaction, borne: Sequence[tuple[int, SensitiveFlag]], purpose: str) -> None:
    """Of an import, whose writer has marked the residents already."""
    until = _today(tx.now) + KEPT_AT_MOST
    rows = [
        {"resident_id": resident_id, "flag": flag, "purpose": purpose[:PURPOSE_LENGTH], "until": until}
        for resident_id, flag in borne
    ]
    await tx.insert_new_many(resident_flags, [{**row, "set_at": tx.now} for row in rows])


async def end_flags_of(tx: Transaction, resident_id: int) -> int:
    """All that he bears, as he asked; how many."""
    mine = and_(resident_flags.c.resident_id == resident_id, resident_flags.c.ended_at.is_(None))
    ended = await tx.run(resident_flags.update().where(mine).values(ended_at=tx.now, purpose=""))
    await _bear(tx, [resident_id])
    return ended


async def end_flags_that_ran_out(tx: Transaction, now: datetime) -> None:
    """The tick's chore: a flag whose last day has passed is borne no more."""
    over = and_(resident_flags.c.ended_at.is_(None), resident_flags.c.until < _today(now))
    rows = await tx.all(
        select(resident_flags.c.id, resident_flags.c.resident_id, residents.c.area_id)
        .join(residents, residents.c.id == resident_flags.c.resident_id)
        .where(over)
        .limit(ENDED_AT_ONCE)
    )
    await tx.run(resident_flags.update().where(resident_flags.c.id.in_([r.id for r in rows])).values(ended_at=now))
    await _bear(tx, sorted({row.resident_id for row in rows}))
    for row in rows:
        tx.audit(row.area_id, "system", "flag.ended", f"resident:{row.resident_id}")


async def _end(tx: Transaction, resident_id: int, flag: SensitiveFlag) -> None:
    mine = (resident_flags.c.resident_id == resident_id, resident_flags.c.flag == flag)
    await tx.run(resident_flags.update().where(*mine, resident_flags.c.ended_at.is_(None)).values(ended_at=tx.now))


async def _bear(tx: Transaction, ids: Sequence[int]) -> None:
    """What a resident bears is what he is chosen by (store.queries.membership)."""
    borne: dict[int, list[str]] = {resident_id: [] for resident_id in ids}
    open_ones = (resident_flags.c.resident_id.in_(ids), resident_flags.c.ended_at.is_(None))
    row: Any
    for row in await tx.all(select(resident_flags).where(*open_ones).order_by(resident_flags.c.flag)):
        borne[row.resident_id].append(row.flag)
    for resident_id, flags in borne.items():
        await tx.run(residents.update().where(residents.c.id == resident_id).values(flags=flags))


def _require(person: Staff, home: Home) -> None:
    if not may_see_flags(person, home.path):
        raise NotAllowed("flag.not_yours")


def _today(now: datetime) -> date:
    return now.astimezone(VILLAGE_ZONE).date()
