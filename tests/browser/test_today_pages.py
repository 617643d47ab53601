"""Today, the tickets' news and helps, and an authenticator app, in a real browser."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pyotp
import pytest_asyncio
from playwright.async_api import expect

from store.actions.accounts import stop_account
from store.actions.canned_replies import keep_reply
from store.actions.casework import accept_ticket
from store.database import Database
from store.queries.accounts import account_by_id
from store.queries.people import staff_by_id
from store.queries.tickets import ticket_numbered
from tests.browser.conftest import Desk
from tests.hub import Hub
from tests.integration.console_parts import PASSWORD, give_password
from tests.integration.test_console_tickets import LAMP, many_tickets
from tests.stores import VILLAGE, Stores


@pytest_asyncio.fixture(loop_scope="session")
async def village(sqlite_originals: Stores, store_folder: Path, tmp_path: Path) -> AsyncIterator[Hub]:
    database = Database(sqlite_originals.copy(VILLAGE, store_folder), sqlite_originals.keyring)
    hub = sqlite_originals.village_at(database, tmp_path)
    await hub.text("陈伯", LAMP)
    await many_tickets(hub, 4)
    async with hub.books() as tx:
        await keep_reply(tx, hub.village, hub.staff["周文书"], "电工明天来", "电工明天上午来，请留人在家。")
    hub.clock.pass_time(hours=25)
    await hub.text("林嫂", "三组电线掉下来在冒火花")
    async with hub.books() as tx:
        await stop_account(tx, await account_by_id(tx, hub.chat.id), "401")
    yield hub
    await database.close()


async def test_today_leads_to_what_is_most_urgent(desk: Desk) -> None:
    page = desk.page
    await desk.sign_in("周文书")
    await expect(page).to_have_title("今天要办的事")
    await expect(page.locator(".today > li")).to_have_count(5)
    await desk.looks_right("today")
    await page.get_by_role("button", name="好了，接着发").click()
    await expect(page.get_by_role("status")).to_contain_text("这就发出去")
    await desk.tab_to("马上去办")
    await page.keyboard.press("Enter")
    await expect(page).to_have_title("编号1005")


async def test_news_come_without_a_reload_and_what_is_typed_stays(desk: Desk) -> None:
    page, hub = desk.page, desk.hub
    await desk.sign_in("黄水生")
    await desk.open("/console/tickets")
    before = await page.locator(".tickets > li").count()
    await hub.text("黄明", "三组水沟堵了")
    await expect(page.locator(".news")).to_contain_text("刚有新消息")
    await expect(page.locator(".tickets > li")).to_have_count(before + 1)
    await desk.looks_right("list-news")
    await page.locator(".tickets a").filter(has_text="1001").click()
    await page.get_by_label("回给乡亲的话").fill("我今晚去看看")
    async with hub.books() as tx:
        ticket = await ticket_numbered(tx, hub.village.id, 1001)
        assert ticket
        await accept_ticket(tx, ticket, await staff_by_id(tx, hub.staff["周文书"].id))
    hub.pulse.beat()
    await expect(page.locator(".news")).to_contain_text("刚才周文书接了")
    await expect(page.locator("#told")).to_contain_text("有人接了")
    await expect(page.get_by_label("回给乡亲的话")).to_have_value("我今晚去看看")
    await desk.looks_right("ticket-news")


async def test_a_list_is_narrowed_kept_and_worked_by_keys(desk: Desk) -> None:
    page = desk.page
    await desk.sign_in("周文书")
    await desk.open("/console/tickets")
    await page.get_by_text("再挑一挑").click()
    await page.get_by_label("哪类事").select_option("环境卫生")
    await desk.looks_right("narrow")
    await page.get_by_role("button", name="按这些挑").click()
    await expect(page.locator(".tickets > li")).to_have_count(4)
    await page.get_by_text("记住这样挑的").click()
    await page.get_by_label("起个名字").fill("垃圾的事")
    await page.get_by_role("button", name="记住", exact=True).click()
    await page.get_by_role("link", name="垃圾的事").click()
    await expect(page.locator(".tickets > li")).to_have_count(4)
    await desk.looks_right("saved")
    await expect(page.locator(".keys")).to_be_visible(visible=desk.size == "desk")
    for key in ("j", "j", "k", "j", "Enter"):
        await page.keyboard.press(key)
    await expect(page).to_have_title(re.compile("编号100[2-5]"))
    await page.keyboard.press("r")
    await page.get_by_label("常用的话").select_option("电工明天来")
    await page.get_by_label("回给乡亲的话").fill("您好。")
    await page.get_by_role("button", name="用这句").click()
    await expect(page.get_by_label("回给乡亲的话")).to_have_value("您好。\n电工明天上午来，请留人在家。")
    await page.get_by_text("和别的事有关").click()
    await page.get_by_label("和编号几是同一件事？").fill("1002")
    await desk.looks_right("ties")
    await page.get_by_label("和编号几有关系？").fill("1001")
    await page.get_by_role("button", name="连上").click()
    await expect(page.locator("#told")).to_contain_text("编号1001")
    await desk.looks_right("linked")
    await page.get_by_role("link", name="改常用的话").click()
    await page.get_by_text("电工明天来", exact=True).click()
    await desk.looks_right("replies")


async def test_an_app_is_set_up_and_signs_in(desk: Desk) -> None:
    page = desk.page
    await give_password(desk.hub, "周文书")
    await desk.sign_in("周文书")
    await page.get_by_role("link", name="周文书").click()
    await desk.looks_right("account")
    await page.get_by_role("button", name="改用手机上的验证码").click()
    picture = page.get_by_role("img", name="给手机上的验证码程序扫的图")
    box = await picture.locator("svg").bounding_box()
    assert box
    assert 150 < box["width"] == box["height"]
    await desk.looks_right("account-app")
    secret = (await page.locator(".secret").inner_text()).replace(" ", "")
    totp = pyotp.TOTP(secret)
    await page.get_by_label("验证码程序里的6位数字").fill(totp.at(desk.hub.clock()))
    await page.get_by_role("button", name="对好了，就用它").click()
    await expect(page.get_by_role("status")).to_contain_text("设好了")
    await page.get_by_role("button", name="退出").click()
    desk.hub.clock.pass_time(minutes=1)
    await page.get_by_label("手机号").fill(desk.hub.numbers["周文书"])
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await desk.looks_right("code-app")
    await page.get_by_label("验证码程序里的6位数字").fill(totp.at(desk.hub.clock()))
    await page.keyboard.press("Enter")
    await expect(page).to_have_title("今天要办的事")
