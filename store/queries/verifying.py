"""Whether anybody has touched what may only be added to: the audit chains, and the chains of votes."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, select

from store.database import Transaction
from store.domain.audit import AuditEntry, AuditFact, Link, follow
from store.tables import audit_entries, audit_heads, casts

PART = 2_000
"""Entries that are read at once: their hashes take some 20 ms."""


async def first_broken_entry(tx: Transaction, area_id: int) -> int | None:
    """The number of the first audit entry of an area that does not follow from the one before; None where all do."""
    link = Link()
    while True:
        reached = await follow_part(tx, area_id, link)
        if isinstance(reached, int):
            return reached
        if reached == link:
            return await break_at_end(tx, area_id, link)
        link = reached


async def follow_part(tx: Transaction, area_id: int, link: Link) -> Link | int:
    """Follow a chain for some entries more; the same link at its end, the number of an entry where it is broken."""
    rows = await tx.all(
        select(audit_entries)
        .where(audit_entries.c.area_id == area_id, audit_entries.c.sequence > link.sequence)
        .order_by(audit_entries.c.sequence)
        .limit(PART)
    )
    return follow(link, _entries(rows))


async def break_at_end(tx: Transaction, area_id: int, link: Link) -> int | None:
    """Whether the chain really ends where it was followed to: the number of what is missing there, None where it does.

    What was added since it was read is no break: the head has moved on and so has the last entry.
    """
    last = select(func.max(audit_entries.c.sequence)).where(audit_entries.c.area_id == area_id).scalar_subquery()
    # In one statement, which sees one moment on PostgreSQL too.
    head = await tx.first(
        select(audit_heads.c.sequence, audit_heads.c.hash, last.label("last")).where(audit_heads.c.area_id == area_id)
    )
    if head.sequence == link.sequence:
        return None if head.hash == link.hash else link.sequence + 1
    return None if head.sequence == head.last and head.sequence > link.sequence else link.sequence + 1


async def chain_length(tx: Transaction, area_id: int) -> int:
    return int(await tx.scalar(select(audit_heads.c.sequence).where(audit_heads.c.area_id == area_id)))


def _entries(rows: Sequence[Any]) -> Iterator[AuditEntry]:
    for row in rows:
        fact = AuditFact(row.area_id, row.actor, row.action, row.subject, row.digest, row.salt)
        yield AuditEntry(row.sequence, fact, row.at, row.hash)


async def matters_voted_on(tx: Transaction) -> list[int]:
    rows = await tx.all(select(casts.c.matter_id).distinct().order_by(casts.c.matter_id))
    return [row.matter_id for row in rows]
