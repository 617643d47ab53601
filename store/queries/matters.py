"""Matters, what was said to them, who may vote on them, and what the count can be checked against."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from store.database import Transaction
from store.domain.deliberation import (
    ADULT,
    CODE_RESTS,
    Comment,
    MatterRecord,
    RollKind,
    minutes_from_json,
    tally_from_json,
)
from store.domain.errors import NotFound
from store.domain.matters import MatterState
from store.domain.people import ContactKind
from store.domain.rules import HeldAs, rule_from_json
from store.queries.rolls import IS_HIMSELF
from store.tables import (
    areas,
    casts,
    contact_holders,
    contacts,
    entitlement_holders,
    entitlements,
    matter_comments,
    matters,
    residents,
)

UNDER_WAY = (MatterState.PUBLISHED, MatterState.VOTING)
RECENT = 10
ARCHIVE_PAGE = 20


def rows_of_matters() -> Select[Any]:
    belongs_to = func.coalesce(matters.c.group_id, matters.c.area_id)
    return select(matters, areas.c.path, areas.c.name).join(areas, areas.c.id == belongs_to)


def matter_from(row: Any) -> MatterRecord:
    return MatterRecord(
        id=row.id,
        village_id=row.area_id,
        group_id=row.group_id,
        area_path=row.path,
        group_name=row.name if row.group_id else "",
        code=row.code,
        title=row.title,
        plan=row.plan,
        state=MatterState(row.state),
        held_as=HeldAs(row.held_as),
        named=row.named,
        roll=RollKind(row.roll) if row.roll else None,
        rule=rule_from_json(row.rule) if row.rule else None,
        roll_size=row.roll_size,
        cast_count=row.cast_count,
        chain_head=row.chain_head,
        tally=tally_from_json(row.tally) if row.tally else None,
        minutes=minutes_from_json(row.meeting) if row.meeting else None,
        outcome=row.outcome,
        proposed_by_contact_id=row.proposed_by_contact_id,
        closes_at=row.closes_at,
    )


async def matter_by_id(tx: Transaction, matter_id: int) -> MatterRecord:
    row = await tx.first(rows_of_matters().where(matters.c.id == matter_id))
    if row is None:
        raise NotFound("matter.unknown")
    return matter_from(row)


async def lock_matter(tx: Transaction, matter_id: int) -> MatterRecord:
    """The matter as it is now; nobody else changes it or votes on it until the commit."""
    await tx.first(select(matters.c.id).where(matters.c.id == matter_id).with_for_update())
    return await matter_by_id(tx, matter_id)


async def matter_with_code(tx: Transaction, village_id: int, code: int) -> MatterRecord | None:
    """The matter that people mean by a code: the one under way, else the one that closed last, while its code rests."""
    row = await tx.first(
        rows_of_matters()
        .where(matters.c.area_id == village_id, matters.c.code == code, _holds_its_code(tx))
        .order_by(case((matters.c.state.in_(UNDER_WAY), 0), else_=1), matters.c.closed_at.desc())
    )
    return matter_from(row) if row else None


async def codes_in_use(tx: Transaction, village_id: int) -> frozenset[int]:
    rows = await tx.all(
        select(matters.c.code).where(matters.c.area_id == village_id, matters.c.code.is_not(None), _holds_its_code(tx))
    )
    return frozenset(row.code for row in rows)


def _holds_its_code(tx: Transaction) -> ColumnElement[bool]:
    return or_(matters.c.state.in_(UNDER_WAY), matters.c.closed_at > tx.now - CODE_RESTS)


async def matters_to_see(tx: Transaction, village_id: int) -> list[MatterRecord]:
    """What residents are shown: what may be voted on, what is talked over, and what was counted lately."""
    order = case((matters.c.state == MatterState.VOTING, 0), (matters.c.state == MatterState.PUBLISHED, 1), else_=2)
    shown = and_(matters.c.state.not_in((MatterState.WITHDRAWN, MatterState.REFUSED)), matters.c.code.is_not(None))
    rows = await tx.all(
        rows_of_matters()
        .where(matters.c.area_id == village_id, shown, _holds_its_code(tx))
        .order_by(order, matters.c.closed_at.desc(), matters.c.id.desc())
        .limit(RECENT)
    )
    return [matter_from(row) for row in rows]


async def matters_to_run(tx: Transaction, village_id: int) -> list[MatterRecord]:
    """What waits for a step of those who run it, proposals first."""
    waiting = (
        MatterState.PROPOSED,
        MatterState.PUBLISHED,
        MatterState.VOTING,
        MatterState.COUNTED,
        MatterState.DECIDED,
    )
    rows = await tx.all(
        rows_of_matters()
        .where(matters.c.area_id == village_id, matters.c.state.in_(waiting))
        .order_by(case((matters.c.state == MatterState.PROPOSED, 0), else_=1), matters.c.id.desc())
    )
    return [matter_from(row) for row in rows]


async def matters_archived(tx: Transaction, village_id: int, before: int | None) -> list[MatterRecord]:
    """What is over, the newest first, behind the matter `before`; one more than a page where there are more."""
    over = (MatterState.CARRIED_OUT, MatterState.WITHDRAWN, MatterState.REFUSED)
    behind = [matters.c.id < before] if before else []
    rows = await tx.all(
        rows_of_matters()
        .where(matters.c.area_id == village_id, matters.c.state.in_(over), *behind)
        .order_by(matters.c.id.desc())
        .limit(ARCHIVE_PAGE + 1)
    )
    return [matter_from(row) for row in rows]


async def due_for_closing(tx: Transaction) -> list[MatterRecord]:
    rows = await tx.all(
        rows_of_matters()
        .where(matters.c.state == MatterState.VOTING, matters.c.closes_at <= tx.now)
        .order_by(matters.c.closes_at, matters.c.id)
    )
    return [matter_from(row) for row in rows]


async def matters_closing(tx: Transaction, until: datetime, near: Collection[str]) -> list[MatterRecord]:
    """Votes under way that close by then, in the areas of these paths and below, the soonest first."""
    rows = await tx.all(
        rows_of_matters()
        .where(
            matters.c.state == MatterState.VOTING,
            matters.c.closes_at <= until,
            or_(*(areas.c.path.startswith(path) for path in near)),
        )
        .order_by(matters.c.closes_at, matters.c.id)
        .limit(RECENT)
    )
    return [matter_from(row) for row in rows]


async def comments_on(tx: Transaction, matter_id: int) -> list[Comment]:
    rows = await tx.all(
        select(matter_comments).where(matter_comments.c.matter_id == matter_id).order_by(matter_comments.c.number)
    )
    return [Comment(row.number, row.signature, row.text, row.at) for row in rows]


async def entitlements_of(tx: Transaction, matter_id: int, resident_ids: Collection[int]) -> dict[int, int]:
    """By resident, the entitlement under which he may cast; those who have none are left out."""
    rows = await tx.all(
        select(entitlement_holders.c.resident_id, entitlements.c.id)
        .join(entitlements, entitlements.c.id == entitlement_holders.c.entitlement_id)
        .join(residents, residents.c.id == entitlement_holders.c.resident_id)
        .where(entitlements.c.matter_id == matter_id, residents.c.id.in_(list(resident_ids)), IS_HIMSELF)
    )
    return {row.resident_id: row.id for row in rows}


async def ballots_so_far(tx: Transaction, matter_id: int) -> int:
    """How many entitlements have a ballot; nobody learns which way while voting is open."""
    counted = select(func.count(casts.c.entitlement_id.distinct())).where(casts.c.matter_id == matter_id)
    return int(await tx.scalar(counted))


def eligible(roll: RollKind, village_id: int, group_id: int | None, on: date) -> ColumnElement[bool]:
    """Which residents a roll takes in on that day. Whose age nobody knows is asked rather than left out."""
    grown_up_by = on - relativedelta(years=ADULT)
    adult = or_(
        residents.c.birth <= grown_up_by,
        and_(
            residents.c.birth.is_(None),
            or_(residents.c.birth_year.is_(None), residents.c.birth_year < on.year - ADULT),
        ),
    )
    of_roll: dict[RollKind, ColumnElement[bool]] = {
        RollKind.ADULTS: residents.c.registered.is_(True),
        RollKind.HOUSEHOLDS: residents.c.registered.is_(True),
        RollKind.REPRESENTATIVES: residents.c.representative.is_(True),
        RollKind.PARTY_MEMBERS: residents.c.party_member.is_(True),
        RollKind.COLLECTIVE_MEMBERS: residents.c.collective_member.is_(True),
        RollKind.DWELLERS: residents.c.away.is_(False),
    }
    here = residents.c.area_id == village_id if group_id is None else residents.c.group_id == group_id
    return and_(here, residents.c.gone == "", adult, of_roll[roll])


async def roll_size_of(tx: Transaction, roll: RollKind, village_id: int, group_id: int | None, on: date) -> int:
    """How many votes the roll would have if voting opened on that day."""
    counted = residents.c.household_id.distinct() if roll is RollKind.HOUSEHOLDS else residents.c.id
    found = await tx.scalar(select(func.count(counted)).where(eligible(roll, village_id, group_id, on)))
    return int(found)


async def contacts_to_ask(tx: Transaction, matter_id: int) -> tuple[list[int], int]:
    """One contact for each entitlement of the frozen roll, none twice, and how many entitlements nobody can reach.

    Chat before SMS, which costs; a household's head before its others. Who opted out is not written to.
    """
    rows = await tx.all(
        select(entitlements.c.id, contacts.c.id.label("contact_id"))
        .join(entitlement_holders, entitlement_holders.c.entitlement_id == entitlements.c.id)
        .join(residents, residents.c.id == entitlement_holders.c.resident_id)
        .outerjoin(contact_holders, contact_holders.c.resident_id == residents.c.id)
        .outerjoin(
            contacts,
            and_(
                contacts.c.id == contact_holders.c.contact_id,
                contacts.c.dead_at.is_(None),
                contacts.c.opted_out_at.is_(None),
            ),
        )
        .where(entitlements.c.matter_id == matter_id, IS_HIMSELF)
        .order_by(
            entitlements.c.id,
            contacts.c.id.is_(None),
            case((contacts.c.kind == ContactKind.PHONE, 1), else_=0),
            residents.c.is_head.desc(),
            contacts.c.id,
        )
    )
    best: dict[int, int | None] = {}
    for row in rows:
        best.setdefault(row.id, row.contact_id)
    reached = [contact_id for contact_id in best.values() if contact_id is not None]
    return list(dict.fromkeys(reached)), len(best) - len(reached)


async def contacts_that_follow(tx: Transaction, matter: MatterRecord) -> list[int]:
    """Who proposed it and who said something to it."""
    rows = await tx.all(
        select(matter_comments.c.contact_id)
        .where(matter_comments.c.matter_id == matter.id)
        .distinct()
        .order_by(matter_comments.c.contact_id)
    )
    proposer = [matter.proposed_by_contact_id] if matter.proposed_by_contact_id else []
    return list(dict.fromkeys([*proposer, *(row.contact_id for row in rows)]))
