"""Which shape of the store this version expects, told without Alembic, whose import takes a third of a second."""

from store.database import Database

HEAD = "0001"
"""The newest of store/migrations/versions."""


async def is_at_head(database: Database) -> bool:
    """Whether the store has the shape that this version expects. Raises StoreUnavailable."""
    return await database.revision() == HEAD
