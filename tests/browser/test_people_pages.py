"""The people in a real browser, on a phone and at a desk: by clicks, and by keyboard alone."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio
from playwright.async_api import expect

from store.actions.tags import add_tag, tag_resident
from store.database import Database
from store.queries.residents import home_seen_by
from tests.browser.conftest import Desk
from tests.hub import Hub
from tests.stores import VILLAGE, Stores

SHEET = (
    "榕溪镇榕溪村居民花名册\n组,户号,姓名,与户主关系,出生日期,联系电话,备注\n"
    "三组,88,李四,户主,1970-13-40,1390000704,党员\n三组,88,李小妹,女,2001-05-06,13900007041,\n"
    "三组,,陈伯,户主,1960-01-01,13900007001,村民代表、低保\n"
)
HOSTILE = "<img src=x onerror=alert(1)>" + "长" * 40


@pytest_asyncio.fixture(loop_scope="session")
async def village(sqlite_originals: Stores, store_folder: Path, tmp_path: Path) -> AsyncIterator[Hub]:
    database = Database(sqlite_originals.copy(VILLAGE, store_folder), sqlite_originals.keyring)
    hub = sqlite_originals.village_at(database, tmp_path)
    await hub.text("陈伯", "三组晒谷场边的路灯坏了")
    await hub.add_household(3, ("陈伯", "+8613900007055"))
    await hub.add_household(2, (HOSTILE, ""))
    clerk = hub.staff["周文书"]
    async with hub.books() as tx:
        tag = await add_tag(tx, hub.village, "种植户", clerk)
        await add_tag(tx, hub.village, "民兵", clerk)
        await tag_resident(tx, await home_seen_by(tx, clerk, hub.residents["林强"]), {tag}, clerk)
    yield hub
    await database.close()


async def test_a_person_is_found_and_changed_by_clicks(desk: Desk) -> None:
    page = desk.page
    await desk.sign_in("周文书")
    await desk.open("/console/people")
    await desk.looks_right("people")
    await page.get_by_label("找人").fill("lq")
    await page.get_by_role("button", name="找", exact=True).click()
    await page.locator(".roster a", has_text="林强").click()
    await desk.looks_right("person")
    await page.get_by_role("button", name="看完整号码").click()
    await expect(page.locator(".telephones")).to_have_text("13900007002")
    await desk.looks_right("person-number")
    await page.get_by_role("link", name="回到这个人").click()
    await page.get_by_text("改他的情况").click()
    await desk.looks_right("person-edit")
    await page.get_by_label("与户主的关系").fill("长子")
    await page.get_by_role("button", name="存好").first.click()
    await expect(page.get_by_role("status")).to_have_text("改好了。")
    await page.get_by_role("link", name="全家").click()
    await desk.looks_right("home")
    await page.get_by_text("添一个家里人").click()
    await page.get_by_label("姓名").fill("林小弟")
    await page.get_by_role("button", name="添上").first.click()
    await expect(page.locator(".roster")).to_contain_text("林小弟")
    await desk.open("/console/people/homes/new")
    await desk.looks_right("home-new")
    await desk.open("/console/people/lists")
    await desk.looks_right("lists")
    await desk.open("/console/people")
    await page.get_by_role("link", name="联系户").click()
    await page.get_by_text("改 何监委").click()
    await page.get_by_label("联系哪些户").locator("visible=true").fill("林嫂、黄明")
    await page.get_by_role("button", name="存好").locator("visible=true").click()
    await expect(page.locator(".named")).to_contain_text("何监委 联系2户：")
    await desk.looks_right("liaisons")


async def test_a_file_is_brought_in_looked_at_and_taken_over(desk: Desk) -> None:
    page = desk.page
    await desk.sign_in("周文书")
    await desk.open("/console/people/import")
    await desk.looks_right("import")
    file = {"name": "花名册2026.csv", "mimeType": "text/csv", "buffer": SHEET.encode()}
    await page.get_by_label("花名册表格").set_input_files(file)  # type: ignore[arg-type]
    await page.get_by_role("button", name="先看看").click()
    await expect(page.locator("main")).to_contain_text("要添2人")
    await page.get_by_text("要改的人").click()
    await desk.looks_right("upload")
    await page.get_by_role("button", name="就这样写进册子").click()
    await expect(page.get_by_role("status")).to_contain_text("添了2人")
    await desk.looks_right("upload-taken")
    await desk.open("/console/people")
    await page.get_by_text("导出花名册").click()
    async with page.expect_download() as download:
        await page.get_by_role("button", name="导出表格").click()
    assert (await download.value).suggested_filename == "榕溪村花名册.xlsx"


async def test_care_doubles_and_what_is_kept(desk: Desk) -> None:
    page, one = desk.page, f"/console/people/{desk.hub.residents['陈伯']}"
    await desk.sign_in("周文书")
    await desk.open(f"{one}/flags")
    await page.get_by_label("记一个").select_option("行动不便，要人照看")
    await page.get_by_label("做什么用").fill("台风天上门接")
    await page.get_by_label("到哪天为止").fill((desk.hub.clock() + timedelta(days=90)).date().isoformat())
    await page.get_by_role("button", name="存好").click()
    await expect(page.get_by_role("status")).to_have_text("记下了。")
    await desk.looks_right("flags")
    await desk.open(f"{one}/merge")
    await desk.looks_right("merge-whom")
    await page.locator(".roster a").first.click()
    await desk.looks_right("merge")
    await page.get_by_role("button", name="就是同一个人").click()
    await expect(page.get_by_role("status")).to_have_text("并好了。")
    await page.get_by_role("link", name="册子里记了他什么").click()
    await desk.looks_right("person-kept")
    await page.get_by_text("记下他的要求").click()
    await page.get_by_label("要删除").check()
    await page.get_by_role("button", name="记下", exact=True).click()
    await desk.open("/console/people/requests")
    await desk.looks_right("requests")
    for name in ("retention", "assessment"):
        await desk.open(f"/console/people/{name}")
        await desk.looks_right(name)


async def test_an_office_is_given_and_handed_over_by_keyboard(desk: Desk) -> None:
    page = desk.page
    await desk.sign_in("李书记")
    await desk.open("/console/offices")
    await desk.looks_right("offices")
    await desk.tab_to("黄水生")
    await page.keyboard.press("Enter")
    await expect(page).to_have_title("黄水生")
    await desk.looks_right("office")
    await desk.tab_to("给他一个8位数的码")
    await page.keyboard.press("Enter")
    await desk.tab_to("要一个码")
    await page.keyboard.press("Enter")
    await expect(page.locator(".big-code")).to_have_text(re.compile(r"\d{8}"))
    await desk.looks_right("office-code")
    await desk.tab_to("回到这个人")
    await page.keyboard.press("Enter")
    await expect(page).to_have_title("黄水生")
    await desk.tab_to("离任交接")
    await page.keyboard.press("Enter")
    await desk.looks_right("handover")
    await desk.tab_to("谁接任")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_label("谁接任")).to_have_value(str(desk.hub.staff["周文书"].id))
    await desk.tab_to("交接")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text("交接好了。")
