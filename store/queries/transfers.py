"""Transfer lists: who is on them, how they stand, and at which numbers people are rung."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any
from zlib import crc32

from sqlalchemy import ColumnElement, Select, func, or_, select

from store.database import Transaction
from store.domain.emergencies import may_warn
from store.domain.errors import NotFound
from store.domain.people import Contact, ContactKind, Staff
from store.domain.transfers import Outcome, Reply, RollCounts, RollEntry
from store.queries.people import ADDRESS
from store.tables import (
    areas,
    contact_holders,
    contacts,
    emergency_roll_entries,
    emergency_rolls,
    household_proxies,
    notices,
    residents,
    staff,
)

_villages = areas.alias("villages")
_officers = staff.alias("officers")
_reporters = staff.alias("reporters")
_PLACE = func.coalesce(areas.c.path, _villages.c.path)
"""The household's group, or where it has none the village."""


async def roll_counts(tx: Transaction, person: Staff) -> list[RollCounts]:
    """The open lists of the areas that this person serves, each counted: of a grid officer only his own households."""
    return await _counted(tx, emergency_rolls.c.closed_at.is_(None), _warns_inside(person, _PLACE))


async def counts_of_roll(tx: Transaction, notice_id: int) -> RollCounts:
    """One list, all of it."""
    found = await counts_of_rolls(tx, [notice_id])
    if not found:
        raise NotFound("emergency.unknown")
    return found[0]


async def counts_of_rolls(tx: Transaction, notice_ids: Collection[int]) -> list[RollCounts]:
    """The lists of these notices, all of each; nothing for a notice that has none."""
    return await _counted(tx, emergency_rolls.c.notice_id.in_(notice_ids))


async def _counted(tx: Transaction, *conditions: ColumnElement[bool]) -> list[RollCounts]:
    entry = emergency_roll_entries.c
    rows = await tx.all(
        select(
            emergency_rolls.c.notice_id,
            _villages.c.name,
            notices.c.number,
            entry.reply,
            entry.outcome,
            func.count().label("households"),
        )
        .join(emergency_roll_entries, entry.roll_id == emergency_rolls.c.id)
        .join(notices, notices.c.id == emergency_rolls.c.notice_id)
        .join(_villages, _villages.c.id == emergency_rolls.c.area_id)
        .outerjoin(areas, areas.c.id == entry.group_id)
        .where(*conditions)
        .group_by(emergency_rolls.c.notice_id, _villages.c.name, notices.c.number, entry.reply, entry.outcome)
        .order_by(emergency_rolls.c.notice_id)
    )
    found: dict[int, RollCounts] = {}
    for row in rows:
        before = found.get(row.notice_id) or RollCounts(row.notice_id, row.name, row.number, Counter(), Counter())
        under_way = {Reply(row.reply): row.households} if row.outcome == Outcome.OPEN else {}
        replies = Counter(before.replies) + Counter(under_way)
        outcomes = Counter(before.outcomes) + Counter({Outcome(row.outcome): row.households})
        found[row.notice_id] = replace(before, replies=replies, outcomes=outcomes)
    return list(found.values())


def _warns_inside(person: Staff, place: ColumnElement[str]) -> ColumnElement[bool]:
    paths = sorted({duty.area_path for duty in person.duties if may_warn(person, duty.area_path)})
    return or_(False, *(place.startswith(path) for path in paths))


def _entries() -> Select[Any]:
    return (
        select(
            emergency_roll_entries,
            emergency_rolls.c.area_id,
            residents.c.name,
            areas.c.name.label("group_name"),
            _PLACE.label("path"),
            emergency_rolls.c.notice_id,
            _phone().label("phone_id"),
            _officers.c.name.label("officer_name"),
            _reporters.c.name.label("reporter_name"),
        )
        .join(emergency_rolls, emergency_rolls.c.id == emergency_roll_entries.c.roll_id)
        .join(_villages, _villages.c.id == emergency_rolls.c.area_id)
        .join(residents, residents.c.id == emergency_roll_entries.c.resident_id)
        .outerjoin(areas, areas.c.id == emergency_roll_entries.c.group_id)
        .outerjoin(_officers, _officers.c.id == emergency_roll_entries.c.officer_id)
        .outerjoin(_reporters, _reporters.c.id == emergency_roll_entries.c.outcome_by)
        .order_by(areas.c.number, emergency_roll_entries.c.household_id)
    )


def _phone() -> ColumnElement[int]:
    """A phone of the household that still rings, else of whoever takes messages for it (代联系人)."""
    living = residents.alias("living")
    own = (
        select(func.min(contacts.c.id))
        .join(contact_holders, contact_holders.c.contact_id == contacts.c.id)
        .join(living, living.c.id == contact_holders.c.resident_id)
        .where(
            living.c.household_id == emergency_roll_entries.c.household_id,
            living.c.gone == "",
            contacts.c.kind == ContactKind.PHONE,
            contacts.c.dead_at.is_(None),
        )
        .scalar_subquery()
    )
    proxy = (
        select(household_proxies.c.contact_id)
        .where(household_proxies.c.household_id == emergency_roll_entries.c.household_id)
        .scalar_subquery()
    )
    return func.coalesce(own, proxy)


def _entry(row: Any) -> RollEntry:
    return RollEntry(
        id=row.id,
        roll_id=row.roll_id,
        notice_id=row.notice_id,
        village_id=row.area_id,
        resident_id=row.resident_id,
        name=row.name,
        group_name=row.group_name or "",
        area_path=row.path,
        phone_id=row.phone_id,
        officer_id=row.officer_id,
        officer_name=row.officer_name or "",
        reply=Reply(row.reply),
        outcome=Outcome(row.outcome),
        reported_by=row.reporter_name or "",
        reported_at=row.outcome_at,
    )


async def roll_entries(tx: Transaction, notice_id: int, person: Staff) -> list[RollEntry]:
    """The households of a list that this person may see, group by group."""
    rows = await tx.all(_entries().where(emergency_rolls.c.notice_id == notice_id))
    return [entry for entry in map(_entry, rows) if may_warn(person, entry.area_path)]


async def roll_moment(tx: Transaction, notice_id: int, person: Staff) -> int:
    """A number that is another as soon as something has changed on the part of a list that this person may see.

    Raises NotFound where that is nothing.
    """
    entry = emergency_roll_entries.c
    rows = await tx.all(
        select(entry.id, entry.reply, entry.outcome, emergency_rolls.c.closed_at)
        .join(emergency_rolls, emergency_rolls.c.id == entry.roll_id)
        .join(_villages, _villages.c.id == emergency_rolls.c.area_id)
        .outerjoin(areas, areas.c.id == entry.group_id)
        .where(emergency_rolls.c.notice_id == notice_id, _warns_inside(person, _PLACE))
        .order_by(entry.id)
    )
    if not rows:
        raise NotFound("emergency.unknown")
    return _moment_of([(row.id, row.reply, row.outcome, row.closed_at is None) for row in rows])


async def rolls_moment(tx: Transaction, person: Staff) -> int:
    """The same for all open lists as they are counted for this person."""
    return _moment_of([sorted(counts.facts.items()) for counts in await roll_counts(tx, person)])


def _moment_of(seen: object) -> int:
    """Never 0, which is what a page asks with that has seen nothing."""
    return crc32(repr(seen).encode()) + 1


async def roll_entry(tx: Transaction, entry_id: int, person: Staff) -> RollEntry:
    """Raises NotFound, also for one that this person may not see."""
    row = await tx.first(_entries().where(emergency_roll_entries.c.id == entry_id))
    if row is None or not may_warn(person, row.path):
        raise NotFound("emergency.unknown")
    return _entry(row)


async def entries_at(tx: Transaction, contact: Contact, notice_id: int | None = None) -> list[RollEntry]:
    """The households told at this contact (or of those who hold it) on one list, or on the newest open one."""
    homes = select(residents.c.household_id).where(residents.c.id.in_(contact.holders))
    mine = or_(emergency_roll_entries.c.contact_id == contact.id, emergency_roll_entries.c.household_id.in_(homes))
    which = emergency_rolls.c.notice_id == notice_id if notice_id else emergency_rolls.c.closed_at.is_(None)
    entries = [_entry(row) for row in await tx.all(_entries().where(mine, which))]
    newest = max((entry.roll_id for entry in entries), default=0)
    return [entry for entry in entries if entry.roll_id == newest]


async def silent_entries(tx: Transaction, notice_id: int) -> list[RollEntry]:
    """Whom nobody has heard of: no reply, and no officer's word."""
    unheard = (emergency_roll_entries.c.reply == Reply.NONE, emergency_roll_entries.c.outcome == Outcome.OPEN)
    rows = await tx.all(_entries().where(emergency_rolls.c.notice_id == notice_id, *unheard))
    return [_entry(row) for row in rows]


async def numbers_of(tx: Transaction, entries: Sequence[RollEntry]) -> dict[int, str]:
    """The numbers at which households are rung, by entry, without the country's code; not of those that have none."""
    rows = await tx.all(
        select(contacts.c.id, contacts.c.address).where(
            contacts.c.id.in_({entry.phone_id for entry in entries if entry.phone_id})
        )
    )
    numbers = {row.id: tx.keyring.open(row.address, context=ADDRESS).removeprefix("+86") for row in rows}
    return {entry.id: numbers[entry.phone_id] for entry in entries if entry.phone_id in numbers}
