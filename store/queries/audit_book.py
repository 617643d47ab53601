"""The audit chain of an area as a book to read: searched, some entries at a time, its subjects by their names.

Entries about a complaint of somebody in office are shown to whoever may see that ticket, and to nobody else. Pages are
keyed by the rows' ids, which leave gaps of themselves: the entries' own numbers would betray what is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, String, cast, literal, or_, select

from store.database import Transaction
from store.domain.areas import Area
from store.domain.audit_search import ACTORS_OF, AuditSearch
from store.domain.people import Staff
from store.queries.areas import settings_for
from store.queries.tickets import all_tickets, ticket_from, visible_to
from store.tables import areas, audit_entries, channel_accounts, disclosures, matters, notices, staff, tickets

PAGE = 50
_MOST_IDS = 2_000


@dataclass(frozen=True, slots=True)
class BookLine:
    """`subject` is what it was done to: a kind of thing and what that one is called ("" where it has no name)."""

    id: int
    at: datetime
    actor_kind: str
    actor: str
    action: str
    subject_kind: str
    subject: str


@dataclass(frozen=True, slots=True)
class BookPage:
    """`after` is the id after which the next page begins, 0 on the last."""

    lines: tuple[BookLine, ...]
    after: int


async def search_book(
    tx: Transaction, person: Staff, area: Area, search: AuditSearch, after: int = 0, *, most: int = PAGE
) -> BookPage:
    """The newest first. Whoever asks passes `access.may_search_audit` before."""
    zone = (await settings_for(tx, area.id)).zone
    conditions = [
        audit_entries.c.area_id == area.id,
        await _not_hidden(tx, person, area),
        *_when(search, zone),
        *_by(search),
        *_what(search, area),
    ]
    if after:
        conditions.append(audit_entries.c.sequence < _sequence_of(area, after))
    rows = await tx.all(
        select(
            audit_entries.c.id,
            audit_entries.c.at,
            audit_entries.c.actor,
            audit_entries.c.action,
            audit_entries.c.subject,
        )
        .where(*conditions)
        .order_by(audit_entries.c.sequence.desc())
        .limit(most + 1)
    )
    shown = rows[:most]
    return BookPage(await _lines(tx, shown), shown[-1].id if len(rows) > most else 0)


def _sequence_of(area: Area, entry_id: int) -> ColumnElement[int]:
    here = audit_entries.alias()
    return select(here.c.sequence).where(here.c.id == entry_id, here.c.area_id == area.id).scalar_subquery()


async def _not_hidden(tx: Transaction, person: Staff, area: Area) -> ColumnElement[bool]:
    """Complaints about people in office that this person may not know of leave no trace in what he reads."""
    rows = await tx.all(all_tickets().where(tickets.c.village_id == area.id, tickets.c.about_staff.is_(True)))
    complaints = [ticket_from(row) for row in rows]
    seen = [f"ticket:{ticket.id}" for ticket in await visible_to(tx, person, complaints)]
    about = select(literal("ticket:") + cast(tickets.c.id, String)).where(
        tickets.c.village_id == area.id, tickets.c.about_staff.is_(True)
    )
    hidden = audit_entries.c.subject.in_(about)
    return or_(~hidden, audit_entries.c.subject.in_(seen)) if seen else ~hidden


def _when(search: AuditSearch, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    since = search.since and datetime.combine(search.since, time(), zone)
    until = search.until and datetime.combine(search.until, time(), zone) + timedelta(days=1)
    return [
        *([audit_entries.c.at >= since] if since else []),
        *([audit_entries.c.at < until] if until else []),
    ]


def _by(search: AuditSearch) -> list[ColumnElement[bool]]:
    if not search.who:
        return []
    names = ACTORS_OF.get(search.who, (search.who,))
    return [or_(*(audit_entries.c.actor.like(name) for name in names))]


def _what(search: AuditSearch, area: Area) -> list[ColumnElement[bool]]:
    found = [audit_entries.c.action.startswith(f"{search.kind}.")] if search.kind else []
    if search.number is not None:
        found.append(audit_entries.c.subject.in_(_numbered(area, search.number)))
    return found


def _numbered(area: Area, number: int) -> Any:
    """The ticket and the notice of that number; a matter by its code."""
    of_ticket = select(literal("ticket:") + cast(tickets.c.id, String)).where(
        tickets.c.village_id == area.id, tickets.c.number == number
    )
    of_notice = select(literal("notice:") + cast(notices.c.id, String)).where(
        notices.c.area_id == area.id, notices.c.number == number
    )
    of_matter = select(literal("matter:") + cast(matters.c.id, String)).where(
        matters.c.area_id == area.id, matters.c.code == number
    )
    return of_ticket.union_all(of_notice, of_matter)


async def _lines(tx: Transaction, rows: Sequence[Any]) -> tuple[BookLine, ...]:
    named = await _names(tx, [name for row in rows for name in (row.actor, row.subject)])
    lines = []
    for row in rows:
        actor_kind, _, _ = row.actor.partition(":")
        kind, _, key = row.subject.partition(":")
        called = key if kind == "setting" else named.get(row.subject, "")
        lines.append(BookLine(row.id, row.at, actor_kind, named.get(row.actor, ""), row.action, kind, called))
    return tuple(lines)


_NAMED: Mapping[str, Select[Any]] = {
    "ticket": select(tickets.c.id, cast(tickets.c.number, String).label("called")),
    "notice": select(notices.c.id, cast(notices.c.number, String).label("called")),
    "matter": select(matters.c.id, matters.c.title.label("called")),
    "staff": select(staff.c.id, staff.c.name.label("called")),
    "area": select(areas.c.id, areas.c.name.label("called")),
    "account": select(channel_accounts.c.id, channel_accounts.c.name.label("called")),
    "disclosure": select(disclosures.c.id, cast(disclosures.c.month, String).label("called")),
}
"""What may be named. Contacts and residents are not: the book says that something was done to one, not to whom."""


async def _names(tx: Transaction, subjects: Sequence[str]) -> dict[str, str]:
    """A statement for each kind of thing that occurs."""
    wanted: dict[str, set[int]] = {}
    for subject in subjects:
        kind, _, key = subject.partition(":")
        if kind in _NAMED and key.isdecimal():
            wanted.setdefault(kind, set()).add(int(key))
    found = {}
    for kind, ids in wanted.items():
        statement = _NAMED[kind]
        column = statement.selected_columns["id"]
        listed = sorted(ids)
        for start in range(0, len(listed), _MOST_IDS):
            for row in await tx.all(statement.where(column.in_(listed[start : start + _MOST_IDS]))):
                found[f"{kind}:{row.id}"] = str(row.called)
    return found
