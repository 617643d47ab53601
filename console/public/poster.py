"""A notice as a long picture in big type, to be put into the village's chat groups: for who cannot read small print.

The font comes with the package `pylopdf_fonts_zh_cn` (Noto Sans SC, SIL Open Font License), so that a bare server has
it too.
"""

import functools
import io
import re
from dataclasses import dataclass
from importlib import resources

import segno
from PIL import Image, ImageDraw, ImageFont

WIDTH = 1080
"""Pixels: as wide as phones show a picture without enlarging it."""
_MARGIN = 72
_HEADING, _BODY, _FOOT = 76, 64, 44
_LEADING = 1.5
_QR_SIDE = 320
_PAPER, _INK, _LEAF, _SOFT = "#fffdf8", "#24201a", "#1e5b3a", "#5d5446"

# No line begins with these (GB/T 15834: marks that close stay with what they close).
_NEVER_FIRST = frozenset(",。、;:?!)》」』”’…%\uff0c\uff1b\uff1a\uff1f\uff01\uff09\uff05")


_PIECE = re.compile(r"[0-9A-Za-z.:/-]{1,16}|.")
"""What stays on one line: a character, or a number, which nobody should have to put together."""


@dataclass(frozen=True, slots=True)
class Poster:
    """`heading` stands above the text, `foot` beside the QR code, which leads to `address`; none where that is ""."""

    heading: str
    text: str
    foot: str
    address: str


@functools.lru_cache(maxsize=16)
def png_of(poster: Poster) -> bytes:
    """The picture as PNG, 1,080 pixels wide and as high as the text is long. Some 0.1 s: not for the event loop."""
    heading = _lines(poster.heading, _font(_HEADING), WIDTH - 2 * _MARGIN)
    body = [
        line for paragraph in poster.text.splitlines() for line in _lines(paragraph, _font(_BODY), WIDTH - 2 * _MARGIN)
    ]
    foot = _lines(poster.foot, _font(_FOOT), WIDTH - 3 * _MARGIN - _QR_SIDE)
    top = 2 * _MARGIN + _height(heading, _HEADING)
    end = top + _MARGIN + _height(body, _BODY) + _MARGIN
    picture = Image.new("RGB", (WIDTH, end + max(_QR_SIDE, _height(foot, _FOOT)) + _MARGIN), _PAPER)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, WIDTH, top), fill=_LEAF)
    _write(draw, heading, _HEADING, _MARGIN, "white")
    _write(draw, body, _BODY, top + _MARGIN, _INK)
    _write(draw, foot, _FOOT, end, _SOFT)
    if poster.address:
        code = _qr(poster.address)
        picture.paste(code, (WIDTH - _MARGIN - code.width, end))
    return _encoded(picture)


@functools.lru_cache(maxsize=4)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(resources.files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf"), size)


def _height(lines: list[str], size: int) -> int:
    return int(len(lines) * size * _LEADING)


def _write(draw: ImageDraw.ImageDraw, lines: list[str], size: int, top: int, colour: str) -> None:
    for place, line in enumerate(lines):
        draw.text((_MARGIN, top + int(place * size * _LEADING)), line, fill=colour, font=_font(size))


def _lines(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Broken where it is full, as Chinese is; a mark that may not begin a line hangs at the end of the one before."""
    lines = [""]
    for piece in _PIECE.findall(text):
        if font.getlength(lines[-1] + piece) > width and piece not in _NEVER_FIRST:
            lines.append("")
        lines[-1] += piece
    return lines


def _qr(address: str) -> Image.Image:
    """Level Q survives a quarter of it being unreadable: photographed from a screen, printed on a wet wall."""
    code = segno.make(address, error="q", micro=False)
    scale = _QR_SIDE // code.symbol_size(border=2)[0]
    content = io.BytesIO()
    code.save(content, kind="png", scale=scale, border=2)
    with Image.open(content) as picture:
        return picture.convert("RGB")


def _encoded(picture: Image.Image) -> bytes:
    content = io.BytesIO()
    picture.quantize(32).save(content, "PNG", optimize=True)
    return content.getvalue()
