"""Sending for one account: claim → send → record, at the account's pace, through one channel.

`sending` is committed before the provider is called, and no more rows are `sending` than calls are in flight; whoever
dies in between leaves rows that become `unknown`, not rows that are sent twice. An account's calls go in lanes: while
one waits for the provider, another writes down what was answered and claims anew, and one is kept for conversations,
so that nobody's answer waits behind a broadcast.
"""

import asyncio
import contextlib
import functools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter

from notifier.channel import Channel, Limits
from notifier.delivery.in_doubt import settle_doubts
from notifier.delivery.retry_policy import retry_after
from notifier.message import Accepted, Button, OutboundMessage, Refused, SendResult, Unknown
from notifier.metrics import CALLS
from store.actions.accounts import stop_account
from store.actions.attempts import Attempt, record_attempts
from store.actions.claiming import Claimed, Pace, claim, rest_addresses
from store.actions.contacts import bury_contact
from store.actions.windows import close_windows
from store.database import Database, Transaction
from store.domain.accounts import Account
from store.domain.deliveries import DeliveryState
from store.domain.errors import StoreUnavailable
from store.queries.deliveries import next_sendable_at

log = structlog.get_logger()

IDLE_SECONDS = 1.0
OUTAGE_SECONDS = 2.0
SHORTEST_PAUSE_SECONDS = 0.02
DOUBTS_SECONDS = 5.0
"""How often an account's rows are looked through for those whose fate nobody knows."""
LANES = 2
"""For everything, beside the one for conversations."""
OF_CONVERSATIONS = 4
"""One call in so many is kept for them."""

_Answered = tuple[Claimed, SendResult, datetime]
"""A row, what became of it, and when the call began."""


@dataclass(slots=True)
class _Lane:
    """Up to `most` rows at once, of conversations only or of broadcasts too. `answered` waits to be written down."""

    most: int
    takes_bulk: bool
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    is_resting: bool = False
    answered: Sequence[_Answered] = ()


def _lanes(limits: Limits) -> list[_Lane]:
    """The first is for conversations. A provider that takes one call at a time has one lane for everything."""
    if limits.in_flight == 1:
        return [_Lane(limits.batch, takes_bulk=True)]
    kept = max(1, limits.in_flight // OF_CONVERSATIONS)
    lanes = min(LANES, limits.in_flight - kept)
    shared = [(limits.in_flight - kept + number) // lanes for number in range(lanes)]
    return [
        _Lane(kept * limits.batch, takes_bulk=False),
        *(_Lane(one * limits.batch, takes_bulk=True) for one in shared),
    ]


class Sender:
    """Sends what the ledger holds for one account."""

    def __init__(
        self, database: Database, account: Account, channel: Channel, holder: str, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._account = account
        self._channel = channel
        self._holder = holder
        self._clock = clock
        self._lanes = _lanes(channel.limits)
        self._stopping = asyncio.Event()
        self.stopped = asyncio.Event()

    async def run(self) -> None:
        """Drain the account until it is stopped."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._settle_doubts())
            for lane in self._lanes:
                group.create_task(self._drain(lane))
        self.stopped.set()

    def stop(self) -> None:
        """Let the calls that are under way end, and start no others."""
        self._stopping.set()
        self.wake()

    def wake(self) -> None:
        for lane in self._lanes:
            lane.wake.set()

    def send_soon(self) -> None:
        """Somebody waits: the first lane that has nothing to do takes it."""
        for lane in self._lanes:
            lane.wake.set()
            if lane.is_resting:
                break

    async def _drain(self, lane: _Lane) -> None:
        while lane.answered or not self._stopping.is_set():
            lane.wake.clear()
            try:
                pause = await self._round(lane)
            except StoreUnavailable:
                log.warning("delivery.store_unavailable", account=self._account.id)
                await asyncio.sleep(OUTAGE_SECONDS)
                continue
            except Exception:  # one account's broken row must not silence the others
                log.exception("delivery.failed", account=self._account.id)
                await self._record_singly(lane)
                await asyncio.sleep(OUTAGE_SECONDS)
                continue
            if pause:
                lane.is_resting = True
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(lane.wake.wait(), pause)
                lane.is_resting = False

    async def _record_singly(self, lane: _Lane) -> None:
        """What could not be written down together: a broken answer's row becomes unknown, the others keep theirs."""
        while lane.answered:
            first, *rest = lane.answered
            try:
                async with self._database.write(self._clock()) as tx:
                    await self._record(tx, [first])
            except StoreUnavailable:
                log.warning("delivery.store_unavailable", account=self._account.id)
                return
            except Exception:  # one broken answer must not cost the others
                log.exception("delivery.answer_broken", account=self._account.id, delivery=first[0].id)
            lane.answered = rest

    async def _settle_doubts(self) -> None:
        while not self._stopping.is_set():
            try:
                await settle_doubts(self._database, self._account, self._channel, self._clock())
            except StoreUnavailable:
                log.warning("delivery.store_unavailable", account=self._account.id)
            except Exception:  # one account's broken row must not silence the others
                log.exception("delivery.doubts_failed", account=self._account.id)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), DOUBTS_SECONDS)

    async def send_due(self) -> bool:
        """Claim what is due, send it, write down what was answered; whether there was anything."""
        lane = self._lanes[-1]
        await self._round(lane)
        answered, lane.answered = lane.answered, ()
        async with self._database.write(self._clock()) as tx:
            await self._record(tx, answered)
        return bool(answered)

    async def _round(self, lane: _Lane) -> float:
        """Write down what was answered, claim anew and send; seconds to rest, where there was nothing to send.

        What an outage keeps from being written down is written by the next round; where there is none any more, it is
        found `sending` and becomes unknown.
        """
        limits, claimed, pause = self._channel.limits, [], 0.0
        async with self._database.write(self._clock()) as tx:
            await self._record(tx, lane.answered)
            if not self._stopping.is_set():
                claimed = await claim(
                    tx, self._account.id, _pace(limits), self._holder, lane.most, with_bulk=lane.takes_bulk
                )
                pause = 0.0 if claimed else await self._pause(tx, lane)
        lane.answered = ()
        batches = [claimed[start : start + limits.batch] for start in range(0, len(claimed), limits.batch)]
        answers = await asyncio.gather(*(self._call(batch) for batch in batches))
        lane.answered = [answered for some in answers for answered in some]
        return pause

    async def _pause(self, tx: Transaction, lane: _Lane) -> float:
        """Until the next message falls due, no shorter than the account's pace. A conversation wakes its lane."""
        until = tx.now + timedelta(seconds=IDLE_SECONDS)
        moment = await next_sendable_at(tx, self._account.id, until) if lane.takes_bulk else None
        if moment is None:
            return IDLE_SECONDS
        spacing = min(IDLE_SECONDS, 1 / self._channel.limits.per_second)
        return max((moment - tx.now).total_seconds(), spacing, SHORTEST_PAUSE_SECONDS)

    async def _call(self, batch: Sequence[Claimed]) -> list[_Answered]:
        """One request, at its time. A channel that breaks its promise to raise nothing costs these rows only."""
        channel = self._channel
        early = (batch[0].starts_at - self._clock()).total_seconds()
        if early > 0:
            await asyncio.sleep(early)
        started_at = self._clock()
        answered: list[_Answered]
        try:
            results = await channel.send([_outbound(row, channel.limits.text_units) for row in batch])
            answered = [(row, result, started_at) for row, result in zip(batch, results, strict=True)]
        except Exception as error:
            log.exception("channel.send_raised", kind=channel.kind)
            answered = [(row, Unknown(type(error).__name__), started_at) for row in batch]
        for _, result, _ in answered:
            _calls(self._account.id, type(result).__name__).inc()
        return answered

    async def _record(self, tx: Transaction, answered: Sequence[_Answered]) -> None:
        if not answered:
            return
        await record_attempts(tx, self._account.id, [_attempt(*one, tx.now) for one in answered])
        await rest_addresses(tx, [row for row, _, _ in answered], _pace(self._channel.limits))
        refused = [(row, result.error) for row, result, _ in answered if isinstance(result, Refused)]
        for row, error in refused:
            if error.opted_out:
                await bury_contact(tx, row.contact_id)
        closed = [row for row, error in refused if error.closed]
        if closed:
            await close_windows(tx, [row.contact_id for row in closed], [row.id for row in closed])
        stopping = next((error.code for _, error in refused if error.stops_channel), None)
        if stopping is not None:
            await stop_account(tx, self._account, stopping)
            log.error("channel.stopped", account=self._account.id, code=stopping)


@functools.cache
def _calls(account_id: int, outcome: str) -> Counter:
    return CALLS.labels(account_id, outcome.lower())


def _pace(limits: Limits) -> Pace:
    return Pace(limits.per_second, limits.burst, limits.per_address_seconds, limits.per_group_seconds, limits.batch)


def _outbound(row: Claimed, most: int) -> OutboundMessage:
    """A text that a provider would refuse for its length is cut: better the beginning than nothing."""
    text = row.text if len(row.text) <= most else f"{row.text[: most - 1]}…"
    buttons = tuple(Button(label, data) for label, data in row.buttons)
    return OutboundMessage(row.id, row.address, text, buttons, row.replaces or None)


def _attempt(row: Claimed, result: SendResult, started_at: datetime, now: datetime) -> Attempt:
    if isinstance(result, Accepted):
        return Attempt(row.id, row.attempts, DeliveryState.SENT, started_at, provider_id=result.provider_id)
    if isinstance(result, Refused):
        error = result.error
        wait = retry_after(error, row.attempts, random.random())  # noqa: S311 - jitter, not a secret
        state = DeliveryState.FAILED if wait is None else DeliveryState.QUEUED
        due_at = None if wait is None else now + wait
        return Attempt(row.id, row.attempts, state, started_at, code=error.code, detail=error.detail, due_at=due_at)
    return Attempt(
        row.id,
        row.attempts,
        DeliveryState.UNKNOWN,
        started_at,
        provider_id=result.provider_id,
        code="unknown",
        detail=result.detail,
    )
