"""Receipts: what a provider says later of a message raises its row's state, and never lowers it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Update, bindparam, case, func, select

from store.actions.accounts import locked_account
from store.database import Transaction
from store.domain.deliveries import RANK, DeliveryState
from store.queries.people import ADDRESS, CHUNK
from store.tables import HAS_PROVIDER_ID, UtcDateTime, contacts, deliveries, receipts_waiting

_TOO_LARGE = 2**63
"""What an address that others may call can bring as an id, and no database takes."""
_ARRIVED = frozenset({DeliveryState.DELIVERED, DeliveryState.READ})


@dataclass(frozen=True, slots=True)
class Receipt:
    """A provider's word: of a delivery by our own id where it knows it, else by its own name for the message.

    `address` is whom it went to, where the provider says so.
    """

    state: DeliveryState
    delivery_id: int | None = None
    provider_id: str = ""
    address: str = field(default="", repr=False)
    code: str = ""
    at: datetime | None = None

    @property
    def names(self) -> int | str:
        """The message: our id, else the provider's name as the ledger holds it; 0 or "" where it names none."""
        if self.delivery_id:
            return self.delivery_id if 0 < self.delivery_id < _TOO_LARGE else 0
        return self.provider_id[:80]


async def record_receipts(tx: Transaction, account_id: int, receipts: Sequence[Receipt]) -> int:
    """Write down what an account's provider says, a few statements for all; how many were of messages we know.

    One that names no message yet is kept: it may have come before the send's own answer, against which the account is
    locked on PostgreSQL. Where only the address tells, it is that of the one message to it whose fate is unknown.
    """
    if tx.is_postgresql:
        await locked_account(tx, account_id)
    strangers = await _raise(tx, account_id, receipts)
    unnamed = [receipt for receipt in strangers if receipt.delivery_id is None]
    found = await _in_doubt(tx, account_id, [receipt for receipt in unnamed if receipt.address])
    await tx.run_many(_NAME, [{"row": row, "name": receipt.provider_id[:80]} for receipt, row in found.items()])
    await _raise(tx, account_id, [replace(receipt, delivery_id=row) for receipt, row in found.items()])
    kept = [receipt for receipt in unnamed if receipt not in found]
    if found:  # what else was said of a message that has its name now
        kept = await _raise(tx, account_id, kept)
    for receipt in kept:
        if receipt.provider_id:
            await _keep(tx, account_id, receipt)
    return len(receipts) - len(strangers) + len(unnamed) - len(kept)


async def _raise(tx: Transaction, account_id: int, receipts: Sequence[Receipt]) -> list[Receipt]:
    """Raise the rows that the receipts name, and give back the receipts that name none.

    What came at the same second is written in one statement; the highest state comes last.
    """
    alike: defaultdict[tuple[DeliveryState, bool, str, datetime], set[int | str]] = defaultdict(set)
    for receipt in receipts:
        code = receipt.code[:80] if receipt.state is DeliveryState.FAILED else ""
        at = receipt.at or tx.now if receipt.state in _ARRIVED else tx.now
        alike[receipt.state, bool(receipt.delivery_id), code, at].add(receipt.names)
    known: set[int | str] = set()
    for said in sorted(alike, key=lambda said: (RANK[said[0]], said[1:])):
        state, by_id, code, at = said
        names = sorted(alike[said] - {0, ""})
        for start in range(0, len(names), CHUNK):
            given = {"account": account_id, "names": names[start : start + CHUNK], "code": code, "at": at}
            known.update(row[0] for row in await tx.all(_raising(state, by_id=by_id), given))
    return [receipt for receipt in receipts if receipt.names not in known]


@cache
def _raising(state: DeliveryState, *, by_id: bool) -> Update:
    """A receipt never lowers a state, and leaves the first moment of arrival; the answer is whom it was about."""
    named = deliveries.c.id if by_id else deliveries.c.provider_id
    has_name = () if by_id else (HAS_PROVIDER_ID,)
    is_lower = deliveries.c.state.in_([other for other, rank in RANK.items() if rank < RANK[state]])
    to: dict[Column[Any], ColumnElement[Any]] = {deliveries.c.state: case((is_lower, state), else_=deliveries.c.state)}
    if state is DeliveryState.FAILED:
        to[deliveries.c.reason] = case((is_lower, bindparam("code")), else_=deliveries.c.reason)
    if state in _ARRIVED:
        arrived = bindparam("at", type_=UtcDateTime)
        to[deliveries.c.delivered_at] = func.coalesce(deliveries.c.delivered_at, arrived)
    return (
        deliveries.update()
        .where(
            deliveries.c.account_id == bindparam("account"),
            *has_name,
            named.in_(bindparam("names", expanding=True)),
            deliveries.c.state != DeliveryState.QUEUED,
        )
        .values(to)
        .returning(named)
    )


_NAME = deliveries.update().where(deliveries.c.id == bindparam("row")).values(provider_id=bindparam("name"))


async def _in_doubt(tx: Transaction, account_id: int, receipts: Sequence[Receipt]) -> dict[Receipt, int]:
    """The only message of unknown fate to each address; none where there are several. Of each, the first receipt's."""
    if not receipts:
        return {}
    indexes = {tx.keyring.index(one.address, context=ADDRESS): one for one in reversed(receipts)}
    rows = await tx.all(
        select(deliveries.c.id, contacts.c.address_index)
        .join(contacts, contacts.c.id == deliveries.c.contact_id)
        .where(
            contacts.c.address_index.in_(list(indexes)),
            deliveries.c.account_id == account_id,
            deliveries.c.state.in_((DeliveryState.SENDING, DeliveryState.UNKNOWN)),
            deliveries.c.provider_id == "",
        )
    )
    of_address: defaultdict[bytes, list[int]] = defaultdict(list)
    for row in rows:
        of_address[row.address_index].append(row.id)
    return {indexes[index]: ids[0] for index, ids in of_address.items() if len(ids) == 1}


async def _keep(tx: Transaction, account_id: int, receipt: Receipt) -> None:
    await tx.insert(
        receipts_waiting,
        account_id=account_id,
        provider_id=receipt.provider_id[:80],
        state=receipt.state,
        code=receipt.code[:40],
        at=receipt.at or tx.now,
    )


async def match_waiting(tx: Transaction, account_id: int, provider_ids: Sequence[str]) -> None:
    """Receipts that came before the send's own answer had named their messages."""
    if not provider_ids:
        return
    given: Mapping[str, object] = {"account": account_id, "names": provider_ids}
    rows = await tx.all(_KEPT, given)
    if rows:
        await tx.run(receipts_waiting.delete().where(*_OF_NAMES), given)
        told = [Receipt(DeliveryState(row.state), None, row.provider_id, "", row.code, row.at) for row in rows]
        await record_receipts(tx, account_id, told)


_OF_NAMES = (
    receipts_waiting.c.account_id == bindparam("account"),
    receipts_waiting.c.provider_id.in_(bindparam("names", expanding=True)),
)
_KEPT = select(receipts_waiting).where(*_OF_NAMES).order_by(receipts_waiting.c.id)
