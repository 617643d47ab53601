"""What a roster is read into: a person, and a cell of which the clerk must be told."""

from dataclasses import dataclass, field
from datetime import date

from store.domain.roster_cells import RosterReason
from store.domain.roster_headings import RosterField
from store.domain.roster_remarks import RosterFlag, SensitiveFlag


@dataclass(frozen=True, slots=True)
class RosterPerson:
    """One person of the sheet.

    `row` counts from 1 in the sheet. `household` is the clerk's number or the head's name, with the group behind it
    (12@3) where an earlier household carries the same; `#n` is the n-th of those that nothing else tells apart. `sex`
    is male, female or "". `birth_year` stands where no day is known; taken from an age it may be one too late.
    `phones` are E.164 in the order written. `group` is a number or one of the village's named groups. `registered` and
    `away` are None where the sheet has no such column or an unknown word; an empty cell under 外出 means at home.
    `identity` is the whole number of a valid identity card, for the caller to hash and forget.
    """

    row: int
    household: str
    name: str
    sex: str
    birth: date | None
    birth_year: int | None
    phones: tuple[str, ...] = field(repr=False)
    relation: str
    is_head: bool
    group: int | str | None
    registered: bool | None
    away: bool | None
    away_place: str
    identity: str = field(repr=False)
    flags: frozenset[RosterFlag]
    sensitive_flags: frozenset[SensitiveFlag] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RosterProblem:
    """A cell of which the clerk must be told. `row` counts from 1; `column` is a letter.

    `value_hint` is the start of what stands there, the rest starred; a group's name is whole, for the clerk must add
    it; of a duplicate it is the number of the row that is kept.
    """

    row: int
    field: RosterField
    column: str
    column_heading: str
    reason: RosterReason
    value_hint: str = ""
