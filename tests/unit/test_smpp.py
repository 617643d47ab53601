"""The pure half of SMPP: what is written, what is read, what is joined."""

import pytest
import smpp34
from hypothesis import given
from hypothesis import strategies as st

from notifier.channels.sms.segments import split
from notifier.channels.sms.smpp_deliver import Delivered, Part, read_deliver, text_of
from notifier.channels.sms.smpp_joining import Joining, Repeats
from notifier.channels.sms.smpp_pdu import Command, Pdu, c_string, read_header, submit_bodies
from notifier.channels.sms.smpp_receipts import parse_receipt
from notifier.message import DeliveryReceipt, InboundMessage, ReceiptState

_SENDER = "8613900007001"
_RECEIPT = "id:4711 sub:001 dlvrd:001 submit date:2611220538 done date:2611220539 stat:{} err:{} text:..."


def _submits(text: str, *, sender: str = "10690", address: str = "+8613900007001") -> list[smpp34.SubmitSm]:
    read = [
        smpp34.decode(Pdu(Command.SUBMIT_SM, 7, body=body).encode())
        for body in submit_bodies(sender, address, text, 41)
    ]
    return [pdu for pdu in read if isinstance(pdu, smpp34.SubmitSm)]


def _deliver(octets: bytes = b"1", **fields: object) -> Pdu:
    made = smpp34.DeliverSm(_SENDER, "10690", octets, **fields)  # type: ignore[arg-type]
    return Pdu(Command.DELIVER_SM, 3, body=made.encode()[16:])


def _part(number: int, text: str, count: int = 3, reference: int = 41) -> Delivered:
    return Delivered(f"+{_SENDER}", "10690", text.encode("utf-16-be"), coding=8, part=Part(reference, count, number))


def test_a_chinese_text_is_ucs_2_and_asks_for_a_receipt() -> None:
    [submit] = _submits("停水通知26041号")
    assert submit.short_message.decode("utf-16-be") == "停水通知26041号"
    assert (submit.data_coding, submit.esm_class, submit.registered_delivery) == (8, 0, 1)


def test_a_plain_text_is_the_default_alphabet() -> None:
    [submit] = _submits("OK [1]")
    assert (submit.data_coding, submit.short_message) == (0, b"OK \x1b<1\x1b>")


@pytest.mark.parametrize(
    ("address", "written", "ton"), [("+8613900007001", "8613900007001", 1), ("13900007001", "13900007001", 0)]
)
def test_a_number_says_of_what_kind_it_is(address: str, written: str, ton: int) -> None:
    [submit] = _submits("停水", address=address)
    assert (submit.destination_addr, submit.dest_addr_ton, submit.dest_addr_npi) == (written, ton, 1)


@pytest.mark.parametrize(
    ("sender", "written", "ton", "npi"),
    [("10690", "10690", 0, 0), ("+8613900007000", "8613900007000", 1, 1), ("Rongxi", "Rongxi", 5, 0)],
)
def test_a_sender_says_of_what_kind_it_is(sender: str, written: str, ton: int, npi: int) -> None:
    [submit] = _submits("停水", sender=sender)
    assert (submit.source_addr, submit.source_addr_ton, submit.source_addr_npi) == (written, ton, npi)


@given(st.text(st.sampled_from("停水1,a[€😀"), min_size=161, max_size=500))
def test_a_long_text_goes_out_in_parts_of_140_octets_and_comes_together_again(text: str) -> None:
    submits = _submits(text)
    assert [submit.short_message[:6] for submit in submits] == [
        bytes([5, 0, 3, 41, len(submits), number]) for number in range(1, len(submits) + 1)
    ]
    assert all(submit.esm_class == 0x40 for submit in submits)
    assert [submit.registered_delivery for submit in submits] == [0] * (len(submits) - 1) + [1]
    assert all(len(submit.short_message) <= (140 if submit.data_coding == 8 else 159) for submit in submits)
    joined = b"".join(submit.short_message[6:] for submit in submits)
    assert text_of(submits[0].data_coding, joined) == text
    assert len(submits) == len(split(text))


@pytest.mark.parametrize(
    ("coding", "octets", "text"),
    [
        (0, b"1", "1"),
        (0, b"\x00\x11", "@_"),
        (0, "冇水".encode("gb18030"), "冇水"),
        (0, "冇水".encode(), "冇水"),
        (1, b"a_b", "a_b"),
        (3, b"caf\xe9", "café"),
        (8, "冇水😀".encode("utf-16-be"), "冇水😀"),
        (8, "冇水".encode("utf-16-be") + b"\xd8", "冇水\ufffd"),
        (0x18, "冇水".encode("utf-16-be"), "冇水"),
        (0xF1, b"\x1b\x65", "€"),
        (15, "冇水".encode("gb18030"), "冇水"),
        (4, "冇水".encode("gb18030"), "冇水"),
        (99, "冇水".encode(), "冇水"),
        (8, b"\x00\x00\x00\x31", "1"),
    ],
)
def test_a_text_is_read_by_its_coding_and_else_by_what_fits(coding: int, octets: bytes, text: str) -> None:
    assert text_of(coding, octets) == text


@given(st.integers(0, 255), st.binary(max_size=140))
def test_no_octets_are_too_broken_to_read(coding: int, octets: bytes) -> None:
    assert "\x00" not in text_of(coding, octets)


_PIECE = "水管".encode("utf-16-be")


@pytest.mark.parametrize(
    ("header", "part"),
    [
        (b"\x05\x00\x03\x29\x02\x01", Part(0x29, 2, 1)),
        (b"\x06\x08\x04\x01\x02\x03\x02", Part(0x0102, 3, 2)),
        (b"\x09\x70\x02\x00\x00\x00\x03\x29\x02\x02", Part(0x29, 2, 2)),
        (b"\x05\x00\x03\x29\x01\x01", None),
        (b"\x05\x00\x03\x29\x02\x00", None),
        (b"\x05\x00\x03\x29\x02\x09", None),
        (b"\x04\x00\x03\x29\x02", None),
        (b"\x06\x05\x04\x0b\x84\x23\xf0", None),
        (b"\x00", None),
    ],
)
def test_a_header_is_cut_off_and_says_which_part_it_is(header: bytes, part: Part | None) -> None:
    delivered = read_deliver(_deliver(header + _PIECE, esm_class=0x40, data_coding=8))
    assert (delivered.part, delivered.data) == (part, _PIECE)


def test_parts_may_be_named_by_parameters() -> None:
    tags = {0x020C: b"\x01\x02", 0x020E: b"\x03", 0x020F: b"\x02"}
    delivered = read_deliver(_deliver(_PIECE, tlvs=[smpp34.Tlv(tag, value) for tag, value in tags.items()]))
    assert delivered.part == Part(0x0102, 3, 2)


def test_a_long_text_may_come_as_payload() -> None:
    assert read_deliver(_deliver(b"", tlvs=[smpp34.Tlv(0x0424, b"a" * 600)])).data == b"a" * 600


def test_a_foreign_number_gets_its_plus() -> None:
    assert read_deliver(_deliver(source_addr_ton=1)).source == f"+{_SENDER}"
    assert read_deliver(_deliver()).source == _SENDER


@pytest.mark.parametrize(
    "pdu",
    [
        Pdu(Command.DELIVER_SM, 3, body=b""),
        Pdu(Command.DELIVER_SM, 3, body=b"\xff" * 40),
        _deliver(b"", esm_class=0x40),
        _deliver(b"\x05\x00\x03", esm_class=0x40),
        _deliver(b"\xff" * 100, esm_class=0x40),
    ],
)
def test_what_is_malformed_says_so_without_its_words(pdu: Pdu) -> None:
    with pytest.raises(ValueError, match=r"^(ESME_|a user data header)"):
        read_deliver(pdu)


@given(st.binary(max_size=300))
def test_whatever_comes_is_read_or_malformed(body: bytes) -> None:
    try:
        delivered = read_deliver(Pdu(Command.DELIVER_SM, 3, body=body))
    except ValueError:
        return
    assert delivered.part is None or 1 <= delivered.part.number <= delivered.part.count


@pytest.mark.parametrize("length", [0, 15, 70_001, 0xFFFFFFFF])
def test_an_impossible_length_is_no_pdu(length: int) -> None:
    with pytest.raises(ValueError, match="octets"):
        read_header(length.to_bytes(4) + bytes(12))


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.binary(max_size=99))
def test_what_is_framed_is_unframed(command: int, sequence: int, body: bytes) -> None:
    octets = Pdu(command, sequence, body=body).encode()
    assert read_header(octets[:16]) == (Pdu(command, sequence), len(body))


@pytest.mark.parametrize(("body", "text"), [(b"m1\0", "m1"), (b"m1", "m1"), (b"", ""), (b"\xff\0x", "\ufffd")])
def test_a_message_id_is_read_leniently(body: bytes, text: str) -> None:
    assert c_string(body) == text


@pytest.mark.parametrize(
    ("text", "state", "code", "detail"),
    [
        (_RECEIPT.format("DELIVRD", "000"), ReceiptState.DELIVERED, "DELIVRD", "err 000"),
        (_RECEIPT.format("UNDELIV", "011"), ReceiptState.FAILED, "UNDELIV", "err 011"),
        (_RECEIPT.format("EXPIRED", "27"), ReceiptState.FAILED, "EXPIRED", "err 27"),
        (_RECEIPT.format("REJECTD", "0"), ReceiptState.FAILED, "REJECTD", "err 0"),
        (_RECEIPT.format("DELETED", "0"), ReceiptState.FAILED, "DELETED", "err 0"),
        (_RECEIPT.format("ACCEPTD", "0"), ReceiptState.SENT, "ACCEPTD", "err 0"),
        (_RECEIPT.format("MK:0001", "0"), ReceiptState.FAILED, "MK:0001", "err 0"),
        ("ID:4711 STAT:delivrd", ReceiptState.DELIVERED, "DELIVRD", ""),
        ("id: 4711 stat: DELIVRD text: stat:UNDELIV", ReceiptState.DELIVERED, "DELIVRD", ""),
    ],
)
def test_a_receipt_is_read(text: str, state: ReceiptState, code: str, detail: str) -> None:
    assert parse_receipt(Delivered(_SENDER, "10690", text.encode("latin-1"))) == DeliveryReceipt(
        state, provider_id="4711", address="+8613900007001", code=code, detail=detail
    )


@pytest.mark.parametrize("word", ["ENROUTE", "UNKNOWN"])
def test_a_message_under_way_is_no_news(word: str) -> None:
    assert parse_receipt(Delivered(_SENDER, "10690", _RECEIPT.format(word, "0").encode())) is None


def test_parameters_go_before_the_text() -> None:
    receipt = parse_receipt(
        Delivered(_SENDER, "10690", _RECEIPT.format("UNDELIV", "1").encode(), receipted_id="a7", message_state=2)
    )
    assert receipt
    assert (receipt.provider_id, receipt.state) == ("a7", ReceiptState.DELIVERED)


@pytest.mark.parametrize("text", ["", "我家停水了", "id:4711", "stat:DELIVRD", "id: stat:"])
def test_a_receipt_of_nothing_is_malformed(text: str) -> None:
    with pytest.raises(ValueError, match="without id or stat"):
        parse_receipt(Delivered(_SENDER, "10690", text.encode()))


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 2, 1, 3), (3, 2, 2, 2, 1)])
def test_parts_come_together_in_whatever_order(order: tuple[int, ...]) -> None:
    texts = {1: "我家水管爆了,", 2: "路上全是水,", 3: "快来人。"}
    joining = Joining()
    results = [joining.add(_part(number, texts[number]), Pdu(5, at), 0.0) for at, number in enumerate(order)]
    assert results[:-1] == [None] * (len(order) - 1)
    whole = results[-1]
    assert whole
    assert whole.message == InboundMessage("", "+8613900007001", "我家水管爆了,路上全是水,快来人。")
    assert {request.sequence for request in whole.requests} == set(range(len(order)))
    assert joining.seconds_left(0.0) is None


def test_an_emoji_cut_in_two_comes_whole() -> None:
    first, second = (
        Delivered(_SENDER, "10690", octets, 8, Part(1, 2, number))
        for number, octets in enumerate((b"\xd8\x3d", b"\xde\x00"), start=1)
    )
    joining = Joining()
    joining.add(first, Pdu(5, 1), 0.0)
    whole = joining.add(second, Pdu(5, 2), 0.0)
    assert whole
    assert whole.message.text == "😀"


@pytest.mark.parametrize(
    "other",
    [_part(2, "b", reference=42), _part(2, "b", count=2), Delivered("+8613900007002", "10690", b"", 8, Part(41, 3, 2))],
)
def test_parts_of_others_are_not_mixed_in(other: Delivered) -> None:
    joining = Joining()
    joining.add(_part(1, "a"), Pdu(5, 1), 0.0)
    joining.add(_part(3, "c"), Pdu(5, 2), 0.0)
    assert joining.add(other, Pdu(5, 3), 0.0) is None


def test_what_does_not_come_whole_comes_in_time() -> None:
    joining = Joining()
    joining.add(_part(1, "我家水管爆了"), Pdu(5, 1), 100.0)
    joining.add(_part(3, "快来人"), Pdu(5, 2), 104.0)
    assert joining.seconds_left(104.0) == 4.0
    assert joining.overdue(107.9) == []
    [whole] = joining.overdue(108.0)
    assert whole.message.text == "我家水管爆了…快来人"
    assert [request.sequence for request in whole.requests] == [1, 2]
    assert joining.overdue(999.0) == []


def test_no_flood_of_parts_is_held() -> None:
    joining = Joining()
    for reference in range(250):
        joining.add(_part(1, "a", reference=reference), Pdu(5, reference), float(reference) / 1000)
    assert [whole.requests[0].sequence for whole in joining.overdue(1.0)] == list(range(50))


_SAID = InboundMessage("", "+8613900007001", "1")


def test_what_was_acknowledged_as_the_line_broke_is_known_again() -> None:
    repeats = Repeats()
    first = repeats.named(_SAID, 0.0)
    repeats.answered([first], 1.0)
    repeats.lost(2.0)
    assert repeats.named(_SAID, 30.0) == first
    assert repeats.named(_SAID, 31.0) != first


@pytest.mark.parametrize(("lost_at", "again_at"), [(None, 5.0), (60.0, 61.0), (2.0, 2000.0)])
def test_who_writes_the_same_again_is_heard_again(lost_at: float | None, again_at: float) -> None:
    repeats = Repeats()
    first = repeats.named(_SAID, 0.0)
    repeats.answered([first], 1.0)
    if lost_at:
        repeats.lost(lost_at)
    assert repeats.named(_SAID, again_at).provider_id != first.provider_id


def test_what_was_not_committed_keeps_its_name() -> None:
    repeats = Repeats()
    first = repeats.named(_SAID, 0.0)
    repeats.expect([first], 0.0)
    assert repeats.named(_SAID, 1.0) == first
