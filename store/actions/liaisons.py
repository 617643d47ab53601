"""Pairing (结对联系): a member of staff answers for single households, wherever in the village they are."""

from collections.abc import Sequence

from sqlalchemy import select

from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotAllowed, NotFound
from store.domain.people import Staff
from store.queries.access import may_keep_roster
from store.queries.liaisons import homes_named
from store.queries.people import staff_of_village
from store.tables import household_liaisons, households


async def pair_with(tx: Transaction, village: Area, staff_id: int, named: Sequence[str], person: Staff) -> int:
    """These are the households that he answers for from now on, and no others of this village; how many.

    `named` are numbers of households, names of residents or their phone numbers. A household has one liaison: it is
    taken from whoever had it. Raises NotFound for somebody who is not in office there, Refusal as `homes_named` does.
    """
    if not may_keep_roster(person, village.path):
        raise NotAllowed("resident.not_yours")
    if staff_id not in {one.id for one in await staff_of_village(tx, village.path)}:
        raise NotFound("staff.unknown")
    homes = await homes_named(tx, village, named)
    here = select(households.c.id).where(households.c.area_id == village.id)
    before = (household_liaisons.c.staff_id == staff_id, household_liaisons.c.household_id.in_(here))
    await tx.run(household_liaisons.delete().where(*before, household_liaisons.c.household_id.not_in(homes)))
    others = (household_liaisons.c.household_id.in_(homes), household_liaisons.c.staff_id != staff_id)
    await tx.run(household_liaisons.delete().where(*others))
    rows = [{"household_id": home, "staff_id": staff_id, "since": tx.now} for home in homes]
    await tx.insert_new_many(household_liaisons, rows)
    tx.audit(village.id, f"staff:{person.id}", "household.paired", f"staff:{staff_id}", sorted(homes))
    return len(homes)
