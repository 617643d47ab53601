"""`make bench`: what the hub costs, each figure beside a reference of the same run; a table, and bench.json."""

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.commands.serving import configure_process
from tests.bench.ballots import ballots
from tests.bench.console import console_on_postgresql, console_on_sqlite
from tests.bench.idle import idle
from tests.bench.planning import planning_on_postgresql, planning_on_sqlite
from tests.bench.ratio import RUNS, Row
from tests.bench.rivals import peers
from tests.bench.sending import batches, sending
from tests.bench.turns import turns
from tests.bench.webhooks import inbound, pushed_receipts, receipts
from tests.bench.workers import workers

RESULT = Path("bench.json")
PARTS = (
    planning_on_sqlite,
    planning_on_postgresql,
    sending,
    batches,
    receipts,
    pushed_receipts,
    inbound,
    turns,
    peers,
    workers,
    ballots,
    console_on_sqlite,
    console_on_postgresql,
    idle,
)

console = Console()


def measure() -> list[Row]:
    """Written down after every part: what half an hour measured is not lost with the last of it."""
    rows: list[Row] = []
    for part in PARTS:
        with console.status(part.__name__):
            rows += asyncio.run(part())
        RESULT.write_text(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1) + "\n")
    return rows


def show(rows: list[Row]) -> None:
    table = Table("", title=f"Medians of {RUNS} runs")
    for heading in ("ours", "reference", "ratio", "at least"):
        table.add_column(heading, justify="right")
    for row in rows:
        figures = (f"{row.ours:,.1f}", f"{row.reference:,.1f}", f"{row.ratio:.3f}", f"{row.at_least:.3g}")
        table.add_row(row.name, *figures, style=None if row.holds else "red")
    console.print(table)


def main() -> int:
    configure_process()
    rows = measure()
    show(rows)
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
