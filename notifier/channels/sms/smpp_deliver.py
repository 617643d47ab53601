"""What an SMSC delivers, read: deliver_sm (SMPP 3.4, 4.6), its parameters, its header of parts, its alphabet."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import smpp34

from notifier.channels.sms.gsm7 import decode_gsm7
from notifier.channels.sms.inbound_text import decode_text, without_nul
from notifier.channels.sms.smpp_pdu import INTERNATIONAL, UDH_FOLLOWS, Pdu, c_string

_MESSAGE_TYPE = 0x3C
_RECEIPT = 0x04
_INTERMEDIATE = 0x20
# Of data coding 15 the specification says nothing: it is what CMPP calls GBK, and Chinese gateways pass it through.
_CHARSETS = {1: "us-ascii", 3: "iso-8859-1", 6: "iso-8859-5", 7: "iso-8859-8", 8: "utf-16be", 15: "gb18030"}


class _Tag(IntEnum):
    """The optional parameters that we read (5.3.2)."""

    RECEIPTED_MESSAGE_ID = 0x001E
    SAR_MSG_REF_NUM = 0x020C
    SAR_TOTAL_SEGMENTS = 0x020E
    SAR_SEGMENT_SEQNUM = 0x020F
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a long message this is: `number` of `count`, counted from 1."""

    reference: int
    count: int
    number: int


@dataclass(frozen=True, slots=True)
class Delivered:
    """A deliver_sm, read: a person's message, a part of one, or a receipt. `data` is without its header."""

    source: str = field(repr=False)
    destination: str
    data: bytes = field(repr=False)
    coding: int = 0
    part: Part | None = None
    is_receipt: bool = False
    is_intermediate: bool = False
    receipted_id: str = ""
    message_state: int | None = None


def read_deliver(pdu: Pdu) -> Delivered:
    """Read a deliver_sm. Raises ValueError, without a word of the message, where it is malformed."""
    try:
        read = smpp34.decode(pdu.encode())
    except smpp34.SmppError as error:
        raise ValueError(str(error)) from None
    if not isinstance(read, smpp34.DeliverSm):
        raise ValueError("no deliver_sm")  # noqa: TRY004  the wire was wrong, not a caller
    tlvs = {tlv.tag: tlv for tlv in read.tlvs}
    payload = tlvs.get(_Tag.MESSAGE_PAYLOAD)
    data, part = read.short_message or (payload.value if payload else b""), _part_by_tlvs(tlvs)
    if read.esm_class & UDH_FOLLOWS:
        data, part = _without_header(data)
    state, receipted = tlvs.get(_Tag.MESSAGE_STATE), tlvs.get(_Tag.RECEIPTED_MESSAGE_ID)
    return Delivered(
        source=_with_plus(read.source_addr, read.source_addr_ton),
        destination=read.destination_addr,
        data=data,
        coding=read.data_coding,
        part=part,
        is_receipt=read.esm_class & _MESSAGE_TYPE == _RECEIPT,
        is_intermediate=read.esm_class & _MESSAGE_TYPE == _INTERMEDIATE,
        receipted_id=c_string(receipted.value) if receipted else "",
        message_state=state.as_int() if state else None,
    )


def text_of(coding: int, data: bytes) -> str:
    """Decode by SMPP's data_coding (5.2.19); the SMSC's own alphabet, 0, is taken for GSM 7-bit where it fits."""
    # 0x18 to 0x1B are UCS-2 and 0x10 to 0x13 and 0xF0 to 0xF3 GSM 7-bit, each with a class of message.
    if 0x18 <= coding <= 0x1B:  # noqa: PLR2004
        coding = 8
    if coding == 0 or 0x10 <= coding <= 0x13 or 0xF0 <= coding <= 0xF3:  # noqa: PLR2004
        try:
            return without_nul(decode_gsm7(data))
        except ValueError:
            return decode_text(data, "")
    return decode_text(data, _CHARSETS.get(coding, ""))


def _with_plus(address: str, ton: int) -> str:
    return f"+{address}" if ton == INTERNATIONAL and not address.startswith("+") else address


def _part_by_tlvs(tlvs: dict[int, smpp34.Tlv]) -> Part | None:
    """A long message may be parted by the sar_* parameters instead of a header (5.3.2.22 to 24)."""
    tags = (_Tag.SAR_MSG_REF_NUM, _Tag.SAR_TOTAL_SEGMENTS, _Tag.SAR_SEGMENT_SEQNUM)
    numbers = [number for tag in tags if tag in tlvs and (number := tlvs[tag].as_int()) is not None]
    return _checked(numbers) if len(numbers) == len(tags) else None


def _without_header(data: bytes) -> tuple[bytes, Part | None]:
    """Cut the user data header off and find the part in it. Raises ValueError where the data end before it."""
    if not data or len(data) <= data[0]:
        raise ValueError("a user data header longer than the message")
    header, rest = data[1 : data[0] + 1], data[data[0] + 1 :]
    part = None
    while len(header) > 1:
        kind, size, value = header[0], header[1], header[2 : 2 + header[1]]
        if kind in {0x00, 0x08} and len(value) == size == (3 if kind == 0 else 4):
            part = _checked([int.from_bytes(value[:-2]), value[-2], value[-1]])
        header = header[2 + size :]
    return rest, part


def _checked(numbers: Sequence[int]) -> Part | None:
    """Return None for a part of one, and for one that cannot be: its text is taken as it stands."""
    reference, count, number = numbers
    return Part(reference, count, number) if count > 1 and 1 <= number <= count else None
