"""What an import of a roster would do to the books: the preview, and what is then written."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from store.domain.people import Proof
from store.domain.roster_changes import Rules, changed_fields, standing_of
from store.domain.roster_matching import KnownResident, Listed, Matching, Standing, match
from store.domain.roster_remarks import SensitiveFlag

Group = int | str
"""A group of the sheet: its number, or its name in the village's spelling."""


@dataclass(frozen=True, slots=True)
class NewResident:
    listed: Listed
    after: Standing


@dataclass(frozen=True, slots=True)
class ChangedResident:
    """`fields` are the names of what changes, `household` and `group` among them."""

    listed: Listed
    before: KnownResident
    after: Standing
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """`missing` are in the books and not in the file; `lost_phones` are in both, and the file lacks a number of theirs.

    `households` are the sheet's keys that the books know, `new_households` those that they do not, with their group.
    `phones_to_link` counts a person and a number that were not yet one another's.
    """

    new: tuple[NewResident, ...]
    changed: tuple[ChangedResident, ...]
    unchanged: int
    missing: tuple[KnownResident, ...]
    lost_phones: tuple[KnownResident, ...]
    households: Mapping[str, int]
    new_households: Mapping[str, Group | None]
    new_groups: tuple[int, ...]
    phones_to_link: int
    known: Mapping[int, KnownResident] = field(repr=False)
    """The row of the sheet → the resident that it is in the books."""


@dataclass(frozen=True, slots=True)
class Books:
    """What the village's books hold: residents, households by number, groups by number and by name."""

    residents: Sequence[KnownResident] = ()
    households: Mapping[str, int] = field(default_factory=dict)
    groups: Mapping[Group, int] = field(default_factory=dict)


def plan_import(listed: Sequence[Listed], books: Books, kept_flags: Collection[SensitiveFlag]) -> RosterPlan:
    """Compare the sheet with the books. Importing the same sheet twice plans no change the second time."""
    matching = match(listed, books.residents, books.households)
    rules = Rules(any(one.person.is_head for one in listed), frozenset(kept_flags))
    new, changed, lost, links = [], [], [], 0
    for one in listed:
        before = matching.pairs.get(one.person.row)
        after = standing_of(one, before.standing if before else None, rules)
        links += len(set(one.phones) - set(before.phones if before else ()))
        if before is None:
            new.append(NewResident(one, after))
            continue
        if fields := _changes(one, before, after, matching, books):
            changed.append(ChangedResident(one, before, after, fields))
        if _lacks_a_phone(one, before):
            lost.append(before)
    return RosterPlan(
        new=tuple(new),
        changed=tuple(changed),
        unchanged=len(listed) - len(new) - len(changed),
        missing=matching.missing,
        lost_phones=tuple(lost),
        households=matching.households,
        new_households=_new_households(listed, matching),
        new_groups=_new_groups(listed, books),
        phones_to_link=links,
        known=matching.pairs,
    )


def _changes(one: Listed, before: KnownResident, after: Standing, matching: Matching, books: Books) -> tuple[str, ...]:
    person = one.person
    moved = matching.households.get(person.household) != before.household_id
    regrouped = person.group is not None and books.groups.get(person.group) != before.group_id
    places = [name for name, differs in (("household", moved), ("group", regrouped)) if differs]
    return (*places, *changed_fields(before.standing, after))


def _lacks_a_phone(one: Listed, before: KnownResident) -> bool:
    return any(proof is Proof.ROSTER and phone not in one.phones for phone, proof in before.phones.items())


def _new_households(listed: Sequence[Listed], matching: Matching) -> dict[str, Group | None]:
    found: dict[str, Group | None] = {}
    for one in listed:
        key, group = one.person.household, one.person.group
        if key not in matching.households and found.get(key) is None:
            found[key] = group
    return found


def _new_groups(listed: Sequence[Listed], books: Books) -> tuple[int, ...]:
    """Numbered groups that the village does not have yet; named ones are a problem of the sheet."""
    numbers = {one.person.group for one in listed if isinstance(one.person.group, int)}
    return tuple(sorted(numbers - set(books.groups)))
