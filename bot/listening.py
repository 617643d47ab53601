"""Asking the providers that must be asked: one process at a time listens to an account."""

import asyncio
import contextlib

import structlog

from bot.opening import utc_now
from notifier.channel import Channel, Receive
from store.actions.accounts import LEASE, hold_listening_lease, release_listening_lease
from store.database import Database
from store.domain.accounts import Account
from store.domain.errors import StoreUnavailable

log = structlog.get_logger()

RENEW_SECONDS = LEASE.total_seconds() / 3


async def listen_while_leased(
    database: Database, account: Account, channel: Channel, receive: Receive, holder: str
) -> None:
    """Listen while this process holds the account's lease; return when the channel has nothing to listen to."""
    listening: asyncio.Task[None] | None = None
    try:
        while listening is None or not listening.done():
            if await _holds(database, account, holder):
                listening = listening or asyncio.create_task(channel.listen(receive))
            elif listening:
                log.warning("listening.lease_lost", account=account.id)
                await _end(listening)
                listening = None
            if listening:
                await asyncio.wait({listening}, timeout=RENEW_SECONDS)
            else:
                await asyncio.sleep(RENEW_SECONDS)
        await listening
    finally:
        if listening:
            await _end(listening)
        with contextlib.suppress(StoreUnavailable):
            async with database.write(utc_now()) as tx:
                await release_listening_lease(tx, account.id, holder)


async def _holds(database: Database, account: Account, holder: str) -> bool:
    """Whether the lease is ours; while the store is away it counts as lost, for another may take it."""
    try:
        async with database.write(utc_now()) as tx:
            return await hold_listening_lease(tx, account.id, holder)
    except StoreUnavailable:
        return False


async def _end(listening: asyncio.Task[None]) -> None:
    listening.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await listening
