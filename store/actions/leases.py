"""What a process that was killed still held: its leases end at once where its death is known."""

from collections.abc import Sequence

from sqlalchemy import select

from store.actions.jobs import RUNNING
from store.database import Transaction
from store.domain.deliveries import DeliveryState
from store.tables import channel_accounts, deliveries, delivery_is, jobs


async def lease_holders(tx: Transaction) -> set[str]:
    """Whoever holds an account, is sending something or runs a job."""
    sending = select(deliveries.c.lease_holder).where(delivery_is(DeliveryState.SENDING))
    listening = select(channel_accounts.c.lease_holder).where(channel_accounts.c.lease_until.is_not(None))
    working = select(jobs.c.lease_holder).where(jobs.c.state == RUNNING)
    return {row.lease_holder for row in await tx.all(sending.union(listening, working))}


async def end_leases(tx: Transaction, holders: Sequence[str]) -> None:
    """Their accounts are free for another listener, their jobs run again, what they were sending is found unknown."""
    of_the_dead = channel_accounts.c.lease_holder.in_(holders)
    await tx.run(channel_accounts.update().where(of_the_dead).values(lease_holder="", lease_until=None))
    sending = (delivery_is(DeliveryState.SENDING), deliveries.c.lease_holder.in_(holders))
    await tx.run(deliveries.update().where(*sending).values(lease_until=tx.now))
    working = (jobs.c.state == RUNNING, jobs.c.lease_holder.in_(holders))
    await tx.run(jobs.update().where(*working).values(lease_until=tx.now))
