"""The chore that releases second steps looks at those that are held, not at all that was ever sent."""

from pathlib import Path

from store.actions.deliveries import Draft, write_deliveries, write_delivery
from store.actions.fallbacks import release_second_steps
from store.database import Database
from store.domain.deliveries import DeliveryState
from store.tables import deliveries
from tests.machine_steps import count_steps
from tests.phones import add_phones
from tests.stores import VILLAGE, Stores


async def test_it_costs_the_same_however_much_was_sent(sqlite_originals: Stores, tmp_path: Path) -> None:
    for holds in (False, True):
        counted = []
        for sent in (200, 4000):
            folder = tmp_path / f"{holds}-{sent}"
            folder.mkdir()
            counted.append(await _steps(sqlite_originals, folder, sent, holds=holds))
        assert counted[1] < counted[0] + 10


async def _steps(originals: Stores, folder: Path, sent: int, *, holds: bool) -> int:
    """Of SQLite's machine, for one tick."""
    database = Database(originals.copy(VILLAGE, folder), originals.keyring)
    hub = originals.village_at(database, folder)
    async with hub.books() as tx:
        phones = await add_phones(tx, hub.village.id, [f"+861393000{number:04d}" for number in range(sent)])
        drafts = [Draft(hub.village.id, phone, hub.sms.id, "停水", tx.now) for phone in phones]
        await write_deliveries(tx, drafts)
        await tx.run(deliveries.update().values(state=DeliveryState.DELIVERED))
        if holds:
            first, second = await write_delivery(tx, drafts[0]), await write_delivery(tx, drafts[0])
            follows = {"state": DeliveryState.HELD, "falls_back_from_id": first}
            await tx.run(deliveries.update().where(deliveries.c.id == second).values(**follows))
        steps = await count_steps(tx)
        await release_second_steps(tx, tx.now)
        counted = steps()
    await database.close()
    return counted
