"""Writing the people of a roster's plan: homes, residents, phones; a batch at a time."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

from sqlalchemy import bindparam

from store.actions.contacts import LAST4
from store.database import Transaction
from store.domain.areas import Area
from store.domain.names import initials_of
from store.domain.people import ContactKind, Proof
from store.domain.roster_matching import Listed, Standing
from store.domain.roster_plan import ChangedResident, Group, NewResident, RosterPlan
from store.queries.areas import settings_for
from store.queries.people import ADDRESS
from store.queries.roster import household_numbers, phone_contacts
from store.tables import contact_holders, contacts, households, residents

BATCH = 1000
_LONGEST_NUMBER = 40

Progress = Callable[[int, int], None]
"""Told how many of how many people are written."""


@dataclass(slots=True)
class RosterWriter:
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
            await self.tx.run_many(statement, [self._changed_row(one, homes) for one in batch])
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
            await self.tx.run_many(statement, rows)

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
