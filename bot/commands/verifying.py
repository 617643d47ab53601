"""Checking that nobody has touched the books."""

import asyncio

from bot.commands.store import open_store
from bot.opening import utc_now
from store.database import Transaction
from store.domain.areas import AreaKind
from store.domain.errors import Refusal
from store.queries.areas import areas_of_kind
from store.queries.ballots import first_broken_cast
from store.queries.matters import matter_by_id
from store.queries.verifying import first_broken_entry, matters_voted_on


def verify() -> None:
    """Read every chain from its beginning; a break is a refusal that names the place."""
    print(asyncio.run(_verify()))


async def _verify() -> str:
    async with open_store() as database, database.read(utc_now()) as tx:
        places = await _check_entries(tx)
        matters = await _check_casts(tx)
    return f"Unbroken: the audit chains of {places} areas, the votes on {matters} matters."


async def _check_entries(tx: Transaction) -> int:
    places = [area for kind in AreaKind for area in await areas_of_kind(tx, kind)]
    for area in places:
        broken = await first_broken_entry(tx, area.id)
        if broken is not None:
            raise Refusal("audit.broken", name=area.name, entry=broken)
    return len(places)


async def _check_casts(tx: Transaction) -> int:
    ids = await matters_voted_on(tx)
    for matter_id in ids:
        matter = await matter_by_id(tx, matter_id)
        broken = await first_broken_cast(tx, matter)
        if broken is not None:
            raise Refusal("ballots.broken", title=matter.title, entry=broken)
    return len(ids)
