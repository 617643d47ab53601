"""What is read in a PDF, and what a hostile one costs."""

import resource
from collections.abc import Callable

import pytest

from store.files import UnusableFileError
from store.pdf_words import PdfWords, words_in_pdf
from tests import pdfs


@pytest.fixture(scope="module")
def contract() -> bytes:
    return pdfs.paper("三组水渠合同", "找老罗13900007009")


def test_the_words_of_a_paper_by_page(contract: bytes) -> None:
    found = words_in_pdf(contract)
    assert [page.replace(" ", "") for page in found.pages] == ["三组水渠合同", "找老罗13900007009"]
    assert found.is_whole


def test_what_keeps_nobody_from_reading_keeps_not_us(contract: bytes) -> None:
    assert len(words_in_pdf(pdfs.locked(contract, "", "secret")).pages) == 2


def test_what_stands_on_no_page_is_read_too(contract: bytes) -> None:
    assert "13900007009" in (words_in_pdf(pdfs.with_author(contract, "老罗13900007009"))).beside


@pytest.mark.parametrize(
    ("made", "fault"),
    [
        (lambda contract: pdfs.locked(contract, "secret", "secret"), "locked"),
        (lambda contract: contract[: len(contract) // 2], "broken"),
        (lambda _: b"%PDF-" + b"0" * 5000, "broken"),
        (lambda _: pdfs.endless(), "broken"),
        (lambda _: pdfs.many_pages(0), "broken"),
    ],
)
def test_what_cannot_be_opened(contract: bytes, made: Callable[[bytes], bytes], fault: str) -> None:
    with pytest.raises(UnusableFileError, match=fault):
        words_in_pdf(made(contract))


@pytest.mark.parametrize(
    ("made", "pages", "is_whole"),
    [
        (pdfs.scanned, ("",), True),
        (pdfs.bomb, ("",), True),
        (lambda: pdfs.many_pages(1000), ("",) * 200, False),
        (lambda: pdfs.with_a_file_in_it(pdfs.paper("ABC")), ("ABC",), False),
    ],
)
def test_what_is_not_read_says_so(
    made: Callable[[], bytes],
    pages: tuple[str, ...],
    is_whole: bool,  # noqa: FBT001
) -> None:
    found = words_in_pdf(made())
    assert (found.pages, found.is_whole) == (pages, is_whole)


def test_a_maze_costs_its_reader_its_time_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.pdf_words.WITHIN_SECONDS", 2)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert words_in_pdf(pdfs.maze()) == PdfWords((), "", is_whole=False)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before.ru_utime < 3
