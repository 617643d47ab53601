"""What is due, from the command line: occurrences, and none of the tick's chores.

A message that goes out early is only early, while a vote closed or a file forgotten ahead of its time does not come
back; and at the present time the running hub's tick does the chores within the minute.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table

from bot.commands.saying import print_json
from bot.commands.store import open_store
from bot.opening import utc_now
from notifier.due import DueItem, preview, release
from notifier.render import Renderer
from store.actions.deliveries import bring_forward
from store.domain.working_calendar import VILLAGE_ZONE


def due(at: datetime | None, *, dry_run: bool, as_json: bool) -> None:
    now = at.replace(tzinfo=VILLAGE_ZONE) if at else utc_now()
    items = asyncio.run(_due(now, dry_run=dry_run))
    if as_json:
        print_json([_as_json(item) for item in items])
    else:
        _show(items)


async def _due(now: datetime, *, dry_run: bool) -> list[DueItem]:
    async with open_store() as database:
        if dry_run:
            return await preview(database, now)
        released = await release(database, Renderer(), now)
        async with database.write(utc_now()) as tx:
            await bring_forward(tx, written_at=now)
        return released


def _as_json(item: DueItem) -> dict[str, object]:
    return {
        "kind": item.kind,
        "village": item.village_name,
        "due": item.due.astimezone(VILLAGE_ZONE).isoformat(),
        "step": item.step,
        "verdict": item.verdict,
    }


def _show(items: Sequence[DueItem]) -> None:
    if not items:
        print("Nothing is due.")
        return
    table = Table("Kind", "Village", "Due", "Step", "What happens")
    for item in items:
        due_at = item.due.astimezone(VILLAGE_ZONE).strftime("%Y-%m-%d %H:%M")
        table.add_row(item.kind, item.village_name, due_at, item.step or "", item.verdict)
    Console().print(table)
