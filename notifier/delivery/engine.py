"""The delivery engine: one sender for each account whose channel is open, and channels that come and go meanwhile."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from notifier.channel import Channel
from notifier.delivery.sender import Sender
from notifier.telling import Written
from store.database import Database
from store.domain.accounts import Account


class DeliveryEngine:
    """Sends what the ledger holds for the accounts whose channels it was given."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[int, tuple[Account, Channel]],
        holder: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._holder = holder
        self._clock = clock
        self._senders: dict[int, Sender] = {}
        self._group: asyncio.TaskGroup | None = None
        self._stopping = asyncio.Event()
        self.stopped = asyncio.Event()
        for account, channel in channels.values():
            self.add(account, channel)

    def add(self, account: Account, channel: Channel) -> None:
        """Send for this account too."""
        sender = self._senders[account.id] = Sender(self._database, account, channel, self._holder, self._clock)
        if self._group and not self._stopping.is_set():
            self._group.create_task(sender.run())

    async def drop(self, account_id: int) -> None:
        """Send nothing more for this account; what was under way has ended and is written down when this returns."""
        sender = self._senders.pop(account_id)
        sender.stop()
        if self._group:
            await sender.stopped.wait()

    async def run(self) -> None:
        """Drain every account until it is stopped."""
        async with asyncio.TaskGroup() as self._group:
            for sender in self._senders.values():
                self._group.create_task(sender.run())
            await self._stopping.wait()
        self.stopped.set()

    def stop(self) -> None:
        """Let the calls that are under way end, and start no others."""
        self._stopping.set()
        for sender in self._senders.values():
            sender.stop()

    def wake(self) -> None:
        """Much was written."""
        for sender in self._senders.values():
            sender.wake()

    def send_soon(self, written: Sequence[Written]) -> None:
        """Somebody waits for these."""
        for account_id in self._senders.keys() & {row.account_id for row in written}:
            self._senders[account_id].send_soon()

    async def send_due(self, account_id: int) -> bool:
        """Claim what is due, send it, write down what was answered; whether there was anything."""
        return await self._senders[account_id].send_due()
