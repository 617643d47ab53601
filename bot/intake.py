"""Taking in what channels bring: what comes at the same time shares a commit, and nothing is acknowledged before it.

A commit that waits for the disk costs more than many messages do, and while one is under way others gather.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from notifier.delivery.in_doubt import receipt_of
from notifier.message import DeliveryReceipt
from notifier.metrics import UNMATCHED_RECEIPTS
from store.actions.delivery_receipts import record_receipts
from store.actions.inbound import record_files, record_inbound
from store.database import Database, Transaction
from store.domain.accounts import Account
from store.domain.errors import StoreUnavailable
from store.domain.floods import Floods
from store.domain.inbound import InboundArrival
from store.files import StoredFile

log = structlog.get_logger()

MOST_TOGETHER = 200
"""So many calls share a commit at most."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What one call of one account's provider brought."""

    account: Account
    arrivals: Sequence[InboundArrival]
    files: Sequence[StoredFile]
    receipts: Sequence[DeliveryReceipt]


class Intake:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._floods = Floods()
        self._waiting: list[tuple[Brought, asyncio.Future[None]]] = []
        self._committing: asyncio.Task[None] | None = None

    async def take(self, brought: Brought) -> None:
        """Return when it is committed. Raises StoreUnavailable where it was not."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((brought, done))
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_all())
        await done

    async def _commit_all(self) -> None:
        try:
            while self._waiting:
                together = self._waiting[:MOST_TOGETHER]
                del self._waiting[:MOST_TOGETHER]
                await self._commit(together)
        finally:
            self._committing = None

    async def _commit(self, together: Sequence[tuple[Brought, asyncio.Future[None]]]) -> None:
        try:
            await self._write([brought for brought, _ in together])
        except StoreUnavailable as error:
            _end(together, error)
        except Exception as error:  # noqa: BLE001 - each caller gets it; one that is broken must not cost the others
            if len(together) == 1:
                _end(together, error)
            else:
                for one in together:
                    await self._commit([one])
        else:
            _end(together, None)

    async def _write(self, all_brought: Sequence[Brought]) -> None:
        async with self._database.write(self._clock()) as tx:
            await record_files(tx, [file for brought in all_brought for file in brought.files])
            arrived = [(one.account, arrival) for one in all_brought for arrival in one.arrivals]
            await record_inbound(tx, arrived, self._floods)
            accounts = {brought.account.id: brought.account for brought in all_brought if brought.receipts}
            for account in accounts.values():
                told = [receipt for one in all_brought if one.account.id == account.id for receipt in one.receipts]
                await _record_receipts(tx, account, told)


async def _record_receipts(tx: Transaction, account: Account, told: Sequence[DeliveryReceipt]) -> None:
    known = await record_receipts(tx, account.id, [receipt_of(receipt) for receipt in told])
    if known < len(told):
        UNMATCHED_RECEIPTS.labels(account.id).inc(len(told) - known)
        log.info("receipt.unmatched", account=account.id, count=len(told) - known)


def _end(together: Sequence[tuple[Brought, asyncio.Future[None]]], error: Exception | None) -> None:
    for _, done in together:
        if done.done():  # whoever waited has gone
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
