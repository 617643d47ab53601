"""Receipts: what a provider says later of a message raises its row's state, and never lowers it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from store.database import Transaction
from store.domain.deliveries import DeliveryState, raised
from store.queries.people import ADDRESS, CHUNK
from store.tables import channel_accounts, contacts, deliveries, receipts_waiting

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


@dataclass(slots=True)
class _Row:
    """A delivery, as these receipts leave it."""

    id: int
    state: DeliveryState
    reason: str
    provider_id: str
    delivered_at: datetime | None
    changed: bool = False
    is_named: bool = False
    """By this receipt, for the call's own answer was lost."""


async def record_receipts(tx: Transaction, account_id: int, receipts: Sequence[Receipt]) -> int:
    """Write down what an account's provider says, a few statements for all; how many were of messages we know.

    One that names no message yet is kept: it may have come before the send's own answer. Where only the address tells,
    it is that of the one message to it whose fate is unknown.
    """
    found: list[tuple[Receipt, _Row]] = []
    for start in range(0, len(receipts), CHUNK):
        found += await _found(tx, account_id, receipts[start : start + CHUNK])
    for receipt, row in found:
        _raise(row, receipt, tx.now)
    await _write(tx, {row.id: row for _, row in found if row.changed}.values())
    return len(found)


async def _write(tx: Transaction, rows: Collection[_Row]) -> None:
    """What came at the same second is written in one statement."""
    alike: defaultdict[tuple[DeliveryState, str, datetime | None], list[int]] = defaultdict(list)
    for row in rows:
        alike[row.state, row.reason, row.delivered_at].append(row.id)
    for (state, reason, at), ids in alike.items():
        to = {"new_state": state, "new_reason": reason, "arrived_at": at}
        for start in range(0, len(ids), CHUNK):
            await tx.run(_RAISE, {"ids": ids[start : start + CHUNK], **to})
    await tx.run_many(_NAME, [{"row": row.id, "name": row.provider_id} for row in rows if row.is_named])


def _raise(row: _Row, receipt: Receipt, now: datetime) -> None:
    higher = raised(row.state, receipt.state)
    if receipt.state in _ARRIVED:
        row.delivered_at = row.delivered_at or receipt.at or now
    if higher is DeliveryState.FAILED and higher is not row.state:
        row.reason = receipt.code[:80]
    row.changed = row.changed or higher is not row.state or receipt.state in _ARRIVED
    row.state = higher


_RAISE = (
    deliveries.update()
    .where(deliveries.c.id.in_(bindparam("ids", expanding=True)))
    .values(state=bindparam("new_state"), reason=bindparam("new_reason"), delivered_at=bindparam("arrived_at"))
)
_NAME = deliveries.update().where(deliveries.c.id == bindparam("row")).values(provider_id=bindparam("name"))


async def _found(tx: Transaction, account_id: int, receipts: Sequence[Receipt]) -> list[tuple[Receipt, _Row]]:
    """The rows that the receipts are about; a receipt that fits none is kept."""
    if tx.is_postgresql and any(not receipt.delivery_id for receipt in receipts):
        mine = channel_accounts.c.id == account_id
        await tx.first(select(channel_accounts.c.id).where(mine).with_for_update())
    known = await _known(tx, account_id, receipts)
    found, unknown = [], []
    for receipt in receipts:
        row = known.get(receipt.delivery_id or receipt.provider_id[:80])
        if row is not None:
            found.append((receipt, row))
        elif receipt.delivery_id is None:
            unknown.append(receipt)
    by_address = await _in_doubt(tx, account_id, [receipt for receipt in unknown if receipt.address])
    for receipt in unknown:
        row = by_address.pop(receipt.address, None)
        if row is not None:
            row.provider_id, row.changed, row.is_named = receipt.provider_id[:80], True, True
            found.append((receipt, row))
        elif receipt.provider_id:
            await _keep(tx, account_id, receipt)
    return found


async def _known(tx: Transaction, account_id: int, receipts: Sequence[Receipt]) -> dict[int | str, _Row]:
    """The rows that ids of ours and of the provider's name, by both."""
    ids = [one.delivery_id for one in receipts if one.delivery_id and 0 < one.delivery_id < _TOO_LARGE]
    names = sorted({one.provider_id[:80] for one in receipts if not one.delivery_id and one.provider_id})
    rows: dict[int | str, _Row] = {}
    if ids:
        found = await tx.all(_WITH_IDS, {"account": account_id, "ids": sorted(set(ids))})
        rows |= {row.id: _row(row) for row in found}
    if names:
        found = await tx.all(_WITH_NAMES, {"account": account_id, "names": names})
        rows |= {row.provider_id: _row(row) for row in found}
    return rows


_COLUMNS = (
    deliveries.c.id,
    deliveries.c.state,
    deliveries.c.reason,
    deliveries.c.provider_id,
    deliveries.c.delivered_at,
)
_SENT_ONCE = (
    select(*_COLUMNS)
    .where(deliveries.c.account_id == bindparam("account"), deliveries.c.state != DeliveryState.QUEUED)
    .order_by(deliveries.c.id)
    .with_for_update()
)
_WITH_IDS = _SENT_ONCE.where(deliveries.c.id.in_(bindparam("ids", expanding=True)))
_WITH_NAMES = _SENT_ONCE.where(deliveries.c.provider_id.in_(bindparam("names", expanding=True)))


def _row(row: Any) -> _Row:
    return _Row(row.id, DeliveryState(row.state), row.reason, row.provider_id, row.delivered_at)


async def _in_doubt(tx: Transaction, account_id: int, receipts: Sequence[Receipt]) -> dict[str, _Row]:
    """The only message of unknown fate to each address; none where there are several."""
    if not receipts:
        return {}
    indexes = {tx.keyring.index(one.address, context=ADDRESS): one.address for one in receipts}
    rows = await tx.all(
        select(*_COLUMNS, contacts.c.address_index)
        .join(contacts, contacts.c.id == deliveries.c.contact_id)
        .where(
            contacts.c.address_index.in_(list(indexes)),
            deliveries.c.account_id == account_id,
            deliveries.c.state.in_((DeliveryState.SENDING, DeliveryState.UNKNOWN)),
            deliveries.c.provider_id == "",
        )
        .with_for_update(of=deliveries)
    )
    of_address: dict[str, list[_Row]] = {}
    for row in rows:
        of_address.setdefault(indexes[row.address_index], []).append(_row(row))
    return {address: some[0] for address, some in of_address.items() if len(some) == 1}


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
