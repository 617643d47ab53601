"""The inbound ledger: what people sent is a committed row before the provider hears that it arrived."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from sqlalchemy import func, select

from store.database import Transaction
from store.domain.accounts import Account
from store.domain.inbound import InboundArrival
from store.files import StoredFile
from store.queries.people import ADDRESS
from store.tables import files, inbound_messages

INBOUND_ADDRESS = "inbound_messages.address"

FLOOD_WINDOW = timedelta(seconds=60)
FLOOD_MESSAGES = 30
"""More messages than this from one address within the window wait their turn behind everybody else's."""
FLOOD_DELAY = timedelta(seconds=2)


async def record_inbound(tx: Transaction, account: Account, arrivals: Sequence[InboundArrival]) -> int:
    """Write the messages that are not there yet; how many were new. A repeat is known by the provider's id."""
    new = 0
    for arrival in arrivals:
        index = tx.keyring.index(arrival.address, context=ADDRESS)
        new += await tx.insert_new(
            inbound_messages,
            account_id=account.id,
            provider_id=arrival.provider_id,
            address=tx.keyring.seal(f"{arrival.address}\0{arrival.display_name}", context=INBOUND_ADDRESS),
            address_index=index,
            body=asdict(arrival.body),
            state="received",
            failures=0,
            received_at=tx.now,
            due_at=tx.now + await _delay(tx, account, index),
        )
    return new


async def _delay(tx: Transaction, account: Account, address_index: bytes) -> timedelta:
    """How long a message of a flood waits: the more of them, the longer; nobody else is held up by it."""
    recent: int = await tx.scalar(
        select(func.count())
        .select_from(inbound_messages)
        .where(
            inbound_messages.c.address_index == address_index,
            inbound_messages.c.account_id == account.id,
            inbound_messages.c.received_at > tx.now - FLOOD_WINDOW,
        )
    )
    return FLOOD_DELAY * max(0, recent - FLOOD_MESSAGES)


async def record_file(tx: Transaction, stored: StoredFile) -> None:
    await tx.insert_new(files, sha256=stored.sha256, media_type=stored.media_type, size=stored.size, created_at=tx.now)
