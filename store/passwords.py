"""Passwords as they are kept: Argon2id with its salt and costs in one string (PHC format)."""

import secrets

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

_MEMORY_KIB, _PASSES, _LANES = 19 * 1024, 2, 1
"""OWASP's Password Storage Cheat Sheet: 19 MiB, two passes. Some 0.04 s: not for the event loop."""
_SALT_BYTES, _HASH_BYTES = 16, 32


def hash_of(password: str) -> str:
    argon2 = Argon2id(
        salt=secrets.token_bytes(_SALT_BYTES),
        length=_HASH_BYTES,
        iterations=_PASSES,
        lanes=_LANES,
        memory_cost=_MEMORY_KIB,
    )
    return argon2.derive_phc_encoded(password.encode())


NOBODYS = hash_of(secrets.token_hex())
"""Compared with where there is no such account: the answer takes as long as if there were one."""


def is_right(password: str, kept: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(password.encode(), kept)
    except InvalidKey:
        return False
    return True
