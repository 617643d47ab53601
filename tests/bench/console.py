"""What a page of the console takes in a village of 5,000 residents and 20,000 tickets, on SQLite and on PostgreSQL."""

import time

from tests.bench.households import FIRST_ID
from tests.bench.ratio import RUNS, Row, within
from tests.bench.village import open_village
from tests.hub import Hub
from tests.integration.console_parts import signed_in
from tests.large_village import TICKETS, fill_village
from tests.postgres import running_postgres

MOST_MILLISECONDS = 300.0
PAGES = (
    "/console/today",
    "/console/tickets",
    "/console/tickets?show=closed",
    "/console/tickets?q=路灯坏了19990",
    "/console/tickets?category=dispute&due=today",
    f"/console/tickets/{FIRST_ID + TICKETS}",
)


async def console_on_sqlite() -> list[Row]:
    async with open_village() as village:
        return await _measure(village.hub, "SQLite")


async def console_on_postgresql() -> list[Row]:
    with running_postgres() as url:
        async with open_village(url) as village:
            return await _measure(village.hub, "PostgreSQL")


async def _measure(hub: Hub, store: str) -> list[Row]:
    await fill_village(hub)
    rows = []
    async with signed_in(hub, "周文书") as browser:
        for path in PAGES:
            costs = []
            for _ in range(RUNS + 1):
                began = time.perf_counter()
                page = await browser.get(path)
                costs.append((time.perf_counter() - began) * 1000)
                if page.status != 200:
                    raise RuntimeError(f"{path} answered {page.status}")
            name = f"{path.replace(str(FIRST_ID + TICKETS), '…')} on {store}, ms (less is better)"
            rows.append(within(name, costs[1:], MOST_MILLISECONDS))  # the first reads the templates
    return rows
