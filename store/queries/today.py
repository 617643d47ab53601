"""What waits for a member of staff: transfers, tickets, notices, votes, disclosures, visits and channels."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select

from store.database import Transaction
from store.domain.months import month_before
from store.domain.occurrences import SeriesKind
from store.domain.people import Staff
from store.domain.settings import AreaSettings
from store.domain.tickets import OPEN_STATES, Ticket
from store.domain.today import CLOSING_WITHIN, DISCLOSURE_AHEAD, Urgency, Waiting, end_of_day
from store.queries.access import may_disclose, may_run_matters, may_see_channel, sees_tickets
from store.queries.areas import villages_served
from store.queries.matters import matters_closing
from store.queries.notices import notices_waiting
from store.queries.ticket_lists import UNANSWERED
from store.queries.tickets import all_tickets, ticket_from, visible_to
from store.queries.transfers import roll_counts
from store.tables import (
    areas,
    channel_accounts,
    disclosure_items,
    disclosures,
    notice_visits,
    notices,
    occurrences,
    series,
    tickets,
)

MOST_TICKETS = 20
_TITLE = 40


async def waiting_for(tx: Transaction, person: Staff, settings: AreaSettings) -> list[Waiting]:
    """One line a thing, the most urgent first, each only for whoever may do something about it."""
    found = [
        *await _transfers(tx, person),
        *await _tickets(tx, person, settings),
        *await _approvals(tx, person),
        *await _votes(tx, person),
        *await _disclosures(tx, person, settings),
        *await _visits(tx, person),
        *await _channels(tx, person),
    ]
    return sorted(found, key=lambda one: one.order)


async def _transfers(tx: Transaction, person: Staff) -> list[Waiting]:
    """Open transfer lists with homes of which nobody knows that they are safe."""
    return [
        Waiting(Urgency.TRANSFER, one.notice_id, "", place=one.village_name, number=one.number, count=one.left)
        for one in await roll_counts(tx, person)
        if one.left
    ]


async def _tickets(tx: Transaction, person: Staff, settings: AreaSettings) -> list[Waiting]:
    """His own that are to be answered until the day ends, those that nobody has, and what is urgent and not settled."""
    due = and_(tickets.c.state.in_(UNANSWERED), tickets.c.due_at < end_of_day(tx.now, settings.zone))
    pressing = and_(tickets.c.state.in_(OPEN_STATES), tickets.c.urgent.is_(True))
    before_him = or_(tickets.c.assignee_id == person.id, and_(tickets.c.assignee_id.is_(None), sees_tickets(person)))
    rows = await tx.all(
        all_tickets()
        .where(or_(due, pressing), before_him, tickets.c.contact_id.is_not(None), ~_part_of_open())
        .order_by(tickets.c.urgent.desc(), tickets.c.due_at, tickets.c.id)
        .limit(MOST_TICKETS)
    )
    return [_ticket(one, tx.now) for one in await visible_to(tx, person, map(ticket_from, rows))]


def _part_of_open() -> ColumnElement[bool]:
    """Whether it is answered together with another that is before somebody anyway."""
    whole = tickets.alias("wholes")
    return select(whole.c.id).where(whole.c.id == tickets.c.joined_to_id, whole.c.state.in_(OPEN_STATES)).exists()


def _ticket(ticket: Ticket, now: datetime) -> Waiting:
    late = ticket.state in UNANSWERED and ticket.due_at < now
    urgency = Urgency.URGENT if ticket.urgent else Urgency.OVERDUE if late else Urgency.DUE
    return Waiting(
        urgency,
        ticket.id,
        ticket.subject,
        place=ticket.place,
        number=ticket.number,
        category=ticket.category,
        by=ticket.due_at,
    )


async def _approvals(tx: Transaction, person: Staff) -> list[Waiting]:
    """Notices that somebody else wrote and that wait for a second person."""
    return [
        Waiting(Urgency.APPROVAL, notice.id, notice.text[:_TITLE], place=notice.village_name, number=notice.number)
        for notice in await notices_waiting(tx, person)
    ]


async def _votes(tx: Transaction, person: Staff) -> list[Waiting]:
    return [
        Waiting(
            Urgency.VOTE,
            matter.id,
            matter.title,
            number=matter.code or 0,
            count=matter.cast_count,
            by=matter.closes_at,
            village_id=matter.village_id,
        )
        for matter in await matters_closing(tx, tx.now + CLOSING_WITHIN, _paths(person))
        if may_run_matters(person, matter.area_path)
    ]


def _paths(person: Staff) -> set[str]:
    return {duty.area_path for duty in person.duties}


async def _disclosures(tx: Transaction, person: Staff, settings: AreaSettings) -> list[Waiting]:
    """Villages whose day is near and whose month has not one item."""
    villages = {one.id: one for one in await villages_served(tx, person) if may_disclose(person, one.path)}
    if not villages:
        return []
    today = tx.now.astimezone(settings.zone).date()
    coming = await tx.all(
        select(series.c.area_id, occurrences.c.nominal_day, occurrences.c.day, series.c.starts_at)
        .join(series, series.c.id == occurrences.c.series_id)
        .where(
            series.c.kind == SeriesKind.DISCLOSURE,
            series.c.ended_at.is_(None),
            series.c.area_id.in_(villages),
            occurrences.c.day >= today,
            occurrences.c.day <= today + DISCLOSURE_AHEAD,
            occurrences.c.cancelled_at.is_(None),
        )
    )
    filled = await _filled(tx, [(row.area_id, month_before(row.nominal_day)) for row in coming])
    return [
        Waiting(
            Urgency.DISCLOSURE,
            row.area_id,
            "",
            place=villages[row.area_id].name,
            by=datetime.combine(row.day, row.starts_at, settings.zone),
            month=month_before(row.nominal_day),
        )
        for row in coming
        if (row.area_id, month_before(row.nominal_day)) not in filled
    ]


async def _filled(tx: Transaction, months: list[tuple[int, date]]) -> set[tuple[int, date]]:
    """Of these villages' months those that hold an item."""
    if not months:
        return set()
    some = select(disclosure_items.c.id).where(disclosure_items.c.disclosure_id == disclosures.c.id).exists()
    asked = disclosures.c.month.in_({month for _, month in months})
    rows = await tx.all(select(disclosures.c.area_id, disclosures.c.month).where(asked, some))
    return {(row.area_id, row.month) for row in rows}


async def _visits(tx: Transaction, person: Staff) -> list[Waiting]:
    """One line a notice, however many doors he is to go to."""
    same = and_(tickets.c.village_id == notice_visits.c.village_id, tickets.c.number == notice_visits.c.ticket_number)
    rows = await tx.all(
        select(
            notices.c.id,
            notices.c.number,
            notices.c.text,
            func.count().label("homes"),
            func.min(tickets.c.due_at).label("due_at"),
        )
        .select_from(tickets)
        .join(notice_visits, same)
        .join(notices, notices.c.id == notice_visits.c.notice_id)
        .where(tickets.c.assignee_id == person.id, tickets.c.contact_id.is_(None), tickets.c.state.in_(OPEN_STATES))
        .group_by(notices.c.id, notices.c.number, notices.c.text)
    )
    return [
        Waiting(Urgency.VISIT, row.id, row.text[:_TITLE], number=row.number, count=row.homes, by=row.due_at)
        for row in rows
    ]


async def _channels(tx: Transaction, person: Staff) -> list[Waiting]:
    """Channels that their provider refused: nothing goes out there until somebody has looked."""
    rows = await tx.all(
        select(channel_accounts.c.id, channel_accounts.c.name, areas.c.name.label("area_name"), areas.c.path)
        .join(areas, areas.c.id == channel_accounts.c.area_id)
        .where(channel_accounts.c.stopped_reason != "")
        .order_by(channel_accounts.c.id)
    )
    return [
        Waiting(Urgency.CHANNEL, row.id, row.name, place=row.area_name)
        for row in rows
        if may_see_channel(person, row.path)
    ]
