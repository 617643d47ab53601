"""Service days in a real browser, on a phone and at a desk: by clicks, and by keyboard alone."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import expect

from store.database import Database
from tests.acceptance.test_service_days import lawyer_day
from tests.browser.conftest import Desk
from tests.hub import Hub
from tests.stores import VILLAGE, Stores


@pytest_asyncio.fixture(loop_scope="session")
async def village(sqlite_originals: Stores, store_folder: Path, tmp_path: Path) -> AsyncIterator[Hub]:
    database = Database(sqlite_originals.copy(VILLAGE, store_folder), sqlite_originals.keyring)
    hub = sqlite_originals.village_at(database, tmp_path)
    await lawyer_day(hub)
    yield hub
    await database.close()


async def test_booking_for_somebody_at_the_counter(desk: Desk) -> None:
    page = desk.page
    await desk.sign_in("周文书")
    await desk.go_to("接待日")
    await expect(page.get_by_role("heading", name="榕溪村 接待日")).to_be_visible()
    await desk.looks_right("days-month")
    await page.locator(".calendar a.entry").last.click()
    await page.get_by_text("替人约时间").click()
    await page.get_by_label("他的手机号").fill("13900007002")
    await page.get_by_label("他的姓名").fill("林强")
    await desk.looks_right("days-booking")
    await page.get_by_role("button", name="约上").click()
    await expect(page.get_by_role("status")).to_contain_text("约好了")
    await expect(page.locator(".arriving")).to_contain_text("林强")
    await desk.looks_right("days-day")
    await page.get_by_role("link", name="打印名单").click()
    await expect(page.get_by_role("cell", name="林强")).to_be_visible()
    await desk.looks_right("days-print")


async def test_a_series_by_keyboard_and_a_calendars_address(desk: Desk) -> None:
    page = desk.page
    await desk.sign_in("李书记")
    await desk.open(f"/console/days/{desk.hub.village.id}/new")
    await desk.tab_to("哪种接待")
    await page.keyboard.press("ArrowDown")
    await desk.tab_to("几号")
    await page.keyboard.type("25")
    await desk.tab_to("谁来接待")
    await page.keyboard.type("韦警官")
    await desk.tab_to("在哪里")
    await page.keyboard.type("村警务室")
    await desk.looks_right("days-new")
    await desk.tab_to("排上")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("排上了")
    await expect(page.locator(".lines")).to_contain_text("每月25日")
    await page.get_by_role("link", name="放进我的日历").click()
    await page.get_by_role("button", name="给我一个地址").click()
    await expect(page.locator("#address")).to_have_value(re.compile(r"/console/calendar/.+\.ics"))
    await desk.looks_right("days-feed")
