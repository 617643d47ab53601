"""Every page of the console under axe-core: nobody is kept out by what a screen reader or a keyboard trips over."""

from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from store.actions.canned_replies import keep_reply
from store.actions.saved_views import save_view
from store.actions.ticket_ties import link_tickets
from store.database import Database
from store.queries.people import staff_by_id
from store.queries.ticket_lists import Shown
from store.queries.tickets import ticket_numbered
from tests.acceptance.test_tickets import a_photo
from tests.browser.conftest import Desk
from tests.console_addresses import addresses_of
from tests.hub import Hub
from tests.integration.console_parts import console_of
from tests.integration.test_console_tickets import LAMP, many_tickets
from tests.real_parts import require_real_part
from tests.stores import VILLAGE, Stores

AXE = Path(__file__).parents[1] / "fakes" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")
NOT_PAGES = ("/news", "/files/{digest}")
"""Addresses that answer with something else than a page."""


@pytest_asyncio.fixture(loop_scope="session")
async def village(sqlite_originals: Stores, tmp_path: Path) -> AsyncIterator[Hub]:
    """Something of everything that the pages show."""
    database = Database(sqlite_originals.copy(VILLAGE, tmp_path), sqlite_originals.keyring)
    hub = sqlite_originals.village_at(database, tmp_path)
    await hub.text("陈伯", LAMP)
    await many_tickets(hub, 5)
    await hub.say(hub.chat, "guest22222", photo=a_photo())
    await hub.say(hub.chat, "guest22222", "路灯坏了")
    await hub.say(hub.chat, "guest22222", "村小学门口")
    async with hub.books() as tx:
        person = await staff_by_id(tx, hub.staff["周文书"].id)
        await keep_reply(tx, hub.village, person, "电工", "电工明天来")
        await save_view(tx, person, "垃圾的事", {"category": "environment"})
        with_photo = await ticket_numbered(tx, hub.village.id, 1007)
        assert with_photo
        await link_tickets(tx, with_photo, person, 1001)
    hub.clock.pass_time(hours=25)
    yield hub
    await database.close()


async def samples(hub: Hub) -> dict[str, str]:
    """One for each variable of an address; a page with a new one fails the test until it has its own."""
    async with hub.books() as tx:
        ticket = await ticket_numbered(tx, hub.village.id, 1007)
    assert ticket
    return {"ticket": str(ticket.id)}


async def complaints(desk: Desk, path: str) -> list[str]:
    """What axe-core finds on a page, for the rules of WCAG 2.1 A and AA and its own best practices."""
    answer = await desk.page.goto(f"{desk.url}{path}")
    assert answer
    assert answer.status == 200, path
    await desk.looks_right(path.strip("/").replace("/", "-").partition("?")[0])
    await desk.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    await desk.page.evaluate(_axe())
    found: dict[str, Any] = await desk.page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
    assert found["passes"], path
    return [
        f"{path}: {one['id']} ({one['impact']}) {one['nodes'][0]['html'][:200]}"
        for one in found["violations"]
        if one["impact"] in SERIOUS
    ]


@cache
def _axe() -> str:
    return AXE.read_text("utf-8")


@pytest.fixture(autouse=True)
def _axe_is_there() -> None:
    require_real_part("axe-core", present=AXE.is_file(), reason="`npm ci` in tests/fakes brings it")


@pytest.mark.parametrize("desk", ["phone"], indirect=True)
async def test_no_page_keeps_anybody_out(desk: Desk) -> None:
    """First at the door, then as a cadre, with every part of a page unfolded."""
    pages = [one for one in addresses_of(console_of(desk.hub)) if one.method == "GET"]
    asked = await samples(desk.hub)
    paths = [p for one in pages if not one.canonical.endswith(NOT_PAGES) for p in one.filled(asked)]
    found = [one for path in ("/console/sign-in", "/console/start") for one in await complaints(desk, path)]
    await desk.sign_in("周文书")
    for path in (*paths, *(f"/console/tickets?show={one}" for one in Shown)):
        found += await complaints(desk, path)
    assert found == []
