"""Sealing everything anew under the active key, in batches, so that it may be stopped and taken up again."""

from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Table, func, select

from store.actions.inbound import INBOUND_ADDRESS
from store.database import Transaction
from store.queries.accounts import CREDENTIALS
from store.queries.kept_forms import CONTENT as KEPT_FORM
from store.queries.people import ADDRESS
from store.queries.roster_uploads import CONTENT
from store.queries.totp import SECRET
from store.tables import channel_accounts, contacts, inbound_messages, kept_forms, roster_uploads, staff_totp

BATCH = 500


@dataclass(frozen=True, slots=True)
class _Sealed:
    table: Table
    column: Column[bytes] | Column[bytes | None]
    context: str


_SEALED = (
    _Sealed(channel_accounts, channel_accounts.c.credentials, CREDENTIALS),
    _Sealed(contacts, contacts.c.address, ADDRESS),
    _Sealed(inbound_messages, inbound_messages.c.address, INBOUND_ADDRESS),
    _Sealed(staff_totp, staff_totp.c.secret, SECRET),
    _Sealed(roster_uploads, roster_uploads.c.content, CONTENT),
    _Sealed(kept_forms, kept_forms.c.content, KEPT_FORM),
)
"""Every sealed column. Ballot keys are left: they live as long as a vote and are destroyed with it."""


def _is_old(tx: Transaction, sealed: _Sealed) -> ColumnElement[bool]:
    prefix = tx.keyring.active.encode() + b":"
    return func.substr(sealed.column, 1, len(prefix)) != prefix


async def sealed_with_old_keys(tx: Transaction) -> int:
    """How many values another key than the active one sealed."""
    total = 0
    for sealed in _SEALED:
        total += await tx.scalar(select(func.count()).select_from(sealed.table).where(_is_old(tx, sealed)))
    return total


async def reseal_batch(tx: Transaction) -> int:
    """Seal the next values anew; how many. Fewer than BATCH means that none is left."""
    done = 0
    for sealed in _SEALED:
        rows = await tx.all(
            select(sealed.table.c.id, sealed.column).where(_is_old(tx, sealed)).limit(BATCH - done).with_for_update()
        )
        for row in rows:
            plain = tx.keyring.open(row[1], context=sealed.context)
            again = tx.keyring.seal(plain, context=sealed.context)
            await tx.run(sealed.table.update().where(sealed.table.c.id == row.id).values({sealed.column: again}))
        done += len(rows)
    return done
