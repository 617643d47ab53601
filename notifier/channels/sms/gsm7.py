"""The GSM 7-bit default alphabet and its extension table (3GPP TS 23.038, 6.2.1), one septet an octet (unpacked)."""

_ESCAPE = 0x1B
# In the order of the table. What stands at ESCAPE is no character; a space keeps its place.
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
_OCTETS = {character: bytes([code]) for code, character in enumerate(_BASIC) if code != _ESCAPE}
_OCTETS |= {character: bytes([_ESCAPE, code]) for code, character in _EXTENDED.items()}

BASIC = frozenset(_BASIC)
EXTENSION = frozenset(_EXTENDED.values())


def encode_gsm7(text: str) -> bytes:
    """Raises KeyError for a character outside the alphabet."""
    return b"".join(_OCTETS[character] for character in text)


def decode_gsm7(raw: bytes) -> str:
    """Raises ValueError for an octet of eight bits. An unknown extension is read as the table's own character."""
    characters: list[str] = []
    escaped = False
    for octet in raw:
        if octet >= len(_BASIC):
            raise ValueError("more than seven bits")
        if octet == _ESCAPE:
            escaped = True
            continue
        characters.append(_EXTENDED.get(octet, _BASIC[octet]) if escaped else _BASIC[octet])
        escaped = False
    return "".join(characters)
