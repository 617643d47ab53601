"""Signing in at the console: passwords, wrong tries, sessions. Each of them leaves a fact in the audit log."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_

from store.database import Transaction
from store.domain.errors import Refusal
from store.domain.kept_forms import KEPT_FOR
from store.domain.people import Staff
from store.domain.sign_in import (
    LOCKED_FOR,
    PENDING_VALID,
    SESSION_VALID,
    TRIES_OF_ACCOUNT,
    TRIES_OF_ADDRESS,
    ConsoleSession,
    is_locked,
)
from store.queries.people import staff_by_id
from store.queries.sign_in import TOKEN, Account, accounts_at, latest_failures, root_area_id
from store.tables import console_forms, console_sessions, sign_in_failures, staff_passwords

SUBJECT = "sign_in_failures.subject"
SEEN_EVERY = timedelta(minutes=5)
"""So seldom a session in use is written to."""
PRESSED_FOR = SESSION_VALID + KEPT_FOR
"""So long it is known that a form was pressed: no page that shows it, and nothing kept of it, is older."""
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try that counts as wrong until it proves right: of many at once none gets past the count.

    `accounts` are those that the number may belong to.
    """

    failure_ids: tuple[int, ...]
    account_subject: bytes
    accounts: tuple[Account, ...]


async def begin_attempt(tx: Transaction, who: str, address: str) -> Attempt:
    """Count a try of an account (its number) from an address. Raises Refusal("sign_in.locked") where too many failed.

    A number that nobody has is counted and locked like any other. Tries of one subject are counted one after another.
    """
    account, caller = (tx.keyring.index(one, context=SUBJECT) for one in (f"account:{who}", f"address:{address}"))
    for subject, most in ((account, TRIES_OF_ACCOUNT), (caller, TRIES_OF_ADDRESS)):
        await tx.hold(f"sign_in:{subject.hex()}")
        if is_locked(await latest_failures(tx, subject, most), tx.now, most):
            raise Refusal("sign_in.locked", wait_minutes=int(LOCKED_FOR.total_seconds() // 60))
    ids = [await tx.insert(sign_in_failures, subject=subject, at=tx.now) for subject in (account, caller)]
    return Attempt(tuple(ids), account, tuple(await accounts_at(tx, who)))


async def attempt_failed(tx: Transaction, attempt: Attempt) -> None:
    """The fact goes into the book of the person's area, or into the root's: both take as long."""
    known = attempt.accounts[0] if attempt.accounts else None
    area_id = known.area_id if known else await root_area_id(tx)
    tx.audit(area_id, "visitor", "console.sign_in_failed", f"staff:{known.staff_id}" if known else "staff:none")


async def attempt_succeeded(tx: Transaction, attempt: Attempt, *, is_in: bool = True) -> None:
    """Forget that it was counted, and what failed of this account before.

    Whoever is not in yet (`is_in`), for his code is still to come, keeps what failed before: a password that is known
    would give any number of tries at the code.
    """
    mine = sign_in_failures.c.id.in_(attempt.failure_ids)
    before = sign_in_failures.c.subject == attempt.account_subject
    await tx.run(sign_in_failures.delete().where(or_(mine, before) if is_in else mine))


async def set_password(tx: Transaction, person: Staff, password_hash: str) -> None:
    """Set a password (store.passwords); sessions that were opened with an older one end."""
    await tx.run(staff_passwords.delete().where(staff_passwords.c.staff_id == person.id))
    await tx.insert(staff_passwords, staff_id=person.id, hash=password_hash, set_at=tx.now)
    await end_sessions_of(tx, person.id)
    tx.audit(person.area_id, f"staff:{person.id}", "console.password_set", f"staff:{person.id}")


async def open_session(tx: Transaction, account: Account, *, needs_code: bool) -> str:
    """Open a session after the right password; its token, which the browser keeps and the store only as a hash."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    await tx.insert(
        console_sessions,
        staff_id=account.staff_id,
        phone_contact_id=account.phone_contact_id,
        token_hash=tx.keyring.index(token, context=TOKEN),
        begun_at=tx.now,
        proved_at=None if needs_code else tx.now,
        seen_at=tx.now,
        ends_at=tx.now + (PENDING_VALID if needs_code else SESSION_VALID),
    )
    if not needs_code:
        await _signed_in(tx, account.staff_id)
    return token


async def prove_session(tx: Transaction, session: ConsoleSession) -> str:
    """The code was right: the session opens, under a new token."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    await tx.run(
        console_sessions.update()
        .where(console_sessions.c.id == session.id)
        .values(
            token_hash=tx.keyring.index(token, context=TOKEN),
            proved_at=tx.now,
            seen_at=tx.now,
            ends_at=tx.now + SESSION_VALID,
        )
    )
    await _signed_in(tx, session.staff_id)
    return token


async def _signed_in(tx: Transaction, staff_id: int) -> None:
    person = await staff_by_id(tx, staff_id)
    tx.audit(person.area_id, f"staff:{staff_id}", "console.signed_in", f"staff:{staff_id}")


async def saw_session(tx: Transaction, session: ConsoleSession) -> None:
    await tx.run(console_sessions.update().where(console_sessions.c.id == session.id).values(seen_at=tx.now))


async def sign_out(tx: Transaction, session: ConsoleSession, person: Staff) -> None:
    await tx.run(console_sessions.update().where(console_sessions.c.id == session.id).values(ended_at=tx.now))
    tx.audit(person.area_id, f"staff:{person.id}", "console.signed_out", f"staff:{person.id}")


async def end_sessions_of(tx: Transaction, staff_id: int) -> None:
    mine = (console_sessions.c.staff_id == staff_id, console_sessions.c.ended_at.is_(None))
    await tx.run(console_sessions.update().where(*mine).values(ended_at=tx.now))


async def take_form(tx: Transaction, staff_id: int, form: str) -> bool:
    """Whether he presses this form for the first time, whatever the session: a second press does nothing."""
    return await tx.insert_new(console_forms, staff_id=staff_id, form=form, pressed_at=tx.now)


async def forget_pressed_forms(tx: Transaction, now: datetime) -> None:
    """The tick's chore."""
    await tx.run(console_forms.delete().where(console_forms.c.pressed_at < now - PRESSED_FOR))
