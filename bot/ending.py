"""Ending a task for good."""

import asyncio
import contextlib


async def end_task(task: asyncio.Task[None], patience_seconds: float) -> None:
    """Cancel it until it is over, once in `patience_seconds`.

    A driver's error in the midst of a cancelled statement takes the cancellation's place, and is waited out as an
    outage: so it is said until it is heard.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=patience_seconds)
    with contextlib.suppress(asyncio.CancelledError):
        await task
