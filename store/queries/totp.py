"""Who has an authenticator app, and what it shares with us."""

from dataclasses import dataclass, field

from sqlalchemy import select

from store.database import Transaction
from store.domain.totp import SETTING_UP
from store.tables import staff_totp

SECRET = "staff_totp.secret"  # noqa: S105 - the sealing context of secrets


@dataclass(frozen=True, slots=True)
class Totp:
    """`last_step` is the step whose code was taken last. Until it `is_confirmed` nobody signs in with it."""

    secret: str = field(repr=False)
    last_step: int
    is_confirmed: bool


async def totp_of(tx: Transaction, staff_id: int) -> Totp | None:
    """None also where it was begun so long ago that nobody is at it any more."""
    row = await tx.first(select(staff_totp).where(staff_totp.c.staff_id == staff_id))
    if row is None or (row.confirmed_at is None and row.begun_at <= tx.now - SETTING_UP):
        return None
    return Totp(tx.keyring.open(row.secret, context=SECRET), row.last_step, row.confirmed_at is not None)


async def uses_totp(tx: Transaction, staff_id: int) -> bool:
    confirmed = (staff_totp.c.staff_id == staff_id, staff_totp.c.confirmed_at.is_not(None))
    return await tx.first(select(staff_totp.c.id).where(*confirmed)) is not None
