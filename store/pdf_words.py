"""What a machine can read in a PDF, by a process of its own that is given little time and memory: store.pdf_reader."""

import json
import subprocess
import sys
from dataclasses import dataclass

from store.files import UnusableFileError

WITHIN_SECONDS = 15
"""By the clock: the process has less than that of the processor."""
_READER = (sys.executable, "-P", "-m", "store.pdf_reader")


@dataclass(frozen=True, slots=True)
class PdfWords:
    """`pages` is the text of each page that was read, "" for a picture; `beside` stands on none, like its author.

    `is_whole` is False where there is more: it is too long, took too long, or carries other files.
    """

    pages: tuple[str, ...]
    beside: str
    is_whole: bool


def words_in_pdf(content: bytes) -> PdfWords:
    """Takes its time. Raises UnusableFileError: locked, where a password is asked for, and broken."""
    try:
        ended = subprocess.run(  # noqa: S603 - our own program
            _READER,
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WITHIN_SECONDS,
            check=False,
        )
        said = ended.stdout
    except subprocess.TimeoutExpired as late:
        said = late.stdout or b""  # what was said until then counts
    lines = [json.loads(line) for line in said.splitlines(keepends=True) if line.endswith(b"\n")]
    return _words(lines)


def _words(lines: list[dict[str, str]]) -> PdfWords:
    for line in lines:
        if "fault" in line:
            raise UnusableFileError(line["fault"])
    return PdfWords(
        pages=tuple(line["text"] for line in lines if "text" in line),
        beside=next((line["beside"] for line in lines if "beside" in line), ""),
        is_whole=any(line.get("whole") for line in lines),
    )
