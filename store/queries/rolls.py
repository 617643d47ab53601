"""The frozen roll of a matter, some at a time, and which ballots on paper one person has entered so far."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from store.database import Transaction
from store.domain.errors import NotFound
from store.domain.people import Gone
from store.tables import areas, entitlement_holders, entitlements, paper_entries, residents

PAGE = 50
IS_HIMSELF = residents.c.gone != Gone.MERGED
"""Of a holder: nobody is taken off a roll, so whoever turned out to be another on it is left out by his own row."""


@dataclass(frozen=True, slots=True)
class RollLine:
    """One vote and who may cast it, a household's head first. `entered_by` is who has entered it from paper alone."""

    entitlement_id: int
    resident_id: int
    names: tuple[str, ...]
    group: str
    entered_by: int | None


@dataclass(frozen=True, slots=True)
class RollPage:
    """`after` is the key with which the next page begins, 0 on the last."""

    lines: tuple[RollLine, ...]
    after: int


def votes_on_roll(matter_id: int) -> Select[int]:
    """How many votes the roll has that somebody may cast."""
    return (
        select(func.count(entitlements.c.id.distinct()))
        .join(entitlement_holders, entitlement_holders.c.entitlement_id == entitlements.c.id)
        .join(residents, residents.c.id == entitlement_holders.c.resident_id)
        .where(entitlements.c.matter_id == matter_id, IS_HIMSELF)
    )


async def roll_page(tx: Transaction, matter_id: int, words: str = "", after: int = 0) -> RollPage:
    """By name where `words` is one. However long the roll: two statements."""
    wanted = (
        select(entitlements.c.id)
        .join(entitlement_holders, entitlement_holders.c.entitlement_id == entitlements.c.id)
        .join(residents, residents.c.id == entitlement_holders.c.resident_id)
        .where(entitlements.c.matter_id == matter_id, entitlements.c.id > after, IS_HIMSELF)
        .distinct()
    )
    if words:
        wanted = wanted.where(residents.c.name.contains(words, autoescape=True))
    found = [row.id for row in await tx.all(wanted.order_by(entitlements.c.id).limit(PAGE + 1))]
    return RollPage(await _lines(tx, found[:PAGE]), found[PAGE - 1] if len(found) > PAGE else 0)


async def roll_line(tx: Transaction, matter_id: int, entitlement_id: int) -> RollLine:
    """Raises NotFound("resident.unknown") for a vote of another matter, or one that nobody may cast any more."""
    mine = select(entitlements.c.id).where(entitlements.c.id == entitlement_id, entitlements.c.matter_id == matter_id)
    lines = await _lines(tx, [entitlement_id]) if await tx.first(mine) else ()
    if not lines:
        raise NotFound("resident.unknown")
    return lines[0]


async def half_entered(tx: Transaction, matter_id: int) -> int:
    """How many ballots on paper one person has entered and nobody else yet."""
    counted = select(func.count()).select_from(paper_entries).where(paper_entries.c.matter_id == matter_id)
    return int(await tx.scalar(counted))


async def _lines(tx: Transaction, ids: Sequence[int]) -> tuple[RollLine, ...]:
    rows = await tx.all(
        select(
            entitlement_holders.c.entitlement_id,
            residents.c.id,
            residents.c.name,
            areas.c.name.label("group_name"),
            paper_entries.c.by_staff_id,
        )
        .join(residents, residents.c.id == entitlement_holders.c.resident_id)
        .outerjoin(areas, areas.c.id == residents.c.group_id)
        .outerjoin(paper_entries, paper_entries.c.entitlement_id == entitlement_holders.c.entitlement_id)
        .where(entitlement_holders.c.entitlement_id.in_(ids), IS_HIMSELF)
        .order_by(entitlement_holders.c.entitlement_id, residents.c.is_head.desc(), residents.c.id)
    )
    by_vote: dict[int, list[object]] = {}
    lines: dict[int, RollLine] = {}
    for row in rows:
        by_vote.setdefault(row.entitlement_id, []).append(row.name)
        lines.setdefault(
            row.entitlement_id,
            RollLine(row.entitlement_id, row.id, (), row.group_name or "", row.by_staff_id),
        )
    return tuple(
        RollLine(one.entitlement_id, one.resident_id, tuple(map(str, by_vote[key])), one.group, one.entered_by)
        for key, one in lines.items()
    )
