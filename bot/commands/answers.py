"""The answers to a notice as a sheet: everybody who was told, what he answered and when."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bot.commands.store import open_store, the_village
from bot.opening import utc_now
from notifier.notice_sheets import ANSWERS_ABOVE, answers_lines
from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotFound
from store.queries.answers import asked_notice
from store.workbooks import workbook

_ACTOR = "cli"


def export_file(number: int, file: Path, village: str) -> None:
    """The audit fact is committed before the file appears: no export without its trace."""
    lines = asyncio.run(_read(number, village))
    file.write_bytes(workbook("回复", lines))
    print(f"通知{number}号的回复,{len(lines) - ANSWERS_ABOVE}户,写到{file}。这次导出已记在审计里。")


async def _read(number: int, village: str) -> list[Sequence[str]]:
    async with open_store() as database, database.write(utc_now()) as tx:
        return await read_answers(tx, await the_village(tx, village), number)


async def read_answers(tx: Transaction, village: Area, number: int) -> list[Sequence[str]]:
    """Raises NotFound where no such notice asked."""
    notice = await asked_notice(tx, village.id, number)
    if notice is None:
        raise NotFound("notice.unknown")
    return await answers_lines(tx, notice, _ACTOR)
