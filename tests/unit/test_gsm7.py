import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.channels.sms.gsm7 import BASIC, EXTENSION, decode_gsm7, encode_gsm7

_TEXTS = st.text(st.sampled_from(sorted(BASIC | EXTENSION)))


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("1", b"1"),
        ("OK 1", b"OK 1"),
        ("@", b"\x00"),
        ("a_b", b"a\x11b"),
        ("[1]", b"\x1b\x3c1\x1b\x3e"),
        ("5€", b"5\x1b\x65"),
        ("Ä", b"\x5b"),
    ],
)
def test_the_table_is_the_standard_s(text: str, octets: bytes) -> None:
    assert encode_gsm7(text) == octets
    assert decode_gsm7(octets) == text


@given(_TEXTS)
def test_what_is_encoded_is_decoded(text: str) -> None:
    assert decode_gsm7(encode_gsm7(text)) == text


@pytest.mark.parametrize(("octets", "text"), [(b"\x1bA", "A"), (b"1\x1b", "1"), (b"\x1b\x1b\x65", "€")])
def test_an_escape_of_nothing_costs_no_character(octets: bytes, text: str) -> None:
    assert decode_gsm7(octets) == text


def test_eight_bits_are_another_alphabet() -> None:
    with pytest.raises(ValueError, match="seven"):
        decode_gsm7("冇水".encode("gb18030"))
