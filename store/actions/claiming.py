"""Claiming what is due: rows are leased, and `sending` is committed before the provider is called."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, Update, bindparam, or_, select

from store.actions.accounts import locked_account
from store.database import Transaction
from store.domain.deliveries import DeliveryState
from store.keyring import KeyringError
from store.queries.people import ADDRESS
from store.tables import channel_accounts, contacts, deliveries, delivery_is

LEASE = timedelta(seconds=60)
AHEAD = timedelta(seconds=0.25)
"""How long before its time a call may be claimed: the pace is then kept to the moment, and one commit serves many."""

UNREADABLE_RESTS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that is about to be sent, not before `starts_at`: its address opened, its text as written."""

    id: int
    contact_id: int
    address: str = field(repr=False)
    text: str = field(repr=False)
    buttons: tuple[tuple[str, str], ...]
    replaces: str
    attempts: int
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast an account may send: calls a second, how many at once, seconds between two to one address.

    `per_group_seconds` is for chats of many, to which Telegram gives negative ids; `batch` is how many messages a call
    may carry.
    """

    per_second: float
    burst: int
    per_address_seconds: float
    per_group_seconds: float = 0.0
    batch: int = 1

    @property
    def spacing(self) -> timedelta:
        return timedelta(seconds=1 / self.per_second)


async def claim(
    tx: Transaction, account_id: int, pace: Pace, holder: str, most: int, *, with_bulk: bool = True
) -> list[Claimed]:
    """Take up to `most` due rows of an account for sending now, at most one an address, no faster than its pace.

    An address to which a message is just being sent waits for its end, so that two never overtake each other; a
    stopped account sends nothing. What is one of very many goes after everything else, or not at all (`with_bulk`).
    """
    account = await locked_account(tx, account_id)
    if account.stopped_reason:
        return []
    first, calls = _slots(tx.now, pace, account.next_free_at)
    most = min(most, calls * pace.batch)
    opened = await _open(tx, await _due_rows(tx, account_id, most, with_bulk=with_bulk)) if most > 0 else []
    if not opened:
        return []
    spacing = pace.spacing
    claimed = [
        Claimed(
            id=row.id,
            contact_id=row.contact_id,
            address=address,
            text=row.text,
            buttons=tuple((label, data) for label, data in row.buttons),
            replaces=row.replaces,
            attempts=row.attempts + 1,
            starts_at=max(tx.now, first + number // pace.batch * spacing),
        )
        for number, (row, address) in enumerate(opened)
    ]
    await tx.run(_SEND, {"ids": [row.id for row in claimed], "holder": holder, "until": tx.now + LEASE})
    spent = max(account.next_free_at or tx.now, tx.now) + math.ceil(len(claimed) / pace.batch) * spacing
    await tx.run(_SPEND, {"account": account_id, "free_at": spent})
    return claimed


async def _open(tx: Transaction, rows: Sequence[Any]) -> list[tuple[Any, str]]:
    """The rows with their addresses. One that does not open (another key file) rests and holds up nobody else's."""
    opened, unreadable = [], []
    for row in rows:
        try:
            opened.append((row, tx.keyring.open(row.address, context=ADDRESS)))
        except KeyringError:
            unreadable.append(row.id)
    if unreadable:
        resting = {"due_at": tx.now + UNREADABLE_RESTS, "reason": "unreadable"}
        await tx.run(deliveries.update().where(deliveries.c.id.in_(unreadable)).values(**resting))
    return opened


_SEND = (
    deliveries.update()
    .where(deliveries.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        state=DeliveryState.SENDING,
        lease_holder=bindparam("holder"),
        lease_until=bindparam("until"),
        attempts=deliveries.c.attempts + 1,
    )
)
_SPEND = (
    channel_accounts.update()
    .where(channel_accounts.c.id == bindparam("account"))
    .values(next_free_at=bindparam("free_at"))
)


def _slots(now: datetime, pace: Pace, free_at: datetime | None) -> tuple[datetime, int]:
    """When the next call may start, and how many may within what may be claimed ahead: spacing with a small burst.

    All processes share `free_at`, the moment at which the account would be rested (GCRA).
    """
    first = max(free_at or now, now) - (pace.burst - 1) * pace.spacing
    return first, max(0, math.floor((now + AHEAD - first) / pace.spacing) + 1)


async def _due_rows(tx: Transaction, account_id: int, most: int, *, with_bulk: bool) -> list[Any]:
    first_of_address: dict[bytes, Any] = {}
    for is_bulk in (False, True) if with_bulk else (False,):
        if len(first_of_address) < most:
            given = {"account": account_id, "is_bulk": is_bulk, "now": tx.now, "most": most}
            for row in await tx.all(_DUE, given):
                first_of_address.setdefault(row.address_index, row)
    return list(first_of_address.values())[:most]


def _due() -> Select[Any]:
    under_way, there = deliveries.alias(), contacts.alias()
    return (
        select(
            deliveries.c.id,
            deliveries.c.contact_id,
            deliveries.c.text,
            deliveries.c.buttons,
            deliveries.c.replaces,
            deliveries.c.attempts,
            contacts.c.address,
            contacts.c.address_index,
        )
        .join(contacts, contacts.c.id == deliveries.c.contact_id)
        .where(
            deliveries.c.account_id == bindparam("account"),
            delivery_is(DeliveryState.QUEUED),
            deliveries.c.is_bulk == bindparam("is_bulk"),
            deliveries.c.due_at <= bindparam("now"),
            or_(contacts.c.next_free_at.is_(None), contacts.c.next_free_at <= bindparam("now")),
            contacts.c.address_index.not_in(
                select(there.c.address_index)
                .join(under_way, under_way.c.contact_id == there.c.id)
                .where(
                    under_way.c.account_id == bindparam("account"),
                    delivery_is(DeliveryState.SENDING, under_way),
                )
            ),
        )
        .order_by(deliveries.c.due_at, deliveries.c.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True, of=deliveries)
    )


_DUE = _due()


async def rest_addresses(tx: Transaction, sent: Sequence[Claimed], pace: Pace) -> None:
    """After a call its address rests, whosever contact it is. While the call was under way it was taken anyway."""
    of_groups = [one.contact_id for one in sent if one.address.startswith("-")]
    of_persons = [one.contact_id for one in sent if not one.address.startswith("-")]
    await _rest(tx, of_persons, pace.per_address_seconds)
    await _rest(tx, of_groups, pace.per_group_seconds)


async def _rest(tx: Transaction, contact_ids: Sequence[int], seconds: float) -> None:
    if contact_ids and seconds:
        await tx.run(_REST, {"ids": contact_ids, "free_at": tx.now + timedelta(seconds=seconds)})


def _rest_all() -> Update:
    there = contacts.alias()
    addresses = select(there.c.address_index).where(there.c.id.in_(bindparam("ids", expanding=True)))
    return contacts.update().where(contacts.c.address_index.in_(addresses)).values(next_free_at=bindparam("free_at"))


_REST = _rest_all()
