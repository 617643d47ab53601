"""`make bench-prefecture`: a prefecture's roster on PostgreSQL, and one disclosure day planned for all of it.

As large as Dingxi (定西): 121 towns, 1,829 villages, 2.38 million residents. After it the sizes of growth for which
`make bench` has no time: a million households planned at once, a million messages at a hundred a request.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import date

from rich.console import Console
from rich.progress import track
from sqlalchemy import Table, func, literal, select, text

from bot.opening import utc_now
from notifier.disclosing import publish_disclosure
from notifier.render import Renderer
from store.actions.accounts import add_account
from store.actions.areas import add_area
from store.database import Database, Transaction
from store.domain.accounts import AccountKind
from store.domain.areas import Area, AreaKind
from store.domain.disclosures import DisclosureCategory, Flow
from store.keyring import new_keyring
from store.migrations import migrate_store
from store.tables import UtcDateTime, areas, deliveries, disclosure_items, disclosures, residents
from tests.bench.gateways import BatchGateway
from tests.bench.households import FIRST_ID, numbers, settle
from tests.bench.memory import peak_mb
from tests.bench.planning import MANY, plan, settled
from tests.bench.processes import serving
from tests.bench.sending import broadcast_in
from tests.bench.village import open_village
from tests.postgres import running_postgres

TOWNS, VILLAGES, HOUSEHOLDS, PEOPLE = 121, 1829, 595_000, 4
MONTH = date(2026, 10, 1)
ITEMS = 3
MILLION = 1_000_000

console = Console()


async def disclosure_day() -> None:
    with running_postgres() as url:
        migrate_store(url)
        database = Database(url, new_keyring())
        started = time.perf_counter()
        villages = await build(database)
        console.print(f"{await _count(database, residents):,} residents of {len(villages):,} villages", end=" ")
        console.print(f"settled in {time.perf_counter() - started:,.0f} s")
        started, renderer = time.perf_counter(), Renderer()
        for village in track(villages, "disclosure day", console=console):
            async with database.write(utc_now()) as tx:
                await publish_disclosure(tx, renderer, village.id, MONTH)
        seconds, written = time.perf_counter() - started, await _count(database, deliveries)
        console.print(
            f"{written:,} deliveries in {seconds:,.0f} s, {written / seconds:,.0f}/s, peak {peak_mb():,.0f} MB"
        )
        await database.close()


async def build(database: Database) -> list[Area]:
    """The villages, with their people and what they disclose."""
    async with database.write(utc_now()) as tx:
        villages, chat = await _areas(tx)
        places = select(areas.c.id, func.row_number().over(order_by=areas.c.id).label("place"))
        village = places.where(areas.c.kind == AreaKind.VILLAGE).subquery("village")
        number = numbers(HOUSEHOLDS).c.number
        homes = select((number + FIRST_ID).label("id"), village.c.id.label("area_id"))
        homes = homes.join(village, village.c.place == number % VILLAGES + 1)
        await settle(tx, homes.subquery("homes"), chat, PEOPLE)
        await _disclose(tx)
    async with database.write(utc_now()) as tx:
        await tx.run(text("ANALYZE"))  # as autovacuum does within a minute
    return villages


async def _areas(tx: Transaction) -> tuple[list[Area], int]:
    """The villages, and the web chat that serves all of them."""
    root = await add_area(tx, AreaKind.COUNTY, "定西")
    towns = [await add_area(tx, AreaKind.TOWN, f"{number}镇", root) for number in range(TOWNS)]
    villages = [
        await add_area(tx, AreaKind.VILLAGE, f"{number}村", towns[number % TOWNS]) for number in range(VILLAGES)
    ]
    await add_account(tx, root.id, AccountKind.SIMULATOR, "sms", {}, actor="bench")
    return villages, (await add_account(tx, root.id, AccountKind.WEB_CHAT, "chat", {}, actor="bench")).id


async def _disclose(tx: Transaction) -> None:
    months = select(areas.c.id, literal(MONTH)).where(areas.c.kind == AreaKind.VILLAGE)
    await tx.connection.execute(disclosures.insert().from_select(["area_id", "month"], months))
    for number in range(1, ITEMS + 1):
        values = {
            "disclosure_id": disclosures.c.id,
            "number": literal(number),
            "category": literal(DisclosureCategory.FINANCE),
            "title": literal("村道路灯电费"),
            "flow": literal(Flow.EXPENDITURE),
            "amount_fen": literal(number * 86_000),
            "text": literal(""),
            "entered_at": literal(tx.now, UtcDateTime),
        }
        await tx.connection.execute(disclosure_items.insert().from_select(list(values), select(*values.values())))


async def _count(database: Database, table: Table) -> int:
    async with database.read(utc_now()) as tx:
        return int(await tx.scalar(select(func.count()).select_from(table)))


async def growth() -> None:
    """A recipient's cost among a million beside that among a hundred thousand, once each."""
    rates = [await _planned(households) for households in (MANY, MILLION)]
    _show("households planned", rates)
    async with serving() as sink, open_village() as village:
        broadcast, gateway = await broadcast_in(village, MILLION), BatchGateway(f"http://127.0.0.1:{sink}/ok")
        _show("messages at 100 a request", [await broadcast.send(gateway, size) for size in (MANY, MILLION)])
        await gateway.close()


async def _planned(households: int) -> float:
    async with settled(households) as store:
        return households / (await plan(store, store.copy())).seconds


def _show(what: str, rates: Sequence[float]) -> None:
    few, many = rates
    console.print(f"{what}: {few:,.0f}/s of {MANY:,}, {many:,.0f}/s of {MILLION:,}, ratio {many / few:.2f}")


async def main() -> None:
    await disclosure_day()
    await growth()


if __name__ == "__main__":
    asyncio.run(main())
