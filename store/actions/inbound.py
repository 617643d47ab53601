"""The inbound ledger: what people sent is a committed row before the provider hears that it arrived."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from store.database import Transaction
from store.domain.accounts import Account
from store.domain.floods import Floods
from store.domain.inbound import InboundArrival, body_document
from store.files import StoredFile
from store.queries.people import ADDRESS
from store.tables import files, inbound_messages

INBOUND_ADDRESS = "inbound_messages.address"

FIRST_WORDS_WINDOW = timedelta(hours=48)


async def record_inbound(tx: Transaction, arrived: Sequence[tuple[Account, InboundArrival]], floods: Floods) -> None:
    """Write the messages that are not there yet. A repeat is known by the provider's id."""
    rows = []
    for account, arrival in arrived:
        index = tx.keyring.index(arrival.address, context=ADDRESS)
        rows.append(
            {
                "account_id": account.id,
                "provider_id": arrival.provider_id,
                "address": tx.keyring.seal(f"{arrival.address}\0{arrival.display_name}", context=INBOUND_ADDRESS),
                "address_index": index,
                "body": body_document(arrival.body),
                "state": "received",
                "failures": 0,
                "received_at": tx.now,
                "due_at": tx.now + floods.delay(account.id, index, tx.now),
            }
        )
    await tx.insert_new_many(inbound_messages, rows)


async def repeat_first_words(tx: Transaction, contact_id: int) -> None:
    """Take up what a guest said first within the window, once it is known where he belongs: it is heard anew."""
    said = inbound_messages.c
    first = await tx.first(
        select(inbound_messages)
        .where(said.contact_id == contact_id, said.state == "handled", said.received_at > tx.now - FIRST_WORDS_WINDOW)
        .order_by(said.id)
        .limit(1)
    )
    if first is None:
        return
    again = {**first._mapping, "provider_id": f"again:{first.id}", "state": "received", "failures": 0}  # noqa: SLF001
    again |= {"received_at": tx.now, "due_at": tx.now, "handled_at": None, "contact_id": None}
    again.pop("id")
    await tx.insert_new_many(inbound_messages, [again])


async def record_files(tx: Transaction, stored: Sequence[StoredFile]) -> None:
    if not stored:
        return
    rows = [
        {"sha256": one.sha256, "media_type": one.media_type, "size": one.size, "created_at": tx.now} for one in stored
    ]
    await tx.insert_new_many(files, rows)
    kept_again = (files.c.sha256.in_([one.sha256 for one in stored]), files.c.dropped_at.is_not(None))
    await tx.run(files.update().where(*kept_again).values(dropped_at=None))
