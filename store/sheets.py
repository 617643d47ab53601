"""Reading a table as clerks keep it, .xlsx or .csv, into rows of cells."""

import csv
import io
import re
import zipfile
import zlib
from datetime import date
from enum import StrEnum
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from store.domain.errors import Refusal
from store.domain.roster_cells import CellValue

Rows = list[list[CellValue]]

LARGEST_FILE_BYTES = 20 * 1024 * 1024
_LARGEST_UNPACKED_BYTES = 300 * 1024 * 1024
_MOST_CELLS = 4_000_000
_ZIP = b"PK\x03\x04"
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",\t;|"
_SAMPLE_LINES = 20


class SheetFault(StrEnum):
    NOT_A_SHEET = "not_a_sheet"
    TOO_LARGE = "too_large"
    ENCRYPTED = "encrypted"
    OLD_FORMAT = "old_format"


class SheetUnreadable(Refusal):
    """The file is none of ours: too large, behind a password, an old .xls, or no table at all."""

    def __init__(self, reason: SheetFault) -> None:
        super().__init__(f"sheet_{reason}")
        self.reason = reason


def read_sheet(path: Path) -> Rows:
    """The first visible worksheet that holds anything, or the whole .csv; raises as `read_sheets` does."""
    return next((rows for rows in read_sheets(path).values() if rows), [])


def read_sheets(path: Path) -> dict[str, Rows]:
    """Every visible worksheet by its name, a .csv by its file's; a row's place in the list is its place in the sheet.

    A merged cell's value stands in each of its cells, a formula's is the one that was last computed. What the file is
    goes by its bytes, not by its name. Raises SheetUnreadable.
    """
    if path.stat().st_size > LARGEST_FILE_BYTES:
        raise SheetUnreadable(SheetFault.TOO_LARGE)
    return sheets_in(path.read_bytes(), path.stem)


def sheets_in(content: bytes, name: str) -> dict[str, Rows]:
    """As `read_sheets`, of a file that is no file yet."""
    if len(content) > LARGEST_FILE_BYTES:
        raise SheetUnreadable(SheetFault.TOO_LARGE)
    if content.startswith(_COMPOUND_FILE):
        encrypted = _ENCRYPTED_STREAM in content
        raise SheetUnreadable(SheetFault.ENCRYPTED if encrypted else SheetFault.OLD_FORMAT)
    if content.startswith(_ZIP):
        return _read_workbook(content)
    return {name: _read_csv(content)}


def _read_workbook(content: bytes) -> dict[str, Rows]:
    _check_size(content)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            visible = [one.name for one in workbook.sheets_metadata if one.visible is SheetVisibleEnum.Visible]
            return {name: _read_worksheet(workbook.get_sheet_by_name(name)) for name in visible}
    except PasswordError as error:
        raise SheetUnreadable(SheetFault.ENCRYPTED) from error
    except CalamineError as error:
        raise SheetUnreadable(SheetFault.NOT_A_SHEET) from error


_FILLED_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>/]*>')


def _check_size(content: bytes) -> None:
    """Refuse what would unpack to more than a village has.

    calamine sets aside room for every cell up to the outermost one: one stray value in XFD1048576 is 400 GB.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > _LARGEST_UNPACKED_BYTES:
                raise SheetUnreadable(SheetFault.TOO_LARGE)
            worksheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
            cells = sum(_reach(archive.read(name)) for name in worksheets)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise SheetUnreadable(SheetFault.NOT_A_SHEET) from error
    if cells > _MOST_CELLS:
        raise SheetUnreadable(SheetFault.TOO_LARGE)


def _reach(worksheet: bytes) -> int:
    """How many cells there are up to the outermost filled one."""
    columns: set[bytes] = set()
    height = 0
    for match in _FILLED_CELL.finditer(worksheet):
        columns.add(match[1])
        height = max(height, int(match[2]))
    return height * max(map(_column_number, columns), default=0)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _read_worksheet(sheet: CalamineSheet) -> Rows:
    rows: Rows = [[_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        for row in rows[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = rows[top][left]
    return rows


def _cell(value: object) -> CellValue:
    if isinstance(value, bool) or not isinstance(value, (str, int, float, date)):
        return str(value)
    return value


def _read_csv(content: bytes) -> Rows:
    text = _decode(content)
    lines = text.splitlines()[:_SAMPLE_LINES]
    delimiter = max(_DELIMITERS, key=lambda one: sum(line.count(one) for line in lines))
    try:
        return [[*record] for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as error:
        raise SheetUnreadable(SheetFault.NOT_A_SHEET) from error


def _decode(content: bytes) -> str:
    """UTF-8 with or without its mark, Excel's "Unicode text" (UTF-16), else GB18030, which is how WPS saves a .csv."""
    for encoding in ("utf-16",) if content.startswith(_UTF16_MARKS) else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise SheetUnreadable(SheetFault.NOT_A_SHEET)
