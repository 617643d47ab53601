"""An emergency notice at the console in a real browser, on a phone and at a desk: by clicks, and by keyboard alone."""

import pytest
import pytest_asyncio
from playwright.async_api import expect

from store.actions.contacts import add_holder, find_or_add_contact
from store.domain.people import ContactKind, Proof, Role
from tests.acceptance.test_emergencies import WARNING, WHAT_TO_DO
from tests.browser.conftest import Desk
from tests.hub import Hub
from tests.integration.test_console_emergencies import photo, warned


@pytest_asyncio.fixture(loop_scope="session")
async def village(small_village: Hub) -> Hub:
    """覃奶奶 is reached by web chat only; the first group has an officer too."""
    hub = small_village
    await hub.add_household(3, ("覃奶奶", ""))
    await hub.add_officer("覃网格", "+8613900007016", (Role.GRID_OFFICER, hub.groups[0]))
    async with hub.books() as tx:
        page = await find_or_add_contact(tx, hub.village.id, ContactKind.WEB_CHAT, "qin7", account_id=hub.chat.id)
        await add_holder(tx, page, hub.residents["覃奶奶"], Proof.CODE)
    return hub


async def test_from_the_warning_to_the_all_clear(desk: Desk) -> None:
    page, hub = desk.page, desk.hub
    await desk.sign_in("周文书")
    await page.get_by_role("link", name="通知", exact=True).click()
    await page.get_by_role("link", name="应急通知").click()
    await page.get_by_role("link", name="发应急通知").click()
    await page.get_by_label("村委会自己").check()
    await expect(page.get_by_label("发布单位")).to_be_hidden()
    await page.get_by_label("气象台", exact=True).check()
    await page.get_by_label("原文（贴过来").fill(WARNING)
    await page.get_by_label("原文的照片").set_input_files(
        {"name": "yuanwen.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    await expect(page.get_by_role("status")).to_contain_text("请一样一样核对")
    await expect(page.get_by_label("发布单位")).to_have_value("青榕县气象台")
    await expect(page.get_by_label("几点发的")).to_have_value("11:40")
    await expect(page.get_by_label("是什么险情")).to_have_value("台风")
    await expect(page.get_by_label("黄色")).to_be_checked()
    await page.get_by_label("要大家做什么").fill(WHAT_TO_DO)
    await page.get_by_label("要转移，开转移名单").check()
    await desk.looks_right("emergency-new")
    await page.get_by_role("button", name="看看发出去的样子").click()
    await expect(page.locator(".handset.sms")).to_contain_text("台风黄色预警:今晚8点前到村小学")
    await desk.looks_right("emergency-sure")
    await page.get_by_role("button", name="定了，马上发").click()
    await expect(page.get_by_role("status")).to_contain_text("发出去了")

    await help_is_called_for_and_noted(desk)
    await page.get_by_role("link", name="回到这个通知").click()
    await page.get_by_text("原文", exact=True).click()
    picture = page.get_by_alt_text("预警原文的照片")
    assert await picture.evaluate("one => one.decode().then(() => one.naturalWidth)") == 30
    await desk.looks_right("emergency-notice")
    await page.get_by_role("link", name="发解除通知").click()
    await page.get_by_label("原文（贴过来").fill("青榕县气象台12时00分解除台风黄色预警信号")
    await expect(page.get_by_label("几点发的")).to_have_value("12:00")
    await desk.looks_right("emergency-lift")
    await page.get_by_role("button", name="看看发出去的样子").click()
    await expect(page.get_by_role("alert")).to_contain_text("还有3户没记")
    await desk.looks_right("emergency-lift-sure")
    await page.get_by_role("button", name="定了，马上发").click()
    await expect(page.get_by_role("status")).to_contain_text("解除通知发出去了")
    assert "台风解除了" in (await hub.told("陈伯"))[-1]
    await page.get_by_role("link", name="看转移名单").click()
    await expect(page.locator("#homes button")).to_have_count(0)


async def help_is_called_for_and_noted(desk: Desk) -> None:
    """By web chat, while the clerk has the list open; who says nothing is rung."""
    page, hub = desk.page, desk.hub
    [heard] = await hub.heard(hub.chat, "qin7")
    await hub.say(hub.chat, "qin7", button=heard.press("要人接"))
    await hub.text("黄明", "1")
    home = page.locator(".homes > li", has_text="覃奶奶")
    await expect(home).to_contain_text("要人接")
    await expect(page.locator(".news")).to_contain_text("名单有新变化")
    await expect(page.locator("#counts .fetch strong")).to_have_text("1")
    await desk.looks_right("emergency-roll")
    await home.get_by_role("button", name="覃奶奶 已转移").click()
    await expect(page.get_by_role("status")).to_contain_text("记下了")
    await expect(page.locator("#counts .moved strong")).to_have_text("1")
    await page.get_by_role("button", name="没应的2户").click()
    await expect(page.get_by_role("link", name="13900007001")).to_be_visible()
    await desk.looks_right("emergency-calls")
    await page.get_by_role("button", name="陈伯 失联").click()
    await expect(page.get_by_role("status")).to_contain_text("陈伯家")
    await page.get_by_role("link", name="回到转移名单").click()
    await page.get_by_role("link", name="失联").click()
    await expect(page.locator("#homes .homes > li")).to_have_count(1)


async def test_the_town_sees_all_its_villages_live(desk: Desk) -> None:
    page, hub = desk.page, desk.hub
    other = await hub.neighbour_village("竹溪村")
    await other.add_household(1, ("邻村人", "+8613900007041"))
    await other.add_officer("竹溪文书", "+8613900007042", (Role.FRONT_DESK, other.village))
    await warned(hub)
    await warned(other, by="竹溪文书")
    await desk.sign_in("赵工")
    await desk.looks_right("emergency-today")
    await desk.open("/console/notices/emergencies")
    theirs = page.locator(".homes > li", has_text="竹溪村")
    await expect(theirs).to_contain_text("没应 1")
    await other.text("邻村人", "2")
    hub.pulse.beat()
    await expect(theirs).to_contain_text("要人接 1")
    await desk.looks_right("emergency-list")


@pytest.mark.parametrize("desk", ["desk"], indirect=True)
async def test_by_keyboard_alone(desk: Desk) -> None:
    page, hub = desk.page, desk.hub
    await desk.sign_in("黄水生")
    await desk.open("/console/notices/emergencies/new")
    await desk.tab_to("气象台")
    for _ in range(2):
        await page.keyboard.press("ArrowDown")
    await desk.tab_to("三组")
    await desk.tab_to("要大家做什么")
    await page.keyboard.type("后山掉石头,马上离开")
    await desk.tab_to("要转移，开转移名单")
    await page.keyboard.press("Space")
    await desk.tab_to("看看发出去的样子")
    await page.keyboard.press("Enter")
    await expect(page.locator(".handset.sms")).to_contain_text("村委会紧急通知:后山掉石头,马上离开")
    await desk.tab_to("定了，马上发")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("发出去了")
    assert "马上离开" in (await hub.told("陈伯"))[-1]
    assert await hub.told("黄明") == []
    for _ in ("the count", "the first home's button"):
        await desk.tab_to("已转移")
    focused = await page.evaluate("document.activeElement.id")
    await hub.text("林嫂", "2")
    await expect(page.locator("#counts .fetch strong")).to_have_text("1")
    assert await page.evaluate("document.activeElement.id") == focused
    await page.keyboard.press("Enter")
    await expect(page.locator("#counts .moved strong")).to_have_text("1")
