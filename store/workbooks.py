"""Writing a table as an Excel file."""

import io
from collections.abc import Sequence

import xlsxwriter

_LONGEST_TITLE = 31
_NOT_IN_TITLES = str.maketrans("", "", "[]:*?/\\'")


def workbook(title: str, rows: Sequence[Sequence[str]]) -> bytes:
    """One worksheet. Cells are written as text: a name such as =cmd() stays a name in whatever opens the file.

    Made in memory: no person's name is left behind in a folder for temporary files.
    """
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        sheet = book.add_worksheet(title.translate(_NOT_IN_TITLES)[:_LONGEST_TITLE] or "1")
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write_string(at, column, value)
    return written.getvalue()
