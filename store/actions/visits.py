"""Visit tickets for the households that a notice did not reach, what is reported of them, and closing the ledger.

A household's liaison goes, else its group's grid officer, else whoever has visits in the village.

All of a notice's visits are written by a handful of statements; the audit chain gets one entry with their number.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Select, func, literal, select

from store.actions.areas import next_numbers
from store.actions.casework import finish_visit
from store.actions.tickets import FIRST_NUMBER
from store.database import Transaction
from store.domain.errors import NotAllowed, Refusal
from store.domain.notices import Notice
from store.domain.people import Role, Staff
from store.domain.reach import Reach, VisitOutcome
from store.domain.tickets import Category, Ticket, TicketEvent, TicketState, roles_for
from store.domain.visits import VISIT_WITHIN, Round
from store.domain.working_calendar import WorkingCalendar
from store.queries.areas import settings_for
from store.queries.liaisons import liaison_at_home
from store.queries.notices import arranging_of
from store.queries.people import staff_with_role
from store.queries.reach import households_of, is_under_way, reach_of
from store.queries.visits import visit_of
from store.tables import (
    UtcDateTime,
    areas,
    duties,
    notice_figures,
    notice_visits,
    notices,
    residents,
    staff,
    ticket_events,
    ticket_messages,
    tickets,
)


async def open_visits(tx: Transaction, notice: Notice, actor: str, *, doubtful: bool = False) -> list[Round]:
    """A visit ticket for every household that was not reached and has none yet; how many fall to whom.

    `doubtful` also takes those of whom a receipt may still come. Two who open them at once wait for one another.
    """
    await tx.first(select(notices.c.id).where(notices.c.id == notice.id).with_for_update())
    units = households_of(tx, notice.id)
    wanted = units.c.unvisited if doubtful else units.c.to_visit
    count = int(await tx.scalar(select(func.count()).select_from(units).where(wanted)))
    if not count:
        return []
    first = await next_numbers(tx, notice.village_id, "ticket", count, first=FIRST_NUMBER)
    numbered = select(
        literal(notice.id),
        literal(notice.village_id),
        units.c.resident_id,
        first - 1 + func.row_number().over(order_by=(residents.c.group_id, units.c.resident_id)),
        units.c.reason,
        literal(""),
        literal(tx.now, UtcDateTime),
    ).join(residents, residents.c.id == units.c.resident_id)
    columns = ("notice_id", "village_id", "resident_id", "ticket_number", "reason", "outcome", "opened_at")
    await tx.run(notice_visits.insert().from_select(columns, numbered.where(wanted)))
    await _write_tickets(tx, notice, first)
    await tx.run(notices.update().where(notices.c.id == notice.id).values(closed_at=None))
    tx.audit(notice.village_id, actor, "notice.visits_opened", f"notice:{notice.id}", count)
    return await _rounds(tx, notice, first)


async def _write_tickets(tx: Transaction, notice: Notice, first: int) -> None:
    settings = await settings_for(tx, notice.village_id)
    calendar = WorkingCalendar(settings.own_days, zone=settings.zone)
    due_at = calendar.add_working_time(tx.now, VISIT_WITHIN)
    # Who is in hardship is known to those who work with it, and so is who of them was not reached.
    category = Category.WELFARE if notice.audience.kind.is_sensitive else Category.VISIT
    handlers = await staff_with_role(tx, settings.area.path, roles_for(category, about_staff=False))
    fallback = literal(handlers[0].id if handlers else None)
    values: dict[str, Any] = {
        "village_id": notice_visits.c.village_id,
        "area_id": func.coalesce(residents.c.group_id, notice_visits.c.village_id),
        "number": notice_visits.c.ticket_number,
        "category": literal(category.value),
        "state": literal(TicketState.RECEIVED.value),
        "subject": literal(str(notice.number)),
        "place": func.substr(func.coalesce(areas.c.name, "") + residents.c.name, 1, 80),
        "urgent": literal(value=False),
        "about_staff": literal(value=False),
        "accused": literal([], JSON),
        "resident_id": residents.c.id,
        "assignee_id": fallback
        if category is Category.WELFARE
        else func.coalesce(liaison_at_home(), _officer_of_group(), fallback),
        "rating": literal(""),
        "answered_by_sms": literal(value=False),
        "opened_at": literal(tx.now, UtcDateTime),
        "due_at": literal(due_at, UtcDateTime),
    }
    source = (
        select(*values.values())
        .select_from(notice_visits)
        .join(residents, residents.c.id == notice_visits.c.resident_id)
        .outerjoin(areas, areas.c.id == residents.c.group_id)
        .where(notice_visits.c.notice_id == notice.id, notice_visits.c.ticket_number >= first)
    )
    await tx.run(tickets.insert().from_select(list(values), source))
    await _write_beginnings(tx, notice, first)


def _officer_of_group() -> ColumnElement[int | None]:
    """The grid officer of the group where the household lives, the longest serving of several."""
    return (
        select(func.min(duties.c.staff_id))
        .join(staff, staff.c.id == duties.c.staff_id)
        .where(
            duties.c.area_id == residents.c.group_id,
            duties.c.role == Role.GRID_OFFICER,
            duties.c.ended_at.is_(None),
            staff.c.ended_at.is_(None),
        )
        .correlate(residents)
        .scalar_subquery()
    )


async def _write_beginnings(tx: Transaction, notice: Notice, first: int) -> None:
    """The first line of each ticket, which is what is to be told, and its first event."""
    now = literal(tx.now, UtcDateTime)
    lines = _new(notice, first, literal(notice.text), literal(value=True), literal([], JSON), now)
    columns = ("ticket_id", "text", "internal", "files", "at")
    await tx.run(ticket_messages.insert().from_select(columns, lines))
    state = literal({"state": TicketState.RECEIVED.value}, JSON)
    events = _new(notice, first, literal(TicketEvent.SUBMITTED.value), state, now)
    await tx.run(ticket_events.insert().from_select(("ticket_id", "event", "detail", "at"), events))


def _new(notice: Notice, first: int, *values: ColumnElement[Any]) -> Select[Any]:
    return select(tickets.c.id, *values).where(*_since(notice, first))


def _since(notice: Notice, first: int) -> tuple[ColumnElement[bool], ...]:
    """The tickets of this transaction: the numbers after `first` are nobody else's before it commits."""
    return tickets.c.village_id == notice.village_id, tickets.c.number >= first, tickets.c.contact_id.is_(None)


async def _rounds(tx: Transaction, notice: Notice, first: int) -> list[Round]:
    rows = await tx.all(
        select(tickets.c.assignee_id, func.count().label("households"))
        .where(*_since(notice, first))
        .group_by(tickets.c.assignee_id)
        .order_by(tickets.c.assignee_id)
    )
    return [Round(row.assignee_id, row.households) for row in rows]


async def report_visit(tx: Transaction, ticket: Ticket, person: Staff, outcome: VisitOutcome) -> Ticket:
    """What came of a visit, by whoever went.

    Raises NotFound where the ticket is no visit, NotAllowed for who does not serve there, Refusal where somebody has
    reported already.
    """
    visit = await visit_of(tx, ticket)
    if ticket.assignee_id != person.id and not person.serves(ticket.area_path):
        raise NotAllowed("staff.only")
    finished = await finish_visit(tx, ticket, person, outcome.value)
    touched = await tx.run(
        notice_visits.update()
        .where(
            notice_visits.c.notice_id == visit.notice_id,
            notice_visits.c.village_id == ticket.village_id,
            notice_visits.c.ticket_number == ticket.number,
            notice_visits.c.outcome == "",
        )
        .values(outcome=outcome, reported_at=tx.now)
    )
    if not touched:
        raise Refusal("ticket.changed_meanwhile", number=ticket.number)
    tx.audit(ticket.village_id, f"staff:{person.id}", f"visit.{outcome}", f"ticket:{ticket.id}")
    return finished


async def close_ledger(tx: Transaction, notice_id: int) -> Reach | None:
    """Close a notice's ledger if nothing more is to be heard of anybody; its figures, or None where it stays open."""
    row = await tx.first(
        select(notices.c.area_id, notices.c.circular_id, notices.c.closed_at)
        .where(notices.c.id == notice_id)
        .with_for_update()
    )
    if row.closed_at is not None or await is_under_way(tx, notice_id):
        return None
    reach = await reach_of(tx, notice_id)
    # In one of a circular's villages there may be nobody who is meant: that is complete once its job has seen so.
    is_written = row.circular_id is not None and await arranging_of(tx, notice_id) is None
    if reach.waits or not (reach.households or is_written):
        return None
    await tx.run(notices.update().where(notices.c.id == notice_id).values(closed_at=tx.now))
    # A ledger that was opened again (sent anew, visited) closes anew.
    await tx.run(notice_figures.delete().where(notice_figures.c.notice_id == notice_id))
    await tx.insert(notice_figures, notice_id=notice_id, households=reach.households, proven=reach.proven)
    tx.audit(row.area_id, "system", "notice.closed", f"notice:{notice_id}", [reach.households, reach.proven])
    return reach


async def look_again(tx: Transaction, notice_id: int, at: datetime) -> None:
    await tx.run(notices.update().where(notices.c.id == notice_id).values(looks_at=at))
