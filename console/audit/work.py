"""The long work of the audit room: following a chain from its beginning, and writing it down as a sheet."""

import asyncio
import io
from collections.abc import Callable, Sequence
from datetime import datetime

import xlsxwriter

from console.audit.sentences import Sentence, Words, sentence_of
from store.actions.inbound import record_files
from store.actions.tasks import finish_task, move_on, take_up_task
from store.database import Database, Transaction
from store.domain.audit import Link
from store.domain.audit_search import AuditSearch
from store.domain.errors import NotFound
from store.domain.jobs import JobArguments, JobHandler, JobName
from store.domain.tasks import Task
from store.files import FileStore
from store.queries.areas import area_by_id, settings_for
from store.queries.audit_book import search_book
from store.queries.people import staff_by_id
from store.queries.tasks import task_by_id
from store.queries.verifying import break_at_end, follow_part

MOST_ROWS = 50_000
_AT_ONCE = 2_000
_SHEET_WIDTHS = (22, 14, 34, 24)


def verify_job(database: Database, clock: Callable[[], datetime]) -> JobHandler:
    """The job VERIFY_CHAIN. Run twice it reads twice and says the same."""

    async def run(arguments: JobArguments) -> None:
        async with database.read(clock()) as tx:
            task = await task_by_id(tx, arguments["subject"])
        broken, link = await _follow(database, clock, task)
        async with database.write(clock()) as tx:
            if await take_up_task(tx, JobName.VERIFY_CHAIN, task.id) is None:
                return
            area = await area_by_id(tx, task.area_id)
            result: dict[str, str | int] = {"name": area.name, "count": link.sequence, "entry": broken or 0}
            await finish_task(tx, task, "broken" if broken else "whole", result)
            tx.audit(area.id, f"staff:{task.staff_id}", "audit.verified", f"area:{area.id}", [link.sequence, broken])

    return run


async def _follow(database: Database, clock: Callable[[], datetime], task: Task) -> tuple[int | None, Link]:
    """The number of the first entry that does not hold, None where all do; and how far the chain was followed."""
    link = Link()
    while True:
        async with database.read(clock()) as tx:
            reached = await follow_part(tx, task.area_id, link)
            if reached == link:
                return await break_at_end(tx, task.area_id, link), link
        if isinstance(reached, int):
            return reached, link
        link = reached
        async with database.write(clock()) as tx:
            await move_on(tx, task, link.sequence)


def export_job(
    database: Database, files: FileStore, words_of: Callable[[str], Words], clock: Callable[[], datetime]
) -> JobHandler:
    """The job EXPORT_AUDIT. That it was asked for is in the chain already."""

    async def run(arguments: JobArguments) -> None:
        async with database.read(clock()) as tx:
            task = await task_by_id(tx, arguments["subject"])
        words = words_of(str(task.facts["language"]))
        try:
            sentences, is_full = await _collect(database, clock, task, words)
        except NotFound:  # whoever asked has left office
            async with database.write(clock()) as tx:
                await finish_task(tx, task, "failed", {})
            return
        content = await asyncio.to_thread(_sheet, sentences, words)
        stored = await asyncio.to_thread(files.put_document, content)
        async with database.write(clock()) as tx:
            if await take_up_task(tx, JobName.EXPORT_AUDIT, task.id) is None:
                return
            await record_files(tx, [stored])
            await finish_task(
                tx,
                task,
                "full" if is_full else "written",
                {"count": len(sentences)},
                file=stored.sha256,
                file_name=await _file_name(tx, task, words),
            )

    return run


async def _collect(
    database: Database, clock: Callable[[], datetime], task: Task, words: Words
) -> tuple[list[Sentence], bool]:
    """What is found, the newest first, and whether there is more than a sheet takes."""
    search = AuditSearch.of({name: str(value) for name, value in task.facts.items()})
    sentences: list[Sentence] = []
    after = 0
    while len(sentences) < MOST_ROWS:
        async with database.read(clock()) as tx:
            person, area = await staff_by_id(tx, task.staff_id), await area_by_id(tx, task.area_id)
            zone = (await settings_for(tx, area.id)).zone
            found = await search_book(tx, person, area, search, after, most=_AT_ONCE)
        sentences += [sentence_of(line, zone, words) for line in found.lines]
        after = found.after
        if not after:
            break
        async with database.write(clock()) as tx:
            await move_on(tx, task, len(sentences))
    return sentences, bool(after)


async def _file_name(tx: Transaction, task: Task, words: Words) -> str:
    area = await area_by_id(tx, task.area_id)
    return words["audit"]["file_name"].format(area=area.name, day=f"{task.asked_at:%Y%m%d}")


def _sheet(sentences: Sequence[Sentence], words: Words) -> bytes:
    """As text: whoever is called =cmd() stays a name."""
    content = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    with xlsxwriter.Workbook(content, options) as book:
        sheet = book.add_worksheet(words["audit"]["title"])
        for column, width in enumerate(_SHEET_WIDTHS):
            sheet.set_column(column, column, width)
        headings = words["audit"]["headings"].split("|")
        rows = [headings, *((one.when, one.who, one.did, one.what) for one in sentences)]
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write_string(number, column, value)
    return content.getvalue()
