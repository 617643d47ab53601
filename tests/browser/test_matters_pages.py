"""Matters in a real browser, on a phone and at a desk: by clicks, and by keyboard alone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import expect

from store.actions.matters import comment_on
from store.database import Database
from store.queries.matters import matter_with_code
from tests.acceptance.test_matters import published, voting
from tests.browser.conftest import Desk
from tests.hub import Hub
from tests.integration.test_console_matters import path_of
from tests.stores import VILLAGE, Stores


@pytest_asyncio.fixture(loop_scope="session")
async def village(sqlite_originals: Stores, store_folder: Path, tmp_path: Path) -> AsyncIterator[Hub]:
    database = Database(sqlite_originals.copy(VILLAGE, store_folder), sqlite_originals.keyring)
    yield sqlite_originals.village_at(database, tmp_path)
    await database.close()


async def test_from_comments_to_the_vote_and_a_ballot_on_paper(desk: Desk) -> None:
    page = desk.page
    code = await published(desk.hub)
    neighbour = await desk.hub.contact_of("林嫂")
    async with desk.hub.books() as tx:
        matter = await matter_with_code(tx, desk.hub.village.id, code)
        assert matter
        await comment_on(tx, matter, "租金太低了，隔壁村都十二万", neighbour, signature="")
    await desk.sign_in("李书记")
    await desk.go_to("议事")
    await expect(page.get_by_role("heading", name="榕溪村 议事")).to_be_visible()
    await desk.looks_right("matters-list")
    await page.get_by_role("link", name="四组鱼塘").click()
    await page.get_by_label("18岁以上的户籍村民").check()
    await page.get_by_label("投到什么时候").fill("2026-11-28T18:00")
    await page.get_by_label("发给有票的人").check()
    await desk.looks_right("matters-open")
    await page.get_by_role("button", name="开始投票").click()
    await expect(page.get_by_role("status")).to_contain_text("开始投票了")
    await desk.looks_right("matters-voting")
    await page.get_by_role("link", name="看名册").click()
    await expect(page.get_by_label("找姓名")).to_be_visible()
    await desk.looks_right("matters-roll")
    await page.get_by_label("找姓名").fill("黄老太")
    await page.get_by_role("button", name="找").click()
    await expect(page.get_by_role("link", name="录纸票")).to_have_count(1)
    await page.get_by_role("link", name="录纸票").click()
    await page.get_by_label("不同意").check()
    await desk.looks_right("matters-paper")
    await page.get_by_role("button", name="录下").click()
    await expect(page.get_by_role("status")).to_contain_text("第一遍")


async def test_a_meetings_count_by_keyboard_alone(desk: Desk) -> None:
    page = desk.page
    path = await path_of(desk.hub, await voting(desk.hub))
    await desk.sign_in("李书记")
    await desk.open(path)
    await desk.tab_to("提前截止数票")
    await page.keyboard.press("Enter")
    await desk.tab_to("看过了")
    await page.keyboard.press("Space")
    await desk.tab_to("截止数票")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("票数好了")
    for label, key in (("开的什么会", "ArrowDown"), ("哪类事", "ArrowDown")):
        await desk.tab_to(label)
        await page.keyboard.press(key)
    await page.get_by_label("哪天开的会").fill("2026-11-17")
    for label, count in (("应到多少", "586"), ("到会多少", "443"), ("同意多少", "402")):
        await desk.tab_to(label)
        await page.keyboard.type(count)
    await desk.tab_to("算一算")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("通知日期")
    await page.get_by_label("哪天通知开会的").fill("2026-11-02")
    await page.get_by_role("button", name="算一算").click()
    await expect(page.locator("details .kept")).to_contain_text("应到586")
    await desk.looks_right("matters-decide")
