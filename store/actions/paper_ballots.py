"""Ballots on paper, entered twice: a vote is cast when two people have read the same paper in the same way.

What the first one entered is kept as the matter keeps its votes: sealed under the matter's own key where it is voted on
without names, and unreadable from the count on.
"""

from enum import StrEnum

from sqlalchemy import select

from store.actions.ballots import cast_ballot, held_choice, hold_choice
from store.database import Transaction
from store.domain.ballots import Choice
from store.domain.deliberation import MatterRecord
from store.domain.errors import Refusal
from store.domain.people import Staff
from store.queries.matters import lock_matter
from store.queries.rolls import RollLine
from store.tables import paper_entries

PAPER = "paper"
"""The channel of such a vote."""


class Entered(StrEnum):
    """What became of an entry: it waits for the second person, it is cast, or the two differ and both are dropped."""

    FIRST = "first"
    CAST = "cast"
    DIFFERS = "differs"


async def enter_paper_ballot(
    tx: Transaction, matter: MatterRecord, line: RollLine, choice: Choice, person: Staff
) -> Entered:
    """Enter one ballot; the same person again corrects himself. Raises as `cast_ballot` does."""
    locked = await lock_matter(tx, matter.id)
    if not locked.is_open(tx.now):
        raise Refusal("vote.closed", code=matter.code)
    mine = paper_entries.c.entitlement_id == line.entitlement_id
    before = await tx.first(select(paper_entries).where(mine).with_for_update())
    await tx.run(paper_entries.delete().where(mine))
    if before is None or before.by_staff_id == person.id:
        await tx.insert(
            paper_entries,
            entitlement_id=line.entitlement_id,
            matter_id=locked.id,
            by_staff_id=person.id,
            held=await hold_choice(tx, locked, choice),
            at=tx.now,
        )
        return Entered.FIRST
    if await held_choice(tx, locked, before.held) is not choice:
        tx.audit(locked.village_id, f"staff:{person.id}", "ballot.paper_differs", f"matter:{locked.id}")
        return Entered.DIFFERS
    actor = f"staff:{before.by_staff_id}+{person.id}"
    await cast_ballot(tx, locked.id, line.resident_id, choice, actor=actor, channel=PAPER)
    return Entered.CAST
