"""Opening the store for one command."""

import contextlib
from collections.abc import AsyncIterator

from bot.opening import open_database, utc_now
from bot.settings import ConfigurationError, Settings, read_settings
from store.database import Database, Transaction
from store.domain.areas import Area
from store.domain.errors import Refusal
from store.queries.areas import all_villages, village_named
from store.shape import is_at_head


@contextlib.asynccontextmanager
async def open_store(settings: Settings | None = None) -> AsyncIterator[Database]:
    """Raises ConfigurationError where there is no store, or one that is not up to date."""
    database = open_database(settings or read_settings())
    try:
        if not await is_at_head(database):
            raise ConfigurationError(
                "There is no store at BANYAN_DATABASE_URL yet, or an older one. Run `banyan init`."
            )
        yield database
    finally:
        await database.close()


@contextlib.asynccontextmanager
async def books() -> AsyncIterator[Transaction]:
    """One transaction of the store that the environment names."""
    async with open_store() as database, database.write(utc_now()) as tx:
        yield tx


async def the_village(tx: Transaction, name: str) -> Area:
    """The village of that name, or the only one. Raises Refusal where it cannot be told."""
    if name:
        return await village_named(tx, name)
    villages = await all_villages(tx)
    if len(villages) != 1:
        raise Refusal("area.which", names=[village.name for village in villages])
    return villages[0]
