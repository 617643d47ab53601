"""Figures to take along: an Excel sheet for whoever goes on counting, and a PDF for the notice board or the file."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

import typst
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from console.figures.tables import Headline, Table
from notifier.render import TEMPLATES

_WIDEST = 40
_SHEET_NAME = 31
"""Characters that Excel takes."""


@dataclass(frozen=True, slots=True)
class Paper:
    """`title` says of which place, `subtitle` of which months; `note` what is counted and what is not."""

    title: str
    subtitle: str
    note: str
    headlines: Sequence[Headline]
    tables: Sequence[Table]


def workbook_of(paper: Paper, words: Mapping[str, str]) -> bytes:
    """One sheet a table. Words are written as text: a name such as =cmd() stays a name in whatever opens the file."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(
        content, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    ) as book:
        strong = book.add_format({"bold": True})
        first = book.add_worksheet(words["overview"][:_SHEET_NAME])
        lines = [
            (paper.title,),
            (paper.subtitle,),
            (paper.note,),
            *((h.label, h.value, h.beside) for h in paper.headlines),
        ]
        _fill(first, lines, strong)
        for table in paper.tables:
            sheet = book.add_worksheet(table.title[:_SHEET_NAME])
            _fill(sheet, [table.headings, *table.rows, *([(table.note,)] if table.note else [])], strong)
    return content.getvalue()


def _fill(sheet: Worksheet, rows: Sequence[Sequence[str | int]], strong: Format) -> None:
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(number, column, value)
            else:
                sheet.write_string(number, column, value, strong if number == 0 else None)
    longest = max((len(str(row[0])) for row in rows), default=0)
    sheet.set_column(0, 0, min(_WIDEST, longest * 2 + 2))


def pdf_of(paper: Paper) -> bytes:
    """A4 upright. Some 0.3 s: not for the event loop."""
    given = {
        "title": paper.title,
        "subtitle": paper.subtitle,
        "note": paper.note,
        "headlines": [[one.label, one.value, one.beside] for one in paper.headlines],
        "tables": [
            {
                "title": table.title,
                "headings": table.headings,
                "rows": [[str(cell) for cell in row] for row in table.rows],
                "svg": table.svg,
                "note": table.note,
            }
            for table in paper.tables
        ],
    }
    fonts = resources.files("pylopdf_fonts_zh_cn")
    content: bytes = typst.compile(
        str(TEMPLATES / "paper" / "figures.typ"),
        font_paths=[str(fonts)],
        ignore_system_fonts=True,
        sys_inputs={"given": json.dumps(given)},
    )
    return content
