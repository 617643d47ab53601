"""Whether a call of our webhook comes from WeChat, and what it holds in safe mode (安全模式).

developers.weixin.qq.com/doc/service: "Access guide" (signature) and "Message encryption" (msg_signature, Encrypt).
"""

import base64
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

AES_KEY_LENGTH = 43
_RANDOM_BYTES, _LENGTH_BYTES = 16, 4
_PADS_TO = 32
"""WeChat pads by PKCS#7 to 32 bytes, not to AES's 16."""


class Forged(Exception):
    """Something that only WeChat can know is wrong. The text holds nothing of what came."""


def is_signed(signature: str, *parts: str) -> bool:
    """Whether `signature` is the SHA-1 of the parts, our token among them, sorted and put together."""
    joined = "".join(sorted(parts)).encode(errors="replace")
    expected = hashlib.sha1(joined, usedforsecurity=False).hexdigest()  # WeChat has no other
    return hmac.compare_digest(signature.encode(errors="replace"), expected.encode())


class SafeMode:
    """Opens what WeChat has encrypted for one account. `aes_key` is its EncodingAESKey."""

    def __init__(self, aes_key: str, app_id: str) -> None:
        """Raises ValueError for a key that is none."""
        if len(aes_key) != AES_KEY_LENGTH:
            raise ValueError(f"EncodingAESKey has {AES_KEY_LENGTH} characters")
        key = base64.b64decode(f"{aes_key}=", validate=True)
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))
        self._app_id = app_id.encode()

    def open(self, encrypted: str) -> bytes:
        """Return the XML inside.

        It lies behind 16 random bytes and its length, before the app id. Raises Forged for another account's message,
        ValueError for what cannot be opened.
        """
        sealed = base64.b64decode(encrypted, validate=True)
        decryptor = self._cipher.decryptor()
        plain = _without_padding(decryptor.update(sealed) + decryptor.finalize())
        begins = _RANDOM_BYTES + _LENGTH_BYTES
        if len(plain) < begins:
            raise ValueError("too short")
        ends = begins + struct.unpack_from(">I", plain, _RANDOM_BYTES)[0]
        if not hmac.compare_digest(plain[ends:], self._app_id):
            raise Forged("another account's message")
        return plain[begins:ends]


def _without_padding(padded: bytes) -> bytes:
    length = padded[-1] if padded else 0
    if not 1 <= length <= _PADS_TO or padded[-length:] != bytes([length]) * length:
        raise ValueError("padding")
    return padded[:-length]
