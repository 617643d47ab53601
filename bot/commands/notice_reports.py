"""The reach certificate of a notice as a sheet: every household, how it was reached, when, or why not."""

import asyncio
from pathlib import Path

from bot.commands.store import open_store, the_village
from bot.opening import utc_now
from notifier.notice_sheets import Report, reach_report
from notifier.render import Renderer
from store.database import Transaction
from store.domain.areas import Area
from store.queries.notices import notice_by_id
from store.queries.reach import notice_id_numbered
from store.workbooks import workbook

_ACTOR = "cli"


def export_file(number: int, file: Path, village: str) -> None:
    """The audit fact is committed before the file appears: no export without its trace."""
    report = asyncio.run(_read(number, village))
    file.write_bytes(workbook("送达情况", report.lines))
    print(f"通知{number}号{len(report.rows)}户写到{file}。这次导出已记在审计里。")


async def _read(number: int, village: str) -> Report:
    async with open_store() as database, database.write(utc_now()) as tx:
        return await read_report(tx, await the_village(tx, village), number)


async def read_report(tx: Transaction, village: Area, number: int) -> Report:
    """Raises NotFound where the village has no such notice."""
    notice = await notice_by_id(tx, await notice_id_numbered(tx, village.id, number))
    return await reach_report(tx, Renderer(), notice, _ACTOR)
