"""Phones that nobody holds, in any number."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from store.database import Transaction
from store.domain.people import ContactKind
from store.queries.people import ADDRESS
from store.tables import contacts


async def add_phones(tx: Transaction, area_id: int, numbers: Sequence[str]) -> list[int]:
    """Their contacts' ids, in the order of the numbers."""
    return await tx.insert_for_ids(contacts, [_row(tx, area_id, number, tx.now) for number in numbers])


async def number_of(tx: Transaction, contact_ids: Sequence[int]) -> dict[int, str]:
    rows = await tx.all(select(contacts.c.id, contacts.c.address).where(contacts.c.id.in_(contact_ids)))
    return {row.id: tx.keyring.open(row.address, context=ADDRESS) for row in rows}


def _row(tx: Transaction, area_id: int, number: str, now: datetime) -> dict[str, Any]:
    return {
        "area_id": area_id,
        "kind": ContactKind.PHONE,
        "address": tx.keyring.seal(number, context=ADDRESS),
        "address_index": tx.keyring.index(number, context=ADDRESS),
        "last4_index": tx.keyring.index(number[-4:], context="contacts.last4"),
        "display_name": "",
        "language": "zh_CN",
        "created_at": now,
    }
