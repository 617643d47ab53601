"""Making two residents one: everything goes over to the one who is kept but for what was cast, which never changes."""

from typing import Any

from sqlalchemy import literal, select

from store.database import Transaction
from store.domain.errors import NotAllowed, Refusal
from store.domain.merging import goes_over, is_struck
from store.domain.people import Gone, Staff
from store.queries.access import may_keep_roster
from store.queries.areas import area_by_id
from store.queries.matters import UNDER_WAY
from store.queries.merging import Merging, merging_of
from store.queries.residents import home_seen_by
from store.queries.rolls import votes_on_roll
from store.tables import (
    bookings,
    contact_holders,
    entitlement_holders,
    entitlements,
    matters,
    notice_answers,
    resident_flags,
    resident_tags,
    residents,
    sessions,
    staff,
    tickets,
)

_FILLED = ("sex", "birth", "birth_year", "relation", "away_place", "identity_hash")
"""What the one who is kept gets where he has nothing."""
_EITHER = ("is_head", "registered", "party_member", "representative", "collective_member")


async def merge_residents(tx: Transaction, person: Staff, kept_id: int, gone_id: int) -> Merging:
    """Raises NotFound, NotAllowed, and Refusal("merge.stands_in_the_way") where an obstacle does."""
    await _hold_votes(tx, kept_id)
    for one in sorted((kept_id, gone_id)):  # two who join them the other way round wait for one another here
        await home_seen_by(tx, person, one)
    merging = await merging_of(tx, person, kept_id, gone_id)
    if not may_keep_roster(person, (await area_by_id(tx, merging.kept.village_id)).path):
        raise NotAllowed("roster.not_yours")
    if merging.obstacles:
        raise Refusal("merge.stands_in_the_way")
    await _links(tx, contact_holders, "contact_id", kept_id, gone_id, proof=None, verified_at=None)
    await _links(tx, resident_tags, "tag_id", kept_id, gone_id)
    await _flags(tx, kept_id, gone_id)
    await _things(tx, kept_id, gone_id)
    await _votes(tx, merging)
    await _rows(tx, merging)
    await _strike(tx, merging, person)
    tx.audit(merging.kept.village_id, f"staff:{person.id}", "resident.merged", f"resident:{kept_id}", gone_id)
    return merging


async def _hold_votes(tx: Transaction, resident_id: int) -> None:
    """Nobody votes on his village's matters, or opens a vote, until the commit."""
    his = select(residents.c.area_id).where(residents.c.id == resident_id).scalar_subquery()
    under_way = (matters.c.area_id == his, matters.c.state.in_(UNDER_WAY))
    await tx.all(select(matters.c.id).where(*under_way).order_by(matters.c.id).with_for_update())


async def _links(tx: Transaction, table: Any, column: str, kept_id: int, gone_id: int, **also: None) -> None:
    theirs = await tx.all(select(table).where(table.c.resident_id == gone_id))
    rows = [
        {column: getattr(row, column), "resident_id": kept_id, **{name: getattr(row, name) for name in also}}
        for row in theirs
    ]
    await tx.insert_new_many(table, rows)
    await tx.run(table.delete().where(table.c.resident_id == gone_id))


async def _flags(tx: Transaction, kept_id: int, gone_id: int) -> None:
    """Of a flag that both bear, his own purpose and last day stay."""
    borne = (resident_flags.c.resident_id == gone_id, resident_flags.c.ended_at.is_(None))
    his = select(resident_flags.c.flag).where(
        resident_flags.c.resident_id == kept_id, resident_flags.c.ended_at.is_(None)
    )
    both = {row.flag for row in await tx.all(his)}
    await tx.run(resident_flags.update().where(*borne, resident_flags.c.flag.in_(both)).values(ended_at=tx.now))
    await tx.run(resident_flags.update().where(*borne).values(resident_id=kept_id))


async def _things(tx: Transaction, kept_id: int, gone_id: int) -> None:
    """What he asked, booked and answered. Of a notice that both answered, each answer stays where it is."""
    for table in (tickets, bookings, staff):
        await tx.run(table.update().where(table.c.resident_id == gone_id).values(resident_id=kept_id))
    answered = select(notice_answers.c.notice_id).where(notice_answers.c.resident_id == kept_id)
    alone = {row.notice_id for row in await tx.all(answered)}
    mine = (notice_answers.c.resident_id == gone_id, notice_answers.c.notice_id.not_in(alone))
    await tx.run(notice_answers.update().where(*mine).values(resident_id=kept_id))
    await tx.run(sessions.update().where(sessions.c.speaker_id == gone_id).values(speaker_id=kept_id))


async def _votes(tx: Transaction, merging: Merging) -> None:
    """Rolls are only added to: of an open vote that the other has alone, the one who is kept is a holder too."""
    over = [vote.matter_id for vote in merging.votes if goes_over(vote)]
    theirs = (
        select(entitlements.c.id, literal(merging.kept.id))
        .join(entitlement_holders, entitlement_holders.c.entitlement_id == entitlements.c.id)
        .where(entitlements.c.matter_id.in_(over), entitlement_holders.c.resident_id == merging.gone.id)
    )
    if over:
        await tx.run(entitlement_holders.insert().from_select(["entitlement_id", "resident_id"], theirs))


async def _strike(tx: Transaction, merging: Merging, person: Staff) -> None:
    """Of an open vote that each had, the other is on the roll no more; the votes that are left are counted anew.

    Whoever is struck has not cast, so that no cast is left without its vote.
    """
    for matter_id in (vote.matter_id for vote in merging.votes if is_struck(vote)):
        size = votes_on_roll(matter_id).scalar_subquery()
        await tx.run(matters.update().where(matters.c.id == matter_id).values(roll_size=size))
        tx.audit(
            merging.kept.village_id, f"staff:{person.id}", "roll.struck", f"matter:{matter_id}", list(_ids(merging))
        )


async def _rows(tx: Transaction, merging: Merging) -> None:
    rows = {row.id: row for row in await tx.all(select(residents).where(residents.c.id.in_(_ids(merging))))}
    kept, gone = rows[merging.kept.id], rows[merging.gone.id]
    one_home = kept.household_id == gone.household_id
    values = {name: getattr(kept, name) or getattr(gone, name) for name in _FILLED}
    values |= {name: getattr(kept, name) or getattr(gone, name) for name in _EITHER if one_home or name != "is_head"}
    values["flags"] = sorted({*kept.flags, *gone.flags})
    await tx.run(residents.update().where(residents.c.id == kept.id).values(**values))
    await tx.run(
        residents.update()
        .where(residents.c.id == gone.id)
        .values(gone=Gone.MERGED, gone_at=tx.now, merged_into_id=kept.id, is_head=False, identity_hash=None, flags=[])
    )


def _ids(merging: Merging) -> tuple[int, int]:
    return merging.kept.id, merging.gone.id
