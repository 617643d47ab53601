"""Casting and counting. A cast is one transaction that holds the matter locked; nothing deletes or resets a cast.

On a named matter a cast carries its choice. On an unnamed one choice, receipt and nonce are sealed under the matter's
own key; the count writes the box, sorted by receipt, and destroys the key with what it could still open. What copies
of the store made before the close, the operator and the carrier could know, no program can take back.
"""

import json
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from store.database import Transaction
from store.domain.accounts import WAITING_KINDS
from store.domain.ballot_chain import Link, link_hash, named_commitment, sealed_commitment
from store.domain.ballots import Choice, Tally
from store.domain.deliberation import Ballot, MatterRecord
from store.domain.deliveries import RECEIPT_GONE, DeliveryState, SkipReason
from store.domain.errors import NotAllowed, Refusal
from store.domain.receipts import new_receipt
from store.keyring import KEY_BYTES, Keyring, new_key
from store.queries.ballots import BALLOT_KEY, CHOICE, MARK, OpenBallot, ballot_key, open_cast
from store.queries.matters import entitlements_of, lock_matter
from store.tables import ballot_box, ballot_keys, casts, channel_accounts, deliveries, matters, paper_entries

_HELD = "sessions.held_choice"
_NONCE_BYTES = 16


async def make_ballot_key(tx: Transaction, matter_id: int) -> None:
    """A key of its own for a matter without names."""
    document = json.dumps([new_key().hex(), secrets.token_hex(KEY_BYTES)])
    await tx.insert(ballot_keys, matter_id=matter_id, sealed_key=tx.keyring.seal(document, context=BALLOT_KEY))


async def cast_ballot(
    tx: Transaction, matter_id: int, resident_id: int, choice: Choice, *, actor: str, channel: str
) -> Ballot:
    """Cast a vote, or change it: of an entitlement the last cast counts, whatever it came by, under the same receipt.

    `actor` is who is written down for it: contact:7, or the two who entered it from paper, staff:3+5. The same choice
    again writes nothing. Raises Refusal("vote.closed") where voting is not open and
    NotAllowed("vote.not_on_roll") where the frozen roll gives this resident no vote.
    """
    matter = await lock_matter(tx, matter_id)
    if not matter.is_open(tx.now):
        raise Refusal("vote.closed", code=matter.code)
    entitlement_id = (await entitlements_of(tx, matter_id, [resident_id])).get(resident_id)
    if entitlement_id is None:
        raise NotAllowed("vote.not_on_roll", code=matter.code)
    key = None if matter.named else await ballot_key(tx, matter_id)
    before = await _current(tx, key, entitlement_id)
    if before and before.choice is choice:
        return Ballot(before.receipt, repeated=True)
    receipt = before.receipt if before else await _free_receipt(tx, matter, key)
    opened = OpenBallot(choice, receipt, secrets.token_hex(_NONCE_BYTES))
    await _append(tx, matter, entitlement_id, _kept(key, entitlement_id, opened), channel)
    tx.audit(matter.village_id, actor, "ballot.cast", f"matter:{matter_id}")
    return Ballot(receipt, repeated=False)


async def hold_choice(tx: Transaction, matter: MatterRecord, choice: Choice) -> str:
    """A choice in a form that a session may keep while it is asked who is speaking."""
    key = tx.keyring if matter.named else await ballot_key(tx, matter.id)
    if key is None:
        raise Refusal("vote.closed", code=matter.code)
    return key.seal(f"{choice:d}", context=_HELD).hex()


async def held_choice(tx: Transaction, matter: MatterRecord, held: str) -> Choice:
    """Raises Refusal("vote.closed") where the key that could open it is gone."""
    key = tx.keyring if matter.named else await ballot_key(tx, matter.id)
    if key is None:
        raise Refusal("vote.closed", code=matter.code)
    return Choice(int(key.open(bytes.fromhex(held), context=_HELD)))


async def _current(tx: Transaction, key: Keyring | None, entitlement_id: int) -> OpenBallot | None:
    mine = select(casts).where(casts.c.entitlement_id == entitlement_id)
    row = await tx.first(mine.order_by(casts.c.sequence.desc()).limit(1))
    return open_cast(key, row) if row else None


def _kept(key: Keyring | None, entitlement_id: int, opened: OpenBallot) -> dict[str, object]:
    """The columns in which a cast keeps its choice: in clear, or sealed with nothing beside the seal."""
    if key is None:
        return {"choice": opened.choice, "receipt": opened.receipt, "nonce": opened.nonce}
    sealed = json.dumps([opened.choice, opened.receipt, opened.nonce])
    return {
        "receipt": "",
        "nonce": "",
        "sealed": key.seal(sealed, context=f"{CHOICE}:{entitlement_id}"),
        "receipt_mark": key.index(opened.receipt, context=MARK),
    }


def _commitment(kept: Mapping[str, Any]) -> str:
    if "sealed" in kept:
        return sealed_commitment(kept["sealed"])
    return named_commitment(kept["choice"], kept["receipt"], kept["nonce"])


async def _append(
    tx: Transaction, matter: MatterRecord, entitlement_id: int, kept: Mapping[str, object], channel: str
) -> None:
    link = Link(matter.cast_count + 1, entitlement_id, _commitment(kept), tx.now)
    chain = link_hash(matter.chain_head, matter.id, link)
    await tx.insert(
        casts,
        matter_id=matter.id,
        entitlement_id=entitlement_id,
        sequence=link.sequence,
        channel=channel,
        chain=chain,
        at=tx.now,
        **kept,
    )
    mine = matters.update().where(matters.c.id == matter.id)
    await tx.run(mine.values(cast_count=link.sequence, chain_head=chain))


async def _free_receipt(tx: Transaction, matter: MatterRecord, key: Keyring | None) -> str:
    """A receipt that no other ballot of the matter has; the matter is locked, so none takes it meanwhile."""
    while True:
        receipt = new_receipt(secrets.randbelow)
        same = casts.c.receipt == receipt if key is None else casts.c.receipt_mark == key.index(receipt, context=MARK)
        if await tx.scalar(select(casts.c.id).where(casts.c.matter_id == matter.id, same).limit(1)) is None:
            return receipt


async def count_ballots(tx: Transaction, matter: MatterRecord) -> Tally:
    """Count the current ballots of a locked matter; of one without names write the box and destroy the key.

    A ballot on paper that only one person had entered is not counted, and what he entered is forgotten.
    """
    key = None if matter.named else await ballot_key(tx, matter.id)
    rows = await tx.all(select(casts).where(casts.c.matter_id == matter.id).order_by(casts.c.sequence))
    current = {row.entitlement_id: row for row in rows}
    ballots = [open_cast(key, row) for row in current.values()]
    await tx.run(paper_entries.delete().where(paper_entries.c.matter_id == matter.id))
    if key is not None:
        await _write_box(tx, matter.id, ballots)
        await _redact_receipts(tx, matter.id)
    counted = Counter(ballot.choice for ballot in ballots)
    return Tally(agree=counted[Choice.AGREE], disagree=counted[Choice.DISAGREE], abstain=counted[Choice.ABSTAIN])


async def _write_box(tx: Transaction, matter_id: int, ballots: Sequence[OpenBallot]) -> None:
    box = [
        {"matter_id": matter_id, "receipt": ballot.receipt, "choice": ballot.choice}
        for ballot in sorted(ballots, key=lambda ballot: ballot.receipt)
    ]
    await tx.insert_many(ballot_box, box)
    await tx.run(ballot_keys.delete().where(ballot_keys.c.matter_id == matter_id))


async def _redact_receipts(tx: Transaction, matter_id: int) -> None:
    """Forget which receipt went to whom: what was sent is overwritten, what still waits to be sent stays unsent."""
    receipts = deliveries.update().where(deliveries.c.matter_id == matter_id, deliveries.c.is_receipt)
    shown_on_pages = select(channel_accounts.c.id).where(channel_accounts.c.kind.in_(WAITING_KINDS))
    await tx.run(
        receipts.where(
            deliveries.c.state.in_((DeliveryState.QUEUED, DeliveryState.DORMANT)),
            deliveries.c.account_id.not_in(shown_on_pages),
        ).values(state=DeliveryState.SKIPPED, reason=SkipReason.VOTE_CLOSED)
    )
    await tx.run(receipts.values(text=RECEIPT_GONE, buttons=[]))
