"""How the accounts of a place fare: what waits, what went out, what was refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, or_, select

from store.database import Transaction
from store.domain.accounts import WAITING_KINDS, Account
from store.domain.areas import Area
from store.domain.deliveries import DeliveryState
from store.queries.accounts import all_accounts
from store.tables import areas, channel_accounts, deliveries, delivery_is

LOOKED_AT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Health:
    """Of the last seven days, but for what is `waiting` now."""

    account: Account
    area_name: str
    waiting: int
    sent: int
    failed: int
    last_sent_at: datetime | None

    @property
    def waits_here(self) -> bool:
        """Whether its rows are the messages, which wait in the store until a page reads them."""
        return self.account.kind in WAITING_KINDS


async def accounts_around(tx: Transaction, area: Area) -> list[tuple[Account, str]]:
    """The accounts of an area, of those above it that serve it, and of those inside it; with their areas' names."""
    above = [int(part) for part in area.path.strip("/").split("/")]
    rows = await tx.all(
        select(channel_accounts.c.id, areas.c.name)
        .join(areas, areas.c.id == channel_accounts.c.area_id)
        .where(or_(areas.c.id.in_(above), areas.c.path.startswith(area.path)))
    )
    places = {row.id: row.name for row in rows}
    return [(account, places[account.id]) for account in await all_accounts(tx) if account.id in places]


async def health_of(tx: Transaction, accounts: Sequence[tuple[Account, str]]) -> list[Health]:
    """Two statements however many accounts there are."""
    ids = [account.id for account, _ in accounts]
    queued = select(deliveries.c.account_id, func.count().label("n")).where(
        delivery_is(DeliveryState.QUEUED), deliveries.c.account_id.in_(ids)
    )
    waiting = {row.account_id: row.n for row in await tx.all(queued.group_by(deliveries.c.account_id))}
    recent = {
        row.account_id: row
        for row in await tx.all(
            select(
                deliveries.c.account_id,
                func.count(deliveries.c.sent_at).label("sent"),
                func.sum(case((deliveries.c.state == DeliveryState.FAILED, 1), else_=0)).label("failed"),
                func.max(deliveries.c.sent_at).label("last"),
            )
            .where(deliveries.c.due_at > tx.now - LOOKED_AT, deliveries.c.account_id.in_(ids))
            .group_by(deliveries.c.account_id)
        )
    }
    return [
        Health(
            account,
            area_name,
            waiting.get(account.id, 0),
            recent[account.id].sent if account.id in recent else 0,
            int(recent[account.id].failed) if account.id in recent else 0,
            recent[account.id].last if account.id in recent else None,
        )
        for account, area_name in accounts
    ]
