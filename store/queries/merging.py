"""What would happen if two residents of a village were made one."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, exists, func, or_, select

from store.database import Transaction
from store.domain.errors import NotFound, Refusal
from store.domain.matters import MatterState
from store.domain.merging import Obstacle, VoteOfTwo, obstacles_of
from store.domain.people import Staff
from store.queries.residents import ResidentSheet, resident_sheet, sheets_where
from store.tables import (
    bookings,
    casts,
    contact_holders,
    entitlement_holders,
    entitlements,
    matters,
    notice_answers,
    paper_entries,
    resident_tags,
    residents,
    staff,
)

SUGGESTED = 10


@dataclass(frozen=True, slots=True)
class Merging:
    """`kept` stays, `gone` is he too. The counts are of what goes over; `obstacles` stand with the matter's title."""

    kept: ResidentSheet
    gone: ResidentSheet
    contacts: int
    bookings: int
    answers: int
    tags: int
    votes: tuple[VoteOfTwo, ...]
    obstacles: tuple[tuple[Obstacle, str], ...]


async def merging_of(tx: Transaction, person: Staff, kept_id: int, gone_id: int) -> Merging:
    """Raises NotFound for one whom he may not see, Refusal("merge.same") for the same row, or one that is no more."""
    kept, gone = await resident_sheet(tx, person, kept_id), await resident_sheet(tx, person, gone_id)
    if kept.village_id != gone.village_id:
        raise NotFound("resident.unknown")
    if kept.id == gone.id or gone.merged_into_id or kept.gone:
        raise Refusal("merge.same")
    votes = await _votes(tx, kept.id, gone.id)
    return Merging(
        kept=kept,
        gone=gone,
        contacts=len(gone.reaches),
        bookings=await _count(tx, bookings, gone.id),
        answers=await _count(tx, notice_answers, gone.id),
        tags=await _count(tx, resident_tags, gone.id),
        votes=votes,
        obstacles=(*await _of_persons(tx, kept.id, gone.id), *obstacles_of(votes)),
    )


async def likely_doubles(tx: Transaction, person: Staff, sheet: ResidentSheet) -> list[ResidentSheet]:
    """Others of his village with the same name, or with a number of his and a name that sounds alike."""
    initials = await tx.scalar(select(residents.c.initials).where(residents.c.id == sheet.id))
    mine = select(contact_holders.c.contact_id).where(contact_holders.c.resident_id == sheet.id)
    sharing = select(contact_holders.c.resident_id).where(contact_holders.c.contact_id.in_(mine))
    sounding = and_(residents.c.id.in_(sharing), residents.c.initials == initials)
    alike = or_(residents.c.name == sheet.name, sounding)
    others = (residents.c.area_id == sheet.village_id, residents.c.gone == "", residents.c.id != sheet.id, alike)
    return (await sheets_where(tx, person, *others))[:SUGGESTED]


async def _count(tx: Transaction, table: Any, resident_id: int) -> int:
    return int(await tx.scalar(select(func.count()).select_from(table).where(table.c.resident_id == resident_id)))


async def _of_persons(tx: Transaction, kept_id: int, gone_id: int) -> list[tuple[Obstacle, str]]:
    ids = [kept_id, gone_id]
    rows = await tx.all(select(residents.c.identity_hash).where(residents.c.id.in_(ids)))
    known = {row.identity_hash for row in rows} - {None}
    serving = select(func.count()).select_from(staff).where(staff.c.resident_id.in_(ids), staff.c.ended_at.is_(None))
    found = [(Obstacle.TWO_IDENTITIES, "")] if len(known) > 1 else []
    if await tx.scalar(serving) > 1:
        found.append((Obstacle.IN_OFFICE, ""))
    return found


async def _votes(tx: Transaction, kept_id: int, gone_id: int) -> tuple[VoteOfTwo, ...]:
    """Of each matter in which the other has a vote that is not also the vote of the one who is kept."""
    rows = await tx.all(
        select(
            matters.c.id,
            matters.c.title,
            matters.c.state,
            entitlement_holders.c.entitlement_id,
            entitlement_holders.c.resident_id,
            or_(
                exists(select(casts.c.id).where(casts.c.entitlement_id == entitlements.c.id)),
                and_(
                    matters.c.state == MatterState.VOTING,
                    exists(select(paper_entries.c.at).where(paper_entries.c.entitlement_id == entitlements.c.id)),
                ),
            ).label("is_cast"),
        )
        .join(entitlements, entitlements.c.matter_id == matters.c.id)
        .join(entitlement_holders, entitlement_holders.c.entitlement_id == entitlements.c.id)
        .where(entitlement_holders.c.resident_id.in_([kept_id, gone_id]))
        .order_by(matters.c.id)
    )
    held: dict[int, dict[int, Any]] = {}
    for row in rows:
        held.setdefault(row.id, {})[row.resident_id] = row
    return tuple(
        _vote(by_person, kept_id, gone_id)
        for by_person in held.values()
        if gone_id in by_person and not _is_common(by_person, kept_id, gone_id)
    )


def _is_common(by_person: dict[int, Any], kept_id: int, gone_id: int) -> bool:
    kept = by_person.get(kept_id)
    return kept is not None and kept.entitlement_id == by_person[gone_id].entitlement_id


def _vote(by_person: dict[int, Any], kept_id: int, gone_id: int) -> VoteOfTwo:
    gone, kept = by_person[gone_id], by_person.get(kept_id)
    return VoteOfTwo(
        matter_id=gone.id,
        title=gone.title,
        is_open=gone.state == MatterState.VOTING,
        kept_entitled=kept is not None,
        kept_cast=bool(kept and kept.is_cast),
        gone_entitled=True,
        gone_cast=bool(gone.is_cast),
    )
