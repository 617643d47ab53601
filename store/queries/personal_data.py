"""Everything that is kept about one person, and what he asked of it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, func, select

from store.database import Transaction
from store.domain.errors import NotFound
from store.domain.people import ContactKind, Staff
from store.domain.personal_data import Kept, RequestKind, Verdict, verdicts_on
from store.domain.tickets import OPEN_STATES
from store.queries.access import may_know_sender, may_see_flags
from store.queries.people import ADDRESS
from store.queries.residents import ResidentSheet, resident_sheet
from store.queries.tickets import all_tickets, ticket_from, visible_to
from store.tables import (
    audit_entries,
    bookings,
    casts,
    contact_holders,
    contacts,
    deliveries,
    entitlement_holders,
    entitlements,
    matters,
    notice_answers,
    notices,
    person_requests,
    resident_flags,
    residents,
    staff,
    ticket_messages,
    tickets,
)

LOOKS = ("flags.shown", "contact.shown", "person.shown")
LISTED = 200


@dataclass(frozen=True, slots=True)
class TicketKept:
    number: int
    category: str
    opened_at: datetime
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlagKept:
    flag: str
    purpose: str
    until: date
    set_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Look:
    """Who looked at what, and when."""

    by: str
    action: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PersonRequest:
    id: int
    resident_id: int
    name: str
    kind: RequestKind
    said: str
    answer: str
    taken_by: str
    asked_at: datetime
    due_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptAbout:
    """`votes` are matters and whether he voted; `flags` are shown to those who work with them (`sees_flags`).

    `tickets` are those that the one who asks may read out; of the others he does not even learn that there are any.
    """

    sheet: ResidentSheet
    numbers: tuple[str, ...] = field(repr=False)
    sees_flags: bool
    flags: tuple[FlagKept, ...]
    tickets: tuple[TicketKept, ...]
    votes: tuple[tuple[str, bool], ...]
    answers: tuple[tuple[int, str], ...]
    bookings: int
    messages: int
    in_office: bool
    has_identity: bool
    looks: tuple[Look, ...]
    requests: tuple[PersonRequest, ...]
    verdicts: tuple[Verdict, ...]


async def kept_about(tx: Transaction, person: Staff, resident_id: int) -> KeptAbout:
    """Whoever calls this leaves an audit fact. Raises NotFound."""
    sheet = await resident_sheet(tx, person, resident_id)
    votes = await _votes(tx, resident_id)
    serving = select(func.count()).select_from(staff)
    in_office = bool(await tx.scalar(serving.where(staff.c.resident_id == resident_id, staff.c.ended_at.is_(None))))
    kept = Kept(not sheet.gone, in_office, await _open_tickets(tx, resident_id), len(votes))
    sees_flags, looks = may_see_flags(person, sheet.path), await looks_at(tx, sheet)
    identity = select(residents.c.identity_hash).where(residents.c.id == resident_id)
    return KeptAbout(
        sheet=sheet,
        numbers=await _numbers(tx, resident_id),
        sees_flags=sees_flags,
        flags=await flags_of(tx, resident_id) if sees_flags else (),
        tickets=await _tickets(tx, person, resident_id),
        votes=votes,
        answers=await _answers(tx, resident_id),
        bookings=await _count(tx, bookings, resident_id),
        messages=await _count(tx, deliveries, resident_id),
        in_office=in_office,
        has_identity=await tx.scalar(identity) is not None,
        looks=tuple(one for one in looks if sees_flags or one.action != "flags.shown"),
        requests=tuple(await requests_of(tx, sheet.village_id, resident_id)),
        verdicts=verdicts_on(kept),
    )


async def flags_of(tx: Transaction, resident_id: int) -> tuple[FlagKept, ...]:
    rows = await tx.all(
        select(resident_flags)
        .where(resident_flags.c.resident_id == resident_id)
        .order_by(resident_flags.c.ended_at.is_not(None), resident_flags.c.id.desc())
        .limit(LISTED)
    )
    return tuple(FlagKept(row.flag, row.purpose, row.until, row.set_at, row.ended_at) for row in rows)


async def looks_at(tx: Transaction, sheet: ResidentSheet) -> tuple[Look, ...]:
    """Who looked at his flags, at a whole number of his or at all that is kept; the latest first."""
    subjects = [f"resident:{sheet.id}", *(f"contact:{reach.contact.id}" for reach in sheet.reaches)]
    rows = await tx.all(
        select(audit_entries.c.actor, audit_entries.c.action, audit_entries.c.at)
        .where(
            audit_entries.c.area_id == sheet.village_id,
            audit_entries.c.subject.in_(subjects),
            audit_entries.c.action.in_(LOOKS),
        )
        .order_by(audit_entries.c.id.desc())
        .limit(LISTED)
    )
    ids = {int(row.actor.partition(":")[2]) for row in rows if row.actor.startswith("staff:")}
    named = {row.id: row.name for row in await tx.all(select(staff.c.id, staff.c.name).where(staff.c.id.in_(ids)))}
    return tuple(Look(named.get(int(row.actor.partition(":")[2] or 0), ""), row.action, row.at) for row in rows)


async def requests_of(tx: Transaction, village_id: int, resident_id: int = 0) -> list[PersonRequest]:
    """Of one person or of the whole village: what waits first, the earliest due before."""
    mine = [person_requests.c.resident_id == resident_id] if resident_id else []
    return await _requests(tx, person_requests.c.area_id == village_id, *mine)


async def request_by_id(tx: Transaction, request_id: int) -> PersonRequest:
    found = await _requests(tx, person_requests.c.id == request_id)
    if not found:
        raise NotFound("request.unknown")
    return found[0]


async def _requests(tx: Transaction, *conditions: Any) -> list[PersonRequest]:
    rows = await tx.all(
        select(person_requests, residents.c.name, staff.c.name.label("taker"))
        .join(residents, residents.c.id == person_requests.c.resident_id)
        .join(staff, staff.c.id == person_requests.c.taken_by)
        .where(*conditions)
        .order_by(person_requests.c.answered_at.is_not(None), person_requests.c.due_at, person_requests.c.id)
        .limit(LISTED)
    )
    return [
        PersonRequest(
            id=row.id,
            resident_id=row.resident_id,
            name=row.name,
            kind=RequestKind(row.kind),
            said=row.said,
            answer=row.answer,
            taken_by=row.taker,
            asked_at=row.asked_at,
            due_at=row.due_at,
            answered_at=row.answered_at,
        )
        for row in rows
    ]


async def _numbers(tx: Transaction, resident_id: int) -> tuple[str, ...]:
    rows = await tx.all(
        select(contacts.c.address)
        .join(contact_holders, contact_holders.c.contact_id == contacts.c.id)
        .where(contact_holders.c.resident_id == resident_id, contacts.c.kind == ContactKind.PHONE)
        .order_by(contacts.c.id)
    )
    return tuple(tx.keyring.open(row.address, context=ADDRESS) for row in rows)


async def _tickets(tx: Transaction, person: Staff, resident_id: int) -> tuple[TicketKept, ...]:
    """Those that the one who asks may read out."""
    rows = await tx.all(all_tickets().where(tickets.c.resident_id == resident_id).order_by(tickets.c.id).limit(LISTED))
    his = [ticket_from(row) for row in rows]
    seen = [one for one in await visible_to(tx, person, his) if may_know_sender(person, one)]
    said: dict[int, list[str]] = {}
    lines = select(ticket_messages.c.ticket_id, ticket_messages.c.text).where(
        ticket_messages.c.ticket_id.in_([one.id for one in seen]), ticket_messages.c.internal.is_(False)
    )
    for line in await tx.all(lines.order_by(ticket_messages.c.id)):
        said.setdefault(line.ticket_id, []).append(line.text)
    return tuple(TicketKept(one.number, one.category, one.opened_at, tuple(said.get(one.id, ()))) for one in seen)


async def _open_tickets(tx: Transaction, resident_id: int) -> int:
    """All that are open, whoever may see them."""
    his = (tickets.c.resident_id == resident_id, tickets.c.state.in_(OPEN_STATES))
    return int(await tx.scalar(select(func.count()).select_from(tickets).where(*his)))


async def _votes(tx: Transaction, resident_id: int) -> tuple[tuple[str, bool], ...]:
    is_cast = exists(select(casts.c.id).where(casts.c.entitlement_id == entitlements.c.id))
    rows = await tx.all(
        select(matters.c.title, is_cast.label("is_cast"))
        .join(entitlements, entitlements.c.matter_id == matters.c.id)
        .join(entitlement_holders, entitlement_holders.c.entitlement_id == entitlements.c.id)
        .where(entitlement_holders.c.resident_id == resident_id)
        .order_by(matters.c.id)
    )
    return tuple((row.title, bool(row.is_cast)) for row in rows)


async def _answers(tx: Transaction, resident_id: int) -> tuple[tuple[int, str], ...]:
    rows = await tx.all(
        select(notices.c.number, notice_answers.c.answer)
        .join(notices, notices.c.id == notice_answers.c.notice_id)
        .where(notice_answers.c.resident_id == resident_id)
        .order_by(notice_answers.c.id)
        .limit(LISTED)
    )
    return tuple((row.number, row.answer) for row in rows)


async def _count(tx: Transaction, table: Any, resident_id: int) -> int:
    return int(await tx.scalar(select(func.count()).select_from(table).where(table.c.resident_id == resident_id)))
