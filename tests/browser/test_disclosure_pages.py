"""The books and the open board in a real browser, on a phone and at a desk."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from aiohttp import web
from PIL import Image, ImageDraw
from playwright.async_api import Browser, expect

from store.database import Database
from tests.browser.conftest import Desk
from tests.hub import Hub
from tests.integration.public_village import application_of, fill_board
from tests.integration.test_console_emergencies import warned
from tests.stores import VILLAGE, Stores

LONG = "长" * 60 + "W" * 50


@pytest_asyncio.fixture(loop_scope="session")
async def village(sqlite_originals: Stores, store_folder: Path, tmp_path: Path) -> AsyncIterator[Hub]:
    database = Database(sqlite_originals.copy(VILLAGE, store_folder), sqlite_originals.keyring)
    hub = sqlite_originals.village_at(database, tmp_path)
    await fill_board(hub)
    yield hub
    await database.close()


def receipt() -> dict[str, object]:
    content = io.BytesIO()
    picture = Image.new("RGB", (480, 640), "#eee")
    ImageDraw.Draw(picture).rectangle((40, 40, 200, 80), fill="#b00")
    picture.save(content, "PNG")
    return {"name": "收据.png", "mimeType": "image/png", "buffer": content.getvalue()}


async def test_a_month_from_the_first_item_to_the_village(desk: Desk) -> None:
    page = desk.page
    await desk.sign_in("周文书")
    await desk.open("/console/disclosures?month=2026-09")
    await desk.looks_right("books-empty")
    await page.get_by_role("link", name="记一项").click()
    await page.get_by_label("哪一类").select_option("低保救助")
    await page.get_by_label("什么事").fill("发放低保金,林强等24户")
    await page.get_by_role("radio", name="公示").check()
    await page.get_by_label("说明（可以不写）").fill(f"因病致贫 {LONG}")
    await page.get_by_label("名单").fill("林*强 3人 450元")
    await desk.looks_right("books-new")
    await page.get_by_role("button", name="记下").click()
    await expect(page.get_by_role("status")).to_have_text("记下了。")
    await page.get_by_label("加照片或PDF").set_input_files(receipt())  # type: ignore[arg-type]
    await page.get_by_role("button", name="加上").click()
    await page.get_by_role("link", name="涂黑").click()
    await page.locator(".squares label").nth(14).click()
    await desk.looks_right("books-black")
    await page.get_by_role("button", name="涂黑这些格子").click()
    await expect(page.get_by_role("status")).to_have_text("涂黑了。")
    await page.get_by_role("button", name="把姓名改短").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("林*等24户")
    await desk.looks_right("books-item")
    await page.get_by_role("link", name="回到2026年9月").click()
    await desk.looks_right("books-month")
    await page.get_by_role("link", name="去公开").click()
    await desk.looks_right("books-publish")
    await page.get_by_label("我都看过了").check()
    await page.get_by_role("button", name="公开，告诉全村").click()
    await expect(page.locator(".state")).to_contain_text("已经公开")
    assert "9月账" in (await desk.hub.told("陈伯"))[-1]


async def test_by_keyboard_alone(desk: Desk) -> None:
    page = desk.page
    await desk.sign_in("周文书")
    await desk.open("/console/disclosures/new?month=2026-09")
    await desk.tab_to("哪一类")
    for _ in range(3):
        await page.keyboard.press("ArrowDown")
    await desk.tab_to("什么事")
    await page.keyboard.type("修三组水渠")
    await desk.tab_to("收入")
    await page.keyboard.press("ArrowDown")
    await desk.tab_to("多少元")
    await page.keyboard.type("1.26万")
    await desk.tab_to("记下")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text("记下了。")
    await expect(page.get_by_label("多少元")).to_have_value("12600.00")
    await desk.open("/console/services")
    await desk.looks_right("services")
    await desk.tab_to("加一件")
    await page.keyboard.press("Enter")
    await desk.tab_to("办什么事")
    await page.keyboard.type("盖章")
    await desk.tab_to("记下")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("记下了")
    await desk.open("/console/disclosures/asked")
    await desk.looks_right("asked")


@pytest_asyncio.fixture(loop_scope="session")
async def board(desk: Desk) -> AsyncIterator[Desk]:
    """The open pages beside the console, on a port of their own."""
    runner = web.AppRunner(application_of(desk.hub), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield Desk(desk.page, desk.hub, f"http://127.0.0.1:{runner.addresses[0][1]}", desk.size)
    await runner.cleanup()


PLACES = ("notices/", "disclosures/?q=水", "disclosures/2026-10", "matters/", "service-days/", "services/", "contact/")


async def test_the_open_board_fits_every_screen(board: Desk) -> None:
    page, root = board.page, f"/v/{board.hub.village.id}/"
    await board.open(root)
    await board.looks_right("board")
    for number, place in enumerate(PLACES):
        await board.open(f"{root}{place}")
        await board.looks_right(f"board-{number}")
    await board.open(f"{root}matters/")
    await page.get_by_role("link", name="鱼塘").click()
    await board.looks_right("board-matter")
    await page.get_by_role("link", name="票箱公开").click()
    await board.looks_right("board-ballots")
    receipt_number = await page.locator(".digits").first.inner_text()
    await board.open(f"{root}receipt/")
    await page.get_by_label("回执号码").fill(receipt_number)
    await page.get_by_role("button", name="查").click()
    await expect(page.get_by_role("status")).to_contain_text("算进去的是")
    await board.looks_right("board-receipt")
    await warned(board.hub)
    await board.open(root)
    await expect(page.locator(".warned")).to_contain_text("青榕县气象台11月18日 12:00发台风黄色预警")
    await board.looks_right("board-emergency")
    await board.open(f"{root}screen/")
    await board.looks_right("screen-emergency")


async def test_the_screen_goes_on_when_the_line_is_down(board: Desk, browser: Browser) -> None:
    """With its clock wound on: a sheet stands for 20 seconds."""
    context = await browser.new_context(viewport={"width": 1280, "height": 720}, locale="zh-CN")
    page = await context.new_page()
    await page.clock.install()
    await page.goto(f"{board.url}/v/{board.hub.village.id}/screen/")
    await expect(page.locator("main")).to_have_class("notice")
    screen = Desk(page, board.hub, board.url, f"tv-{board.size}")
    for number in range(1, 6):
        await screen.looks_right(f"screen-{number}")
        await page.clock.run_for(20_000)
        await expect(page.locator("main")).to_have_attribute("data-next", str((number + 1) % 6))
    await screen.looks_right("screen-6")
    await context.set_offline(True)
    await page.clock.run_for(20_000)
    await expect(page.locator("#offline")).to_be_visible()
    await expect(page.locator("main")).to_have_class("notice")
    await context.set_offline(False)
    await page.clock.run_for(20_000)
    await expect(page.locator("main")).to_have_class("urgent")
    await expect(page.locator("#offline")).to_be_hidden()
    await context.close()
