"""When the books were last copied."""

from datetime import datetime

from sqlalchemy import func, select

from store.database import Transaction
from store.tables import areas, audit_entries

MADE, RESTORED = "backup.made", "backup.restored"


async def top_area_ids(tx: Transaction) -> list[int]:
    return [row.id for row in await tx.all(select(areas.c.id).where(areas.c.parent_id.is_(None)))]


async def last_backup_at(tx: Transaction) -> datetime | None:
    """The moment of the last `banyan backup`; None where there was none."""
    mine = (audit_entries.c.area_id.in_(await top_area_ids(tx)), audit_entries.c.action == MADE)
    found: datetime | None = await tx.scalar(select(func.max(audit_entries.c.at)).where(*mine))
    return found
