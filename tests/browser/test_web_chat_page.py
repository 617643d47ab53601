import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, BrowserContext, FilePayload, Page, ViewportSize, expect

from tests.integration.web_chat_parts import VILLAGE, Village, open_village, photo

PHONE_SCREEN: ViewportSize = {"width": 360, "height": 740}
NUMBERS = ("+8613900007001", "+8613900007002", "+8613900007003")


class Site:
    """The hub's pages on a port that can be shut and opened again, as a village's network is."""

    def __init__(self, village: Village) -> None:
        self.village = village
        self.runner: web.AppRunner | None = None
        self.port = 0

    async def open(self) -> None:
        self.runner = web.AppRunner(self.village.application(), shutdown_timeout=0.1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = self.runner.addresses[0][1]

    async def shut(self) -> None:
        if self.runner:
            await self.runner.cleanup()
            self.runner = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest_asyncio.fixture(loop_scope="session")
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_village(tmp_path) as village:
        opened = Site(village)
        await opened.open()
        yield opened
        await opened.shut()


@pytest_asyncio.fixture(loop_scope="session")
async def phone(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A villager's phone. It fails the test when a page asks another host for anything, or when a script breaks."""
    context = await browser.new_context(viewport=PHONE_SCREEN, has_touch=True, is_mobile=True, locale="zh-CN")
    hosts: set[str | None] = set()
    broken: list[str] = []
    context.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    context.on("weberror", lambda error: broken.append(str(error.error)))
    yield context
    await context.close()
    assert hosts <= {"127.0.0.1"}
    assert broken == []


async def open_chat(phone: BrowserContext, site: Site) -> tuple[Page, str]:
    page = await phone.new_page()
    await page.goto(f"{site.url}/chat/{site.village.chat.id}/")
    await expect(page).to_have_title(VILLAGE)
    return page, urlsplit(page.url).path.strip("/").rpartition("/")[2]


async def fits(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


async def keep_picture(page: Page, name: str) -> None:
    """Pictures for whoever works on the looks: BANYAN_PICTURES names the folder."""
    if folder := os.environ.get("BANYAN_PICTURES"):
        await page.screenshot(path=Path(folder) / f"{name}.png")


async def test_typing_and_pressing_a_button_by_keyboard(phone: BrowserContext, site: Site) -> None:
    page, visitor = await open_chat(phone, site)
    await keep_picture(page, "chat-new")
    await page.get_by_label("写在这里").focus()
    await page.keyboard.type("三组晒谷场边没水了，什么时候来？")
    await page.keyboard.press("Enter")
    await expect(page.locator(".mine .text")).to_have_text("三组晒谷场边没水了，什么时候来？")
    await expect(page.locator(".pending")).to_have_count(0)
    asked = await site.village.tell(
        visitor, "是哪里停水？", buttons=[("1 只我家", "w:1"), ("2 附近几家都停", "w:2"), ("3 说不清，请打给我", "w:3")]
    )
    choice = page.get_by_role("button", name="2 附近几家都停")
    await expect(choice).to_be_visible()
    box = await choice.bounding_box()
    assert box
    assert box["height"] >= 48
    await choice.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".mine .text").last).to_have_text("2 附近几家都停")
    await expect(page.locator(".mine time")).to_have_count(2)
    assert [(one.text, one.button, one.replaces) for one in site.village.received] == [
        ("三组晒谷场边没水了，什么时候来？", "", ""),
        ("", "w:2", str(asked)),
    ]
    await site.village.tell(visitor, "记下了：三组几家停水，编号3127。水管员今天下午6点前回您。急了打6123456。")
    await expect(page.locator(".theirs").last).to_contain_text("3127")
    await keep_picture(page, "chat")
    assert await fits(page)
    assert await site.village.state_of(asked) == "delivered"


async def test_what_is_written_without_a_connection_arrives_once_it_is_back(phone: BrowserContext, site: Site) -> None:
    page, visitor = await open_chat(phone, site)
    box = page.get_by_label("写在这里")
    await box.fill("第一句")
    await box.press("Enter")
    await expect(page.locator(".mine time")).to_have_count(1)
    await site.shut()
    await expect(page.locator("#connection")).to_have_text("没连上，正在重连。您写的都留着。")
    for sentence in ("第二句", "第三句"):
        await box.fill(sentence)
        await box.press("Enter")
    await expect(page.locator(".pending")).to_have_count(2)
    await keep_picture(page, "chat-offline")
    waited = await site.village.tell(visitor, "您不在时说的")
    await page.close()
    await site.open()
    again, _ = await open_chat(phone, site)
    await expect(again.locator(".mine time")).to_have_count(3, timeout=15_000)
    await expect(again.locator(".theirs .text")).to_have_text("您不在时说的")
    assert await site.village.texts() == ["第一句", "第二句", "第三句"]
    assert await site.village.state_of(waited) == "delivered"


async def test_an_open_page_comes_back_by_itself(phone: BrowserContext, site: Site) -> None:
    page, visitor = await open_chat(phone, site)
    await site.shut()
    await expect(page.locator("#connection")).to_contain_text("没连上")
    await page.get_by_label("写在这里").fill("没电了")
    await page.get_by_label("写在这里").press("Enter")
    await site.village.tell(visitor, "电工在路上")
    await site.open()
    await expect(page.locator(".theirs .text")).to_have_text("电工在路上", timeout=15_000)
    await expect(page.locator(".mine time")).to_have_count(1, timeout=15_000)
    await expect(page.locator("#connection")).to_be_empty()
    assert await site.village.texts() == ["没电了"]


async def test_while_the_store_is_away_the_page_keeps_and_repeats(phone: BrowserContext, site: Site) -> None:
    page, _ = await open_chat(phone, site)
    site.village.store_is_away = True
    await page.get_by_label("写在这里").fill("路灯坏了")
    await page.get_by_label("写在这里").press("Enter")
    await expect(page.locator(".pending .state")).to_have_text("先替您存着，连上就发。")
    site.village.store_is_away = False
    await expect(page.locator(".mine time")).to_have_count(1, timeout=15_000)
    assert await site.village.texts() == ["路灯坏了"]


async def test_without_sockets_plain_requests_do(phone: BrowserContext, site: Site) -> None:
    page = await phone.new_page()
    await page.add_init_script("delete window.WebSocket; window.WebSocket = function () { throw new Error('no'); };")
    await page.goto(f"{site.url}/chat/{site.village.chat.id}/")
    visitor = urlsplit(page.url).path.strip("/").rpartition("/")[2]
    await page.get_by_label("写在这里").fill("停水了")
    await page.get_by_role("button", name="发出").click()
    await expect(page.locator(".mine time")).to_have_count(1)
    told = await site.village.tell(visitor, "记下了")
    await expect(page.locator(".theirs .text")).to_have_text("记下了")
    await asyncio.sleep(0.2)
    assert await site.village.state_of(told) == "delivered"


async def test_a_photo_is_sent_and_shown(phone: BrowserContext, site: Site) -> None:
    page, _ = await open_chat(phone, site)
    upload: FilePayload = {"name": "IMG_0001.png", "mimeType": "image/png", "buffer": photo(1200)}
    await page.locator("#photos").set_input_files([upload])
    await expect(page.locator("#photos-label")).to_have_text("已选照片 1")
    await page.get_by_role("button", name="发出").click()
    picture = page.get_by_alt_text("发来的照片")
    await expect(picture).to_be_visible()
    assert await picture.evaluate(
        "image => image.complete && image.naturalWidth > 0 || image.decode().then(() => true)"
    )
    await keep_picture(page, "chat-photo")
    assert await fits(page)


async def test_two_tabs_of_one_visitor_show_the_same_and_two_links_keep_apart(
    phone: BrowserContext, site: Site
) -> None:
    first, visitor = await open_chat(phone, site)
    second, _ = await open_chat(phone, site)
    other = await phone.new_page()
    await other.goto(site.url + site.village.rooms.entry_link(site.village.chat.id, "bbbbbbbbbb"))
    await first.get_by_label("写在这里").fill("我是第一个")
    await first.get_by_label("写在这里").press("Enter")
    await expect(second.locator(".mine .text")).to_have_text("我是第一个")
    await site.village.tell("bbbbbbbbbb", "给第二个的")
    await site.village.tell(visitor, "给第一个的")
    for page, text in ((first, "给第一个的"), (second, "给第一个的"), (other, "给第二个的")):
        await expect(page.locator(".theirs .text")).to_have_text(text)


async def test_hostile_words_pushed_live_are_only_words(phone: BrowserContext, site: Site) -> None:
    page, visitor = await open_chat(phone, site)
    hostile = "<img src=x onerror=alert(1)>{{7*7}}"
    await site.village.tell(visitor, hostile, buttons=[("<b>好</b>", "h:1")])
    await expect(page.locator(".theirs .text")).to_have_text(hostile)
    await expect(page.get_by_role("button", name="<b>好</b>")).to_be_visible()
    assert await fits(page)


async def test_without_scripts_forms_do(browser: Browser, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web_chat.REPLY_SECONDS", 0.1)  # so long a page waits for an answer, and here none comes
    context = await browser.new_context(viewport=PHONE_SCREEN, java_script_enabled=False, locale="zh-CN")
    page, visitor = await open_chat(context, site)
    await site.village.tell(visitor, "您家有水了吗？", buttons=[("有了", "w:1")])
    await page.get_by_role("link", name="看看有没有回话").click()
    await page.get_by_role("button", name="有了").click()
    await expect(page.locator(".mine .text")).to_have_text("有了")
    await page.get_by_label("写在这里").fill("多谢")
    await page.get_by_role("button", name="发出").click()
    await expect(page.locator(".mine .text").last).to_have_text("多谢")
    await keep_picture(page, "chat-plain")
    assert [(one.text, one.button) for one in site.village.received] == [("", "w:1"), ("多谢", "")]
    await context.close()


async def test_handsets_receive_and_answer(phone: BrowserContext, site: Site) -> None:
    page = await phone.new_page()
    await page.goto(f"{site.url}/phones/{site.village.phones.id}/")
    for number in NUMBERS:
        await page.get_by_label("手机号").fill(number)
        await page.get_by_role("button", name="打开这部手机").click()
    await expect(page.locator(".phone")).to_have_count(3)
    first = page.locator(".phone").first
    await first.get_by_label("写短信").fill("冇水")
    await first.get_by_role("button", name="发出").click()
    await expect(first.locator(".mine .text")).to_have_text("冇水")
    await first.get_by_role("button", name="打过去响一声").click()
    await expect(first.locator(".mine .text").last).to_have_text("打了个电话，没接通")
    text = "【榕溪村】是哪里停水？回数字：1只我家 2附近几家都停 3说不清，请打给我。也可直接写地方。"
    told = await site.village.tell(NUMBERS[0], text, account=site.village.phones)
    await expect(first.locator(".theirs .text")).to_have_text(text)
    await expect(page.locator(".phone").nth(1).locator(".theirs")).to_have_count(0)
    assert await fits(page)
    assert await site.village.state_of(told) == "delivered"
    await keep_picture(page, "phones-narrow")
    await page.set_viewport_size({"width": 1280, "height": 900})
    await keep_picture(page, "phones-wide")
    assert await fits(page)
