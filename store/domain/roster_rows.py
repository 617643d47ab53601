"""One row of a roster: the person in it, and the cells of it that the clerk must be told of."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TypeVar

from store.domain.roster_births import (
    Birth,
    Identity,
    identity_number,
    looks_like_identity,
    parse_age,
    parse_birth,
    parse_identity,
)
from store.domain.roster_cells import (
    CellValue,
    Reading,
    RosterReason,
    Whereabouts,
    cell_text,
    compact,
    name_asides,
    parse_at_home,
    parse_away,
    parse_group,
    parse_name,
    parse_registered,
    parse_sex,
    parse_unregistered,
    parse_yes,
)
from store.domain.roster_headings import Header, RosterColumn, RosterField, Row
from store.domain.roster_people import RosterPerson, RosterProblem
from store.domain.roster_phones import parse_phones
from store.domain.roster_remarks import Remarks, is_remark_word, read_remarks

Value = TypeVar("Value")

HEAD_WORDS = frozenset({"户主", "户主本人", "本人", "本户户主", "家主"})
_PLACING = frozenset({RosterField.HOUSEHOLD, RosterField.HEAD, RosterField.GROUP})
_HINT_SHOWN = 4
_HINT_LENGTH = 12
_LONGEST_WORD = 20
_AT_HOME = Whereabouts(away=False)


@dataclass(frozen=True, slots=True)
class RowReading:
    """One row, read by itself.

    `household` is what its column holds, "" for nothing. `person` is None in a row that names none; such a row may
    still say whose household and group the rows below are. `name_column` is where a duplicate is reported.
    """

    row: int
    name_column: RosterColumn
    household: str
    is_head: bool
    group: int | str | None
    group_unknown: bool
    person: RosterPerson | None
    remarks: Remarks
    problems: tuple[RosterProblem, ...]

    def duplicate_of(self, row: int) -> RosterProblem:
        return RosterProblem(
            self.row,
            RosterField.DUPLICATE,
            self.name_column.letter,
            self.name_column.heading,
            RosterReason.REPEATS_ROW,
            str(row),
        )


@dataclass(slots=True)
class _Cells:
    """The cells of one row, and what was wrong with them so far."""

    number: int
    row: Row
    header: Header
    problems: list[RosterProblem] = field(default_factory=list)

    def value(self, column: RosterColumn) -> CellValue:
        return self.row[column.index] if column.index < len(self.row) else None

    def texts(self, *fields: RosterField) -> list[str]:
        values = (cell_text(self.value(column)) for column in self.header.all_of(*fields))
        return [text for text in values if text]

    def text(self, *fields: RosterField) -> str:
        return next(iter(self.texts(*fields)), "")

    def take(
        self,
        column: RosterColumn,
        parse: Callable[[CellValue], Reading[Value]],
        about: RosterField | None = None,
    ) -> Value:
        """The cell's value; its problem is noted, under the column's own field unless it is `about` another."""
        reading = parse(self.value(column))
        if reading.reason:
            self.report(column, reading.reason, about)
        return reading.value

    def report(self, column: RosterColumn, reason: RosterReason, about: RosterField | None = None) -> None:
        text = cell_text(self.value(column))
        hint = text if reason is RosterReason.GROUP_UNKNOWN else _masked(text)
        self.problems.append(
            RosterProblem(self.number, about or column.field, column.letter, column.heading, reason, hint)
        )


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads the rows of one sheet. `known_groups` maps a group's name without white space to the village's spelling."""

    header: Header
    today: date
    village: str
    known_groups: Mapping[str, str]

    def read(self, number: int, row: Row) -> RowReading:
        cells = _Cells(number, row, self.header)
        name_column = next(self.header.all_of(RosterField.NAME))
        group, group_unknown = self._group(cells)
        name = cells.take(name_column, parse_name) if _says_more_than_place(cells) else ""
        is_head = _is_head(cells, name)
        remarks = read_remarks(_remark_texts(cells, name_column) if name else ())
        return RowReading(
            row=number,
            name_column=name_column,
            household=_household(cells),
            is_head=is_head,
            group=group,
            group_unknown=group_unknown,
            person=self._person(cells, name, remarks, is_head=is_head) if name else None,
            remarks=remarks,
            problems=tuple(sorted(cells.problems, key=lambda one: (len(one.column), one.column))),
        )

    def read_group_line(self, number: int, line: str) -> int | str | RosterProblem:
        """The group whose people follow, or why that cannot be said."""
        group = self._known_group(line)
        if group.value is not None:
            return group.value
        return RosterProblem(number, RosterField.GROUP, "A", "", RosterReason.GROUP_UNKNOWN, line)

    def _known_group(self, value: CellValue) -> Reading[int | str | None]:
        """A numbered group, or one of the named ones that the village has."""
        group = parse_group(value, self.village).value
        if not isinstance(group, str):
            return Reading(group)
        known = self.known_groups.get(group) or self.known_groups.get(compact(value))
        return Reading(known, None if known else RosterReason.GROUP_UNKNOWN)

    def _group(self, cells: _Cells) -> tuple[int | str | None, bool]:
        column = self.header.of(RosterField.GROUP)
        if column is None:
            return None, False
        group = cells.take(column, self._known_group)
        return group, group is None and bool(compact(cells.value(column)))

    def _person(self, cells: _Cells, name: str, remarks: Remarks, *, is_head: bool) -> RosterPerson:
        number, identity = self._identity(cells)
        birth = self._birth(cells, identity)
        whereabouts = _whereabouts(cells)
        return RosterPerson(
            row=cells.number,
            household="",
            name=name,
            sex=_sex(cells) or (identity.sex if identity else ""),
            birth=birth.day,
            birth_year=birth.year,
            phones=_phones(cells),
            relation=_relation(cells),
            is_head=is_head,
            group=None,
            registered=_registered(cells),
            away=whereabouts.away if whereabouts else None,
            away_place=whereabouts.place if whereabouts else "",
            identity=number,
            flags=remarks.flags,
            sensitive_flags=remarks.sensitive_flags,
        )

    def _identity(self, cells: _Cells) -> tuple[str, Identity | None]:
        """From its own column, else from a column of births that holds one."""
        for column in self.header.all_of(RosterField.IDENTITY, RosterField.BIRTH):
            value = cells.value(column)
            if column.field is RosterField.IDENTITY or looks_like_identity(value):
                identity = cells.take(column, partial(parse_identity, today=self.today), RosterField.IDENTITY)
                return (identity_number(value) if identity else ""), identity
        return "", None

    def _birth(self, cells: _Cells, identity: Identity | None) -> Birth:
        """The identity number's day, else the written one, else the year that the age gives.

        Where the first two disagree the clerk is told.
        """
        written = Birth()
        for column in self.header.all_of(RosterField.BIRTH):
            if not looks_like_identity(cells.value(column)):
                written = cells.take(column, partial(parse_birth, today=self.today))
            if identity and written.day not in {None, identity.birth}:
                cells.report(column, RosterReason.BIRTH_DISAGREES)
        if identity:
            return Birth(identity.birth)
        if written == Birth():
            for column in self.header.all_of(RosterField.AGE):
                written = cells.take(column, partial(parse_age, today=self.today), RosterField.BIRTH)
        return written


def _masked(text: str) -> str:
    return text[:_HINT_SHOWN] + re.sub(r"\w", "*", text[_HINT_SHOWN:_HINT_LENGTH])


def _says_more_than_place(cells: _Cells) -> bool:
    """Clerks print household numbers ahead: such a row is as good as blank."""
    return any(cell_text(cells.value(column)) for column in cells.header.columns if column.field not in _PLACING)


def _household(cells: _Cells) -> str:
    numbered = cells.header.of(RosterField.HOUSEHOLD)
    return compact(cells.text(RosterField.HOUSEHOLD if numbered else RosterField.HEAD))


def _is_head(cells: _Cells, name: str) -> bool:
    if name and parse_name(cells.text(RosterField.HEAD)).value == name:
        return True
    return any(text in HEAD_WORDS or parse_yes(text) for text in cells.texts(RosterField.RELATION))


def _relation(cells: _Cells) -> str:
    words = (text for text in cells.texts(RosterField.RELATION) if parse_yes(text) is None)
    return next(words, "")[:_LONGEST_WORD]


def _sex(cells: _Cells) -> str:
    return next((cells.take(column, parse_sex) for column in cells.header.all_of(RosterField.SEX)), "")


def _phones(cells: _Cells) -> tuple[str, ...]:
    columns = cells.header.all_of(RosterField.PHONE)
    return tuple(dict.fromkeys(number for column in columns for number in cells.take(column, parse_phones)))


def _registered(cells: _Cells) -> bool | None:
    for column in cells.header.all_of(RosterField.REGISTERED, RosterField.UNREGISTERED):
        parse = parse_registered if column.field is RosterField.REGISTERED else parse_unregistered
        answer = cells.take(column, parse, RosterField.REGISTERED)
        if answer is not None:
            return answer
    return None


def _whereabouts(cells: _Cells) -> Whereabouts | None:
    """What the columns 在家 and 外出 say, and where to; an empty cell under 外出 is at home."""
    found = None
    for column in cells.header.all_of(RosterField.AWAY, RosterField.AT_HOME):
        parse = parse_away if column.field is RosterField.AWAY else parse_at_home
        found = found or cells.take(column, parse, RosterField.AWAY)
    place = compact(cells.text(RosterField.AWAY_PLACE))[:_LONGEST_WORD]
    if place and (found is None or found.away):
        return Whereabouts(away=True, place=(found.place if found else "") or place)
    asked = cells.header.of(RosterField.AWAY)
    return found or (_AT_HOME if asked and not cell_text(cells.value(asked)) else None)


def _remark_texts(cells: _Cells, name_column: RosterColumn) -> list[str]:
    """Remarks, what stands in brackets behind the name, and 低保: 是 as the word 低保."""
    texts = list(name_asides(cells.value(name_column)))
    for column in cells.header.all_of(RosterField.REMARK):
        text = cell_text(cells.value(column))
        answer = parse_yes(text) if is_remark_word(column.heading) else None
        if answer is None:
            texts.append(text)
        elif answer:
            texts.append(column.heading.removeprefix("是否"))
    return texts
