"""The audit chain: each entry's hash covers the entry and the hash before it, so that nothing can be changed unseen.

Entries hold ids and salted digests, never values: a person's data can be deleted and the chain still holds.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditFact:
    """Who did what to what: `actor` "staff:7", `action` "ticket.resolved", `subject` "ticket:31"."""

    area_id: int
    actor: str
    action: str
    subject: str
    digest: str = ""
    salt: str = ""


def digest_of(salt: str, values: object) -> str:
    return hashlib.sha256(f"{salt}\0{json.dumps(values, sort_keys=True, default=str)}".encode()).hexdigest()


def entry_hash(before: str, sequence: int, fact: AuditFact, at: datetime) -> str:
    line = json.dumps(
        [
            before,
            fact.area_id,
            sequence,
            fact.actor,
            fact.action,
            fact.subject,
            fact.digest,
            fact.salt,
            at.astimezone(UTC).isoformat(),
        ]
    )
    return hashlib.sha256(line.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class AuditEntry:
    sequence: int
    fact: AuditFact
    at: datetime
    hash: str


@dataclass(frozen=True, slots=True)
class Link:
    """How far a chain has been followed: the last entry's number and hash."""

    sequence: int = 0
    hash: str = GENESIS


def follow(link: Link, entries: Iterable[AuditEntry]) -> Link | int:
    """The link after these entries, or the sequence number of the first that does not follow from the one before."""
    for entry in entries:
        expected = link.sequence + 1
        if entry.sequence != expected or entry.hash != entry_hash(link.hash, expected, entry.fact, entry.at):
            return expected
        link = Link(expected, entry.hash)
    return link


def first_break(entries: Iterable[AuditEntry], head: str) -> int | None:
    """The sequence number of the first entry that does not follow from the one before; None where all do.

    `head` is the hash that the chain must end in: entries that are missing at the end are found by it alone.
    """
    reached = follow(Link(), entries)
    if isinstance(reached, int):
        return reached
    return None if reached.hash == head else reached.sequence + 1
