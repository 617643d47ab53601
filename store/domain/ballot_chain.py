"""The chain over a matter's casts, by which none can be changed, dropped or slipped in unseen.

Each link covers the cast and the link before it. It covers a commitment, not the choice: an open count says nothing of
a choice, and the chain of a secret one still holds when its key is gone. A named cast commits to choice, receipt and
nonce, so that a link in strange hands cannot be tried out; an unnamed one to its sealed bytes.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from store.domain.ballots import Choice

FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class Link:
    sequence: int
    entitlement_id: int
    commitment: str
    at: datetime


def named_commitment(choice: Choice, receipt: str, nonce: str) -> str:
    return hashlib.sha256(f"{choice:d}\0{receipt}\0{nonce}".encode()).hexdigest()


def sealed_commitment(sealed: bytes) -> str:
    return hashlib.sha256(sealed).hexdigest()


def link_hash(before: str, matter_id: int, link: Link) -> str:
    at = link.at.astimezone(UTC).isoformat()
    line = json.dumps([before, matter_id, link.sequence, link.entitlement_id, link.commitment, at])
    return hashlib.sha256(line.encode()).hexdigest()


def first_broken_link(matter_id: int, chained: Iterable[tuple[Link, str]], head: str) -> int | None:
    """The place of the first cast that does not follow from the one before it; None where all do, up to the head.

    A cast that was cut off at the end shows as the place after the last.
    """
    before, expected = FIRST, 1
    for link, written in chained:
        if link.sequence != expected or link_hash(before, matter_id, link) != written:
            return expected
        before, expected = written, expected + 1
    return None if before == head else expected
