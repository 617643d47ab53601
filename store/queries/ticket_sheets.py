"""One ticket with everything that stands on its page."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from store.database import Transaction
from store.domain.deliveries import DeliveryState
from store.domain.people import Contact, ContactKind, Staff
from store.domain.settings import AreaSettings
from store.domain.tickets import Ticket, TicketEvent, TicketMessage, asker_of
from store.queries.access import may_know_sender
from store.queries.areas import area_by_id, settings_for
from store.queries.people import contact_by_id
from store.queries.tickets import colleagues_for, conversation_of, sender_name, ticket_seen_by, tickets_beside
from store.queries.windows import closed_among
from store.tables import deliveries, files, staff, ticket_events, ticket_messages, tickets


@dataclass(frozen=True, slots=True)
class Happened:
    """One step of a ticket's life; `by` is the member of staff's name, "" for the resident and for time itself."""

    id: int
    event: TicketEvent
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TicketSheet:
    """`names` are the staff in the conversation by id. `newest_event` tells whether somebody acted since it was read.

    `by_sms`: the resident reads what is answered as an SMS. `is_closed`: his chat takes nothing before he writes again,
    for which `waiting` messages of this ticket wait. `media` are the kept files' types by digest; `position` is
    latitude and longitude where the resident sent them. `beside` are the tickets that it belongs with.
    """

    ticket: Ticket
    settings: AreaSettings
    area: str
    sender: str
    knows_sender: bool
    lines: tuple[TicketMessage, ...]
    media: dict[str, str]
    events: tuple[Happened, ...]
    names: dict[int, str]
    position: tuple[float, float] | None
    by_sms: bool
    is_closed: bool
    waiting: int
    colleagues: tuple[Staff, ...]
    beside: tuple[Ticket, ...]
    newest_event: int


async def ticket_sheet(tx: Transaction, person: Staff, ticket_id: int) -> TicketSheet:
    """Raises NotFound, also for one that this person may not see."""
    ticket = await ticket_seen_by(tx, person, ticket_id)
    lines = await conversation_of(tx, ticket.id, internal=True)
    mine = ticket_events.c.ticket_id == ticket.id
    happened = await tx.all(select(ticket_events).where(mine).order_by(ticket_events.c.id))
    place = await tx.first(select(tickets.c.latitude, tickets.c.longitude).where(tickets.c.id == ticket.id))
    asker = None if ticket.is_visit else await contact_by_id(tx, asker_of(ticket))
    names = await _names(tx, {row.by_staff_id for row in happened} | {line.by_staff_id for line in lines}, ticket)
    return TicketSheet(
        ticket=ticket,
        settings=await settings_for(tx, ticket.village_id),
        area=(await area_by_id(tx, ticket.area_id)).name,
        sender=await sender_name(tx, person, ticket),
        knows_sender=may_know_sender(person, ticket),
        lines=tuple(lines),
        media=await _media(tx, [digest for line in lines for digest in line.files]),
        events=tuple(
            Happened(row.id, TicketEvent(row.event), names.get(row.by_staff_id or 0, ""), row.at) for row in happened
        ),
        names=names,
        position=(place.latitude, place.longitude) if place.latitude is not None else None,
        by_sms=asker is not None and asker.kind is ContactKind.PHONE,
        is_closed=bool(asker and await closed_among(tx, [asker])),
        waiting=await _waiting(tx, ticket, asker),
        colleagues=tuple(await colleagues_for(tx, person, ticket)),
        beside=tuple(await tickets_beside(tx, person, ticket)),
        newest_event=happened[-1].id if happened else 0,
    )


async def _waiting(tx: Transaction, ticket: Ticket, asker: Contact | None) -> int:
    """Nothing is counted where no channel makes anything wait."""
    if asker is None or not asker.kind.closes:
        return 0
    dormant = (deliveries.c.ticket_id == ticket.id, deliveries.c.state == DeliveryState.DORMANT)
    return int(await tx.scalar(select(func.count()).select_from(deliveries).where(*dormant)))


async def newest_event_of_others(tx: Transaction, person: Staff, ticket: Ticket) -> int:
    """The latest step that somebody else took, 0 for none; nobody takes another before this transaction ends."""
    await tx.first(select(tickets.c.id).where(tickets.c.id == ticket.id).with_for_update())
    others = or_(ticket_events.c.by_staff_id.is_(None), ticket_events.c.by_staff_id != person.id)
    latest = select(func.max(ticket_events.c.id)).where(ticket_events.c.ticket_id == ticket.id, others)
    return int(await tx.scalar(latest) or 0)


async def file_of_ticket(tx: Transaction, ticket: Ticket, sha256: str) -> str | None:
    """The media type of a file that came with this ticket; None where it did not."""
    sent = await tx.all(select(ticket_messages.c.files).where(ticket_messages.c.ticket_id == ticket.id))
    if not any(sha256 in row.files for row in sent):
        return None
    return (await _media(tx, [sha256])).get(sha256)


async def _media(tx: Transaction, digests: list[str]) -> dict[str, str]:
    rows = await tx.all(select(files.c.sha256, files.c.media_type).where(files.c.sha256.in_(digests)))
    return {row.sha256: row.media_type for row in rows}


async def _names(tx: Transaction, ids: set[int | None], ticket: Ticket) -> dict[int, str]:
    """Also of those who have left office: what they wrote stays theirs."""
    wanted = [one for one in (*ids, ticket.assignee_id) if one is not None]
    return {row.id: row.name for row in await tx.all(select(staff.c.id, staff.c.name).where(staff.c.id.in_(wanted)))}
