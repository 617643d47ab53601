"""Ballots: opening them while their key lives, finding one by its receipt, and checking that none was touched."""

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from store.database import Transaction
from store.domain.ballot_chain import Link, first_broken_link, named_commitment, sealed_commitment
from store.domain.ballots import Choice
from store.domain.deliberation import MatterRecord
from store.keyring import Keyring
from store.tables import ballot_box, ballot_keys, casts, matters

BALLOT_KEY = "ballot_keys.sealed_key"
CHOICE = "casts.sealed"
MARK = "casts.receipt_mark"
"""The sealing contexts of a matter's key and of its casts, and the one under which receipts are marked."""


@dataclass(frozen=True, slots=True)
class OpenBallot:
    choice: Choice = field(repr=False)
    receipt: str = field(repr=False)
    nonce: str = field(repr=False)


async def ballot_key(tx: Transaction, matter_id: int) -> Keyring | None:
    """None for a named matter, and once the votes are counted."""
    sealed = await tx.scalar(select(ballot_keys.c.sealed_key).where(ballot_keys.c.matter_id == matter_id))
    if sealed is None:
        return None
    key, index_key = map(bytes.fromhex, json.loads(tx.keyring.open(sealed, context=BALLOT_KEY)))
    return Keyring(active="m", keys={"m": key}, index_key=index_key)


def open_cast(key: Keyring | None, row: Any) -> OpenBallot:
    """What a cast says; `key` is None for a matter with names."""
    if key is None:
        return OpenBallot(Choice(row.choice), row.receipt, row.nonce)
    choice, receipt, nonce = json.loads(key.open(row.sealed, context=f"{CHOICE}:{row.entitlement_id}"))
    return OpenBallot(Choice(choice), receipt, nonce)


async def find_ballot(tx: Transaction, village_id: int, receipt: str) -> tuple[int, Choice | None] | None:
    """The matter in which a receipt stands, and once it is counted what counts under it; None where it is unknown."""
    of_village = matters.c.area_id == village_id
    boxed = await tx.first(
        select(ballot_box.c.matter_id, ballot_box.c.choice)
        .join(matters, matters.c.id == ballot_box.c.matter_id)
        .where(of_village, ballot_box.c.receipt == receipt)
        .order_by(ballot_box.c.matter_id.desc())
    )
    if boxed:
        return boxed.matter_id, Choice(boxed.choice)
    named = await tx.first(
        select(casts.c.matter_id, casts.c.choice, matters.c.closed_at)
        .join(matters, matters.c.id == casts.c.matter_id)
        .where(of_village, matters.c.named, casts.c.receipt == receipt)
        .order_by(casts.c.id.desc())
    )
    if named:
        return named.matter_id, Choice(named.choice) if named.closed_at else None
    return await _find_sealed(tx, village_id, receipt)


async def _find_sealed(tx: Transaction, village_id: int, receipt: str) -> tuple[int, None] | None:
    rows = await tx.all(
        select(ballot_keys.c.matter_id)
        .join(matters, matters.c.id == ballot_keys.c.matter_id)
        .where(matters.c.area_id == village_id)
    )
    for row in rows:
        key = await ballot_key(tx, row.matter_id)
        if key and await _has_mark(tx, row.matter_id, key.index(receipt, context=MARK)):
            return row.matter_id, None
    return None


async def _has_mark(tx: Transaction, matter_id: int, mark: bytes) -> bool:
    marked = select(casts.c.id).where(casts.c.matter_id == matter_id, casts.c.receipt_mark == mark)
    return await tx.scalar(marked.limit(1)) is not None


async def first_broken_cast(tx: Transaction, matter: MatterRecord) -> int | None:
    """The place of the first cast that was changed, dropped or slipped in; None where the whole chain holds."""
    rows = await tx.all(select(casts).where(casts.c.matter_id == matter.id).order_by(casts.c.sequence))
    chained = ((Link(row.sequence, row.entitlement_id, _commitment(row), row.at), row.chain) for row in rows)
    return first_broken_link(matter.id, chained, matter.chain_head)


def _commitment(row: Any) -> str:
    if row.sealed is not None:
        return sealed_commitment(row.sealed)
    return named_commitment(Choice(row.choice), row.receipt, row.nonce)
