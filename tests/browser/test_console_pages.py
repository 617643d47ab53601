"""The console in a real browser, on a phone and at a desk: by clicks, and by keyboard alone."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import expect

from store.database import Database
from tests.acceptance.test_tickets import a_photo
from tests.browser.conftest import Desk
from tests.hub import Hub
from tests.integration.console_parts import PASSWORD, give_password
from tests.stores import VILLAGE, Stores

HOSTILE = "<img src=x onerror=alert(1)>" + "长" * 200 + "W" * 200


@pytest_asyncio.fixture(loop_scope="session")
async def village(sqlite_originals: Stores, store_folder: Path, tmp_path: Path) -> AsyncIterator[Hub]:
    database = Database(sqlite_originals.copy(VILLAGE, store_folder), sqlite_originals.keyring)
    hub = sqlite_originals.village_at(database, tmp_path)
    await hub.text("陈伯", "三组晒谷场边的路灯坏了")
    await hub.text("林嫂", "三组电线掉下来在冒火花")
    await hub.say(hub.chat, "guest22222", photo=a_photo())
    await hub.say(hub.chat, "guest22222", f"垃圾没人收{HOSTILE}")
    await hub.say(hub.chat, "guest22222", "三组祠堂前")
    for name in ("周文书", "黄水生"):
        await give_password(hub, name)
    yield hub
    await database.close()


async def test_by_clicks_from_the_sign_in_to_the_answer(desk: Desk) -> None:
    page = desk.page
    await desk.open("/console/")
    await desk.looks_right("sign-in")
    await page.get_by_label("手机号").fill("13900007012")
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await desk.looks_right("code")
    code = re.findall(r"登录码(\d{6})", (await desk.hub.told("周文书"))[-1])[0]
    await page.get_by_label("短信里的6位数字").fill(code)
    await page.get_by_role("button", name="确定").click()
    await page.get_by_role("link", name="乡亲说的事").click()
    await expect(page.locator(".tickets > li")).to_have_count(3)
    await desk.looks_right("tickets")
    await page.get_by_label("找编号、姓名").fill("路灯")
    await page.get_by_role("button", name="找", exact=True).click()
    await page.locator(".tickets a").click()
    await desk.looks_right("ticket")
    await page.get_by_label("回给乡亲的话").fill("明天上午电工来")
    await page.get_by_role("button", name="发给他").click()
    await expect(page.get_by_role("status")).to_have_text("已回给乡亲。")
    assert "明天上午电工来" in (await desk.hub.told("陈伯"))[-1]
    await page.get_by_text("办好了", exact=True).click()
    await desk.looks_right("answered")
    await page.get_by_role("link", name="回到列表").click()
    await page.get_by_role("link", name="归我办的").click()
    await desk.looks_right("mine")


async def test_by_keyboard_alone(desk: Desk) -> None:
    page = desk.page
    await desk.open("/console/sign-in")
    await desk.tab_to("手机号")
    await page.keyboard.type("13900007013")
    await desk.tab_to("密码")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page).to_have_title("今天要办的事")
    await desk.tab_to("乡亲说的事")
    await page.keyboard.press("Enter")
    await expect(page).to_have_title("乡亲说的事")
    await desk.tab_to("1001")
    await page.keyboard.press("Enter")
    await expect(page).to_have_title("编号1001")
    await desk.tab_to("我来办")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("归您办")
    await desk.tab_to("回给乡亲的话")
    await page.keyboard.type("今晚就来")
    await desk.tab_to("发给他")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text("已回给乡亲。")
    await desk.tab_to("记备注")
    await page.keyboard.press("Enter")
    await desk.tab_to("备注（乡亲看不到）")
    await page.keyboard.type("灯杆3号")
    await desk.tab_to("记下")
    await page.keyboard.press("Enter")
    await expect(page.locator(".lines .note .text")).to_have_text("灯杆3号")
    assert "今晚就来" in (await desk.hub.told("陈伯"))[-1]


async def test_other_pages_fit_and_hostile_words_stay_words(desk: Desk) -> None:
    page = desk.page
    await desk.open("/console/start")
    await desk.looks_right("start")
    await desk.open("/console/sign-in")
    await page.get_by_label("手机号").fill("13900007013")
    await page.get_by_label("密码").fill("不是这个密码")
    await page.get_by_role("button", name="登录").click()
    await desk.looks_right("wrong")
    await page.get_by_label("手机号").fill("13900007013")
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await page.get_by_role("link", name="乡亲说的事").click()
    await page.locator(".tickets a").filter(has_text="1003").click()
    await expect(page.locator(".lines .text").first).to_contain_text("<img src=x onerror=alert(1)>")
    photo = page.get_by_alt_text("发来的照片")
    assert await photo.evaluate("one => one.decode().then(() => one.naturalWidth)") == 40
    await desk.looks_right("hostile")
    await desk.go_to("记一件事")
    await desk.looks_right("new")
    await page.get_by_label("他的手机号").fill("13900007003")
    await page.get_by_label("他怎么说的").fill("门口水管漏水")
    await page.get_by_label("哪类事").select_option("基础设施")
    await page.get_by_role("button", name="记下，交给人办").click()
    await expect(page.get_by_role("status")).to_contain_text("记下了")
    await desk.open("/console/tickets/424242")
    await desk.looks_right("not-there")
