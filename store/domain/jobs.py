"""Work that outlives a request, and the queue that brings it to whichever process has time.

A job finds its work in rows, so that it may run twice and may be lost: the minute's tick defers again what its rows
say is not done. The queue only makes it quick. Exceptions: UnknownJob, where a name has no handler.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

JobArguments = Mapping[str, int]
"""Ids and nothing else: a job's row is no place for words or numbers of persons."""

JobHandler = Callable[[JobArguments], Awaitable[None]]


class JobName(StrEnum):
    SEND_NOTICE = "send_notice"
    VERIFY_CHAIN = "verify_chain"
    EXPORT_AUDIT = "export_audit"
    IMPORT_ROSTER = "import_roster"


@dataclass(frozen=True, slots=True)
class Deferred:
    """A job that a transaction asks for; the queue hears of it once that has committed."""

    name: str
    arguments: JobArguments
    lock: str


class UnknownJob(LookupError):
    """No handler has this name."""


class JobQueue(Protocol):
    """Where jobs are put. Called after the commit of what they are about, never inside its transaction."""

    async def defer(self, job: str, arguments: JobArguments, lock: str = "") -> None:
        """Let a job run soon, in some process.

        While one of the same `lock` waits, a second is not taken in; two of one lock never run at once.
        Raises UnknownJob, and StoreUnavailable where it was not taken in.
        """
        ...


class JobWorker(JobQueue, Protocol):
    """A queue whose jobs this process also runs."""

    stopped: asyncio.Event

    async def run(self) -> None:
        """Run jobs until it is stopped."""
        ...

    def stop(self) -> None:
        """Let the job that is under way end, and take no other."""
        ...

    async def close(self) -> None: ...


STALLED_AFTER = timedelta(seconds=30)
"""A worker that has not been heard of for so long is dead."""
HEARTBEAT_SECONDS = 10.0
LOOK_SECONDS = 20.0
"""How often a worker looks for jobs of the dead: they run again within `STALLED_AFTER` and this, under a minute."""

_MINUTE = timedelta(minutes=1)
_WAITS = (timedelta(seconds=10), _MINUTE, timedelta(minutes=10))
MOST_ATTEMPTS = len(_WAITS) + 1
"""A job that kills its process counts too, or it would kill one after the other."""


def retry_wait(attempts: int) -> timedelta | None:
    """How long a job rests that has failed so often; None where it is parked for a person to look at."""
    return _WAITS[attempts - 1] if attempts < MOST_ATTEMPTS else None


_LONGEST_REST = timedelta(days=1)


def rest_before(puts: int) -> timedelta:
    """How long the tick lets an unfinished job rest that it has put into the queue so often.

    One that got lost costs a minute. One that was parked rests twice as long each time, a day at most: it is not tried
    for ever by every tick, and yet is done once its cause is mended.
    """
    return min(_MINUTE * 2 ** min(puts - 1, 20), _LONGEST_REST) if puts else timedelta()
