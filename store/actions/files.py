"""The rows of files that are kept: the file itself is on disk before (store.files)."""

from store.database import Transaction
from store.files import StoredFile
from store.tables import files


async def keep_document(tx: Transaction, stored: StoredFile) -> None:
    """Note a file that was put into the store; the same content twice is one file."""
    await tx.insert_new(files, sha256=stored.sha256, media_type=stored.media_type, size=stored.size, created_at=tx.now)
