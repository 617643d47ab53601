"""PDFs as people send them, and as nobody should."""

import io
import zlib
from importlib import resources
from pathlib import Path

import typst
from PIL import Image
from pypdf import PdfReader, PdfWriter

_FONTS = [Path(str(resources.files("pylopdf_fonts_zh_cn")))]


def paper(*pages: str) -> bytes:
    """Typeset, a text a page."""
    source = '#set text(font: "Noto Sans SC")\n' + "\n#pagebreak()\n".join(pages)
    fonts = typst.Fonts(include_system_fonts=False, font_paths=_FONTS)
    return typst.compile(source.encode(), font_paths=fonts, format="pdf")


def scanned() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (200, 300), "white").save(content, "PDF")
    return content.getvalue()


def locked(content: bytes, to_open: str, to_change: str) -> bytes:
    """Behind a password; one that is only needed to change it keeps nobody from reading."""
    writer, kept = PdfWriter(clone_from=PdfReader(io.BytesIO(content))), io.BytesIO()
    writer.encrypt(to_open, to_change, algorithm="AES-256")
    writer.write(kept)
    return kept.getvalue()


def with_author(content: bytes, author: str) -> bytes:
    writer, kept = PdfWriter(clone_from=PdfReader(io.BytesIO(content))), io.BytesIO()
    writer.add_metadata({"/Author": author})
    writer.write(kept)
    return kept.getvalue()


def with_a_file_in_it(content: bytes) -> bytes:
    writer, kept = PdfWriter(clone_from=PdfReader(io.BytesIO(content))), io.BytesIO()
    writer.add_attachment("名单.csv", b"13900007009")
    writer.write(kept)
    return kept.getvalue()


def bomb() -> bytes:
    """One page whose content unpacks to a quarter of a gigabyte."""
    return one_page(zlib.compress(b" " * (1 << 28), 9))


def maze() -> bytes:
    """One page with so much to draw that a reader takes minutes."""
    return one_page(zlib.compress(b"BT /F 9 Tf (x) Tj ET\n" * 1_000_000, 9))


def one_page(packed: bytes) -> bytes:
    font = b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    return _built(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources" + font + b">>",
        b"<</Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(packed), packed),
    )


def many_pages(count: int) -> bytes:
    return _built(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%b]/Count %d>>" % (b"3 0 R " * count, count),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    )


def endless() -> bytes:
    """Its tree of pages bites its own tail."""
    return _built(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 1>>")


def _built(*objects: bytes) -> bytes:
    content, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size, begins = len(objects) + 1, len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table)
    return content + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, begins)
