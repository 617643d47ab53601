"""Emergency notices and transfer lists: what is open, who is on a list, and how it stands."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from store.database import Transaction
from store.domain.accounts import AccountKind
from store.domain.deliveries import DeliveryState
from store.domain.emergencies import (
    Emergency,
    Level,
    Outcome,
    Reply,
    RollCounts,
    RollEntry,
    Source,
    Warned,
    may_warn,
)
from store.domain.errors import NotFound
from store.domain.people import Contact, ContactKind, Staff
from store.queries.people import ADDRESS
from store.tables import (
    areas,
    channel_accounts,
    contact_holders,
    contacts,
    deliveries,
    emergency_notices,
    emergency_roll_entries,
    emergency_rolls,
    household_proxies,
    notices,
    residents,
)

_villages = areas.alias("villages")
_lifting = emergency_notices.alias("lifting")
_PLACE = func.coalesce(areas.c.path, _villages.c.path)
"""The household's group, or where it has none the village."""


def _emergencies() -> Select[Any]:
    return (
        select(
            emergency_notices,
            notices.c.area_id,
            notices.c.number,
            notices.c.text,
            notices.c.drafted_by,
            _villages.c.name.label("village_name"),
            areas.c.path,
            emergency_rolls.c.id.label("roll_id"),
            _lifting.c.notice_id.label("lifted_by"),
        )
        .join(notices, notices.c.id == emergency_notices.c.notice_id)
        .join(_villages, _villages.c.id == notices.c.area_id)
        .join(areas, areas.c.id == notices.c.audience_area_id)
        .outerjoin(emergency_rolls, emergency_rolls.c.notice_id == emergency_notices.c.notice_id)
        .outerjoin(_lifting, _lifting.c.lifts_id == emergency_notices.c.notice_id)
    )


def _emergency(row: Any) -> Emergency:
    return Emergency(
        notice_id=row.notice_id,
        village_id=row.area_id,
        village_name=row.village_name,
        number=row.number,
        area_path=row.path,
        text=row.text,
        warned=Warned(
            Source(row.source),
            row.issuer,
            row.issued_at,
            row.hazard,
            Level(row.level),
            row.evidence_text,
            tuple(row.evidence_files),
        ),
        drafted_by=row.drafted_by,
        roll_id=row.roll_id,
        lifts_id=row.lifts_id,
        lifted=row.lifted_by is not None,
    )


async def emergency_of(tx: Transaction, notice_id: int) -> Emergency:
    row = await tx.first(_emergencies().where(emergency_notices.c.notice_id == notice_id))
    if row is None:
        raise NotFound("emergency.unknown")
    return _emergency(row)


async def open_emergencies(tx: Transaction, person: Staff) -> list[Emergency]:
    """What has had no all-clear yet where this person may warn, the newest first."""
    still = (_lifting.c.notice_id.is_(None), emergency_notices.c.lifts_id.is_(None), _inside(person, areas.c.path))
    rows = await tx.all(_emergencies().where(*still).order_by(emergency_notices.c.notice_id.desc()))
    return [emergency for emergency in map(_emergency, rows) if may_warn(person, emergency.area_path)]


def _inside(person: Staff, path: ColumnElement[str]) -> ColumnElement[bool]:
    return or_(*(path.startswith(duty_path) for duty_path in sorted({duty.area_path for duty in person.duties})))


async def roll_counts(tx: Transaction, person: Staff) -> list[RollCounts]:
    """The open lists of the areas that this person serves, each counted: of a grid officer only his own households."""
    return await _counted(tx, emergency_rolls.c.closed_at.is_(None), _warns_inside(person, _PLACE))


async def counts_of_roll(tx: Transaction, notice_id: int) -> RollCounts:
    """One list, all of it."""
    found = await _counted(tx, emergency_rolls.c.notice_id == notice_id)
    if not found:
        raise NotFound("emergency.unknown")
    return found[0]


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
        )
        .join(emergency_rolls, emergency_rolls.c.id == emergency_roll_entries.c.roll_id)
        .join(_villages, _villages.c.id == emergency_rolls.c.area_id)
        .join(residents, residents.c.id == emergency_roll_entries.c.resident_id)
        .outerjoin(areas, areas.c.id == emergency_roll_entries.c.group_id)
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
        reply=Reply(row.reply),
        outcome=Outcome(row.outcome),
    )


async def roll_entries(tx: Transaction, notice_id: int, person: Staff) -> list[RollEntry]:
    """The households of a list that this person may see, who waits for somebody first."""
    rows = await tx.all(_entries().where(emergency_rolls.c.notice_id == notice_id))
    seen = [entry for entry in map(_entry, rows) if may_warn(person, entry.area_path)]
    return sorted(seen, key=lambda entry: entry.urgency)


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


@dataclass(frozen=True, slots=True)
class Told:
    """One address at which an emergency notice was told."""

    contact_id: int
    account_id: int
    account_kind: AccountKind
    resident_id: int | None
    language: str


async def told_of(tx: Transaction, notice_id: int) -> Sequence[Told]:
    """Where a notice went, each address once: its all-clear goes there too."""
    rows = await tx.all(
        select(
            contacts.c.id,
            contacts.c.language,
            func.min(deliveries.c.account_id).label("account_id"),
            func.min(channel_accounts.c.kind).label("kind"),
            func.min(deliveries.c.resident_id).label("resident_id"),
        )
        .join(contacts, contacts.c.id == deliveries.c.contact_id)
        .join(channel_accounts, channel_accounts.c.id == deliveries.c.account_id)
        .where(and_(deliveries.c.notice_id == notice_id, deliveries.c.state != DeliveryState.SKIPPED))
        .group_by(contacts.c.id, contacts.c.language)
        .order_by(contacts.c.id)
    )
    return [Told(row.id, row.account_id, AccountKind(row.kind), row.resident_id, row.language) for row in rows]
