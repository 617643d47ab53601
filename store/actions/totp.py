"""Setting up an authenticator app, taking its codes, and giving it up."""

from store.database import Transaction
from store.domain.errors import Refusal
from store.domain.people import Staff
from store.domain.sign_in import plain_code
from store.domain.totp import new_secret, step_of
from store.queries.totp import SECRET, totp_of, uses_totp
from store.tables import staff_totp


async def begin_totp(tx: Transaction, person: Staff) -> None:
    """Make a secret, which is good once its first code came back. Raises Refusal("totp.set_already")."""
    if await uses_totp(tx, person.id):
        raise Refusal("totp.set_already")
    await tx.run(staff_totp.delete().where(staff_totp.c.staff_id == person.id))
    secret = tx.keyring.seal(new_secret(), context=SECRET)
    await tx.insert(staff_totp, staff_id=person.id, secret=secret, last_step=0, begun_at=tx.now)


async def confirm_totp(tx: Transaction, person: Staff, code: str) -> bool:
    """Whether the app shows the right code: from then on he signs in with it."""
    if not await _take(tx, person.id, code, confirmed=False):
        return False
    await tx.run(staff_totp.update().where(staff_totp.c.staff_id == person.id).values(confirmed_at=tx.now))
    tx.audit(person.area_id, f"staff:{person.id}", "console.totp_set", f"staff:{person.id}")
    return True


async def take_totp(tx: Transaction, staff_id: int, code: str) -> bool:
    """Whether it is the app's code of now; the same one, and any of an earlier step, is good no more."""
    return await _take(tx, staff_id, code, confirmed=True)


async def drop_totp(tx: Transaction, person: Staff) -> None:
    """He signs in by SMS again. Nothing where he had none."""
    if await tx.run(staff_totp.delete().where(staff_totp.c.staff_id == person.id)):
        tx.audit(person.area_id, f"staff:{person.id}", "console.totp_dropped", f"staff:{person.id}")


async def _take(tx: Transaction, staff_id: int, code: str, *, confirmed: bool) -> bool:
    totp = await totp_of(tx, staff_id)
    if totp is None or totp.is_confirmed is not confirmed:
        return False
    step = step_of(totp.secret, plain_code(code), tx.now, after=totp.last_step)
    if step is None:
        return False
    mine = (staff_totp.c.staff_id == staff_id, staff_totp.c.last_step < step)
    return bool(await tx.run(staff_totp.update().where(*mine).values(last_step=step)))
