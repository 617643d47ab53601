"""What the console's pages cost in a large village: their weight, and how often they ask the store."""

import gzip
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from store.database import Database
from tests.bench.households import FIRST_ID
from tests.console_addresses import addresses_of
from tests.hub import Hub
from tests.integration.console_parts import Browser, console_of, signed_in
from tests.large_village import fill_village

MOST_BYTES = 100_000
MOST_STATEMENTS = 30
SLOWEST_SECONDS = 3.0
"""Ten times what the bench allows: here others use the machine too."""
HOLDS_OPEN = "/news"


@pytest.fixture
async def large(hub: Hub) -> Hub:
    await fill_village(hub)
    return hub


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that are executed meanwhile."""
    said: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    engines = {database._reading.sync_engine, database._writing.sync_engine}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", hear)
    yield said
    for engine in engines:
        event.remove(engine, "before_cursor_execute", hear)


SAMPLES = {"ticket": str(FIRST_ID + 20_000)}
"""One for each variable of an address; a new one fails the test until it has its own."""
ASKED = (
    "/console/tickets?show=closed",
    "/console/tickets?show=overdue",
    "/console/tickets?q=路灯坏了19990",
    "/console/tickets?q=没有这个词",
    "/console/tickets?category=dispute&due=today",
    f"/console/tickets?show=closed&after=0.{FIRST_ID + 9000}",
)


def pages(hub: Hub) -> list[str]:
    addresses = [one for one in addresses_of(console_of(hub)) if one.method == "GET" and "digest" not in one.variables]
    return [*(path for one in addresses for path in one.filled(SAMPLES) if not path.endswith(HOLDS_OPEN)), *ASKED]


async def weight(browser: Browser, page: str, kept: dict[str, int]) -> int:
    """Bytes on the line: the page with its styles and scripts, each compressed."""
    shared = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js)[^"]*)"', page)
    for path in shared:
        if path not in kept:
            async with browser.client.get(path) as response:
                kept[path] = len(gzip.compress(await response.read()))
    return len(gzip.compress(page.encode())) + sum(kept[path] for path in shared)


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_every_page_is_light_and_asks_the_store_a_handful_of_times(large: Hub) -> None:
    heavy, busy, slow, kept = {}, {}, {}, dict[str, int]()
    async with signed_in(large, "周文书") as browser:
        for path in pages(large):
            with counted(large.database) as said:
                began = time.perf_counter()
                page = await browser.get(path)
                seconds = time.perf_counter() - began
            assert page.status == 200, path
            if (size := await weight(browser, page.text, kept)) > MOST_BYTES:
                heavy[path] = size
            if len(said) > MOST_STATEMENTS:
                busy[path] = said
            if seconds > SLOWEST_SECONDS:
                slow[path] = seconds
    assert (heavy, busy, slow) == ({}, {}, {})
