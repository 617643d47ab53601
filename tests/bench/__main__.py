"""`make bench`: what the hub costs, each figure beside a reference of the same run; a table, and bench.json."""

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.ballots import ballots
from tests.bench.idle import idle
from tests.bench.ratio import RUNS, Row
from tests.bench.sending import sending
from tests.bench.turns import turns
from tests.bench.webhooks import inbound, receipts
from tests.bench.writing import writing

RESULT = Path("bench.json")

console = Console()


async def measure() -> list[Row]:
    rows = []
    for part in (inbound, turns, sending, receipts, ballots, writing):
        with console.status(part.__name__):
            rows.append(await part())
    with console.status("idle"):
        return [*rows, *await idle()]


def show(rows: list[Row]) -> None:
    table = Table("", title=f"Medians of {RUNS} runs")
    for heading in ("ours", "reference", "ratio", "at least"):
        table.add_column(heading, justify="right")
    for row in rows:
        at_least = "" if row.at_least is None else f"{row.at_least:g}"
        style = None if row.holds else "red"
        table.add_row(row.name, f"{row.ours:,.1f}", f"{row.reference:,.1f}", f"{row.ratio:.3f}", at_least, style=style)
    console.print(table)


def main() -> int:
    rows = asyncio.run(measure())
    show(rows)
    RESULT.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
