"""The month's page set in type: PDF for paper and archives, pictures for chat.

Typst runs inside the process, with the fonts of the package `pylopdf_fonts_zh_cn` only (SIL Open Font License), so
that every machine prints the same page. A page takes some 10 ms, its picture 100: not for the event loop.
"""

import functools
import io
import json
import threading
from datetime import UTC, datetime
from enum import StrEnum
from importlib import resources
from typing import Literal, cast

import typst
from PIL import Image

from notifier.paper.layout import page_of
from notifier.render import TEMPLATES
from store.domain.monthly_paper import MonthlyPaper

PIXELS_PER_INCH = 130
"""A page is 1,075 pixels wide: what phones show without enlarging it."""
_SOURCE = TEMPLATES / "paper" / "month.typ"
_ARCHIVABLE: Literal["a-2a"] = "a-2a"
"""PDF/A-2 (ISO 19005-2), tagged so that it can be read aloud; nothing in it depends on another file."""
_ONE_AT_A_TIME = threading.Lock()
"""A compiler keeps what it has laid out, and is not made for two threads."""


class Edition(StrEnum):
    """`large` is for those who read small print with effort."""

    USUAL = "usual"
    LARGE = "large"


_SIZE = {Edition.USUAL: 12, Edition.LARGE: 18}
"""Points; nothing on the page is smaller, and a long month takes another page instead."""


def pdf_of(paper: MonthlyPaper, address: str, language: str, edition: Edition = Edition.USUAL) -> bytes:
    """PDF/A. `address` is where the QR code leads."""
    with _ONE_AT_A_TIME:
        return cast(
            "bytes",
            _compiler().compile(
                sys_inputs=_inputs(paper, address, language, edition),
                format="pdf",
                pdf_standards=[_ARCHIVABLE],
                timestamp=_stamp(paper),
            ),
        )


@functools.lru_cache(maxsize=8)
def pictures_of(paper: MonthlyPaper, address: str, language: str) -> tuple[bytes, ...]:
    """A PNG a page."""
    with _ONE_AT_A_TIME:
        pages = _compiler().compile(
            sys_inputs=_inputs(paper, address, language, Edition.USUAL), format="png", ppi=PIXELS_PER_INCH
        )
    return tuple(_few_colours(page) for page in (pages if isinstance(pages, list) else [cast("bytes", pages)]))


@functools.lru_cache(maxsize=32)
def pages_of(paper: MonthlyPaper, address: str, language: str) -> int:
    """How many pages the usual edition has. Some 20 ms: the type is set, and hardly drawn."""
    with _ONE_AT_A_TIME:
        pages = _compiler().compile(sys_inputs=_inputs(paper, address, language, Edition.USUAL), format="png", ppi=4)
    return len(pages) if isinstance(pages, list) else 1


def _few_colours(png: bytes) -> bytes:
    """A third of the size, for phones that pay for it."""
    content = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        few = picture.convert("RGB").quantize(24, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(content, "PNG", optimize=True)
    return content.getvalue()


@functools.cache
def _compiler() -> typst.Compiler:
    fonts = str(resources.files("pylopdf_fonts_zh_cn"))
    return typst.Compiler(
        str(_SOURCE),
        root=str(_SOURCE.parent),
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts]),
    )


def _inputs(paper: MonthlyPaper, address: str, language: str, edition: Edition) -> dict[str, str]:
    return {"paper": json.dumps(page_of(paper, address, language)), "size": str(_SIZE[edition])}


def _stamp(paper: MonthlyPaper) -> datetime:
    """The same page is the same file, whenever it is printed."""
    day = paper.published_on or paper.month
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
