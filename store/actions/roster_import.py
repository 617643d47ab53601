"""Taking a clerk's roster into the books: shown first, then written in one transaction, all of it or nothing.

A phone that a newer file lacks is reported and stays linked: a column that was lost in copying must not cut a village
off, and a person who gave up his number can say so. Numbered groups are added; named ones the village adds itself.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

from sqlalchemy import bindparam, select

from store.actions.areas import add_area
from store.actions.contacts import LAST4
from store.actions.flags import note_flags
from store.database import Transaction
from store.domain.areas import Area, AreaKind
from store.domain.errors import Refusal
from store.domain.names import initials_of
from store.domain.people import ContactKind, Proof
from store.domain.roster import RosterSheet
from store.domain.roster_matching import Listed, Standing
from store.domain.roster_people import RosterProblem
from store.domain.roster_plan import Books, ChangedResident, Group, NewResident, RosterPlan, plan_import
from store.domain.roster_remarks import SensitiveFlag
from store.queries.areas import all_villages, areas_of_kind, groups_of, settings_for
from store.queries.people import ADDRESS
from store.queries.roster import household_numbers, known_residents, phone_contacts
from store.tables import areas, contact_holders, contacts, households, residents

IDENTITY = "residents.identity"
"""The blind index of identity numbers."""
UNNAMED_COUNTY, UNNAMED_TOWN = "本县", "本镇"
"""Stand for what the title line does not name."""
BATCH = 1000
_LONGEST_NUMBER = 40

Progress = Callable[[int, int], None]
"""Told how many of how many people are written."""


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
    writer = _Writer(tx, place, plan, await _groups(tx, place), progress)
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


@dataclass(slots=True)
class _Writer:
    """Writes a plan, a batch at a time: one statement a person would take minutes."""

    tx: Transaction
    village: Area
    plan: RosterPlan
    groups: Mapping[Group, int]
    progress: Progress
    done: int = 0

    async def write(self, listed: Sequence[Listed]) -> dict[int, int]:
        """The resident of each row of the sheet."""
        homes = {**self.plan.households, **await self._add_households()}
        ids = {row: known.id for row, known in self.plan.known.items()} | await self._add_residents(homes)
        await self._change_residents(homes)
        await self._regroup_households(homes)
        await self._link_phones(listed, ids)
        return ids

    def _group(self, group: Group | None) -> int | None:
        return None if group is None else self.groups.get(group)

    async def _add_households(self) -> dict[str, int]:
        taken = set(await household_numbers(self.tx, self.village.id))
        rows = []
        for key, group in self.plan.new_households.items():
            number = _free_number(key, taken)
            taken.add(number)
            rows.append({"area_id": self.village.id, "group_id": self._group(group), "number": number})
        ids = await self.tx.insert_for_ids(households, rows)
        return dict(zip(self.plan.new_households, ids, strict=True))

    async def _add_residents(self, homes: Mapping[str, int]) -> dict[int, int]:
        ids: dict[int, int] = {}
        for batch in _batches(self.plan.new):
            rows = [self._new_row(one, homes) for one in batch]
            added = await self.tx.insert_for_ids(residents, rows)
            ids.update(zip((one.listed.person.row for one in batch), added, strict=True))
            self._tell(len(batch))
        return ids

    def _new_row(self, one: NewResident, homes: Mapping[str, int]) -> dict[str, object]:
        person = one.listed.person
        return {
            "area_id": self.village.id,
            "group_id": self._group(person.group),
            "household_id": homes[person.household],
            "collective_member": False,
            **_columns(one.after),
        }

    async def _change_residents(self, homes: Mapping[str, int]) -> None:
        changing = ("household_id", "group_id", "initials", *Standing.__dataclass_fields__)
        statement = (
            residents.update()
            .where(residents.c.id == bindparam("changed_id"))
            .values({name: bindparam(name, type_=residents.c[name].type) for name in changing})
        )
        for batch in _batches(self.plan.changed):
            await self.tx.connection.execute(statement, [self._changed_row(one, homes) for one in batch])
            self._tell(len(batch))

    def _changed_row(self, one: ChangedResident, homes: Mapping[str, int]) -> dict[str, object]:
        person = one.listed.person
        return {
            "changed_id": one.before.id,
            "group_id": one.before.group_id if person.group is None else self._group(person.group),
            "household_id": homes[person.household],
            "initials": initials_of(one.after.name),
            **_columns(one.after),
        }

    async def _regroup_households(self, homes: Mapping[str, int]) -> None:
        moved = {
            homes[one.listed.person.household]: self._group(one.listed.person.group)
            for one in self.plan.changed
            if "group" in one.fields
        }
        statement = households.update().where(households.c.id == bindparam("home")).values(group_id=bindparam("group"))
        if moved:
            rows = [{"home": home, "group": group} for home, group in moved.items()]
            await self.tx.connection.execute(statement, rows)

    async def _link_phones(self, listed: Sequence[Listed], ids: Mapping[int, int]) -> None:
        known = {row: resident.phones for row, resident in self.plan.known.items()}
        held = [
            (ids[one.person.row], number, index)
            for one in listed
            for number, index in zip(one.person.phones, one.phones, strict=True)
            if index not in known.get(one.person.row, {})
        ]
        reached = await self._contacts({index: number for _, number, index in held})
        for batch in _batches(list(dict.fromkeys((reached[index], resident) for resident, _, index in held))):
            rows = [
                {
                    "contact_id": contact,
                    "resident_id": resident,
                    "proof": Proof.ROSTER,
                    "verified_at": self.tx.now,
                }
                for contact, resident in batch
            ]
            await self.tx.insert_many(contact_holders, rows)

    async def _contacts(self, numbers: Mapping[bytes, str]) -> dict[bytes, int]:
        """The contact of each number; a number that wrote to the village before has one already."""
        found = await phone_contacts(self.tx, self.village.id)
        language = (await settings_for(self.tx, self.village.id)).language
        for batch in _batches([index for index in numbers if index not in found]):
            rows = [_contact_row(self.tx, self.village, index, numbers[index], language) for index in batch]
            added = await self.tx.insert_for_ids(contacts, rows)
            found.update(zip(batch, added, strict=True))
        return found

    def _tell(self, written: int) -> None:
        self.done += written
        self.progress(self.done, len(self.plan.new) + len(self.plan.changed))


def _columns(standing: Standing) -> dict[str, object]:
    return {**asdict(standing), "flags": list(standing.flags)}


def _contact_row(tx: Transaction, village: Area, index: bytes, number: str, language: str) -> dict[str, object]:
    return {
        "area_id": village.id,
        "kind": ContactKind.PHONE,
        "address": tx.keyring.seal(number, context=ADDRESS),
        "address_index": index,
        "last4_index": tx.keyring.index(number[-4:], context=LAST4),
        "display_name": "",
        "language": language,
        "created_at": tx.now,
    }


def _free_number(key: str, taken: Collection[str]) -> str:
    """The sheet's key, unless a household of other people carries it in the books."""
    number, tries = key[:_LONGEST_NUMBER], 1
    while number in taken:
        tries += 1
        number = f"{key[: _LONGEST_NUMBER - 6]}~{tries}"
    return number


_Item = TypeVar("_Item")


def _batches(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))
