"""A town's official in a real browser: one warning to all its villages, and one notice, followed village by village."""

import pytest_asyncio
from playwright.async_api import expect

from store.domain.people import Role
from tests.acceptance.test_emergencies import WARNING, WHAT_TO_DO
from tests.browser.conftest import Desk
from tests.browser.test_every_page import complaints
from tests.hub import Hub, parent_of
from tests.integration.test_console_circulars import Town

OFFICIAL, COLLEAGUE = "赵工", "钱工"


@pytest_asyncio.fixture(loop_scope="session")
async def village(small_village: Hub) -> Hub:
    """Three villages of one town, which has two officials."""
    hub = small_village
    for number, name in enumerate(("竹坑村", "上榕村")):
        other = await hub.neighbour_village(name)
        await other.add_household(1, (f"{name[0]}伯", f"+861390000709{number}"))
        await other.add_officer(f"{name[0]}文书", f"+861390000708{number}", (Role.FRONT_DESK, other.village))
    async with hub.books() as tx:
        town = await parent_of(tx, hub.village)
    await hub.add_officer(COLLEAGUE, "+8613900007085", (Role.TOWN_OFFICIAL, town))
    return hub


async def test_a_warning_goes_to_all_villages_and_is_lifted_in_all(desk: Desk) -> None:
    page, town = desk.page, Town(desk.hub, desk.hub)
    desk.hub.database.queue = town.queue
    await desk.sign_in(OFFICIAL)
    await page.get_by_role("link", name="通知", exact=True).click()
    await page.get_by_role("link", name="应急通知").click()
    await page.get_by_role("link", name="发应急通知").click()
    await desk.looks_right("circular-begin")
    await page.get_by_role("link", name="一份发到几个村").click()
    await page.get_by_label("气象台", exact=True).check()
    await page.get_by_label("原文（贴过来").fill(WARNING)
    await expect(page.get_by_label("几点发的")).to_have_value("11:40")
    await page.get_by_label("上榕村").uncheck()
    await page.get_by_label("要大家做什么").fill(WHAT_TO_DO)
    await page.get_by_label("要转移，开转移名单").check()
    await desk.looks_right("circular-warn")
    await page.get_by_role("button", name="看看发出去的样子").click()
    await expect(page.locator("main")).to_contain_text("榕溪村、竹坑村：4户")
    await page.get_by_role("button", name="定了，马上发").click()
    await expect(page.get_by_role("status")).to_contain_text("应急通知发出去了")
    await expect(page.locator("#progress")).to_contain_text("有人回话、有人记结果，这里会自己更新")
    await desk.hub.text("陈伯", "2")
    await expect(page.locator("#progress")).to_contain_text("要人接 1")
    await desk.looks_right("circular-lists")
    circular = page.url.removeprefix(desk.url).partition("?")[0]
    assert await complaints(desk, circular) == []
    await desk.open(circular)
    await page.get_by_role("link", name="回到通知").click()
    await page.get_by_role("link", name="应急通知", exact=True).click()
    await page.get_by_role("link", name="2个村 看各村").click()
    assert await complaints(desk, f"{circular}/lift") == []
    await desk.open(f"{circular}/lift")
    await page.get_by_label("原文（贴过来").fill("青榕县气象台12时00分解除台风黄色预警信号")
    await expect(page.get_by_label("几点发的")).to_have_value("12:00")
    await desk.looks_right("circular-lift")
    await page.get_by_role("button", name="看看发出去的样子").click()
    await expect(page.get_by_role("alert")).to_contain_text("还有4户没记")
    await page.get_by_role("button", name="定了，马上发").click()
    assert "台风解除了" in (await desk.hub.told("陈伯"))[-1]


async def test_a_notice_goes_to_all_villages_once_a_colleague_agrees(desk: Desk) -> None:
    page, town = desk.page, Town(desk.hub, desk.hub)
    desk.hub.database.queue = town.queue
    await desk.sign_in(OFFICIAL)
    await page.get_by_role("link", name="通知", exact=True).click()
    await page.get_by_role("link", name="写通知").click()
    await page.get_by_role("link", name="一份发到几个村").click()
    assert await complaints(desk, "/console/notices/circulars/new") == []
    await desk.open("/console/notices/circulars/new")
    await page.get_by_label("通知的内容").fill("镇里明天修路，下午两点到五点过不了桥。")
    await page.get_by_label("全村的人家").check()
    await desk.looks_right("circular-write")
    await page.get_by_role("button", name="存下，看发给谁、多少钱").click()
    await expect(page.locator("main")).to_contain_text("发到3个村的通知：5户，7人")
    await desk.looks_right("circular-plan")
    circular = page.url.removeprefix(desk.url).partition("?")[0]
    assert await complaints(desk, f"{circular}/change") == []
    await desk.open(f"{circular}/change")
    await page.get_by_role("button", name="存下，看发给谁、多少钱").click()
    await page.get_by_role("button", name="送去批").click()
    await expect(page.get_by_role("status")).to_contain_text("送去批了")
    await page.context.clear_cookies()
    await desk.sign_in(COLLEAGUE)
    await desk.open(circular)
    await page.get_by_role("button", name="批准，发出去").click()
    await expect(page.get_by_role("status")).to_contain_text("批了，正在发出去")
    assert await town.run_jobs() == 3
    desk.hub.clock.pass_time(minutes=1)
    await desk.open(circular)
    await expect(page.locator("#progress")).to_contain_text("5户，已有下落5户")
    await desk.looks_right("circular-out")
    await page.get_by_role("link", name="通知", exact=True).click()
    await page.get_by_role("link", name="发完的").click()
    await expect(page.locator(".tickets")).to_contain_text("3个村")
    await desk.looks_right("circular-list")
