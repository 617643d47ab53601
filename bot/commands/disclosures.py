"""Disclosure items from a sheet, from the command line."""

import asyncio
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.commands.store import books, the_village
from store.actions.disclosures import ImportResult, import_items
from store.domain.errors import NotFound, Refusal
from store.queries.people import staff_of_village
from store.sheets import Rows, read_sheet


def import_file(file: Path, month: date, village: str, by: str) -> None:
    """Enter every item of the sheet, or none where a cell must be looked at; the same file again changes nothing."""
    if not file.is_file():
        raise NotFound("file.unknown", name=file.name)
    _show(asyncio.run(_import(read_sheet(file), month, village, by)))


async def _import(rows: Rows, month: date, village: str, by: str) -> ImportResult:
    async with books() as tx:
        place = await the_village(tx, village)
        named = [person for person in await staff_of_village(tx, place.path) if person.name == by]
        if len(named) != 1:
            raise NotFound("staff.unknown")
        return await import_items(tx, place, month, rows, named[0])


def _show(result: ImportResult) -> None:
    if not result.problems:
        print(f"{result.added} items entered, {result.repeated} were there already.")
        return
    table = Table("Row", "Column", "Heading", "Reason")
    for problem in result.problems:
        table.add_row(str(problem.row), problem.column, problem.heading, problem.reason)
    Console().print(table)
    raise Refusal("disclosure.sheet_problems", count=len(result.problems))
