"""Notices at the console in a real browser, on a phone and at a desk: by clicks, and by keyboard alone."""

import re

import pytest_asyncio
from playwright.async_api import expect

from tests.acceptance.test_answers import asked_of_group
from tests.acceptance.test_ledger import set_states
from tests.acceptance.test_notices import WATER
from tests.browser.conftest import Desk
from tests.hub import Hub
from tests.integration.console_parts import PASSWORD, give_password

HOSTILE = "<img src=x onerror=alert(1)>" + "长" * 120 + "W" * 200


@pytest_asyncio.fixture(loop_scope="session")
async def village(small_village: Hub) -> Hub:
    await small_village.add_household(3, ("覃奶奶", ""))
    return small_village


async def test_by_clicks_from_the_ticks_to_the_doors(desk: Desk) -> None:
    page, hub = desk.page, desk.hub
    await desk.sign_in("周文书")
    await page.get_by_role("link", name="通知", exact=True).click()
    await desk.looks_right("notices-none")
    await page.get_by_role("link", name="写通知").click()
    await expect(page.locator("#look")).to_contain_text("全村：4户，6人")
    await page.get_by_label("通知的内容").fill(WATER)
    await expect(page.locator(".handset.sms")).to_contain_text(f"【榕溪村】{WATER}")
    await page.get_by_label("三组").check()
    await page.get_by_label("看到回1").check()
    await expect(page.locator("#look")).to_contain_text("三组：3户，4人")
    await expect(page.locator("#look")).to_contain_text("看到请回1")
    assert await page.get_by_label("通知的内容").input_value() == WATER
    await page.get_by_text("短信聊天都到不了").click()
    await desk.looks_right("notices-write")
    await page.get_by_role("button", name="存下，先不发").click()
    await expect(page.get_by_role("status")).to_contain_text("存下了")
    await desk.looks_right("notices-draft")
    await page.get_by_role("button", name="现在就发").click()
    await expect(page.get_by_role("status")).to_contain_text("发出去了")
    await set_states(hub, 陈伯="delivered", 林嫂="failed")
    await page.reload()
    await desk.looks_right("notices-out")
    await page.get_by_role("button", name="派人上门").click()
    await page.get_by_role("link", name="上门的情况").click()
    await page.get_by_role("button", name="覃奶奶 告诉了").click()
    await expect(page.get_by_role("status")).to_contain_text("记下了")
    await desk.looks_right("notices-doors")
    await page.get_by_role("link", name="回到这个通知").click()
    await page.get_by_role("link", name="一户一户看").click()
    await desk.looks_right("notices-ledger")
    await page.get_by_role("link", name="没送到").click()
    await expect(page.locator(".homes > li")).to_have_count(1)


async def test_a_group_is_served_from_the_phone(desk: Desk) -> None:
    page, hub = desk.page, desk.hub
    await asked_of_group(hub, "参加或不参加", text=f"修渠 {HOSTILE}")
    await hub.text("陈伯", "1")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await desk.sign_in("黄水生")
    await desk.open("/console/notices?show=sent")
    await desk.looks_right("notices-list")
    await page.locator(".tickets a").click()
    await page.get_by_role("link", name="复制到群").click()
    await page.get_by_role("button", name="复制").first.click()
    await expect(page.get_by_role("button", name="复制好了")).to_be_visible()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == await page.locator("#words").input_value()
    await page.get_by_text("大字长图", exact=True).click()
    picture = page.get_by_alt_text("通知的大字长图")
    assert await picture.evaluate("one => one.decode().then(() => one.naturalWidth)") == 1080
    await page.get_by_label("发到了哪个群").fill("三组一家亲")
    await page.get_by_role("button", name="已发群").click()
    await expect(page.get_by_role("status")).to_have_text("记下了。")
    await desk.looks_right("notices-group")
    await page.get_by_role("link", name="回到这个通知").click()
    await desk.looks_right("notices-hostile")
    await page.get_by_role("link", name="看大家回了什么").click()
    await page.get_by_role("link", name="看三组各家").click()
    await expect(page.locator("#tally")).to_contain_text("林嫂")
    await desk.looks_right("notices-answers")
    async with page.expect_download() as taken:
        await page.get_by_role("button", name="下载表格").click()
    assert (await taken.value).suggested_filename == "notice-26001-answers.xlsx"


async def test_by_keyboard_alone(desk: Desk) -> None:
    page = desk.page
    await desk.sign_in("黄水生")
    await desk.open("/console/notices/new")
    await desk.tab_to("通知的内容")
    await page.keyboard.type("明天修水渠")
    await desk.tab_to("看看发给谁")
    await page.keyboard.press("Enter")
    await expect(page.locator(".handset.sms")).to_contain_text("明天修水渠")
    await desk.tab_to("存下，先不发")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("存下了")
    await desk.tab_to("现在就发")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("发出去了")
    assert "明天修水渠" in (await desk.hub.told("陈伯"))[-1]


async def test_a_session_that_ends_in_the_midst_of_writing_loses_nothing(desk: Desk) -> None:
    """By keyboard: it ends while he types, so that the page leads to the sign-in, and once more before he presses."""
    page, hub = desk.page, desk.hub
    await give_password(hub, "周文书")
    await desk.sign_in("周文书")
    await desk.open("/console/notices/new")
    await desk.tab_to("通知的内容")
    hub.clock.pass_time(hours=9)
    await page.keyboard.type("明天修")
    await expect(page.get_by_role("status")).to_contain_text("您写的都留着")
    await _sign_in_by_keyboard(desk)
    await desk.tab_to("接着写")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/console/notices/new")
    await desk.tab_to("通知的内容")
    await page.keyboard.press("Control+End")
    await page.keyboard.type("水渠")
    await desk.tab_to("存下，先不发")
    await expect(page.locator(".handset.sms")).to_contain_text("明天修水渠")
    hub.clock.pass_time(hours=9)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("您写的都留着")
    await desk.looks_right("signed-out")
    await desk.tab_to("登录")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/console/sign-in")
    await _sign_in_by_keyboard(desk)
    await expect(page.locator(".kept").first).to_have_text("明天修水渠")
    await desk.looks_right("kept")
    await desk.tab_to("接着交上去")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("存下了")
    await desk.open("/console/notices")
    await expect(page.get_by_text("明天修水渠")).to_have_count(1)


async def _sign_in_by_keyboard(desk: Desk) -> None:
    """At the sign-in, as somebody who needs a code."""
    keyboard, hub = desk.page.keyboard, desk.hub
    await desk.tab_to("手机号")
    await keyboard.type(hub.numbers["周文书"])
    await desk.tab_to("密码")
    await keyboard.type(PASSWORD)
    await keyboard.press("Enter")
    await desk.page.wait_for_url("**/console/code")
    await desk.tab_to("短信里的6位数字")
    await keyboard.type(re.findall(r"登录码(\d{6})", (await hub.told("周文书"))[-1])[-1])
    await keyboard.press("Enter")
    await desk.page.wait_for_url("**/console/kept")
