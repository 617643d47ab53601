from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.channels.sms.gsm7 import BASIC, EXTENSION
from notifier.channels.sms.segments import Encoding, Parts, count_parts, fit, split

# The shapes that decide: plain and escaped GSM-7, Chinese, characters outside the basic plane, numbers.
_CHARACTERS = st.sampled_from("aZ1239.:- \n€[]~^停水，。１😀𠮷")
_TEXTS = st.one_of(
    st.text(_CHARACTERS, max_size=400), st.text(st.sampled_from("ab12€[ "), max_size=700), st.text(max_size=300)
)
_ROOM = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}


def _units(text: str, encoding: Encoding) -> int:
    """Count the long way round: what would go over the air."""
    if encoding is Encoding.UCS2:
        return len(text.encode("utf-16-be", "surrogatepass")) // 2
    return len(text) + sum(character in "\f^{}\\[~]|€" for character in text)


def test_the_tables_have_the_sizes_of_the_standard() -> None:
    assert (len(BASIC), len(EXTENSION)) == (127, 10)
    assert not BASIC & EXTENSION


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Parts(Encoding.GSM7, 0, 1, 160)),
        ("OK", Parts(Encoding.GSM7, 2, 1, 158)),
        ("Ω à Ç\r\n", Parts(Encoding.GSM7, 7, 1, 153)),
        ("ç", Parts(Encoding.UCS2, 1, 1, 69)),
        ("`", Parts(Encoding.UCS2, 1, 1, 69)),
        ("a" * 160, Parts(Encoding.GSM7, 160, 1, 0)),
        ("a" * 161, Parts(Encoding.GSM7, 161, 2, 145)),
        ("€" * 80, Parts(Encoding.GSM7, 160, 1, 0)),
        # 76 pairs are 152 units: the 77th does not go in half.
        ("€" * 81, Parts(Encoding.GSM7, 162, 2, 143)),
        ("a" * 153 * 2, Parts(Encoding.GSM7, 306, 2, 0)),
        ("冇水", Parts(Encoding.UCS2, 2, 1, 68)),
        ("水" * 70, Parts(Encoding.UCS2, 70, 1, 0)),
        ("水" * 71, Parts(Encoding.UCS2, 71, 2, 63)),
        ("水" * 134, Parts(Encoding.UCS2, 134, 2, 0)),
        ("水" * 135, Parts(Encoding.UCS2, 135, 3, 66)),
        ("a" * 70 + "水", Parts(Encoding.UCS2, 71, 2, 63)),
        ("😀" * 35, Parts(Encoding.UCS2, 70, 1, 0)),
        ("😀" * 36, Parts(Encoding.UCS2, 72, 2, 61)),
        (
            "【榕溪村】停水通知26041号:11月23日8点到17点,一至三组。要听全文打6123456,公开栏也贴了。看到请回1。",
            Parts(Encoding.UCS2, 60, 1, 10),
        ),
    ],
)
def test_parts_are_counted_as_the_network_counts_them(text: str, expected: Parts) -> None:
    assert count_parts(text) == expected


@given(_TEXTS)
def test_parts_put_together_are_the_text_and_each_fits(text: str) -> None:
    size, parts = count_parts(text), split(text)
    single, joined = _ROOM[size.encoding]
    room = single if len(parts) == 1 else joined
    filled = [_units(part, size.encoding) for part in parts]

    assert "".join(parts) == text
    assert len(parts) == size.parts
    assert max(filled) <= room
    assert size.units == sum(filled)
    assert size.units_left == room - filled[-1]


@given(_TEXTS)
def test_no_part_could_have_taken_the_next_character(text: str) -> None:
    encoding, parts = count_parts(text).encoding, split(text)
    for part, following in pairwise(parts):
        assert _units(part + following[0], encoding) > _ROOM[encoding][1]


@given(_TEXTS)
def test_no_part_of_ucs2_ends_between_surrogates(text: str) -> None:
    for part in split("水" + text):
        assert part.encode("utf-16-be").decode("utf-16-be") == part


@pytest.mark.parametrize(
    ("text", "parts", "ellipsis_text", "expected"),
    [
        ("冇水", 1, "…", "冇水"),
        ("水" * 70, 1, "…", "水" * 70),
        ("水" * 71, 1, "…", "水" * 69 + "…"),
        ("a" * 161, 1, "...", "a" * 157 + "..."),
        # The dots of Chinese writing make an English text UCS-2.
        ("a" * 161, 1, "…", "a" * 69 + "…"),
        # What is left may need no Chinese any more, and then has GSM-7's room.
        ("a" * 69 + "水" * 2, 1, "...", "a" * 69 + "..."),
        ("水" * 68 + "😀😀", 1, "…", "水" * 68 + "…"),
        ("水" * 66 + "打6123456", 1, "…", "水" * 66 + "打…"),
        ("水" * 60 + "回执4821-7730-5。", 1, "…", "水" * 60 + "回执…"),
        ("水" * 66 + "17:30到", 1, "…", "水" * 66 + "…"),
        ("水" * 68 + "1" + "水水", 1, "…", "水" * 68 + "1…"),
        ("6" * 161, 1, "...", "6" * 157 + "..."),
        ("水" * 200, 2, "。全文打6123456", "水" * 123 + "。全文打6123456"),
    ],
)
def test_a_long_text_is_shortened_before_a_number(text: str, parts: int, ellipsis_text: str, expected: str) -> None:
    assert fit(text, parts, ellipsis_text) == expected


@given(_TEXTS, st.integers(1, 4), st.sampled_from(["", "…", "...", "。全文打6123456", "😀"]))
def test_what_is_shortened_fits_and_begins_like_the_text(text: str, parts: int, ellipsis_text: str) -> None:
    fitted = fit(text, parts, ellipsis_text)

    assert count_parts(fitted).parts <= parts
    if count_parts(text).parts <= parts:
        assert fitted == text
    else:
        assert fitted.endswith(ellipsis_text)
        assert text.startswith(fitted.removesuffix(ellipsis_text))


@given(st.text(st.sampled_from("停水a €😀"), min_size=71, max_size=400), st.integers(1, 3))
def test_nothing_more_would_have_fitted(text: str, parts: int) -> None:
    fitted = fit(text, parts, "…")
    if fitted != text:
        longer = text[: len(fitted)] + "…"
        assert count_parts(longer).parts > parts


def test_an_ellipsis_that_does_not_fit_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="does not fit into 1 SMS parts"):
        fit("水" * 71, 1, "看" * 71)
