"""Channel accounts: adding one, holding the lease of the one that listens, stopping one that a provider refused."""

import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select

from store.database import Transaction
from store.domain.accounts import Account, AccountKind
from store.queries.accounts import CREDENTIALS
from store.tables import channel_accounts

LEASE = timedelta(seconds=30)


async def add_account(
    tx: Transaction, area_id: int, kind: AccountKind, name: str, credentials: Mapping[str, str], *, actor: str
) -> Account:
    """Add a channel's account with sealed credentials and an unguessable secret for its webhooks."""
    hook_secret = secrets.token_urlsafe(24)
    account_id = await tx.insert(
        channel_accounts,
        area_id=area_id,
        kind=kind,
        name=name,
        credentials=tx.keyring.seal(json.dumps(dict(credentials)), context=CREDENTIALS),
        hook_secret=hook_secret,
        stopped_reason="",
        lease_holder="",
    )
    tx.forget()
    tx.audit(area_id, actor, "channel.added", f"account:{account_id}", {"kind": kind, "name": name})
    return Account(account_id, area_id, kind, name, hook_secret, credentials)


async def hold_listening_lease(tx: Transaction, account_id: int, holder: str) -> bool:
    """Take or keep the right to poll an account: two pollers of one Telegram token would both get 409."""
    mine = channel_accounts.c
    return bool(
        await tx.run(
            channel_accounts.update()
            .where(
                mine.id == account_id,
                or_(mine.lease_holder == holder, mine.lease_until.is_(None), mine.lease_until < tx.now),
            )
            .values(lease_holder=holder, lease_until=tx.now + LEASE)
        )
    )


async def release_listening_lease(tx: Transaction, account_id: int, holder: str) -> None:
    mine = channel_accounts.c
    await tx.run(
        channel_accounts.update()
        .where(mine.id == account_id, mine.lease_holder == holder)
        .values(lease_holder="", lease_until=None)
    )


async def start_account(tx: Transaction, account: Account, *, actor: str) -> None:
    """A person has looked: what waited for the account goes out again."""
    await tx.run(channel_accounts.update().where(channel_accounts.c.id == account.id).values(stopped_reason=""))
    tx.forget()
    tx.audit(account.area_id, actor, "channel.started", f"account:{account.id}")


async def stop_account(tx: Transaction, account: Account, reason: str) -> None:
    """Let nothing more out through this account until a person has looked."""
    await tx.run(
        channel_accounts.update().where(channel_accounts.c.id == account.id).values(stopped_reason=reason[:80])
    )
    tx.forget()
    tx.audit(account.area_id, "system", "channel.stopped", f"account:{account.id}", reason)


async def keep_template(tx: Transaction, account: Account, code: str, text: str, *, actor: str) -> None:
    """Let an account know a template that its gateway has approved, or one of another text ("" takes it away)."""
    name = f"template.{code}"
    kept = await tx.scalar(_LOCKED_CREDENTIALS, {"account_id": account.id})
    credentials = json.loads(tx.keyring.open(kept, context=CREDENTIALS))
    credentials.pop(name, None)
    if text:
        credentials[name] = text
    sealed = tx.keyring.seal(json.dumps(credentials), context=CREDENTIALS)
    await tx.run(channel_accounts.update().where(channel_accounts.c.id == account.id).values(credentials=sealed))
    tx.forget()
    action = "channel.template_kept" if text else "channel.template_removed"
    tx.audit(account.area_id, actor, action, f"account:{account.id}", [code, text])


async def locked_account(tx: Transaction, account_id: int) -> Any:
    """The account's `next_free_at` and `stopped_reason`; nobody else changes its row until this has committed."""
    return await tx.first(_LOCKED, {"account_id": account_id})


_LOCKED_CREDENTIALS = (
    select(channel_accounts.c.credentials).where(channel_accounts.c.id == bindparam("account_id")).with_for_update()
)
_LOCKED = (
    select(channel_accounts.c.next_free_at, channel_accounts.c.stopped_reason)
    .where(channel_accounts.c.id == bindparam("account_id"))
    .with_for_update()
)
