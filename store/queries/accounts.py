"""Channel accounts, and which of them reaches a contact."""

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import bindparam, select

from store.database import Transaction
from store.domain.accounts import REACHES, Account, AccountKind
from store.domain.errors import NotFound
from store.domain.people import Contact
from store.queries.areas import area_by_id
from store.tables import areas, channel_accounts

CREDENTIALS = "channel_accounts.credentials"
"""The sealing context of credentials."""


def _account(tx: Transaction, row: Any) -> Account:
    return Account(
        id=row.id,
        area_id=row.area_id,
        kind=AccountKind(row.kind),
        name=row.name,
        hook_secret=row.hook_secret,
        credentials=json.loads(tx.keyring.open(row.credentials, context=CREDENTIALS)),
        stopped_reason=row.stopped_reason,
    )


async def all_accounts(tx: Transaction) -> list[Account]:
    return [_account(tx, row) for row in await tx.all(select(channel_accounts).order_by(channel_accounts.c.id))]


async def account_by_id(tx: Transaction, account_id: int) -> Account:
    return await tx.once(("account", account_id), partial(_account_by_id, tx, account_id))


async def _account_by_id(tx: Transaction, account_id: int) -> Account:
    row = await tx.first(_WITH_ID, {"account": account_id})
    if row is None:
        raise NotFound("account.unknown")
    return _account(tx, row)


_WITH_ID = select(channel_accounts).where(channel_accounts.c.id == bindparam("account"))


async def accounts_serving(tx: Transaction, area_id: int) -> list[Account]:
    """Accounts of the area and of those above it, the nearest first."""
    return await tx.once(("accounts", area_id), partial(_accounts_serving, tx, area_id))


async def _accounts_serving(tx: Transaction, area_id: int) -> list[Account]:
    area = await area_by_id(tx, area_id)
    ids = [int(part) for part in area.path.strip("/").split("/")]
    return [_account(tx, row) for row in await tx.all(_OF_AREAS, {"areas": ids})]


_OF_AREAS = (
    select(channel_accounts)
    .join(areas, areas.c.id == channel_accounts.c.area_id)
    .where(channel_accounts.c.area_id.in_(bindparam("areas", expanding=True)))
    .order_by(areas.c.path.desc(), channel_accounts.c.id)
)


def account_reaching(serving: Sequence[Account], contact: Contact) -> Account | None:
    """The account through which a contact is reached: its own, or the nearest of the kind that carries its address."""
    for account in serving:
        if contact.account_id == account.id or (contact.account_id is None and REACHES[account.kind] is contact.kind):
            return account
    return None
