"""Who may sign in at the console with which number, and whose a session is."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select

from store.database import Transaction
from store.domain.kept_forms import KEPT_FOR
from store.domain.people import ContactKind
from store.domain.sign_in import IDLE_AFTER, ConsoleSession
from store.queries.people import ADDRESS
from store.tables import areas, console_sessions, contacts, sign_in_failures, staff, staff_passwords

TOKEN = "console_sessions.token"  # noqa: S105 - the context of a blind index


@dataclass(frozen=True, slots=True)
class Account:
    """A member of staff who has a password, by one of his phones."""

    staff_id: int
    area_id: int
    phone_contact_id: int
    password_hash: str = field(repr=False)


async def accounts_at(tx: Transaction, number: str) -> list[Account]:
    """Those who sign in with this number: one, or several where two villages know it."""
    rows = await tx.all(
        select(staff.c.id, staff.c.area_id, contacts.c.id.label("contact_id"), staff_passwords.c.hash)
        .join(contacts, contacts.c.staff_id == staff.c.id)
        .join(staff_passwords, staff_passwords.c.staff_id == staff.c.id)
        .where(
            contacts.c.kind == ContactKind.PHONE,
            contacts.c.address_index == tx.keyring.index(number, context=ADDRESS),
            staff.c.ended_at.is_(None),
        )
        .order_by(staff.c.id)
    )
    return [Account(row.id, row.area_id, row.contact_id, row.hash) for row in rows]


async def session_of(tx: Transaction, token: str) -> ConsoleSession | None:
    """The session of that token, while it lives."""
    row = await tx.first(
        select(console_sessions).where(
            console_sessions.c.token_hash == tx.keyring.index(token, context=TOKEN),
            console_sessions.c.ended_at.is_(None),
            console_sessions.c.ends_at > tx.now,
            console_sessions.c.seen_at > tx.now - IDLE_AFTER,
        )
    )
    if row is None:
        return None
    return ConsoleSession(row.id, row.staff_id, row.phone_contact_id, row.proved_at is not None, row.seen_at)


async def owner_of_ended(tx: Transaction, token: str) -> int | None:
    """Whose session that was, by his staff id, where he is in office still; None while it lives.

    Nobody's where he has set a password since: whoever else had the old one leaves nothing for him to send.
    """
    newer = select(staff_passwords.c.staff_id).where(
        staff_passwords.c.staff_id == console_sessions.c.staff_id,
        staff_passwords.c.set_at > console_sessions.c.begun_at,
    )
    over = or_(
        console_sessions.c.ended_at.is_not(None),
        console_sessions.c.ends_at <= tx.now,
        console_sessions.c.seen_at <= tx.now - IDLE_AFTER,
    )
    found = await tx.scalar(
        select(console_sessions.c.staff_id)
        .join(staff, staff.c.id == console_sessions.c.staff_id)
        .where(
            console_sessions.c.token_hash == tx.keyring.index(token, context=TOKEN),
            console_sessions.c.proved_at.is_not(None),
            console_sessions.c.ends_at > tx.now - KEPT_FOR,
            staff.c.ended_at.is_(None),
            over,
            ~newer.exists(),
        )
    )
    return None if found is None else int(found)


async def latest_failures(tx: Transaction, subject: bytes, most: int) -> list[datetime]:
    """The moments of the latest wrong tries, the newest first."""
    rows = await tx.all(
        select(sign_in_failures.c.at)
        .where(sign_in_failures.c.subject == subject)
        .order_by(sign_in_failures.c.at.desc(), sign_in_failures.c.id.desc())
        .limit(most)
    )
    return [row.at for row in rows]


async def root_area_id(tx: Transaction) -> int:
    """The area at the root, in whose book stands what belongs to no village."""
    return int(await tx.scalar(select(areas.c.id).where(areas.c.parent_id.is_(None)).order_by(areas.c.id).limit(1)))
