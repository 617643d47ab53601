"""The roster as the console lists it: searched by name, initials, number, household, group and tag, some at a time."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from store.database import Transaction
from store.domain.areas import Area
from store.domain.people import ContactKind, Gone, Staff
from store.domain.phones import e164
from store.queries.people import ADDRESS
from store.queries.residents import homes, seen_residents
from store.tables import contact_holders, contacts, households, resident_tags, residents, tags

PAGE = 50
MOST_WORDS = 5
_MOST_DIGITS = 18
_FEWEST_DIGITS = 7
"""Shorter ones are no telephone number."""


class Lives(StrEnum):
    """Which of them: who lives here or is away for work, who has gone, who has a home but no number."""

    HERE = "here"
    AWAY = "away"
    UNREACHED = "unreached"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Sought:
    """What is asked of the roster of a village; 0 stands for any group and any tag."""

    village: Area
    lives: Lives = Lives.HERE
    words: str = ""
    group_id: int = 0
    tag_id: int = 0
    after: str = ""


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person of the list. `reached`: some address of his, or of one who takes messages for the home, is alive."""

    id: int
    name: str
    group: str
    household_id: int
    household: str
    is_head: bool
    birth_year: int | None
    away: bool
    gone: str
    reached: bool


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """`after` is the key with which the next page begins, "" on the last."""

    lines: tuple[PersonLine, ...]
    after: str


async def list_people(tx: Transaction, person: Staff, sought: Sought) -> PeoplePage:
    """Those whom he may see, home by home. One statement."""
    rows = await tx.all(
        seen_residents(
            person,
            residents,
            households.c.number.label("household"),
            homes.c.name.label("place"),
            _is_reached().label("reached"),
        )
        .join(households, households.c.id == residents.c.household_id)
        .where(residents.c.area_id == sought.village.id, *_narrowed(sought), *_said(tx, sought), *_behind(sought.after))
        .order_by(residents.c.household_id, residents.c.id)
        .limit(PAGE + 1)
    )
    listed = rows[:PAGE]
    after = f"{listed[-1].household_id}.{listed[-1].id}" if len(rows) > PAGE else ""
    return PeoplePage(tuple(map(_line, listed)), after)


async def counted(tx: Transaction, person: Staff, village: Area) -> tuple[int, int]:
    """How many people and how many homes of them he may see."""
    columns = (func.count(), func.count(residents.c.household_id.distinct()))
    here = (residents.c.area_id == village.id, residents.c.gone == "")
    row = await tx.first(seen_residents(person, *columns).where(*here))
    return int(row[0]), int(row[1])


async def tags_of_village(tx: Transaction, village_id: int) -> list[tuple[int, str, int]]:
    """Each tag with how many bear it."""
    borne = func.count(resident_tags.c.resident_id)
    rows = await tx.all(
        select(tags.c.id, tags.c.name, borne.label("borne"))
        .outerjoin(resident_tags, resident_tags.c.tag_id == tags.c.id)
        .where(tags.c.area_id == village_id)
        .group_by(tags.c.id, tags.c.name)
        .order_by(tags.c.name)
    )
    return [(row.id, row.name, row.borne) for row in rows]


async def people_by_group(tx: Transaction, village_id: int) -> dict[int, int]:
    """How many live in each group."""
    here = (residents.c.area_id == village_id, residents.c.gone == "", residents.c.group_id.is_not(None))
    rows = await tx.all(select(residents.c.group_id, func.count()).where(*here).group_by(residents.c.group_id))
    return {row[0]: row[1] for row in rows}


def _line(row: Any) -> PersonLine:
    return PersonLine(
        id=row.id,
        name=row.name,
        group=row.place if row.group_id else "",
        household_id=row.household_id,
        household=row.household,
        is_head=row.is_head,
        birth_year=row.birth.year if row.birth else row.birth_year,
        away=row.away,
        gone=row.gone,
        reached=bool(row.reached),
    )


def _is_reached() -> ColumnElement[bool]:
    return exists(
        select(contacts.c.id)
        .join(contact_holders, contact_holders.c.contact_id == contacts.c.id)
        .where(contact_holders.c.resident_id == residents.c.id, contacts.c.dead_at.is_(None))
    )


def _narrowed(sought: Sought) -> list[ColumnElement[bool]]:
    found = [_lives(sought.lives)]
    if sought.group_id:
        found.append(residents.c.group_id == sought.group_id)
    if sought.tag_id:
        found.append(residents.c.id.in_(_bearers(tags.c.id == sought.tag_id)))
    return found


def _lives(lives: Lives) -> ColumnElement[bool]:
    if lives is Lives.GONE:
        return residents.c.gone.in_([Gone.MOVED, Gone.DIED])
    here = residents.c.gone == ""
    if lives is Lives.AWAY:
        return and_(here, residents.c.away.is_(True))
    return and_(here, ~_is_reached()) if lives is Lives.UNREACHED else here


def _bearers(which: ColumnElement[bool]) -> Any:
    return select(resident_tags.c.resident_id).join(tags, tags.c.id == resident_tags.c.tag_id).where(which)


def _said(tx: Transaction, sought: Sought) -> list[ColumnElement[bool]]:
    """Each word must fit; a telephone number may be written with blanks, and is then one word."""
    words = sought.words.split()[:MOST_WORDS]
    together = "".join(words)
    if len(together) >= _FEWEST_DIGITS and together.lstrip("+").replace("-", "").isdecimal():
        words = [together]
    return [_fits(tx, sought.village, word) for word in words]


def _fits(tx: Transaction, village: Area, word: str) -> ColumnElement[bool]:
    ways = [
        residents.c.name.contains(word, autoescape=True),
        households.c.number == word,
        and_(residents.c.group_id.is_not(None), homes.c.name == word),
        residents.c.id.in_(_bearers(and_(tags.c.area_id == village.id, tags.c.name == word))),
    ]
    if word.isascii() and word.isalpha():
        ways.append(residents.c.initials.startswith(word.lower(), autoescape=True))
    number = e164(word) if len(word) >= _FEWEST_DIGITS else None
    if number:
        index = tx.keyring.index(number, context=ADDRESS)
        held = (
            select(contact_holders.c.resident_id)
            .join(contacts, contacts.c.id == contact_holders.c.contact_id)
            .where(contacts.c.address_index == index, contacts.c.kind == ContactKind.PHONE)
        )
        ways.append(residents.c.id.in_(held))
    return or_(*ways)


def _behind(after: str) -> list[ColumnElement[bool]]:
    """Nothing for a key that is none: then the list begins anew."""
    home, _, last = after.partition(".")
    if not (home.isdecimal() and last.isdecimal()) or max(len(home), len(last)) > _MOST_DIGITS:
        return []
    household = residents.c.household_id
    return [or_(household > int(home), and_(household == int(home), residents.c.id > int(last)))]
