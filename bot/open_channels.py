"""The channels of this process: opened for the accounts in the store, and exchanged while it runs where one changes.

A channel that takes another's place gets what the provider brings at once; it sends and listens when the one before has
ended what was under way and is closed (docs/decisions/0023).
"""

import asyncio
from dataclasses import replace
from functools import partial

import structlog

from bot.ending import end_task
from bot.listening import listen_while_leased
from bot.opening import utc_now
from bot.server import Accept
from notifier.accounts import Outside, hook_url
from notifier.channel import Channel
from notifier.delivery.engine import DeliveryEngine
from notifier.registry import CHANNELS, Surroundings
from store.database import Database
from store.domain.accounts import Account, AccountKind
from store.domain.errors import StoreUnavailable
from store.queries.accounts import all_accounts

log = structlog.get_logger()

LOOK_SECONDS = 10.0
"""How often the accounts are looked at, which is one statement."""
END_SECONDS = 5.0
"""For a connection to say goodbye in."""


class OpenChannels:
    """`by_account` is as it stands at this moment; Telegram is in it only where a setting turned it on."""

    def __init__(
        self, database: Database, outside: Outside, engine: DeliveryEngine, receive: Accept, holder: str
    ) -> None:
        self.by_account: dict[int, tuple[Account, Channel]] = {}
        self._database = database
        self._outside = outside
        self._engine = engine
        self._receive = receive
        self._holder = holder
        self._seen: dict[int, Account] = {}
        self._group: asyncio.TaskGroup | None = None
        self._listening: dict[int, asyncio.Task[None]] = {}

    async def take_up(self) -> None:
        """Open what was added, and exchange what was changed, since this was last asked. Raises StoreUnavailable."""
        async with self._database.read(utc_now()) as tx:
            accounts = [replace(account, stopped_reason="") for account in await all_accounts(tx)]
        news = [account for account in accounts if account != self._seen.get(account.id)]
        await asyncio.gather(*(self._open(account) for account in news))

    async def follow(self) -> None:
        """Take up what changes, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.take_up()
            except StoreUnavailable:
                log.warning("channels.store_unavailable")
            except Exception:  # an account that cannot be read or closed must not silence the others
                log.exception("channels.failed")

    async def listen(self) -> None:
        """Listen to the providers that must be asked, until cancelled."""
        async with asyncio.TaskGroup() as self._group:
            for account, channel in self.by_account.values():
                self._listen(account, channel)
            await asyncio.Event().wait()

    async def close(self) -> None:
        for account, channel in self.by_account.values():
            await _close(account, channel)

    async def _open(self, account: Account) -> None:
        self._seen[account.id] = account
        channel = self._channel_of(account)
        if channel is None:
            return
        before = self.by_account.get(account.id)
        self.by_account[account.id] = (account, channel)
        if before:
            await self._end(*before)
            log.info("channel.exchanged", account=account.id)
        self._engine.add(account, channel)
        if self._group:
            self._listen(account, channel)

    def _channel_of(self, account: Account) -> Channel | None:
        """None where there is nothing to open; where a value is wrong, the channel that there was goes on."""
        if account.kind is AccountKind.TELEGRAM and not self._outside.telegram:
            log.warning("channel.off", account=account.id, setting="BANYAN_TELEGRAM")
            return None
        if account.kind not in CHANNELS:
            return None
        try:
            return CHANNELS[account.kind](account, Surroundings(hook_url(account, self._outside)))
        except (ValueError, KeyError) as error:  # one account's wrong value must not keep the hub from serving
            log.warning("channel.misconfigured", account=account.id, reason=str(error))
            return None

    async def _end(self, account: Account, channel: Channel) -> None:
        try:
            await self._engine.drop(account.id)
            if account.id in self._listening:
                await end_task(self._listening.pop(account.id), END_SECONDS)
        finally:
            await _close(account, channel)

    def _listen(self, account: Account, channel: Channel) -> None:
        if self._group:
            receive = partial(self._receive, account)
            listening = listen_while_leased(self._database, account, channel, receive, self._holder)
            self._listening[account.id] = self._group.create_task(listening)


async def _close(account: Account, channel: Channel) -> None:
    try:
        await channel.close()
    except Exception:  # what it leaves open ends with the process, and its account must go on
        log.exception("channel.not_closed", account=account.id)
