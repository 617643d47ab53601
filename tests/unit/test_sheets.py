import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.sheets import SheetFault, SheetUnreadable, read_sheet, read_sheets

ROWS = [["姓名", "电话"], [], ["陈伟", "13900007001"]]


def workbook(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "remove_timezone": True}) as book:
        fill(book)
    return buffer.getvalue()


def saved(tmp_path: Path, content: bytes, name: str = "花名册.xlsx") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def test_rows_keep_their_places_and_cells_their_kinds(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("一组")
        sheet.write("B3", "陈伟")
        sheet.write("C3", 13900007001)
        sheet.write_datetime("D3", datetime(1990, 3, 7, tzinfo=UTC), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_formula("E3", "=1+1", None, 2)
        sheet.write_boolean("F3", True)

    rows = read_sheet(saved(tmp_path, workbook(fill)))
    assert rows[:2] == [[""] * 6, [""] * 6]
    assert rows[2] == ["", "陈伟", 13900007001.0, date(1990, 3, 7), 2.0, "True"]


def test_a_merged_value_stands_in_each_of_its_cells(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:C1", "榕树村花名册")
        sheet.merge_range("A2:A4", 7)
        for row, name in enumerate(["陈伟", "李英", "王芳"], start=1):
            sheet.write(row, 1, name)
        sheet.merge_range("E4:F9", "")

    rows = read_sheet(saved(tmp_path, workbook(fill)))
    assert rows[0] == ["榕树村花名册"] * 2
    assert [row[:2] for row in rows[1:]] == [[7.0, "陈伟"], [7.0, "李英"], [7.0, "王芳"]]


def test_hidden_and_empty_worksheets_are_passed_over(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("空")
        book.add_worksheet("花名册").write("A1", "姓名")
        hidden = book.add_worksheet("底稿")
        hidden.write("A1", "姓名")
        hidden.hide()

    path = saved(tmp_path, workbook(fill))
    assert read_sheets(path) == {"空": [], "花名册": [["姓名"]]}
    assert read_sheet(path) == [["姓名"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_in_every_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = "\r\n".join(delimiter.join(row) for row in ROWS)
    path = saved(tmp_path, text.encode(encoding), "榕树村.csv")
    assert read_sheets(path) == {"榕树村": ROWS}


def test_a_quoted_cell_keeps_its_comma_and_its_line(tmp_path: Path) -> None:
    path = saved(tmp_path, '姓名,电话\n陈伟,"13900007001,\n13900007002"\n李英,'.encode(), "a.csv")
    assert read_sheet(path) == [["姓名", "电话"], ["陈伟", "13900007001,\n13900007002"], ["李英", ""]]


def compound_file(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1024) + stream.encode("utf-16-le") + bytes(512)


def archive(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


def stray_cell() -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write("A1", "姓名")
        sheet.write("XFD1048576", " 。")

    return workbook(fill)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (compound_file("EncryptedPackage"), SheetFault.ENCRYPTED),
        (compound_file("Workbook"), SheetFault.OLD_FORMAT),
        (archive(document=b"<w/>"), SheetFault.NOT_A_SHEET),
        (b"PK\x03\x04 cut short", SheetFault.NOT_A_SHEET),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", SheetFault.NOT_A_SHEET),
        (b"\xff\xff\xff\xff", SheetFault.NOT_A_SHEET),
        (b"a" * 200_000, SheetFault.NOT_A_SHEET),
        (archive(bomb=bytes(301 * 1024 * 1024)), SheetFault.TOO_LARGE),
        (stray_cell(), SheetFault.TOO_LARGE),
    ],
    ids=["locked", "xls", "another zip", "broken zip", "picture", "no text", "one endless cell", "bomb", "stray cell"],
)
def test_what_is_no_sheet_is_refused_with_a_reason(tmp_path: Path, content: bytes, reason: SheetFault) -> None:
    with pytest.raises(SheetUnreadable) as caught:
        read_sheets(saved(tmp_path, content))
    assert caught.value.reason is reason
    assert caught.value.key == f"sheet_{reason}"


def test_a_file_over_twenty_megabytes_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.truncate(20 * 1024 * 1024 + 1)
    with pytest.raises(SheetUnreadable) as caught:
        read_sheet(path)
    assert caught.value.reason is SheetFault.TOO_LARGE


def test_cells_that_are_only_coloured_do_not_count(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write("A1", "姓名")
        sheet.write_blank("XFD1048576", None, book.add_format({"bg_color": "yellow"}))

    assert read_sheet(saved(tmp_path, workbook(fill)))[0][0] == "姓名"


def one_heading(book: xlsxwriter.Workbook) -> None:
    book.add_worksheet().write("A1", "姓名")


GOOD = workbook(one_heading)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(at=st.integers(0, len(GOOD) - 1), byte=st.integers(0, 255))
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, at: int, byte: int) -> None:
    path = saved(tmp_path, GOOD[:at] + bytes([byte]) + GOOD[at + 1 :])
    try:
        read_sheets(path)
    except SheetUnreadable:
        return
