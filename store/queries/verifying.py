"""Whether anybody has touched what may only be added to: the audit chains, and the chains of votes."""

from sqlalchemy import select

from store.database import Transaction
from store.domain.audit import AuditEntry, AuditFact, first_break
from store.tables import audit_entries, audit_heads, casts


async def first_broken_entry(tx: Transaction, area_id: int) -> int | None:
    """The number of the first audit entry of an area that does not follow from the one before; None where all do."""
    rows = await tx.all(
        select(audit_entries).where(audit_entries.c.area_id == area_id).order_by(audit_entries.c.sequence)
    )
    head = await tx.scalar(select(audit_heads.c.hash).where(audit_heads.c.area_id == area_id))
    return first_break(
        [
            AuditEntry(
                row.sequence,
                AuditFact(row.area_id, row.actor, row.action, row.subject, row.digest, row.salt),
                row.at,
                row.hash,
            )
            for row in rows
        ],
        str(head),
    )


async def matters_voted_on(tx: Transaction) -> list[int]:
    rows = await tx.all(select(casts.c.matter_id).distinct().order_by(casts.c.matter_id))
    return [row.matter_id for row in rows]
