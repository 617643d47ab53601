"""The trace that a backup leaves: it holds everybody's data, as an export does."""

from store.database import Transaction
from store.queries.backups import top_area_ids


async def note_backup(tx: Transaction, action: str, rows: int) -> None:
    """`action` is backup.made or backup.restored; in the chains of the areas that have none above them."""
    for area_id in await top_area_ids(tx):
        tx.audit(area_id, "console", action, "store", rows)
