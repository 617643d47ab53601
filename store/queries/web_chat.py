"""Conversations as a page shows them: what a person wrote beside what was written to him.

Of web chat and the simulator the delivery's row is the message. A row comes into view when it is due, which is not the
order of ids: it may have been written long before, or have committed behind a higher id. So a page is never given
"what came after id N" but the last lines, and whoever asks leaves out those that the page has.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, false, func, or_, select, true

from store.database import Transaction
from store.domain.deliveries import DeliveryState
from store.domain.inbound import InboundBody, body_from
from store.domain.people import ContactKind
from store.tables import contacts, deliveries, files, inbound_messages

UNSEEN = (DeliveryState.HELD, DeliveryState.PAUSED, DeliveryState.FAILED, DeliveryState.SKIPPED)
MOST_WAITING = 200


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Whose conversation: an address at one account, by its blind index (store.actions.contacts.ADDRESS)."""

    account_id: int
    kind: ContactKind
    address_index: bytes


@dataclass(frozen=True, slots=True)
class Heard:
    """What the person wrote. `pressed` is the label of the button that `body.button` stands for."""

    row_id: int
    at: datetime
    provider_id: str
    body: InboundBody
    pressed: str = ""

    @property
    def id(self) -> str:
        return f"i{self.row_id}"

    @property
    def place(self) -> tuple[datetime, int, int]:
        return self.at, 0, self.row_id


@dataclass(frozen=True, slots=True)
class Told:
    """What was written to the person. `buttons` are (label, data); `waiting` until a page has read it."""

    row_id: int
    at: datetime
    text: str = field(repr=False)
    buttons: tuple[tuple[str, str], ...]
    replaces: str
    waiting: bool

    @property
    def id(self) -> str:
        return f"d{self.row_id}"

    @property
    def place(self) -> tuple[datetime, int, int]:
        return self.at, 1, self.row_id


Line = Heard | Told


async def conversation(tx: Transaction, who: Correspondent, most: int, *, before: str = "") -> list[Line]:
    """The last lines, oldest first; those before the line `before` where that is one of this conversation."""
    place = await _place_of(tx, who, before) if before else None
    heard = await tx.all(
        _heard_by(who)
        .where(_earlier(inbound_messages.c.received_at, inbound_messages.c.id, 0, place))
        .order_by(inbound_messages.c.received_at.desc(), inbound_messages.c.id.desc())
        .limit(most)
    )
    told = await tx.all(
        _told_to(tx, who)
        .where(_earlier(deliveries.c.due_at, deliveries.c.id, 1, place))
        .order_by(deliveries.c.due_at.desc(), deliveries.c.id.desc())
        .limit(most)
    )
    lines: list[Line] = [*await _with_labels(tx, who, heard), *(_told(row) for row in told)]
    return in_order(lines)[-most:]


def in_order(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: line.place)


async def waiting_lines(tx: Transaction, who: Correspondent) -> list[Told]:
    """What was written to the person and no page has read yet, however old it is."""
    rows = await tx.all(
        _told_to(tx, who)
        .where(deliveries.c.state == DeliveryState.QUEUED)
        .order_by(deliveries.c.due_at, deliveries.c.id)
        .limit(MOST_WAITING)
    )
    return [_told(row) for row in rows]


async def language_of(tx: Transaction, who: Correspondent) -> str | None:
    """The language that the person chose, where he is known."""
    language: str | None = await tx.scalar(
        select(contacts.c.language)
        .where(contacts.c.kind == who.kind, contacts.c.address_index == who.address_index)
        .order_by(contacts.c.id)
        .limit(1)
    )
    return language


async def file_sent_by(tx: Transaction, who: Correspondent, sha256: str) -> str | None:
    """The media type of a file that this person sent, or None. `sha256` is 64 hexadecimal digits.

    The text of a message may name any digest: only the body's own list of files counts.
    """
    rows = await tx.all(_heard_by(who).where(cast(inbound_messages.c.body, Text).contains(sha256)))
    if not any(sha256 in row.body["files"] for row in rows):
        return None
    media_type: str | None = await tx.scalar(select(files.c.media_type).where(files.c.sha256 == sha256))
    return media_type


async def newest_delivery_id(tx: Transaction) -> int:
    return int(await tx.scalar(select(func.max(deliveries.c.id))) or 0)


def _heard_by(who: Correspondent) -> Select[Any]:
    return select(inbound_messages).where(
        inbound_messages.c.account_id == who.account_id, inbound_messages.c.address_index == who.address_index
    )


def _told_to(tx: Transaction, who: Correspondent) -> Select[Any]:
    return (
        select(deliveries)
        .join(contacts, contacts.c.id == deliveries.c.contact_id)
        .where(
            contacts.c.kind == who.kind,
            contacts.c.address_index == who.address_index,
            deliveries.c.account_id == who.account_id,
            deliveries.c.due_at <= tx.now,
            deliveries.c.state.not_in(UNSEEN),
        )
    )


def _told(row: Any) -> Told:
    buttons = tuple((label, data) for label, data in row.buttons)
    return Told(row.id, row.due_at, row.text, buttons, row.replaces, row.state == DeliveryState.QUEUED)


async def _with_labels(tx: Transaction, who: Correspondent, rows: Sequence[Any]) -> list[Heard]:
    """Give pressed buttons the labels that they had: the row keeps only what the dialogue needs."""
    bodies = [body_from(row.body) for row in rows]
    pressed_on = {int(body.replaces) for body in bodies if body.button and body.replaces.isdecimal()}
    labels: dict[tuple[int, str], str] = {}
    for told in await tx.all(_told_to(tx, who).where(deliveries.c.id.in_(pressed_on))) if pressed_on else ():
        labels |= {(told.id, data): label for label, data in told.buttons}
    return [
        Heard(row.id, row.received_at, row.provider_id, body, _label(body, labels))
        for row, body in zip(rows, bodies, strict=True)
    ]


def _label(body: InboundBody, labels: dict[tuple[int, str], str]) -> str:
    return labels.get((int(body.replaces), body.button), "") if body.replaces.isdecimal() else ""


def _earlier(
    moment: ColumnElement[datetime], row_id: ColumnElement[int], kind: int, place: tuple[datetime, int, int] | None
) -> ColumnElement[bool]:
    """Lines of one moment stand in the order of `place`: heard before told, then by id."""
    if place is None:
        return true()
    at, kind_there, id_there = place
    same_moment = row_id < id_there if kind == kind_there else (true() if kind < kind_there else false())
    return or_(moment < at, and_(moment == at, same_moment))


async def _place_of(tx: Transaction, who: Correspondent, line_id: str) -> tuple[datetime, int, int] | None:
    kind, number = line_id[:1], line_id[1:]
    if not number.isdecimal() or len(number) > 18:  # noqa: PLR2004 - a BIGINT's digits
        return None
    if kind == "i":
        heard = await tx.first(_heard_by(who).where(inbound_messages.c.id == int(number)))
        return (heard.received_at, 0, heard.id) if heard else None
    told = await tx.first(_told_to(tx, who).where(deliveries.c.id == int(number)))
    return (told.due_at, 1, told.id) if told else None
