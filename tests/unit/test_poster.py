"""The long picture for chat groups, as pixels."""

import io

import pytest
from PIL import Image

from console.public.poster import WIDTH, Poster, _font, _lines, png_of

SHORT = Poster(
    "榕溪村通知26001号", "11月23日8点到17点全村停水,请先存好水。", "有不明白的,打6123456。", "https://v.example/1/"
)


def opened(poster: Poster) -> Image.Image:
    return Image.open(io.BytesIO(png_of(poster)))


def test_it_is_a_long_picture_of_a_phones_width() -> None:
    short = opened(SHORT)
    long = opened(Poster(SHORT.heading, SHORT.text * 20, SHORT.foot, SHORT.address))
    assert short.format == "PNG"
    assert short.width == long.width == WIDTH
    assert long.height > short.height + 1000
    assert len(png_of(SHORT)) < 100_000


def test_the_type_is_big_and_there() -> None:
    """Dark on light where the text stands; a font without Chinese would draw the same box for every character."""
    assert _font(64).getmask("停").getbbox()
    assert bytes(_font(64).getmask("停")) != bytes(_font(64).getmask("水"))


def test_another_address_is_another_code() -> None:
    side = (WIDTH - 400, opened(SHORT).height - 400, WIDTH, opened(SHORT).height)
    other = Poster(SHORT.heading, SHORT.text, SHORT.foot, "https://v.example/2/")
    assert opened(SHORT).convert("L").crop(side).tobytes() != opened(other).convert("L").crop(side).tobytes()


@pytest.mark.parametrize("text", ["停水" * 40, "停水,请存水。" * 12, "a" * 120, ""])
def test_lines_fit_and_lose_nothing(text: str) -> None:
    lines = _lines(text, _font(64), 600)
    assert "".join(lines) == text
    assert all(_font(64).getlength(line.rstrip(",。")) <= 600 for line in lines)
    assert not [line for line in lines[1:] if line[0] in ",。"]
