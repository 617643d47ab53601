"""What SMPP 3.4 puts on the wire, as far as we speak it: framing, binds, submit_sm of a text.

Source: SMPP Protocol Specification v3.4, issue 1.2 (chapters 4 and 5); parts of long texts by 3GPP TS 23.040 9.2.3.24.
The body of submit_sm is smpp34's business.
"""

import struct
from dataclasses import dataclass, field
from enum import IntEnum

import smpp34

from notifier.channels.sms.gsm7 import encode_gsm7
from notifier.channels.sms.segments import Encoding, count_parts, split

_HEADER = struct.Struct(">IIII")
HEADER_OCTETS = _HEADER.size
_MOST_OCTETS = 70_000  # message_payload alone may hold 64 KiB
_ANSWER = 0x80000000
_VERSION = 0x34

UDH_FOLLOWS = 0x40
_CODING = {Encoding.GSM7: 0, Encoding.UCS2: 8}
INTERNATIONAL = 1  # a type of number (5.2.5)
_UNKNOWN, _ALPHANUMERIC = 0, 5
_ISDN = 1


class Command(IntEnum):
    GENERIC_NACK = 0x80000000
    BIND_RECEIVER = 0x01
    BIND_TRANSMITTER = 0x02
    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    ENQUIRE_LINK = 0x15


class Status(IntEnum):
    """The command_status values that we read or write (5.1.3)."""

    OK = 0x00
    INVALID_COMMAND = 0x03
    WRONG_BIND_STATE = 0x04
    ALREADY_BOUND = 0x05
    SYSTEM_ERROR = 0x08
    INVALID_SOURCE = 0x0A
    BIND_FAILED = 0x0D
    INVALID_PASSWORD = 0x0E
    INVALID_SYSTEM_ID = 0x0F
    QUEUE_FULL = 0x14
    INVALID_SYSTEM_TYPE = 0x53
    THROTTLED = 0x58
    TEMPORARY = 0x64
    PERMANENT = 0x65


@dataclass(frozen=True, slots=True)
class Pdu:
    """One protocol data unit; `command` may be one that we do not know."""

    command: int
    sequence: int
    status: int = Status.OK
    body: bytes = field(default=b"", repr=False)

    @property
    def is_answer(self) -> bool:
        return bool(self.command & _ANSWER)

    def encode(self) -> bytes:
        return _HEADER.pack(HEADER_OCTETS + len(self.body), self.command, self.status, self.sequence) + self.body

    def answer(self, status: int = Status.OK) -> "Pdu":
        """Return the answer to this request. All that we give have a body of nothing, or of one empty string."""
        body = b"\0" if self.command == Command.DELIVER_SM else b""
        return Pdu(self.command | _ANSWER, self.sequence, status, body)


def read_header(raw: bytes) -> tuple[Pdu, int]:
    """Return the PDU without its body, and how many octets that has. Raises ValueError for an impossible length."""
    length, command, status, sequence = _HEADER.unpack(raw)
    if not HEADER_OCTETS <= length <= _MOST_OCTETS:
        raise ValueError(f"a PDU of {length} octets")
    return Pdu(command, sequence, status), length - HEADER_OCTETS


def bind_body(system_id: str, password: str, system_type: str) -> bytes:
    """Return the body of any bind: our version, and no wish about addresses (4.1)."""
    names = b"".join(name.encode() + b"\0" for name in (system_id, password, system_type))
    return names + bytes([_VERSION, 0, 0]) + b"\0"


def c_string(body: bytes) -> str:
    """Return the first field of a body: the message_id of an answer to submit_sm."""
    return body.split(b"\0", 1)[0].decode("ascii", "replace")


def submit_bodies(sender: str, address: str, text: str, reference: int) -> list[bytes]:
    """Return the body of one submit_sm for each part of the text, joined by the 8-bit `reference`.

    A receipt is asked for the last part only: when it has arrived, the phone has what it can have. `address` is E.164
    with its plus, or a number of the country as it is dialled.
    """
    encoding = count_parts(text).encoding
    pieces = split(text)
    return [
        _submit_body(
            sender,
            address,
            _header(reference, len(pieces), number) + _octets(piece, encoding),
            coding=_CODING[encoding],
            esm_class=UDH_FOLLOWS if len(pieces) > 1 else 0,
            registered_delivery=int(number == len(pieces)),
        )
        for number, piece in enumerate(pieces, start=1)
    ]


def _submit_body(
    sender: str, address: str, octets: bytes, *, coding: int, esm_class: int, registered_delivery: int
) -> bytes:
    is_international = address.startswith("+")
    submit = smpp34.SubmitSm(
        sender.removeprefix("+"),
        address.removeprefix("+"),
        octets,
        source_addr_ton=_ton_of_sender(sender),
        source_addr_npi=_ISDN if sender.startswith("+") else 0,
        dest_addr_ton=INTERNATIONAL if is_international else _UNKNOWN,
        dest_addr_npi=_ISDN,
        esm_class=esm_class,
        registered_delivery=registered_delivery,
        data_coding=coding,
    )
    return submit.encode()[HEADER_OCTETS:]


def _ton_of_sender(sender: str) -> int:
    if sender.startswith("+"):
        return INTERNATIONAL
    return _UNKNOWN if sender.isdigit() else _ALPHANUMERIC


def _header(reference: int, count: int, number: int) -> bytes:
    return bytes([5, 0, 3, reference, count, number]) if count > 1 else b""


def _octets(piece: str, encoding: Encoding) -> bytes:
    return encode_gsm7(piece) if encoding is Encoding.GSM7 else piece.encode("utf-16-be", "replace")
