"""Charts are well-formed pictures with words for who does not see them; whatever is written in one is text."""

import xml.etree.ElementTree as ET

import pytest

from console.figures.charts import Chart, Mark, bars, line

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert('1')</script>\"&"


@pytest.mark.parametrize("draw", [bars, line])
@pytest.mark.parametrize("values", [[3], [0, 0, 0], [5, None, 7, 2], list(range(36))])
def test_a_chart_is_a_picture_with_a_title(draw: object, values: list[int | None]) -> None:
    marks = [Mark(HOSTILE, value, str(value)) for value in values]
    picture = ET.fromstring(draw(Chart(HOSTILE, HOSTILE, marks), "months"))  # type: ignore[operator]  # noqa: S314 - our own
    assert picture.get("aria-labelledby") == "months-title months-desc"
    assert [picture.findtext(f"{SVG}{tag}") for tag in ("title", "desc")] == [HOSTILE, HOSTILE]
    assert not list(picture.iter(f"{SVG}script"))
    assert "nan" not in ET.tostring(picture, "unicode")


def test_a_line_is_broken_where_a_value_may_not_be_told() -> None:
    marks = [Mark(str(month), value, "") for month, value in enumerate([1, 2, None, 4, 5])]
    picture = ET.fromstring(line(Chart("t", "d", marks), "k"))  # noqa: S314 - our own
    assert len(list(picture.iter(f"{SVG}polyline"))) == 2
    assert len(list(picture.iter(f"{SVG}circle"))) == 4


def test_bars_reach_as_far_as_their_value() -> None:
    marks = [Mark("a", 10, "10"), Mark("b", 5, "5"), Mark("c", 0, "0")]
    picture = ET.fromstring(bars(Chart("t", "d", marks), "k"))  # noqa: S314 - our own
    widths = [int(one.get("width", 0)) for one in picture.iter(f"{SVG}rect")]
    assert widths == [360, 360, 360, 180, 360]
