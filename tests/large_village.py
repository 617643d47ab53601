"""A village of 5,000 residents and 20,000 tickets, written by a few statements within a second or two."""

from datetime import timedelta
from typing import Any

from sqlalchemy import JSON, ColumnElement, String, case, cast, literal, null, select

from store.database import Transaction
from store.domain.people import Contact
from store.domain.tickets import Category, TicketEvent, TicketState
from store.tables import UtcDateTime, counters, ticket_events, ticket_messages, tickets
from tests.bench.households import FIRST_ID, numbers, settle
from tests.hub import Hub

HOMES, PEOPLE_A_HOME = 1_250, 4
TICKETS = 20_000
_OPEN_EVERY = 10
_CATEGORIES = (Category.INFRASTRUCTURE, Category.ENVIRONMENT, Category.OTHER, Category.DISPUTE, Category.ERRAND)


async def fill_village(hub: Hub) -> None:
    contact = await hub.contact_of("陈伯")
    async with hub.books() as tx:
        homes = numbers(HOMES)
        settled = select((FIRST_ID + homes.c.number).label("id"), literal(hub.village.id).label("area_id")).subquery()
        await settle(tx, settled, hub.chat.id, PEOPLE_A_HOME)
        await _write_tickets(tx, hub, contact)


async def _write_tickets(tx: Transaction, hub: Hub, contact: Contact) -> None:
    """Nine of ten are closed; of the others some are overdue, some urgent, some confidential."""
    count = numbers(TICKETS)
    number = count.c.number
    is_open = number % _OPEN_EVERY == 0
    home = FIRST_ID + 1 + number % HOMES
    values: dict[str, ColumnElement[Any]] = {
        "id": FIRST_ID + number,
        "village_id": literal(hub.village.id),
        "area_id": case(
            {place: area.id for place, area in enumerate(hub.groups)}, value=number % 4, else_=hub.village.id
        ),
        "number": 1000 + number,
        "category": case({at: one.value for at, one in enumerate(_CATEGORIES)}, value=number // 10 % 5, else_="other"),
        "state": case((is_open, TicketState.RECEIVED.value), else_=TicketState.CLOSED.value),
        "subject": literal("路灯坏了") + cast(number, String),
        "place": literal("三组晒谷场边"),
        "urgent": number % 400 == 0,
        "about_staff": literal(False),
        "accused": literal([], JSON),
        "contact_id": literal(contact.id),
        "resident_id": home * 8 + number % PEOPLE_A_HOME,
        "assignee_id": case(
            {0: hub.staff["周文书"].id, 1: hub.staff["黄水生"].id}, value=number // 10 % 3, else_=null()
        ),
        "rating": literal(""),
        "answered_by_sms": literal(False),
        "opened_at": literal(tx.now - timedelta(days=30), UtcDateTime),
        "due_at": case(
            (number % 20 == 0, literal(tx.now - timedelta(days=1), UtcDateTime)),
            else_=literal(tx.now + timedelta(days=1), UtcDateTime),
        ),
    }
    await tx.run(tickets.insert().from_select(list(values), select(*values.values())))
    now = literal(tx.now, UtcDateTime)
    said = literal("门口的路灯坏了好几天，晚上老人出门看不见，请派人来看看。第") + cast(number, String)
    line = select(FIRST_ID + number, FIRST_ID + number, said, literal(False), literal([], JSON), now)
    await tx.run(ticket_messages.insert().from_select(("id", "ticket_id", "text", "internal", "files", "at"), line))
    step = select(
        FIRST_ID + number,
        FIRST_ID + number,
        literal(TicketEvent.SUBMITTED.value),
        literal({"state": "received"}, JSON),
        now,
    )
    await tx.run(ticket_events.insert().from_select(("id", "ticket_id", "event", "detail", "at"), step))
    await tx.insert(counters, area_id=hub.village.id, name="ticket", value=1000 + TICKETS)
