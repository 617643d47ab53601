"""The reach certificate of a notice as a sheet: every household, how it was reached, when, or why not."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import xlsxwriter

from bot.commands.store import open_store, the_village
from bot.opening import utc_now
from notifier.render import Renderer
from store.database import Transaction
from store.domain.areas import Area
from store.domain.people import ContactKind
from store.domain.reach import Outcome, Reach
from store.domain.settings import LANGUAGES
from store.queries.areas import settings_for
from store.queries.certificate import ReachedHousehold, households_reached
from store.queries.reach import notice_id_numbered, reach_of

_ACTOR = "cli"
_HEADINGS = ("组", "户号", "户主", "结果", "原因", "方式", "号码", "发出", "送到", "回1", "上门")
_LANGUAGE = LANGUAGES[0]


def export_file(number: int, file: Path, village: str) -> None:
    count = asyncio.run(_export(number, file, village))
    print(f"通知{number}号{count}户写到{file}。这次导出已记在审计里。")


async def _export(number: int, file: Path, village: str) -> int:
    """The audit fact is committed before the file appears: no export without its trace."""
    async with open_store() as database, database.write(utc_now()) as tx:
        report = await read_report(tx, await the_village(tx, village), number)
    write_report(report, file)
    return len(report.rows)


@dataclass(frozen=True, slots=True)
class Report:
    """The summary line by line, and a row a household under `_HEADINGS`."""

    summary: Sequence[str]
    rows: Sequence[Sequence[str]]


async def read_report(tx: Transaction, village: Area, number: int) -> Report:
    """Read it, and leave the fact that it was. Raises NotFound where the village has no such notice."""
    notice_id = await notice_id_numbered(tx, village.id, number)
    zone = (await settings_for(tx, village.id)).zone
    renderer = Renderer()
    rows = [_row(one, zone, renderer) async for one in households_reached(tx, notice_id)]
    summary = _summary(number, await reach_of(tx, notice_id), zone)
    tx.audit(village.id, _ACTOR, "notice.report_exported", f"notice:{notice_id}", len(rows))
    return Report(summary, rows)


def write_report(report: Report, file: Path) -> None:
    # Cells are written as text: a name such as =cmd() stays a name in whatever opens the file.
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("送达情况")
        lines = [*([line] for line in report.summary), [], _HEADINGS, *report.rows]
        for at, row in enumerate(lines):
            for column, value in enumerate(row):
                sheet.write_string(at, column, value)


def _summary(number: int, reach: Reach, zone: ZoneInfo) -> list[str]:
    percent = f"{reach.per_mille // 10}.{reach.per_mille % 10}%"
    told = reach.count(Outcome.TOLD)
    lines = [f"通知{number}号:共{reach.households}户,收到{reach.proven - told}户,上门告诉{told}户,合{percent}"]
    lines += [f"{one.by_name} {_moment(one.at, zone)} 发到“{one.group_name}”,不算送到" for one in reach.postings]
    return [*lines, f"落实完毕 {_moment(reach.closed_at, zone)}" if reach.closed_at else "还没有全部落实"]


def _row(one: ReachedHousehold, zone: ZoneInfo, renderer: Renderer) -> list[str]:
    return [
        one.group,
        one.number,
        one.name,
        renderer.word(_LANGUAGE, "reach", one.outcome),
        renderer.word(_LANGUAGE, "skipped", one.reason) if one.reason else "",
        renderer.word(_LANGUAGE, "channel", one.channel) if one.channel else "",
        _masked(one.address) if one.channel == ContactKind.PHONE else "",
        *(_moment(at, zone) for at in (one.sent_at, one.delivered_at, one.confirmed_at, one.visited_at)),
    ]


def _masked(number: str) -> str:
    """+8613900007001 → 139****7001: enough to see which of a family's phones it was."""
    national = number.removeprefix("+86")
    return f"{national[:3]}****{national[-4:]}"


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else ""
