"""Sealing of persons' data at rest, and finding it again without opening it.

Values are sealed with AES-256-GCM (NIST SP 800-38D) under the active key; the ciphertext carries the key's id, so that
keys can be rotated while the hub runs. A blind index is a keyed hash (HMAC-SHA256, cut to 16 bytes): equal values have
equal indexes, and without the key file nobody can try numbers against them.
"""

import base64
import functools
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
KEY_BYTES = 32
INDEX_BYTES = 16
KEY_FILE_MODE = 0o600


class KeyringError(Exception):
    """The key file is missing, unreadable or not the one that sealed this store. The text is for a person."""


@dataclass(frozen=True, slots=True)
class Keyring:
    active: str
    keys: dict[str, bytes] = field(repr=False)
    index_key: bytes = field(repr=False)

    def seal(self, plain: str, *, context: str) -> bytes:
        """Seal under the active key. `context` names the column, so that a value moved elsewhere does not open."""
        return self.seal_with(self.active, plain, context=context)

    def seal_with(self, key_id: str, plain: str, *, context: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        sealed = _cipher(self.keys[key_id]).encrypt(nonce, plain.encode(), context.encode())
        return key_id.encode() + b":" + nonce + sealed

    def open(self, sealed: bytes, *, context: str) -> str:
        """The plain value. Raises KeyringError where the key is unknown or the value was tampered with."""
        key_id, _, rest = sealed.partition(b":")
        key = self.keys.get(key_id.decode(errors="replace"))
        if key is None:
            raise KeyringError("The key file lacks a key that sealed this store. Is it the right key file?")
        try:
            return _cipher(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], context.encode()).decode()
        except (InvalidTag, ValueError) as error:  # ValueError: too short to hold a nonce
            raise KeyringError(
                "A sealed value does not open: it was changed, or the key file is another store's."
            ) from error

    def index(self, value: str, *, context: str) -> bytes:
        return hmac.digest(self.index_key, f"{context}\0{value}".encode(), hashlib.sha256)[:INDEX_BYTES]


@functools.cache
def _cipher(key: bytes) -> AESGCM:
    """Preparing a key costs more than sealing a short value with it."""
    return AESGCM(key)


def new_key() -> bytes:
    return AESGCM.generate_key(bit_length=KEY_BYTES * 8)


def new_keyring() -> Keyring:
    return Keyring(active="k1", keys={"k1": new_key()}, index_key=secrets.token_bytes(KEY_BYTES))


def with_new_active_key(keyring: Keyring) -> Keyring:
    """The same keyring with one more key, which seals from now on. The index key stays: indexes are never opened."""
    key_id = f"k{len(keyring.keys) + 1}"
    return Keyring(active=key_id, keys={**keyring.keys, key_id: new_key()}, index_key=keyring.index_key)


def save_keyring(keyring: Keyring, path: Path) -> None:
    """Write the key file whole or not at all, readable by its owner only."""
    document = {
        "active": keyring.active,
        "keys": {key_id: base64.b64encode(key).decode() for key_id, key in keyring.keys.items()},
        "index": base64.b64encode(keyring.index_key).decode(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, KEY_FILE_MODE), "w") as file:
        json.dump(document, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _key(encoded: str) -> bytes:
    key = base64.b64decode(encoded, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError("a key of the wrong length")
    return key


def load_keyring(path: Path) -> Keyring:
    """Raises KeyringError where the file is missing, broken, or readable by others."""
    try:
        mode = path.stat().st_mode & 0o777
        document = json.loads(path.read_text())
        keys = {key_id: _key(key) for key_id, key in dict(document["keys"]).items()}
        keyring = Keyring(active=document["active"], keys=keys, index_key=_key(document["index"]))
        keyring.keys[keyring.active]
    except FileNotFoundError as error:
        raise KeyringError(
            f"There is no key file at {path}. `banyan init` makes one for a new store; an old store needs its own."
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KeyringError(f"The key file {path} cannot be read.") from error
    if mode & 0o077:
        raise KeyringError(f"The key file {path} can be read by others. Run: chmod 600 {path}")
    return keyring
