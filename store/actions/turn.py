"""One message's turn: everything that follows from it happens in one transaction, or not at all.

The oldest waiting message of a sender is claimed, the dialogue decides, the actions it calls join the transaction, and
the session, the replies and the message's own row are written with them. A crash repeats the whole turn or nothing.
"""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from store.actions.contacts import find_or_add_contact, revived
from store.actions.inbound import INBOUND_ADDRESS
from store.actions.questions import open_questions
from store.actions.sessions import keep_session, session_of
from store.actions.windows import ask_now, open_window
from store.database import Transaction, driver_errors_mapped
from store.domain.accounts import REACHES, Account, AccountKind
from store.domain.conversation import OpenQuestion, Session, Speaker
from store.domain.errors import StoreUnavailable
from store.domain.floods import FLOOD_WINDOW
from store.domain.inbound import VOTE, InboundBody, body_document, body_from
from store.domain.people import Contact
from store.queries.accounts import account_by_id
from store.queries.areas import area_by_id, settings_for
from store.queries.people import contact_within
from store.queries.speakers import speaker_of
from store.tables import inbound_messages, waits_for_turn

ATTEMPTS_BEFORE_A_PERSON = 3
"""After so many failed turns a message is no longer interpreted, only handed to a person."""
RETRY_AFTER = timedelta(seconds=2)
TURNS_TOGETHER = 8
"""Some tens of milliseconds, for which other writers wait."""


@dataclass(slots=True)
class Turn:
    """What one message brings, and what is to be remembered when it is done.

    `is_group`: it came from a chat of many (Telegram gives groups negative ids), where nobody's matters are spoken of.
    `asked_late` are questions that had waited for this message, and go out only now.
    """

    tx: Transaction
    inbound_id: int
    provider_id: str
    account: Account
    speaker: Speaker
    body: InboundBody
    session: Session
    questions: tuple[OpenQuestion, ...]
    failures: int
    flooding: bool
    flood_told: bool
    is_group: bool
    is_vote: bool = False
    matter_id: int | None = None
    tells_flood: bool = False
    asked_late: Sequence[int] = ()


class TurnFailed(Exception):
    """Something in the turn of this message went wrong; nothing of it was committed."""

    def __init__(self, inbound_id: int) -> None:
        super().__init__(inbound_id)
        self.inbound_id = inbound_id


async def claim_messages(tx: Transaction) -> Sequence[Any]:
    """The messages that wait longest, one of each sender, for turns of this transaction.

    On PostgreSQL several processes may work: each locks its message, and no message of a sender is taken before the
    one that he sent earlier. There it is one at a time, for two that hold locks of several turns would wait for each
    other; on SQLite, with its one writer, some share a commit.
    """
    return await tx.all(_WAITING, {"now": tx.now, "most": 1 if tx.is_postgresql else TURNS_TOGETHER})


@contextlib.asynccontextmanager
async def turn_of(tx: Transaction, message: Any) -> AsyncIterator[Turn]:
    """The turn of a claimed message. Leaving the block well keeps all of it; else nothing of it was done.

    Raises StoreUnavailable, and TurnFailed for whatever else went wrong, also before the block: a message that cannot
    even be read must not hold up everybody else's.
    """
    try:
        with driver_errors_mapped():
            async with tx.savepoint():
                turn = await _begin(tx, message)
                yield turn
                await _finish(turn)
    except StoreUnavailable:
        raise
    except Exception as error:
        raise TurnFailed(message.id) from error


async def count_failure(tx: Transaction, inbound_id: int) -> None:
    """A turn ended in an error: the message waits a little, longer each time."""
    mine = inbound_messages.c.id == inbound_id
    failures = await tx.scalar(select(inbound_messages.c.failures).where(mine)) or 0
    delay = RETRY_AFTER * 2 ** min(failures, 8)
    await tx.run(inbound_messages.update().where(mine).values(failures=failures + 1, due_at=tx.now + delay))


async def waiting_messages(tx: Transaction) -> int:
    waiting = select(func.count()).select_from(inbound_messages).where(waits_for_turn())
    return int(await tx.scalar(waiting))


def _waiting() -> Select[Any]:
    earlier = inbound_messages.alias()
    return (
        select(inbound_messages)
        .where(
            waits_for_turn(),
            inbound_messages.c.due_at <= bindparam("now"),
            ~select(earlier.c.id)
            .where(
                earlier.c.account_id == inbound_messages.c.account_id,
                earlier.c.address_index == inbound_messages.c.address_index,
                waits_for_turn(earlier),
                earlier.c.id < inbound_messages.c.id,
            )
            .exists(),
        )
        .order_by(inbound_messages.c.due_at, inbound_messages.c.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True, of=inbound_messages)
    )


_WAITING = _waiting()


async def _begin(tx: Transaction, row: Any) -> Turn:
    account = await account_by_id(tx, row.account_id)
    address, _, display_name = tx.keyring.open(row.address, context=INBOUND_ADDRESS).partition("\0")
    contact = await _contact_of(tx, account, address, row.address_index, display_name)
    body = body_from(row.body)
    woken = await open_window(tx, contact.id, row.received_at, body.open_seconds) if body.open_seconds else ()
    session, flood_told_at = await session_of(tx, contact)
    return Turn(
        tx=tx,
        inbound_id=row.id,
        provider_id=row.provider_id,
        account=account,
        speaker=await speaker_of(tx, contact, account, session.speaker_id),
        body=body,
        session=session,
        questions=await open_questions(tx, contact),
        failures=row.failures,
        flooding=not row.failures and row.due_at > row.received_at,
        is_group=account.kind is AccountKind.TELEGRAM and address.startswith("-"),
        flood_told=flood_told_at is not None and flood_told_at > tx.now - FLOOD_WINDOW,
        asked_late=woken,
    )


async def _contact_of(
    tx: Transaction, account: Account, address: str, address_index: bytes, display_name: str
) -> Contact:
    """The contact behind an address. A town's account serves several villages: his own is looked for first."""
    kind = REACHES[account.kind]
    area = await area_by_id(tx, account.area_id)
    known = await contact_within(tx, area, kind, address_index)
    if known:
        return await revived(tx, known)
    settings = await settings_for(tx, area.id)
    return await find_or_add_contact(
        tx,
        area.id,
        kind,
        address,
        account_id=account.id if kind.has_own_account else None,
        display_name=display_name,
        language=settings.language,
    )


async def _finish(turn: Turn) -> None:
    tx, contact = turn.tx, turn.speaker.contact
    await keep_session(tx, contact, turn.session, tells_flood=turn.tells_flood)
    body = replace(turn.body, text=VOTE, button="") if turn.is_vote else turn.body
    handled = {"state": "handled", "handled_at": tx.now, "contact_id": contact.id, "body": body_document(body)}
    await tx.run(_END_MESSAGE, {"message": turn.inbound_id, **handled})
    await ask_now(tx, turn.asked_late)


_END_MESSAGE = inbound_messages.update().where(inbound_messages.c.id == bindparam("message"))
"""What is set is named by the parameters."""
