import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.channel import WebRequest
from notifier.channels.sms.inbound_text import decode_text, normalise_number
from notifier.channels.sms.kannel_callback import parse_inbound, parse_receipt
from notifier.message import DeliveryReceipt, InboundMessage, ReceiptState

_HEADERS = {
    "content-type": 'text/plain; charset="UTF-8"',
    "x-kannel-from": "13900007001",
    "x-kannel-to": "10690",
    "x-kannel-time": "2026-11-22 05:38:51",
    "x-kannel-coding": "0",
}


def _posted(body: bytes, *, query: dict[str, str] | None = None, **headers: str) -> WebRequest:
    renamed = {name.replace("_", "-"): value for name, value in headers.items()}
    return WebRequest("POST", {"id": "c1"} if query is None else query, {**_HEADERS, **renamed}, body, "s3cret")


def _got(**query: str) -> WebRequest:
    return WebRequest("GET", {"from": "13900007001", "id": "c1", **query}, {}, b"", "s3cret")


@pytest.mark.parametrize(
    ("raw", "charset", "text"),
    [
        ("冇水".encode(), "UTF-8", "冇水"),
        ("冇水".encode("utf-16-be"), "UTF-16BE", "冇水"),
        ("回1😀".encode("utf-16-be"), "UCS-2", "回1😀"),
        ("冇水".encode(), "x-unheard-of", "冇水"),
        ("冇水".encode("gb18030"), "UTF-8", "冇水"),
        ("冇水".encode("gb18030"), "", "冇水"),
        ("冇水".encode("gb18030"), "US-ASCII", "冇水"),
        ("caf\xe9".encode("latin-1"), "ISO-8859-1", "café"),
        ("水管爆了".encode("utf-16-be") + b"\xd8\x3d", "UTF-16BE", "水管爆了\ufffd"),
        (b"\xff\xff", "UTF-8", "\ufffd\ufffd"),
        ("停\x00水".encode(), "UTF-8", "停水"),
        (b"\x001\x00\x00", "UTF-16BE", "1"),
        (b"\xfe\xff\x00\x31", "UTF-16BE", "1"),
        (b"1", "a\x00b", "1"),
    ],
)
def test_a_text_is_read_by_its_charset_and_else_by_what_fits(raw: bytes, charset: str, text: str) -> None:
    assert decode_text(raw, charset) == text


@given(
    st.binary(max_size=200),
    st.sampled_from(["", "UTF-8", "UTF-16BE", "ISO-8859-1", "GB18030", "8-BIT", "hex", "utf-7", "idna", "undefined"]),
)
def test_no_bytes_are_too_broken_to_read(raw: bytes, charset: str) -> None:
    assert "\x00" not in decode_text(raw, charset)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufeff")))
def test_what_a_phone_wrote_comes_through_whole(text: str) -> None:
    assert decode_text(text.encode("utf-16-be"), "UTF-16BE") == text
    assert decode_text(text.encode(), "UTF-8") == text


@pytest.mark.parametrize(
    ("number", "address"),
    [
        ("13900007001", "+8613900007001"),
        ("8613900007001", "+8613900007001"),
        ("+8613900007001", "+8613900007001"),
        ("008613900007001", "+8613900007001"),
        ("0756-6123456", "+867566123456"),
        ("+85291234567", "+85291234567"),
        ("10086", "10086"),
        ("10690", "10690"),
        ("1069000012345678", "1069000012345678"),
        ("400-800-1234", "400-800-1234"),
        ("CMCC", "CMCC"),
    ],
)
def test_numbers_are_chinas_unless_they_name_a_country(number: str, address: str) -> None:
    assert normalise_number(number) == address


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (_posted("三组停水了".encode()), InboundMessage("c1", "+8613900007001", "三组停水了")),
        (
            _posted("三组停水了".encode("utf-16-be"), content_type='text/plain; charset="UTF-16BE"'),
            InboundMessage("c1", "+8613900007001", "三组停水了"),
        ),
        (
            _posted("三组停水了".encode("gb18030"), content_type="application/octet-stream"),
            InboundMessage("c1", "+8613900007001", "三组停水了"),
        ),
        (
            _posted(b"1", query={"id": "c1", "from": "+8613900007002"}),
            InboundMessage("c1", "+8613900007002", "1"),
        ),
        (_got(text="还没来", charset="UTF-8"), InboundMessage("c1", "+8613900007001", "还没来")),
        (_got(text="还\ufffd来", charset="UTF-16BE"), InboundMessage("c1", "+8613900007001", "还\ufffd来")),
        (
            _got(text="还没来".encode("utf-16-be").decode("utf-8", "surrogateescape"), charset="UTF-16BE"),
            InboundMessage("c1", "+8613900007001", "还没来"),
        ),
        (_got(missed="1"), InboundMessage("c1", "+8613900007001", missed_call=True)),
        (_got(missed="0", text="1"), InboundMessage("c1", "+8613900007001", "1")),
    ],
)
def test_a_call_becomes_a_message(request_: WebRequest, message: InboundMessage) -> None:
    assert parse_inbound(request_) == message


def test_without_kannels_id_a_repeat_is_known_by_sender_time_and_text() -> None:
    first = parse_inbound(_posted(b"1", query={}))
    repeat = parse_inbound(_posted(b"1", query={"id": ""}))
    others = [
        parse_inbound(_posted(b"2", query={})),
        parse_inbound(_posted(b"1", query={}, x_kannel_time="2026-11-22 05:38:52")),
        parse_inbound(_posted(b"1", query={}, x_kannel_from="13900007002")),
    ]

    assert first.provider_id == repeat.provider_id
    assert first.provider_id not in {other.provider_id for other in others}


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (_posted(b"1", x_kannel_from=" "), "no sender"),
        (_got(**{"from": ""}), "no sender"),
        (_got(id="", text="1"), "neither id nor time"),
    ],
)
def test_a_call_that_lacks_something_says_what(request_: WebRequest, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_inbound(request_)


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("1", ReceiptState.DELIVERED),
        ("2", ReceiptState.FAILED),
        ("4", None),
        ("8", ReceiptState.SENT),
        ("16", ReceiptState.FAILED),
        ("32", None),
    ],
)
def test_kannels_types_are_states(kind: str, state: ReceiptState | None) -> None:
    receipt = parse_receipt({"delivery": "41", "type": kind, "answer": "", "foreign": ""})

    assert receipt == (state and DeliveryReceipt(state, delivery_id=41))


@pytest.mark.parametrize(
    ("answer", "code", "detail"),
    [
        ("ACK/", "", "ACK/"),
        (
            "NACK/0x0000000b/Invalid Destination Address",
            "0x0000000b",
            "NACK/0x0000000b/Invalid Destination Address",
        ),
        (
            "id:0077 sub:001 dlvrd:000 stat:UNDELIV err:027 Text:【榕溪村】停水通知",
            "UNDELIV",
            "id:0077 sub:001 dlvrd:000 stat:UNDELIV err:027",
        ),
    ],
)
def test_a_receipt_keeps_the_code_and_not_the_text(answer: str, code: str, detail: str) -> None:
    receipt = parse_receipt({"delivery": "41", "type": "2", "answer": answer, "foreign": "0077"})

    assert receipt == DeliveryReceipt(ReceiptState.FAILED, delivery_id=41, provider_id="0077", code=code, detail=detail)


@pytest.mark.parametrize("query", [{}, {"delivery": "41"}, {"type": "1"}, {"delivery": "x", "type": "1"}])
def test_a_receipt_that_lacks_something_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"missing|invalid literal"):
        parse_receipt(query)
