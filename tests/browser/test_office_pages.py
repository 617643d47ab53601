"""Figures, settings, the book and long work in a real browser: on a phone and at a desk, by clicks and by keyboard."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio
from playwright.async_api import expect
from sqlalchemy import select

from store.actions.accounts import add_account, stop_account
from store.database import Database
from store.domain.accounts import AccountKind
from store.domain.tickets import Category
from store.tables import tickets
from tests.browser.conftest import Desk
from tests.hub import Hub
from tests.integration.office_parts import add_administrator, opened_at, run_jobs, settle, tell
from tests.integration.test_console_figures import counted_matter, settled_notice
from tests.stores import VILLAGE, Stores

HOSTILE = "<img src=x onerror=alert(1)>" + "长" * 60


@pytest_asyncio.fixture(loop_scope="session")
async def village(sqlite_originals: Stores, store_folder: Path, tmp_path: Path) -> AsyncIterator[Hub]:
    database = Database(sqlite_originals.copy(VILLAGE, store_folder), sqlite_originals.keyring)
    hub = sqlite_originals.village_at(database, tmp_path)
    await _fill(hub)
    yield hub
    await database.close()


async def _fill(hub: Hub) -> None:
    await add_administrator(hub)
    kinds = (Category.INFRASTRUCTURE, Category.ENVIRONMENT)
    for number in range(6):
        await hub.add_household(1 + number % 3, (f"村民{number}", f"+861390000720{number}"))
        for kind in kinds:
            ticket = await tell(hub, f"村民{number}", kind, group=1 + number % 3)
            await settle(hub, ticket, rating="satisfied" if number else "fair")
            await opened_at(hub, ticket, hub.clock.now - timedelta(days=31 * (number % 4), hours=4))
    async with hub.books() as tx:
        assert len(await tx.all(select(tickets.c.id))) == 12
    await settled_notice(hub, 412, 398)
    await counted_matter(hub, "晒谷场边装6盏路灯", 6, 11)
    await counted_matter(hub, HOSTILE, 5, 8)
    given = {"access_key_id": "k", "access_key_secret": "s", "signature": "榕溪村", "template.SMS_1": "${day}停水"}
    async with hub.books() as tx:
        account = await add_account(tx, hub.village.id, AccountKind.ALIYUN, "镇里的短信", given, actor="test")
        await stop_account(tx, account, "isv.AMOUNT_NOT_ENOUGH")


async def test_figures_by_clicks(desk: Desk) -> None:
    page = desk.page
    await desk.sign_in("赵工")
    await desk.go_to("数字")
    await expect(page.get_by_role("heading", level=1)).to_have_text("数字 · 榕溪镇")
    await desk.looks_right("figures-town")
    await page.get_by_label("哪里", exact=True).select_option("榕溪村")
    await page.get_by_role("button", name="看", exact=True).click()
    await expect(page.get_by_role("img", name="每个月说了多少事")).to_be_visible()
    await desk.looks_right("figures")
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name="存成文档").click()
    assert (await waiting.value).suggested_filename.endswith(".pdf")


async def test_settings_by_keyboard(desk: Desk) -> None:
    page = desk.page
    await desk.sign_in("李书记")
    await desk.tab_to("更多")
    await page.keyboard.press("Enter")
    await desk.tab_to("设置")
    await page.keyboard.press("Enter")
    await expect(page).to_have_title("设置")
    await desk.looks_right("settings")
    await desk.tab_to("每月几号公开")
    await page.keyboard.press("Enter")
    await desk.tab_to("几号（1到28")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("15")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("每个月15号公开上个月的账")


async def test_the_pages_of_the_settings(desk: Desk) -> None:
    page = desk.page
    await desk.sign_in("陈管理")
    here = f"area={desk.hub.village.id}"
    for section in ("calendar", "roster", "roles", "changes", "texts", "channels"):
        await desk.open(f"/console/settings/{section}?{here}")
        await desk.looks_right(f"settings-{section}")
    await page.get_by_role("button", name="接着发").click()
    await expect(page.get_by_role("status")).to_contain_text("接着发")
    await page.get_by_role("link", name="添一个账号").click()
    await page.get_by_role("link", name="短信专线").click()
    await desk.looks_right("settings-channel-new")


async def test_a_message_in_the_villages_own_words(desk: Desk) -> None:
    """By keyboard: what is typed is seen at once as on the handset, with what is wrong; then it is kept, and let go."""
    page = desk.page
    await desk.sign_in("李书记")
    await desk.open("/console/settings/words")
    await desk.looks_right("settings-words")
    await desk.tab_to("收到您说的事 · 短信")
    await page.keyboard.press("Enter")
    await expect(page).to_have_title("收到您说的事 · 短信")
    await desk.tab_to("怎么说")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("乡亲,{什么事}收到啦,{几时前}前回您。")
    handset = page.locator(".handset p")
    await expect(handset).to_have_text("【榕溪村】乡亲,停水收到啦,11月23日18点前回您。")
    await expect(page.locator("#look .problem").first).to_have_text("少了{编号}，乡亲就不知道了。")
    await desk.looks_right("settings-words-one")
    await page.keyboard.type("编号{编号},记好。")
    await expect(handset).to_contain_text("编号3127,记好。")
    await expect(page.locator("#look .problem")).to_contain_text(["镇里的短信发不出去：没有批过的模板"])
    await desk.tab_to("就这样说")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("从现在起就这样说")
    await desk.tab_to("收到您说的事 · 短信")
    await page.keyboard.press("Enter")
    await expect(page).to_have_title("收到您说的事 · 短信")
    await desk.tab_to("不另写了")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("村里不再另写")


async def test_the_book_and_the_work_behind_it(desk: Desk) -> None:
    page = desk.page
    await desk.sign_in("何监委")
    await desk.go_to("记录")
    await desk.looks_right("audit")
    await page.get_by_role("button", name="查有没有被动过").click()
    await expect(page.get_by_role("status")).to_contain_text("正在办")
    await desk.looks_right("job")
    await run_jobs(desk.hub)
    await page.get_by_role("link", name="现在看看").click()
    await expect(page.get_by_role("status")).to_contain_text("一条没少")
    await page.get_by_role("link", name="看全部").click()
    await desk.looks_right("jobs")
