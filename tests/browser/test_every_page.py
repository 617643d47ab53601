"""Every page of the console under axe-core: nobody is kept out by what a screen reader or a keyboard trips over."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.demo.load import load_demo
from bot.demo.village import demo_village
from notifier.emergencies import warn
from store.actions.disclosures import add_item
from store.actions.kept_forms import keep_form
from store.actions.tasks import ask_for_task
from store.database import Database
from store.domain.audiences import Audience, AudienceKind
from store.domain.disclosures import DisclosureCategory, Entry, Flow
from store.domain.emergencies import OWN_ISSUER, Source, Warned
from store.domain.jobs import JobName
from store.domain.kept_forms import FilledForm
from store.files import FileStore
from store.queries.disclosures import open_month
from store.queries.ticket_lists import Shown
from tests.browser.conftest import Desk
from tests.console_addresses import addresses_of, one_of_each
from tests.hub import RENDERER, Clock, Hub
from tests.integration.console_parts import console_of
from tests.real_parts import require_real_part
from tests.stores import EMPTY, Stores

AXE = Path(__file__).parents[1] / "fakes" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")
NOT_PAGES = ("/news", "/file", "{digest}", ".png", ".pdf", ".wav", ".ics", ".xlsx")
"""Ends of addresses that answer with something else than a page."""
UNSEEN = {
    "/console",
    "/console/",
    "/console/sign-in",
    "/console/code",
    "/console/start",
    "/console/days/{village}/day/{day}/print",
    "/console/disclosures/items/{item}/files/{digest}/black",
    "/console/disclosures/publish",
    "/console/notices/circulars/new",
    "/console/notices/circulars/{circular}",
    "/console/notices/circulars/{circular}/change",
    "/console/notices/circulars/{circular}/lift",
    "/console/notices/{notice}/answers",
    "/console/notices/{notice}/change",
    "/console/people/import/{upload}",
    "/console/people/{resident}/flags",
}
"""The doors, and what the clerk of the demo finds no link to: a town's pages are in test_circular_pages.py."""
CLERK = "clerk"
TODAY = date(2026, 11, 22)
MORNING = datetime(2026, 11, 22, 1, tzinfo=UTC)


@pytest_asyncio.fixture(loop_scope="session")
async def village(sqlite_originals: Stores, store_folder: Path, tmp_path: Path) -> AsyncIterator[Hub]:
    """The demo village, in which there is something of everything, and what somebody is about to do."""
    database = Database(sqlite_originals.copy(EMPTY, store_folder), sqlite_originals.keyring)
    async with database.write(MORNING) as tx:
        loaded = await load_demo(tx, demo_village(TODAY), lambda _part: None)
    hub = Hub(
        database, FileStore(tmp_path / "files"), Clock(MORNING), loaded.village, loaded.groups, loaded.sms, loaded.chat
    )
    hub.staff = dict(loaded.staff)
    hub.numbers = {one.key: one.phone for one in loaded.demo.staff}
    async with hub.books() as tx:
        clerk, month = hub.staff[CLERK], await open_month(tx, hub.village.id, TODAY.replace(day=1))
        await add_item(tx, hub.village, month, Entry(DisclosureCategory.WORKS, "修水渠", Flow.POSTED), clerk)
        await ask_for_task(tx, JobName.VERIFY_CHAIN, clerk, hub.village.id, 1)
        whom = Audience(AudienceKind.GROUP, hub.groups[0], units=True)
        says = Warned(Source.VILLAGE, OWN_ISSUER, tx.now)
        await keep_form(tx, clerk.id, FilledForm("/console/tickets/replies", "x", {"name": "电工"}, ("file",)))
        await warn(tx, RENDERER, hub.village, whom, clerk, says, "后山在掉石头,马上离开", with_roll=True)
    yield hub
    await database.close()


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
    """First at the door, then as the clerk, along the links from Today, with every part of a page unfolded."""
    pages = [one for one in addresses_of(console_of(desk.hub)) if one.method == "GET"]
    pages = [one for one in pages if not one.canonical.endswith(NOT_PAGES)]
    found = [one for path in ("/console/sign-in", "/console/start") for one in await complaints(desk, path)]
    await desk.sign_in(CLERK)

    async def look(path: str) -> str:
        found.extend(await complaints(desk, path))
        return await desk.page.content()

    seen = await one_of_each(pages, look)
    for shown in Shown:
        await look(f"/console/tickets?show={shown}")
    assert found == []
    assert {one.canonical for one in pages} - seen.keys() == UNSEEN
