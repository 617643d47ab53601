"""Taking a clerk's roster into the books: shown first, then written in one transaction, all of it or nothing.

A phone that a newer file lacks is reported and stays linked: a column that was lost in copying must not cut a village
off, and a person who gave up his number can say so. Numbered groups are added; named ones the village adds itself.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from store.actions.areas import add_area
from store.actions.flags import note_flags
from store.actions.roster_writing import Progress, RosterWriter
from store.database import Transaction
from store.domain.areas import Area, AreaKind
from store.domain.errors import Refusal
from store.domain.roster import RosterSheet
from store.domain.roster_matching import Listed
from store.domain.roster_people import RosterProblem
from store.domain.roster_plan import Books, Group, RosterPlan, plan_import
from store.domain.roster_remarks import SensitiveFlag
from store.queries.areas import all_villages, areas_of_kind, groups_of
from store.queries.people import ADDRESS
from store.queries.roster import household_numbers, known_residents
from store.tables import areas

IDENTITY = "residents.identity"
"""The blind index of identity numbers."""
UNNAMED_COUNTY, UNNAMED_TOWN = "本县", "本镇"
"""Stand for what the title line does not name."""


@dataclass(frozen=True, slots=True)
class RosterPreview:
    """What an import would do.

    `village` is None where it would be made from the title line. `other_village` is the title's, where it names another
    than the one asked for, else "".
    """

    village: Area | None
    other_village: str
    plan: RosterPlan
    problems: tuple[RosterProblem, ...]


@dataclass(frozen=True, slots=True)
class RosterResult:
    village: Area
    plan: RosterPlan


async def preview(tx: Transaction, village: Area | None, sheet: RosterSheet) -> RosterPreview:
    """Compare the sheet with the books; writes nothing. Raises Refusal as `import_roster` does for the village."""
    found = village or await _village_of(tx, sheet)
    books = await _books(tx, found) if found else Books()
    title = sheet.title_village
    return RosterPreview(
        village=found,
        other_village=title if found and title not in {"", found.name} else "",
        plan=plan_import(_listed(tx, sheet), books, ()),
        problems=sheet.problems,
    )


async def import_roster(
    tx: Transaction,
    village: Area | None,
    sheet: RosterSheet,
    *,
    keep_flags: Collection[SensitiveFlag] = (),
    reason: str = "",
    progress: Progress = lambda _done, _total: None,
    actor: str,
) -> RosterResult:
    """Write the sheet's people into the village; without one, into the village that the title line names.

    An empty store gets its county, town and village from that line. Raises Refusal: roster.village_missing where the
    title names none, roster.village_unknown where it names one that an already filled store does not have,
    roster.reason_missing where sensitive flags are kept without saying why.
    """
    if keep_flags and not reason.strip():
        raise Refusal("roster.reason_missing")
    place = village or await _village_of(tx, sheet) or await _found_village(tx, sheet)
    await tx.first(select(areas.c.id).where(areas.c.id == place.id).with_for_update())
    listed = _listed(tx, sheet)
    plan = plan_import(listed, await _books(tx, place), keep_flags)
    await _add_groups(tx, place, plan)
    writer = RosterWriter(tx, place, plan, await _groups(tx, place), progress)
    ids = await writer.write(listed)
    await _note_flags(tx, plan, ids, reason)
    counts = [len(plan.new), len(plan.changed), plan.phones_to_link]
    tx.audit(place.id, actor, "roster.imported", f"area:{place.id}", counts)
    if keep_flags:
        tx.audit(place.id, actor, "roster.flags_kept", f"area:{place.id}", [sorted(keep_flags), reason])
    return RosterResult(place, plan)


async def _village_of(tx: Transaction, sheet: RosterSheet) -> Area | None:
    """The village that the title line names, or the only one; None in a store that has none yet."""
    villages = await all_villages(tx)
    if not villages:
        return None
    named = [one for one in villages if sheet.title_village in {"", one.name}]
    if len(named) != 1:
        raise Refusal("roster.village_unknown", name=sheet.title_village)
    return named[0]


async def _found_village(tx: Transaction, sheet: RosterSheet) -> Area:
    if not sheet.title_village:
        raise Refusal("roster.village_missing")
    county = await _area_of(tx, AreaKind.COUNTY, None, "", UNNAMED_COUNTY)
    town = await _area_of(tx, AreaKind.TOWN, county, sheet.title_town, UNNAMED_TOWN)
    return await add_area(tx, AreaKind.VILLAGE, sheet.title_village, town)


async def _area_of(tx: Transaction, kind: AreaKind, parent: Area | None, name: str, otherwise: str) -> Area:
    """The area of that name under its parent, any where no name is given; added where there is none."""
    for one in await areas_of_kind(tx, kind):
        if one.parent_id == (parent.id if parent else None) and name in {"", one.name}:
            return one
    return await add_area(tx, kind, name or otherwise, parent)


def _listed(tx: Transaction, sheet: RosterSheet) -> list[Listed]:
    return [
        Listed(
            person,
            tx.keyring.index(person.identity, context=IDENTITY) if person.identity else None,
            tuple(tx.keyring.index(number, context=ADDRESS) for number in person.phones),
        )
        for person in sheet.people
    ]


async def _books(tx: Transaction, village: Area) -> Books:
    return Books(
        await known_residents(tx, village.id), await household_numbers(tx, village.id), await _groups(tx, village)
    )


async def _groups(tx: Transaction, village: Area) -> dict[Group, int]:
    groups = await groups_of(tx, village.id)
    named: dict[Group, int] = {group.name: group.id for group in groups}
    return {**named, **{group.number: group.id for group in groups if group.number is not None}}


async def _add_groups(tx: Transaction, village: Area, plan: RosterPlan) -> None:
    for number in plan.new_groups:
        await add_area(tx, AreaKind.GROUP, f"{number}组", village, number)


async def _note_flags(tx: Transaction, plan: RosterPlan, ids: Mapping[int, int], reason: str) -> None:
    """What each sensitive flag that is new is kept for, and until when."""
    new = [(ids[one.listed.person.row], flag) for one in plan.new for flag in one.after.flags]
    new += [
        (one.before.id, flag) for one in plan.changed for flag in set(one.after.flags) - set(one.before.standing.flags)
    ]
    await note_flags(tx, [(resident_id, SensitiveFlag(flag)) for resident_id, flag in new], reason)
