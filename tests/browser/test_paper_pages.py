"""The month's page in a real browser, on a phone and at a desk."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest_asyncio
from playwright.async_api import expect

from bot.demo.account_lines import LAST_MONTH
from store.actions.disclosures import add_item, mark_published, state_opening
from store.database import Database
from store.domain.disclosures import DisclosureCategory, Entry, Flow
from tests.browser.conftest import Desk
from tests.hub import Hub
from tests.papers import CATEGORIES
from tests.stores import VILLAGE, Stores

OCTOBER = date(2026, 10, 1)


@pytest_asyncio.fixture(loop_scope="session")
async def village(sqlite_originals: Stores, store_folder: Path, tmp_path: Path) -> AsyncIterator[Hub]:
    database = Database(sqlite_originals.copy(VILLAGE, store_folder), sqlite_originals.keyring)
    hub = sqlite_originals.village_at(database, tmp_path)
    async with hub.books() as tx:
        clerk = hub.staff["周文书"]
        await state_opening(tx, hub.village, OCTOBER, 188_903_00, clerk)
        for line in LAST_MONTH:
            entry = Entry(CATEGORIES[line.category], line.title, Flow(line.flow), line.fen or None)
            await add_item(tx, hub.village, OCTOBER, entry, clerk)
        await mark_published(tx, hub.village, OCTOBER)
        draft = Entry(DisclosureCategory.WORKS, "修村口路灯", Flow.EXPENDITURE, 2_000_00)
        await add_item(tx, hub.village, date(2026, 11, 1), draft, clerk)
    yield hub
    await database.close()


async def test_from_the_months_to_the_answers(desk: Desk) -> None:
    page = desk.page
    await desk.sign_in("何监委")
    await desk.go_to("明白纸")
    await expect(page.get_by_role("heading", name="哪个月的明白纸")).to_be_visible()
    await desk.looks_right("paper-months")
    await page.get_by_role("link", name="2026年10月").click()
    await expect(page.locator("img.paper")).to_have_count(1)
    await page.locator("img.paper").scroll_into_view_if_needed()
    assert await page.locator("img.paper").evaluate("one => one.decode().then(() => one.naturalWidth)") == 1075
    await desk.looks_right("paper-month")
    await page.get_by_role("link", name="看别的月份").click()
    await expect(page.get_by_role("heading", name="哪个月的明白纸")).to_be_visible()
    await desk.tab_to("写答复")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="写给大家看的答复")).to_be_visible()
    await desk.tab_to("哪一项")
    for _ in range(6):
        await page.keyboard.press("ArrowDown")
    await desk.tab_to("答复")
    await page.keyboard.type("三家比过价，双龙施工队最低。发票在网上的附件里。")
    await desk.tab_to("存下")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("会印在下一期")
    await expect(page.locator(".lines .who")).to_contain_text("修三组水渠")
    await desk.looks_right("paper-answers")
