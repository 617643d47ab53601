"""Who is speaking: the codes that prove it. They expire, tries are limited, and none tells who is on the roster."""

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from store.actions.contacts import add_holder, give_office
from store.database import Transaction
from store.domain.errors import Refusal
from store.domain.people import Contact, ContactKind, Proof, Staff
from store.domain.sign_in import plain_code
from store.queries.people import ADDRESS, contact_at, contact_by_id, staff_by_id
from store.tables import codes

PHONE_CODE_VALID = timedelta(minutes=10)
LINK_CODE_VALID = timedelta(hours=24)
TRIES = 5
CODES_SENT = 3
TRIES_WITHIN = timedelta(hours=1)
CODE = "codes.code"

PHONE, LINK, TRY, PASSWORD, CONSOLE = "phone", "link", "try", "password", "console"
"""What a row of `codes` is: a code sent to a phone, one given to a member of staff, a wrong one that was tried, the
same one that was given as it sets a password, or one sent to whoever signs in at the console."""


async def start_phone_code(tx: Transaction, asker: Contact, number: str) -> tuple[Contact, str] | None:
    """A six-digit code for the phone of that number, if a resident holds it; the phone's contact and the code.

    None where nobody on the roster holds it; whoever asks is told the same in both cases.
    Raises Refusal("code.too_many") after three in an hour.
    """
    if await _count(tx, asker, PHONE) + await _count(tx, asker, TRY) >= CODES_SENT + TRIES:
        raise Refusal("code.too_many")
    phone = await contact_at(tx, asker.area_id, ContactKind.PHONE, tx.keyring.index(number, context=ADDRESS))
    if phone is None or phone.is_guest:
        await _add(tx, TRY, secrets.token_hex(8), TRIES_WITHIN, contact=asker)
        return None
    if await _count(tx, asker, PHONE) >= CODES_SENT:
        raise Refusal("code.too_many")
    if await _codes_sent_to(tx, phone) >= CODES_SENT:
        return None  # others asked for it: nobody's phone is flooded by strangers, and none of them learns why
    code = f"{secrets.randbelow(10**6):06d}"
    await _add(tx, PHONE, code, PHONE_CODE_VALID, contact=asker, phone=phone)
    return phone, code


async def finish_phone_code(tx: Transaction, asker: Contact, code: str) -> tuple[int, ...]:
    """The residents whose phone it proved, now holders of the asker's contact too; empty where the code is wrong.

    A code that came by a shared phone proves the phone only: all who share it are holders.
    """
    row = await _use(tx, asker, PHONE, code, codes.c.contact_id == asker.id)
    if row is None:
        return ()
    phone = await contact_by_id(tx, row.phone_contact_id)
    for resident_id in phone.holders:
        await add_holder(tx, asker, resident_id, Proof.CODE)
    return phone.holders


async def prove_by_shared_number(tx: Transaction, asker: Contact, number: str) -> tuple[int, ...]:
    """A phone number that the provider vouches for: the residents who hold it are holders of the asker's contact."""
    phone = await contact_at(tx, asker.area_id, ContactKind.PHONE, tx.keyring.index(number, context=ADDRESS))
    holders = phone.holders if phone else ()
    for resident_id in holders:
        await add_holder(tx, asker, resident_id, Proof.SHARED_CONTACT)
    return holders


async def new_link_code(tx: Transaction, person: Staff, *, actor: str) -> str:
    """A code of eight digits that links a phone to a member of staff and sets his password, once each, within a day."""
    code = f"{secrets.randbelow(10**8):08d}"
    for purpose in (LINK, PASSWORD):
        await _add(tx, purpose, code, LINK_CODE_VALID, person=person)
    tx.audit(person.area_id, actor, "staff.link_code", f"staff:{person.id}")
    return code


async def link_staff(tx: Transaction, asker: Contact, code: str) -> Staff | None:
    """Link a contact to the member of staff whose code it is; None for a wrong, used or expired one."""
    row = await _use(tx, asker, LINK, code)
    if row is None:
        return None
    person = await staff_by_id(tx, row.staff_id)
    await give_office(tx, asker, person)
    return person


async def take_password_code(tx: Transaction, code: str) -> Staff | None:
    """Whose code it is that sets a password; None for a wrong, used or expired one, which the caller counts."""
    row = await _take(tx, PASSWORD, code)
    return await staff_by_id(tx, row.staff_id) if row else None


async def start_console_code(tx: Transaction, person: Staff, phone: Contact) -> str:
    """A six-digit code for whoever gave the right password. Raises Refusal("code.too_many") after five in an hour."""
    mine = (codes.c.staff_id == person.id, codes.c.purpose == CONSOLE, codes.c.made_at > tx.now - TRIES_WITHIN)
    if await tx.scalar(select(func.count()).select_from(codes).where(*mine)) >= TRIES:
        raise Refusal("code.too_many")
    code = f"{secrets.randbelow(10**6):06d}"
    await _add(tx, CONSOLE, code, PHONE_CODE_VALID, phone=phone, person=person)
    return code


async def take_console_code(tx: Transaction, staff_id: int, code: str) -> bool:
    """Whether it is the code that was sent to him; it is one only once."""
    return await _take(tx, CONSOLE, code, codes.c.staff_id == staff_id) is not None


async def _use(tx: Transaction, asker: Contact, purpose: str, code: str, *conditions: ColumnElement[bool]) -> Any:
    """Take a code once. A wrong one counts against the asker; after five in an hour nothing is looked at."""
    if await _count(tx, asker, TRY) >= TRIES:
        raise Refusal("code.too_many")
    row = await _take(tx, purpose, code, *conditions)
    if row is None:
        await _add(tx, TRY, secrets.token_hex(8), TRIES_WITHIN, contact=asker)
    return row


async def _take(tx: Transaction, purpose: str, code: str, *conditions: ColumnElement[bool]) -> Any:
    """The row of a code that is good now, used from now on; None where there is none."""
    hashed = tx.keyring.index(plain_code(code), context=CODE)
    row = await tx.first(
        select(codes)
        .where(
            codes.c.purpose == purpose,
            codes.c.code_hash == hashed,
            codes.c.used_at.is_(None),
            codes.c.expires_at > tx.now,
            *conditions,
        )
        .with_for_update()
    )
    if row is None:
        return None
    await tx.run(codes.update().where(codes.c.id == row.id).values(used_at=tx.now))
    return row


async def _count(tx: Transaction, asker: Contact, purpose: str) -> int:
    since = tx.now - TRIES_WITHIN
    return int(
        await tx.scalar(
            select(func.count())
            .select_from(codes)
            .where(codes.c.contact_id == asker.id, codes.c.purpose == purpose, codes.c.made_at > since)
        )
    )


async def _codes_sent_to(tx: Transaction, phone: Contact) -> int:
    sent = (codes.c.phone_contact_id == phone.id, codes.c.made_at > tx.now - TRIES_WITHIN)
    return int(await tx.scalar(select(func.count()).select_from(codes).where(*sent)))


async def _add(
    tx: Transaction,
    purpose: str,
    code: str,
    valid: timedelta,
    *,
    contact: Contact | None = None,
    phone: Contact | None = None,
    person: Staff | None = None,
) -> None:
    await tx.insert(
        codes,
        purpose=purpose,
        contact_id=contact.id if contact else None,
        phone_contact_id=phone.id if phone else None,
        staff_id=person.id if person else None,
        code_hash=tx.keyring.index(code, context=CODE),
        made_at=tx.now,
        expires_at=tx.now + valid,
    )
