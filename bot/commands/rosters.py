"""Rosters in and out, from the command line."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot.commands.saying import print_json
from bot.commands.store import open_store, the_village
from bot.opening import utc_now
from notifier.render import Renderer
from store.actions.roster_import import RosterPreview, RosterResult, import_roster, preview
from store.database import Database, Transaction
from store.domain.areas import Area
from store.domain.errors import NotFound
from store.domain.roster import RosterSheet, read_roster
from store.domain.roster_matching import KnownResident
from store.domain.roster_people import RosterProblem
from store.domain.roster_remarks import SensitiveFlag
from store.domain.working_calendar import VILLAGE_ZONE
from store.queries.areas import groups_of, village_named
from store.queries.roster import EXPORT_HEADINGS, export_rows
from store.sheets import Rows, read_sheet
from store.workbooks import workbook

SHOWN = 40
_ACTOR = "console"
console = Console(stderr=True)


def import_file(file: Path, village: str, *, dry_run: bool, keep_flags: bool, reason: str, as_json: bool) -> None:
    """Show what the file would do; without --dry-run do it, in one transaction."""
    if not file.is_file():
        raise NotFound("file.unknown", name=file.name)
    rows = read_sheet(file)
    flags = tuple(SensitiveFlag) if keep_flags else ()
    shown = asyncio.run(_import(rows, village, flags, reason, dry_run=dry_run))
    if as_json:
        print_json(_as_json(*shown))
    else:
        _show(*shown, done=not dry_run)


Shown = tuple[RosterSheet, RosterPreview]


async def _import(rows: Rows, village: str, flags: tuple[SensitiveFlag, ...], reason: str, *, dry_run: bool) -> Shown:
    async with open_store() as database:
        async with database.read(utc_now()) as tx:
            place = await village_named(tx, village) if village else None
            sheet = await _sheet(tx, rows, place)
            shown = await preview(tx, place, sheet)
        if not dry_run:
            await _write(database, place, sheet, flags, reason)
    return sheet, shown


async def _sheet(tx: Transaction, rows: Rows, place: Area | None) -> RosterSheet:
    """Read it knowing the named groups of the village, the one that was asked for or the one that the title names."""
    today = tx.now.astimezone(VILLAGE_ZONE).date()
    sheet = read_roster(rows, today)
    place = place or (await preview(tx, None, sheet)).village
    names = [group.name for group in await groups_of(tx, place.id)] if place else []
    return read_roster(rows, today, names)


async def _write(
    database: Database, place: Area | None, sheet: RosterSheet, flags: tuple[SensitiveFlag, ...], reason: str
) -> RosterResult:
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("Importing", total=len(sheet.people))
        async with database.write(utc_now()) as tx:
            return await import_roster(
                tx,
                place,
                sheet,
                keep_flags=flags,
                reason=reason,
                progress=lambda done, total: progress.update(task, completed=done, total=total),
                actor=_ACTOR,
            )


def _as_json(sheet: RosterSheet, shown: RosterPreview) -> dict[str, object]:
    renderer = Renderer()
    return {
        "village": shown.village.name if shown.village else sheet.title_village,
        "residents": len(sheet.people),
        "households": sheet.households,
        "new": len(shown.plan.new),
        "changed": len(shown.plan.changed),
        "unchanged": shown.plan.unchanged,
        "missing": len(shown.plan.missing),
        "problems": [
            {"row": problem.row, "field": problem.field.value, "reason": _reason(renderer, problem)}
            for problem in sheet.problems
        ],
        "remark_words": dict(sheet.remark_words),
        "refused_words": dict(sheet.refused_words),
    }


def _reason(renderer: Renderer, problem: RosterProblem) -> str:
    return renderer.word("zh_CN", "roster_problem", problem.reason)


def _show(sheet: RosterSheet, shown: RosterPreview, *, done: bool) -> None:
    renderer = Renderer()
    name = shown.village.name if shown.village else sheet.title_village
    plan = shown.plan
    print(f"{name}:读到{len(sheet.people)}人,{sheet.households}户。")
    print(f"新增{len(plan.new)}人,改动{len(plan.changed)}人,没变{plan.unchanged}人,关联电话{plan.phones_to_link}个。")
    if plan.missing:
        print(f"村里有、表上没有的{len(plan.missing)}人,不会删除:{_names(plan.missing)}")
    if plan.lost_phones:
        print(f"表上少了电话的{len(plan.lost_phones)}人,原来的电话照旧:{_names(plan.lost_phones)}")
    if sheet.remark_words:
        print(f"备注里的词(默认不存):{'、'.join(f'{word}{count}' for word, count in sheet.remark_words.items())}")
    if sheet.refused_words:
        print(f"这些词永远不存:{'、'.join(sheet.refused_words)}")
    if sheet.problems:
        table = Table("行", "列", "表头", "写的是", "问题")
        for problem in sheet.problems:
            reason = _reason(renderer, problem)
            table.add_row(str(problem.row), problem.column, problem.column_heading, problem.value_hint, reason)
        Console().print(table)
    print("已导入。" if done else "只是预览,什么都没有改。")


def _names(people: Sequence[KnownResident]) -> str:
    names = "、".join(one.standing.name for one in people[:SHOWN])
    return f"{names}…" if len(people) > SHOWN else names


def export_file(file: Path, village: str) -> None:
    rows = asyncio.run(_export(village))
    file.write_bytes(workbook("花名册", [EXPORT_HEADINGS, *rows]))
    print(f"{len(rows)}人写到{file}。这次导出已记在审计里。")


async def _export(village: str) -> list[list[str]]:
    """The audit fact is committed before the file appears: no export without its trace."""
    async with open_store() as database, database.write(utc_now()) as tx:
        place = await the_village(tx, village)
        rows = list(await export_rows(tx, place.id))
        tx.audit(place.id, _ACTOR, "roster.exported", f"area:{place.id}", len(rows))
    return rows
