"""The delivery ledger: writing what is to be said, claiming it, recording what became of it.

A row says queued → sending → sent → delivered → read, or failed, unknown, skipped. `sending` is committed before the
provider is called; a row found in `sending` when its lease has run out becomes `unknown` and is never blindly resent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select

from store.database import Transaction
from store.domain.deliveries import RANK, DeliveryState, SkipReason, raised
from store.domain.speech import Question
from store.queries.people import ADDRESS, CHUNK
from store.tables import channel_accounts, contacts, deliveries, delivery_attempts, questions, receipts_waiting

LEASE = timedelta(seconds=60)
_TOO_LARGE = 2**63
"""What an address that others may call can bring as an id, and no database takes."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that is about to be sent: its address opened, its text as written."""

    id: int
    area_id: int
    contact_id: int
    address: str = field(repr=False)
    text: str = field(repr=False)
    buttons: tuple[tuple[str, str], ...]
    replaces: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast an account may send: messages a second, how many at once, seconds between two to one address."""

    per_second: float
    burst: int
    per_address_seconds: float


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one call said of one delivery. `due_at` is when it is tried again, where it is."""

    delivery_id: int
    number: int
    state: DeliveryState
    started_at: datetime
    provider_id: str = ""
    code: str = ""
    detail: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A delivery to be written, rendered already; `buttons` are label and data, `skipped` why it will not go out."""

    area_id: int
    contact_id: int | None
    account_id: int | None
    text: str = field(repr=False)
    due_at: datetime
    buttons: Sequence[Sequence[str]] = ()
    resident_id: int | None = None
    notice_id: int | None = None
    ticket_id: int | None = None
    matter_id: int | None = None
    occurrence_id: int | None = None
    inbound_id: int | None = None
    is_receipt: bool = False
    is_bulk: bool = False
    """One of very many, which lets conversations pass."""
    skipped: SkipReason | None = None
    replaces: str = ""


async def write_delivery(tx: Transaction, draft: Draft) -> int:
    return await tx.insert(deliveries, **_row(tx, draft))


async def bring_forward(tx: Transaction, *, written_at: datetime) -> None:
    """What was released for a moment that has not come goes out now: a person wanted it so."""
    ahead = (deliveries.c.created_at == written_at, deliveries.c.due_at > tx.now)
    await tx.run(deliveries.update().where(*ahead).values(due_at=tx.now))


async def sent_as(tx: Transaction, account_id: int, provider_id: str) -> tuple[str, list[list[str]]] | None:
    """The text and the buttons of the message that the provider names so."""
    row = await tx.first(
        select(deliveries.c.text, deliveries.c.buttons).where(
            deliveries.c.account_id == account_id, deliveries.c.provider_id == provider_id
        )
    )
    return (row.text, row.buttons) if row else None


async def write_deliveries(tx: Transaction, drafts: Sequence[Draft]) -> None:
    """Many at once, in one statement."""
    await tx.insert_many(deliveries, [_row(tx, draft) for draft in drafts])


async def write_deliveries_for_ids(tx: Transaction, drafts: Sequence[Draft]) -> list[int]:
    """The same where the rows' ids are wanted, in the drafts' order: some five times slower."""
    return await tx.insert_for_ids(deliveries, [_row(tx, draft) for draft in drafts])


def _row(tx: Transaction, draft: Draft) -> dict[str, object]:
    return {
        "area_id": draft.area_id,
        "account_id": draft.account_id,
        "contact_id": draft.contact_id,
        "resident_id": draft.resident_id,
        "notice_id": draft.notice_id,
        "ticket_id": draft.ticket_id,
        "matter_id": draft.matter_id,
        "occurrence_id": draft.occurrence_id,
        "inbound_id": draft.inbound_id,
        "text": draft.text,
        "buttons": [list(button) for button in draft.buttons],
        "replaces": draft.replaces,
        "is_receipt": draft.is_receipt,
        "is_bulk": draft.is_bulk,
        "state": DeliveryState.SKIPPED if draft.skipped else DeliveryState.QUEUED,
        "reason": draft.skipped or "",
        "provider_id": "",
        "attempts": 0,
        "due_at": draft.due_at,
        "lease_holder": "",
        "created_at": tx.now,
    }


async def end_questions(tx: Transaction, contact_ids: Sequence[int], question: Question) -> None:
    """Asked again, a question's older copies are over."""
    for start in range(0, len(contact_ids), CHUNK):
        await tx.run(
            questions.update()
            .where(
                questions.c.contact_id.in_(contact_ids[start : start + CHUNK]),
                questions.c.kind == question.kind,
                questions.c.subject_id == question.subject_id,
                questions.c.answered_at.is_(None),
            )
            .values(answered_at=tx.now)
        )


async def put_questions(
    tx: Transaction, contact_ids: Sequence[int], question: Question, keys: Sequence[str]
) -> dict[int, int]:
    """Ask many the same, so that a bare digit within 48 hours answers it; the question's id by contact.

    Whom it was asked before must be freed of the older one first (`end_questions`).
    """
    if not contact_ids:
        return {}
    asked = {
        "kind": question.kind,
        "subject_id": question.subject_id,
        "label": question.label[:80],
        "options": list(keys),
        "asked_at": tx.now,
    }
    rows = await tx.connection.execute(
        questions.insert().returning(questions.c.id, questions.c.contact_id),
        [{"contact_id": contact_id, **asked} for contact_id in contact_ids],
    )
    return {row.contact_id: row.id for row in rows}


async def claim(
    tx: Transaction, account_id: int, pace: Pace, holder: str, most: int, *, only: Sequence[int] = ()
) -> list[Claimed]:
    """Take up to `most` due rows of an account for sending now, at most one an address, no faster than its pace.

    An address to which a message is just being sent waits for its end, so that two never overtake each other; a
    stopped account sends nothing. `only` restricts the claim to these rows: the replies that a turn has just written.
    What is one of very many goes after everything else.
    """
    most = min(most, await _tokens(tx, account_id, pace))
    if most < 1:
        return []
    rows = list(await tx.all(_due(tx.now, account_id, most * 4, only, is_bulk=False)))
    if len(rows) < most:
        rows += await tx.all(_due(tx.now, account_id, most * 4, only, is_bulk=True))
    first_of_address: dict[bytes, Any] = {}
    for row in rows:
        first_of_address.setdefault(row.address_index, row)
    chosen = list(first_of_address.values())[:most]
    if not chosen:
        return []
    ids = [row.id for row in chosen]
    await tx.run(
        deliveries.update()
        .where(deliveries.c.id.in_(ids))
        .values(
            state=DeliveryState.SENDING,
            lease_holder=holder,
            lease_until=tx.now + LEASE,
            attempts=deliveries.c.attempts + 1,
        )
    )
    await _spend(tx, account_id, pace, len(chosen))
    if pace.per_address_seconds:
        await tx.run(
            contacts.update()
            .where(contacts.c.address_index.in_(list(first_of_address)[:most]))
            .values(next_free_at=tx.now + timedelta(seconds=pace.per_address_seconds))
        )
    return [
        Claimed(
            id=row.id,
            area_id=row.area_id,
            contact_id=row.contact_id,
            address=tx.keyring.open(row.address, context=ADDRESS),
            text=row.text,
            buttons=tuple((label, data) for label, data in row.buttons),
            replaces=row.replaces,
            attempts=row.attempts + 1,
        )
        for row in chosen
    ]


def _due(now: datetime, account_id: int, most: int, only: Sequence[int], *, is_bulk: bool) -> Select[Any]:
    under_way, there = deliveries.alias(), contacts.alias()
    waiting = (
        select(deliveries, contacts.c.address, contacts.c.address_index)
        .join(contacts, contacts.c.id == deliveries.c.contact_id)
        .where(
            deliveries.c.account_id == account_id,
            deliveries.c.state == DeliveryState.QUEUED,
            deliveries.c.is_bulk == is_bulk,
            deliveries.c.due_at <= now,
            or_(contacts.c.next_free_at.is_(None), contacts.c.next_free_at <= now),
            contacts.c.address_index.not_in(
                select(there.c.address_index)
                .join(under_way, under_way.c.contact_id == there.c.id)
                .where(under_way.c.account_id == account_id, under_way.c.state == DeliveryState.SENDING)
            ),
        )
        .order_by(deliveries.c.due_at, deliveries.c.id)
        .limit(most)
        .with_for_update(skip_locked=True, of=deliveries)
    )
    return waiting.where(deliveries.c.id.in_(only)) if only else waiting


async def _tokens(tx: Transaction, account_id: int, pace: Pace) -> int:
    """How many messages the account may send now: spacing with a small burst, shared by all processes (GCRA).

    None while the account is stopped.
    """
    account = await _lock_account(tx, account_id)
    if account.stopped_reason:
        return 0
    free_at = account.next_free_at
    if free_at is None:
        return pace.burst
    ahead = (free_at - tx.now).total_seconds() * pace.per_second
    return max(0, min(pace.burst, int(pace.burst - ahead)))


async def _lock_account(tx: Transaction, account_id: int) -> Any:
    return await tx.first(select(channel_accounts).where(channel_accounts.c.id == account_id).with_for_update())


async def _spend(tx: Transaction, account_id: int, pace: Pace, count: int) -> None:
    free_at = await tx.scalar(select(channel_accounts.c.next_free_at).where(channel_accounts.c.id == account_id))
    start = max(free_at or tx.now, tx.now)
    spent = start + timedelta(seconds=count / pace.per_second)
    await tx.run(channel_accounts.update().where(channel_accounts.c.id == account_id).values(next_free_at=spent))


async def record_attempts(tx: Transaction, account_id: int, attempts: Sequence[Attempt]) -> None:
    """Write down what the calls said: the rows' new states, and one attempt row each.

    A receipt may have come before the call's own answer: a state that is higher already stays. The account is locked
    against a receipt that is written down at this very moment: neither would see the other.
    """
    await _lock_account(tx, account_id)
    for attempt in attempts:
        lower = [state for state, rank in RANK.items() if rank < RANK[attempt.state] or state == "sending"]
        values: dict[str, object] = {"state": attempt.state, "reason": attempt.code[:80], "lease_until": None}
        if attempt.state is DeliveryState.SENT:
            values["sent_at"] = tx.now
        if attempt.due_at:
            values["due_at"] = attempt.due_at
        mine = deliveries.c.id == attempt.delivery_id
        await tx.run(deliveries.update().where(mine, deliveries.c.state.in_(lower)).values(**values))
        if attempt.provider_id:
            await tx.run(deliveries.update().where(mine).values(provider_id=attempt.provider_id[:80]))
    await tx.insert_many(
        delivery_attempts,
        [
            {
                "delivery_id": attempt.delivery_id,
                "number": attempt.number,
                "outcome": attempt.state,
                "code": attempt.code[:40],
                "detail": attempt.detail[:200],
                "started_at": attempt.started_at,
                "finished_at": tx.now,
            }
            for attempt in attempts
        ],
    )
    await _match_waiting(tx, account_id, [attempt.provider_id[:80] for attempt in attempts if attempt.provider_id])


async def record_receipt(
    tx: Transaction,
    account_id: int,
    state: DeliveryState,
    *,
    delivery_id: int | None,
    provider_id: str,
    code: str,
    at: datetime | None,
) -> bool:
    """A provider says what became of a message; whether we know the message.

    One for a message that is not known yet is kept: it may have come before the send's own answer.
    """
    if delivery_id is not None and not 0 < delivery_id < _TOO_LARGE:
        return False
    if not delivery_id:
        await _lock_account(tx, account_id)
    which = deliveries.c.id == delivery_id if delivery_id else deliveries.c.provider_id == provider_id[:80]
    row = await tx.first(
        select(deliveries.c.id, deliveries.c.state)
        .where(which, deliveries.c.account_id == account_id, deliveries.c.state != DeliveryState.QUEUED)
        .with_for_update()
    )
    if row is None:
        if provider_id and delivery_id is None:
            await tx.insert(
                receipts_waiting,
                account_id=account_id,
                provider_id=provider_id[:80],
                state=state,
                code=code[:40],
                at=at or tx.now,
            )
        return False
    higher = raised(DeliveryState(row.state), state)
    values: dict[str, object] = {"state": higher}
    if higher is DeliveryState.FAILED:
        values["reason"] = code[:80]
    if state in {DeliveryState.DELIVERED, DeliveryState.READ}:
        values["delivered_at"] = func.coalesce(deliveries.c.delivered_at, at or tx.now)
    if higher != row.state:
        await tx.run(deliveries.update().where(deliveries.c.id == row.id).values(**values))
    return True


async def _match_waiting(tx: Transaction, account_id: int, provider_ids: Sequence[str]) -> None:
    if not provider_ids:
        return
    waiting = (receipts_waiting.c.account_id == account_id, receipts_waiting.c.provider_id.in_(provider_ids))
    rows = await tx.all(select(receipts_waiting).where(*waiting).order_by(receipts_waiting.c.id))
    for row in rows:
        await record_receipt(
            tx,
            account_id,
            DeliveryState(row.state),
            delivery_id=None,
            provider_id=row.provider_id,
            code=row.code,
            at=row.at,
        )
    if rows:
        await tx.run(receipts_waiting.delete().where(*waiting))


async def give_up_stale(tx: Transaction, account_id: int) -> int:
    """Rows whose sender died in the middle of the call: nobody can say whether they went out."""
    await _lock_account(tx, account_id)
    rows = await tx.all(
        select(deliveries.c.id, deliveries.c.attempts)
        .where(
            deliveries.c.account_id == account_id,
            deliveries.c.state == DeliveryState.SENDING,
            deliveries.c.lease_until <= tx.now,
        )
        .with_for_update(skip_locked=True)
    )
    stale = [Attempt(row.id, row.attempts, DeliveryState.UNKNOWN, tx.now, code="interrupted") for row in rows]
    if stale:
        await record_attempts(tx, account_id, stale)
    return len(stale)
