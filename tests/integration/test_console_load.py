"""What the console's pages cost in a large village: their weight, and how often they ask the store."""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from store.database import Database
from tests.bench.households import FIRST_ID
from tests.console_addresses import addresses_of, one_of_each
from tests.hub import Hub
from tests.integration.console_parts import Browser, console_of, signed_in
from tests.large_village import fill_village

MOST_BYTES = 100_000
MOST_STATEMENTS = 30
NOT_PAGES = ("/news", "/file", ".png", ".pdf", ".wav", ".ics", ".xlsx")
NOT_OPENED = {"resident", "household"}
"""The numbers of so many people were written without being sealed one by one: their pages could not be shown."""
FEWEST_PAGES = 30


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


ASKED = (
    "/console/tickets?show=closed",
    "/console/tickets?show=overdue",
    "/console/tickets?q=路灯坏了19990",
    "/console/tickets?q=没有这个词",
    "/console/tickets?category=dispute&due=today",
    f"/console/tickets?show=closed&after=0.{FIRST_ID + 9000}",
)


async def pages(hub: Hub, browser: Browser) -> list[str]:
    """One of each kind that links lead to, and lists narrowed in several ways."""
    addresses = [one for one in addresses_of(console_of(hub)) if one.method == "GET" and "digest" not in one.variables]

    async def ask(path: str) -> str:
        return (await browser.get(path)).text

    seen = [one for one in addresses if not one.canonical.endswith(NOT_PAGES) and not NOT_OPENED & set(one.variables)]
    found = await one_of_each(seen, ask)
    assert len(found) > FEWEST_PAGES
    return [*found.values(), *ASKED]


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
    heavy, busy, kept = {}, {}, dict[str, int]()
    async with signed_in(large, "周文书") as browser:
        for path in await pages(large, browser):
            with counted(large.database) as said:
                page = await browser.get(path)
            assert page.status == 200, path
            if (size := await weight(browser, page.text, kept)) > MOST_BYTES:
                heavy[path] = size
            if len(said) > MOST_STATEMENTS:
                busy[path] = said
    assert (heavy, busy) == ({}, {})
