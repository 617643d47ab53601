"""A program of its own, `python -m store.pdf_reader`: the words of a PDF that comes in by standard input.

What a hostile file costs, it costs this process, which has little time and memory and may write no file. It answers
with a line of JSON a page, {"text": …}, as it goes, and ends with {"whole": …}; with {"fault": …} where there is
nothing to read.
"""

import io
import json
import resource
import sys
from collections.abc import Iterator

from pypdf import PageObject, PdfReader
from pypdf.errors import FileNotDecryptedError

SECONDS = 10
MOST_PAGES = 200
MOST_CHARACTERS = 100_000
_MEMORY_BYTES = 512 * 1024 * 1024
LOCKED, BROKEN = "locked", "broken"


def main() -> None:
    _take_little()
    for line in _lines(sys.stdin.buffer.read()):
        sys.stdout.write(f"{json.dumps(line)}\n")
        sys.stdout.flush()


def _take_little() -> None:
    for limit, most in (
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))


def _lines(content: bytes) -> Iterator[dict[str, object]]:
    try:
        reader = PdfReader(io.BytesIO(content))
        pages = len(reader.pages)
        beside = _beside_pages(reader)
    except FileNotDecryptedError:
        yield {"fault": LOCKED}
        return
    except Exception:  # noqa: BLE001 - a broken file makes the reader trip over whatever it likes
        yield {"fault": BROKEN}
        return
    if not pages:
        yield {"fault": BROKEN}
        return
    left = MOST_CHARACTERS
    for number in range(min(pages, MOST_PAGES)):
        text = _text_of(reader.pages[number])
        yield {"text": text[:left]}
        left -= len(text)
        if left < 0:
            break
    if beside:
        yield {"beside": beside[: max(left, 0)]}
    yield {"whole": pages <= MOST_PAGES and left - len(beside) >= 0 and not _holds_files(reader)}


def _text_of(page: PageObject) -> str:
    """What stands on a page, and what is pinned to it; "" for one that cannot be read, as for a picture."""
    try:
        notes = [str(one.get_object().get("/Contents", "")) for one in page.annotations or ()]
        return "\n".join((page.extract_text(), *notes)).strip()
    except Exception:  # noqa: BLE001 - as above
        return ""


def _beside_pages(reader: PdfReader) -> str:
    """What fills its form, and what it says of itself: who wrote it, what it is called."""
    filled = (reader.get_form_text_fields() or {}).values()
    return "\n".join(str(one) for one in (*filled, *(reader.metadata or {}).values()) if one)


def _holds_files(reader: PdfReader) -> bool:
    names = reader.root_object.get("/Names")
    return names is not None and "/EmbeddedFiles" in names.get_object()


if __name__ == "__main__":
    main()
