"""A village roster as its clerk keeps it, read into people, households and the cells that the clerk must be told of.

Nothing here writes: a `RosterSheet` is the preview, and what is imported once the clerk has agreed to it.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from store.domain.errors import Refusal
from store.domain.roster_cells import compact, parse_yes
from store.domain.roster_headings import (
    Header,
    RosterColumn,
    RosterField,
    Row,
    Title,
    find_header,
    find_title,
)
from store.domain.roster_households import Households, RosterHousehold
from store.domain.roster_people import RosterPerson, RosterProblem
from store.domain.roster_remarks import Remarks, count_words
from store.domain.roster_rows import HEAD_WORDS, RowReader, RowReading


class RosterUnreadable(Refusal):
    """The sheet has no column of names, so it is no roster. `key` is `roster_no_name_column`."""


@dataclass(frozen=True, slots=True)
class RosterSheet:
    """What one sheet says.

    `title_town` and `title_village` come from the lines above the header, "" where they name none. `households` counts
    those with somebody in them. `ignored_headings` are columns that mean nothing to us. `remark_words` and
    `refused_words` count the words of remarks, commonest first; the refused ones are never imported.
    """

    title_town: str
    title_village: str
    columns: tuple[RosterColumn, ...]
    ignored_headings: tuple[str, ...]
    people: tuple[RosterPerson, ...]
    households: int
    problems: tuple[RosterProblem, ...]
    remark_words: Mapping[str, int]
    refused_words: Mapping[str, int]


def read_roster(
    rows: Sequence[Row],
    today: date,
    known_groups: Collection[str] = (),
    told: Callable[[int], None] = lambda _people: None,
) -> RosterSheet:
    """Read a sheet whose first row is row 1. Any named group that is not among the `known_groups` is a problem.

    `told` hears of every row how many people there are by then.

    Raises RosterUnreadable where none of the first 30 rows asks for a name.
    """
    header = find_header(rows)
    if header is None:
        raise RosterUnreadable("roster_no_name_column")
    header = _settle_heads(header, rows)
    title = find_title(rows[: header.first_row])
    reader = RowReader(header, today, title.village, {compact(name): name for name in known_groups})
    ledger = _Ledger(
        Households(
            numbered=any(header.all_of(RosterField.HOUSEHOLD, RosterField.HEAD)),
            headed=any(header.all_of(RosterField.RELATION)),
        )
    )
    for number, row in _data_rows(rows, header):
        line = _line_across(row, header)
        if line is None:
            ledger.add(reader.read(number, row))
        elif _GROUP_LINE.search(line):
            ledger.begin_section(reader.read_group_line(number, line))
        told(len(ledger.people))
    return ledger.sheet(header, title)


def _settle_heads(header: Header, rows: Sequence[Row]) -> Header:
    """A column 户主 holds the head's name and so tells households apart, or 是 and 户主 and so tells the relation."""
    column = header.of(RosterField.HEAD)
    if column is None:
        return header
    texts = {compact(row[column.index]) for row in rows[header.first_row :] if column.index < len(row)}
    if not texts & HEAD_WORDS and all(parse_yes(text) is None for text in texts):
        return header
    relation = replace(column, field=RosterField.RELATION)
    return replace(header, columns=tuple(relation if one is column else one for one in header.columns))


_TOTAL = re.compile(r"(?:合计|总计|共计|总人数|总户数)")
_SUBTOTAL = re.compile(r"(?:小计|本页|累计)")


def _data_rows(rows: Sequence[Row], header: Header) -> Iterator[tuple[int, Row]]:
    """Each row that may hold a person, with its number in the sheet, up to the total.

    Blank lines, subtotals and the header that is repeated on every printed page are left out.
    """
    name = next(header.all_of(RosterField.NAME))
    for number, row in enumerate(rows[header.first_row :], start=header.first_row + 1):
        first = next((text for cell in row if (text := compact(cell))), "")
        if _TOTAL.match(first):
            return
        repeated = name.index < len(row) and compact(row[name.index]) == name.heading
        if first and not repeated and not _SUBTOTAL.match(first):
            yield number, row


_GROUP_LINE = re.compile(r"[组队社]$")


def _line_across(row: Row, header: Header) -> str | None:
    """The text of a line between people: one text merged across, or the group whose rows follow (第一组)."""
    cells = [(at, text) for at, cell in enumerate(row) if (text := compact(cell))]
    at, text = cells[0]
    if len({other for _, other in cells}) > 1:
        return None
    in_names = any(column.index == at for column in header.all_of(RosterField.NAME))
    alone = len(cells) == 1
    return None if alone and (in_names or not _GROUP_LINE.search(text)) else text


@dataclass(slots=True)
class _Ledger:
    """People and problems so far. `section` is the group that a line between people named last."""

    households: Households
    people: list[tuple[RosterPerson, RosterHousehold]] = field(default_factory=list)
    problems: list[RosterProblem] = field(default_factory=list)
    remarks: list[Remarks] = field(default_factory=list)
    section: int | str | None = None
    seen: dict[tuple[object, ...], int] = field(default_factory=dict)

    def begin_section(self, group: int | str | RosterProblem) -> None:
        if isinstance(group, RosterProblem):
            self.problems.append(group)
        self.section = None if isinstance(group, RosterProblem) else group
        self.households.begin_section()

    def add(self, reading: RowReading) -> None:
        group = self.section if reading.group is None and not reading.group_unknown else reading.group
        household = self.households.place(reading.household, is_head=reading.is_head, group=group)
        household.group_unknown |= reading.group_unknown
        if reading.person is None:
            self.problems.extend(reading.problems)
            return
        person = replace(reading.person, household=household.key)
        if not reading.group_unknown:
            person = replace(person, group=household.group_above)
        self._keep(person, household, reading)

    def _keep(self, person: RosterPerson, household: RosterHousehold, reading: RowReading) -> None:
        keys = _identities(person)
        earlier = next((self.seen[key] for key in keys if key in self.seen), None)
        if earlier is not None:
            self.problems.append(reading.duplicate_of(earlier))
            return
        self.seen.update(dict.fromkeys(keys, person.row))
        self.people.append((person, household))
        self.problems.extend(reading.problems)
        self.remarks.append(reading.remarks)

    def sheet(self, header: Header, title: Title) -> RosterSheet:
        words, refused = count_words(self.remarks)
        self.households.spread_groups()
        people = tuple(_with_group_of(household, person) for person, household in self.people)
        return RosterSheet(
            title_town=title.town,
            title_village=title.village,
            columns=header.columns,
            ignored_headings=header.ignored,
            people=people,
            households=len({person.household for person in people}),
            problems=tuple(self.problems),
            remark_words=dict(words.most_common()),
            refused_words=dict(refused.most_common()),
        )


def _with_group_of(household: RosterHousehold, person: RosterPerson) -> RosterPerson:
    """An empty cell above the household's first group means that group too, unless one there was not understood."""
    if person.group is not None or household.group is None or household.group_unknown:
        return person
    return replace(person, group=household.group)


def _identities(person: RosterPerson) -> list[tuple[object, ...]]:
    """By what a person is known again: name and birth in the household, or the identity number.

    Without a birth, two of one name in a household are one only where relation, sex and phones agree too.
    """
    born = person.birth or person.birth_year or (person.relation, person.sex, person.phones)
    known = [("person", person.household, person.name, born)]
    return [*known, ("identity", person.identity)] if person.identity else list(known)
