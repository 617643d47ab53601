"""The answers to a notice as a sheet: everybody who was told, what he answered and when."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from bot.commands.store import open_store, the_village
from bot.opening import utc_now
from store.database import Transaction
from store.domain.areas import Area
from store.domain.errors import NotFound
from store.queries.answers import answer_rows, asked_notice
from store.queries.areas import settings_for

_ACTOR = "cli"
_HEADINGS = ("小组", "户主", "回复", "时间")
_NO_VOTE = "这是问一问,不是投票,也不作决定。"


def export_file(number: int, file: Path, village: str) -> None:
    count = asyncio.run(_export(number, file, village))
    print(f"通知{number}号的回复,{count}户,写到{file}。这次导出已记在审计里。")


async def _export(number: int, file: Path, village: str) -> int:
    """The audit fact is committed before the file appears: no export without its trace."""
    async with open_store() as database, database.write(utc_now()) as tx:
        rows = await read_answers(tx, await the_village(tx, village), number)
    write_answers(rows, file)
    return len(rows)


async def read_answers(tx: Transaction, village: Area, number: int) -> list[Sequence[str]]:
    """Rows under `_HEADINGS`, and the fact that they were read. Raises NotFound where no such notice asked."""
    notice = await asked_notice(tx, village.id, number)
    if notice is None:
        raise NotFound("notice.unknown")
    zone = (await settings_for(tx, village.id)).zone
    rows = [
        (group, name, answer or "没回", f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else "")
        for group, name, answer, at in await answer_rows(tx, notice)
    ]
    tx.audit(village.id, _ACTOR, "notice.answers_exported", f"notice:{notice.id}", len(rows))
    return list(rows)


def write_answers(rows: Sequence[Sequence[str]], file: Path) -> None:
    # Cells are written as text: a name such as =cmd() stays a name in whatever opens the file.
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("回复")
        for at, row in enumerate([[_NO_VOTE], _HEADINGS, *rows]):
            for column, value in enumerate(row):
                sheet.write_string(at, column, value)
