"""Small charts as SVG, drawn here: bars lying one under the other, and a line over months.

Each is a picture with a title and a description for who does not see it; the table beside it says the same. The marks
carry their colours themselves, so that the same SVG stands in the PDF.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 360
"""Units: as wide as the narrowest phone, so that its words are never smaller than drawn."""
_INK, _SOFT, _LEAF, _EDGE, _TRACK = "#24201a", "#5d5446", "#1e5b3a", "#d9cdb6", "#efe6d3"
_FONT = "Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
_TEXT = 14
_BAR_ROW, _BAR_HEIGHT = 44, 16
_PLOT_TOP, _PLOT_HEIGHT, _PLOT_LEFT = 24, 130, 36
_MOST_MONTH_LABELS = 6


@dataclass(frozen=True, slots=True)
class Mark:
    """`shown` is the value in words; None as a value where it may not be told."""

    label: str
    value: int | None
    shown: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`most` is the value that fills the whole width or height; the largest of the marks where it is 0."""

    title: str
    description: str
    marks: Sequence[Mark]
    most: int = 0

    @property
    def scale(self) -> int:
        return self.most or max((mark.value or 0 for mark in self.marks), default=0) or 1


def bars(chart: Chart, key: str) -> str:
    """Bars with their labels above them: a category's name is too long to stand beside its bar on a phone."""
    rows = "".join(_bar(mark, place, chart.scale) for place, mark in enumerate(chart.marks))
    return _picture(chart, key, _BAR_ROW * len(chart.marks) + 4, rows)


def _bar(mark: Mark, place: int, most: int) -> str:
    top = place * _BAR_ROW
    length = WIDTH * (mark.value or 0) // most
    shown = len(mark.shown) * _TEXT + 4
    room = max(4, (WIDTH - shown) // _TEXT)
    label = mark.label if len(mark.label) <= room else f"{mark.label[: room - 1]}…"
    bar_top = top + _TEXT + 8
    return (
        _text(0, top + _TEXT + 2, label)
        + _text(WIDTH, top + _TEXT + 2, mark.shown, anchor="end")
        + _rectangle(0, bar_top, WIDTH, _TRACK)
        + (_rectangle(0, bar_top, max(3, length), _LEAF) if mark.value else "")
    )


def _rectangle(left: int, top: int, width: int, colour: str) -> str:
    return f'<rect x="{left}" y="{top}" width="{width}" height="{_BAR_HEIGHT}" rx="3" fill="{colour}"/>'


def line(chart: Chart, key: str) -> str:
    """A line from month to month; it is broken where a value may not be told."""
    step = (WIDTH - _PLOT_LEFT - 16) / max(1, len(chart.marks) - 1)
    points = [
        (None if mark.value is None else (_PLOT_LEFT + number * step, _height(mark.value, chart.scale)))
        for number, mark in enumerate(chart.marks)
    ]
    dots = "".join(f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="3.5" fill="{_LEAF}"/>' for at in points if at)
    every = -(-len(chart.marks) // _MOST_MONTH_LABELS)
    labels = "".join(
        _text(_PLOT_LEFT + number * step, _PLOT_TOP + _PLOT_HEIGHT + _TEXT + 6, mark.label, anchor=_anchor(number))
        for number, mark in enumerate(chart.marks)
        if number % every == 0
    )
    inside = _grid(chart.scale) + _strokes(points) + dots + labels
    return _picture(chart, key, _PLOT_TOP + _PLOT_HEIGHT + _TEXT + 16, inside)


def _anchor(number: int) -> str:
    return "middle" if number else "start"


def _height(value: int, most: int) -> float:
    return _PLOT_TOP + _PLOT_HEIGHT * (1 - value / most)


def _grid(most: int) -> str:
    """The bottom, the middle where it is a whole number, and the top."""
    levels = [0, most] if most % 2 else [0, most // 2, most]
    return "".join(
        f'<line x1="{_PLOT_LEFT - 4}" y1="{_height(level, most):.1f}" x2="{WIDTH}" y2="{_height(level, most):.1f}" '
        f'stroke="{_EDGE}"/>' + _text(_PLOT_LEFT - 8, _height(level, most) + 5, str(level), anchor="end", colour=_SOFT)
        for level in levels
    )


def _strokes(points: Sequence[tuple[float, float] | None]) -> str:
    parts: list[list[str]] = [[]]
    for at in points:
        if at is None:
            parts.append([])
        else:
            parts[-1].append(f"{at[0]:.1f},{at[1]:.1f}")
    return "".join(
        f'<polyline points="{" ".join(part)}" fill="none" stroke="{_LEAF}" stroke-width="2.5"/>'
        for part in parts
        if len(part) > 1
    )


def _text(left: float, baseline: float, words: str, *, anchor: str = "start", colour: str = _INK) -> str:
    return (
        f'<text x="{left:.1f}" y="{baseline:.1f}" font-size="{_TEXT}" fill="{colour}" text-anchor="{anchor}">'
        f"{escape(words)}</text>"
    )


def _picture(chart: Chart, key: str, height: int, inside: str) -> str:
    """`key` tells it from the other charts of a page."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-labelledby="{key}-title {key}-desc" font-family="{_FONT}">'
        f'<title id="{key}-title">{escape(chart.title)}</title>'
        f'<desc id="{key}-desc">{escape(chart.description)}</desc>{inside}</svg>'
    )
