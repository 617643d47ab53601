"""One Chromium for all browser tests of a worker, on one event loop; the console at two sizes."""

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from console.visits import HOME, SESSION_COOKIE
from store.database import Database
from tests.hub import Hub
from tests.integration.console_parts import console_of, session_token
from tests.real_parts import require_real_part
from tests.stores import VILLAGE, Stores

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]
SIZES: dict[str, ViewportSize] = {"phone": {"width": 360, "height": 740}, "desk": {"width": 1280, "height": 800}}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    require_real_part(
        "chromium", present=shutil.which(CHROMIUM) is not None, reason="Debian's chromium is not installed"
    )
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        await launched.close()


@dataclass
class Desk:
    """A page at one size, on a village with something to do. `pictures` is where its looks are kept."""

    page: Page
    hub: Hub
    url: str
    size: str

    async def open(self, path: str) -> None:
        await self.page.goto(f"{self.url}{path}")

    async def sign_in(self, name: str) -> None:
        """With a session that is proved already: the way in has tests of its own."""
        token = await session_token(self.hub, name)
        await self.page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": f"{self.url}/console/"}])
        await self.open(HOME)

    async def go_to(self, room: str) -> None:
        """By the head of the page, where most rooms are folded away."""
        await self.page.get_by_text("更多", exact=True).click()
        await self.page.get_by_role("link", name=room, exact=True).click()

    async def looks_right(self, name: str) -> None:
        """Nothing runs off the screen, and what is pressed is big enough for a thumb."""
        await self.page.wait_for_load_state()  # a page may just be on its way
        assert await self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        low = await self.page.evaluate(
            "[...document.querySelectorAll('button, summary, input:not([type=hidden]):not([type=radio])"
            ":not([type=checkbox]), select')].filter(one => one.offsetHeight && one.offsetHeight < 44).length"
        )
        assert low == 0, name
        if folder := os.environ.get("BANYAN_PICTURES"):
            await self.page.screenshot(path=Path(folder) / f"console-{name}-{self.size}.png", full_page=True)

    async def tab_to(self, name: str) -> None:
        """Press Tab until the control of that name has the focus, as somebody without a mouse does."""
        for _ in range(60):
            await self.page.keyboard.press("Tab")
            focused = await self.page.evaluate(
                "(one => one.labels?.length ? one.labels[0].innerText : one.innerText)(document.activeElement)"
            )
            if str(focused).strip().startswith(name):
                return
        raise AssertionError(f"Tab never reaches {name}")


@pytest_asyncio.fixture(loop_scope="session")
async def small_village(sqlite_originals: Stores, store_folder: Path, tmp_path: Path) -> AsyncIterator[Hub]:
    """To be filled by the `village` of a file."""
    database = Database(sqlite_originals.copy(VILLAGE, store_folder), sqlite_originals.keyring)
    yield sqlite_originals.village_at(database, tmp_path)
    await database.close()


@pytest_asyncio.fixture(params=SIZES, loop_scope="session")
async def desk(request: pytest.FixtureRequest, browser: Browser, village: Hub) -> AsyncIterator[Desk]:
    """It fails the test when a page asks another host for anything, or when the browser complains of a page."""
    runner = web.AppRunner(console_of(village), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    context = await browser.new_context(viewport=SIZES[request.param], locale="zh-CN", java_script_enabled=True)
    page = await context.new_page()
    hosts: set[str | None] = set()
    complaints: list[str] = []
    page.on("request", lambda one: hosts.add(urlsplit(one.url).hostname))
    page.on("console", lambda one: complaints.append(one.text) if "status of" not in one.text else None)
    yield Desk(page, village, f"http://127.0.0.1:{runner.addresses[0][1]}", request.param)
    await context.close()
    await runner.cleanup()
    assert hosts <= {"127.0.0.1"}
    assert complaints == []
