"""The village's notice board as a browser gets it: text stays text, and what is not out is not there."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from PIL import Image

from bot.pages import static_routes
from console.public.site import public_application
from store.actions.disclosures import add_item, add_urgent_item, mark_published, state_opening
from store.actions.inbound import record_files
from store.domain.disclosures import DisclosureCategory, Entry, Flow
from store.queries.disclosures import urgent_items
from tests.hub import Hub

OCTOBER = date(2026, 10, 1)
HOSTILE = ("<b>修水渠</b>", "{{7*7}}", '"><script>alert(1)</script>', "修&lt;路", "</td></table>")

Client = TestClient[web.Request, web.Application]
Get = Callable[[str], Awaitable[tuple[int, str]]]


@pytest.fixture
async def client(hub: Hub) -> AsyncIterator[Client]:
    application = web.Application()
    application.add_routes(static_routes())
    application.add_subapp("/v", public_application(hub.database, hub.files, "https://village.example", hub.clock))
    async with TestClient(TestServer(application)) as opened:
        yield opened


@pytest.fixture
def get(client: Client) -> Get:
    async def fetch(path: str) -> tuple[int, str]:
        answer = await client.get(path)
        return answer.status, await answer.text()

    return fetch


async def disclose(hub: Hub, *entries: Entry, publish: bool = True) -> str:
    """The path of October's page."""
    async with hub.books() as tx:
        await state_opening(tx, hub.village, OCTOBER, 188_903_00, hub.staff["周文书"])
        for entry in entries:
            await add_item(tx, hub.village, OCTOBER, entry, hub.staff["周文书"])
        if publish:
            await mark_published(tx, hub.village, OCTOBER)
    return f"/v/{hub.village.id}/disclosures/2026-10"


DITCH = Entry(DisclosureCategory.WORKS, "修三组水渠", Flow.EXPENDITURE, 12_600_00, "三家比价\n双龙施工队最低")
RENT = Entry(DisclosureCategory.ASSETS, "后山林地租金", Flow.INCOME, 24_000_50)
RELIEF = Entry(DisclosureCategory.RELIEF, "发放低保金,24户", Flow.POSTED)


async def test_a_month_is_shown_with_its_sums(hub: Hub, get: Get) -> None:
    status, page = await get(await disclose(hub, DITCH, RENT, RELIEF))
    assert status == 200
    for shown in (
        "2026年10月",
        "12,600.00元",
        "24,000.50元",
        "188,903.00元",
        "200,303.50元",
        "双龙施工队最低",
        "6123456",
    ):
        assert shown in page
    assert re.search(r'<td class="amount">\s*<span class="flow">支出</span> 12,600\.00元', page)
    assert "2026年11月18日公开" in page


async def test_the_front_leads_to_every_month(hub: Hub, client: Client) -> None:
    path = await disclose(hub, DITCH)
    answer = await client.get(f"/v/{hub.village.id}")
    assert answer.url.path == f"/v/{hub.village.id}/"
    assert f'href="{path}"' in await answer.text()
    assert f'href="{path}"' in await (await client.get(f"/v/{hub.village.id}/disclosures/")).text()


@pytest.mark.parametrize("title", HOSTILE)
async def test_whatever_a_title_holds_is_text(hub: Hub, get: Get, title: str) -> None:
    from html import unescape

    entry = Entry(DisclosureCategory.WORKS, title, Flow.EXPENDITURE, 1_00, title)
    _, page = await get(await disclose(hub, entry))
    [cell] = re.findall(r'<tr id="item-1">\s*<td>(.*?)</td>', page, re.DOTALL)
    assert unescape(re.sub(r"<span.*?</span>|<p.*?</p>", "", cell, flags=re.DOTALL)).strip() == title
    assert "<script" not in page


async def test_what_is_not_published_is_not_there(hub: Hub, get: Get) -> None:
    path = await disclose(hub, DITCH, publish=False)
    status, page = await get(path)
    assert status == 404
    assert "水渠" not in page
    _, front = await get(f"/v/{hub.village.id}/")
    assert "2026年10月" not in front
    assert "还没有公开" in front


async def test_an_urgent_item_stands_alone_until_its_month_is_out(hub: Hub, get: Get, client: Client) -> None:
    async with hub.books() as tx:
        await add_urgent_item(tx, hub.village, RELIEF, hub.staff["周文书"])
        await add_item(tx, hub.village, date(2026, 11, 1), DITCH, hub.staff["周文书"])
    _, front = await get(f"/v/{hub.village.id}/")
    assert "发放低保金" in front
    assert "水渠" not in front
    async with hub.books() as tx:
        [urgent] = await urgent_items(tx, hub.village.id)
    moved = await client.get(f"/v/{hub.village.id}/items/{urgent.id}/", allow_redirects=False)
    assert moved.headers["Location"] == f"/v/{hub.village.id}/disclosures/#item-{urgent.number}"
    status, _ = await get(f"/v/{hub.village.id}/disclosures/2026-11")
    assert status == 404


async def test_a_photo_is_served_once_its_item_is_out(hub: Hub, client: Client, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8), "green").save(tmp_path / "receipt.png")
    stored = hub.files.put_photo((tmp_path / "receipt.png").read_bytes())
    entry = Entry(DisclosureCategory.WORKS, "水渠验收", Flow.POSTED, attachment=stored.sha256)
    async with hub.books() as tx:
        await record_files(tx, [stored])
        item = await add_item(tx, hub.village, OCTOBER, entry, hub.staff["周文书"])
    path = f"/v/{hub.village.id}/items/{item.id}/attachment"
    assert (await client.get(path)).status == 404
    async with hub.books() as tx:
        await mark_published(tx, hub.village, OCTOBER)
    answer = await client.get(path)
    assert (answer.status, answer.content_type) == (200, "image/jpeg")
    assert (await client.get(f"/v/{hub.groups[0].id}/items/{item.id}/attachment")).status == 404
    page = await (await client.get(f"/v/{hub.village.id}/disclosures/2026-10")).text()
    assert f'href="/v/{hub.village.id}/items/{item.id}/files/{stored.sha256}"' in page
    assert (await client.get(f"/v/{hub.village.id}/items/{item.id}/files/{stored.sha256}")).status == 200


@pytest.mark.parametrize("path", ["/v/999/", "/v/1/", "/v/x/", "/v/3/disclosures/2026-13", "/v/3/disclosures/0000-01"])
async def test_other_addresses_say_so(hub: Hub, get: Get, path: str) -> None:
    """Area 1 is the county."""
    await disclose(hub, DITCH)
    status, page = await get(path)
    assert status == 404
    assert "没有这个网页" in page


async def test_a_page_needs_no_script_and_no_other_host(hub: Hub, client: Client) -> None:
    path = await disclose(hub, DITCH)
    answer = await client.get(path)
    page = await answer.text()
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    [sheet] = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    style = await client.get(sheet)
    assert style.status == 200
    assert "http" not in await style.text()


async def test_an_english_browser_gets_english_words(hub: Hub, client: Client) -> None:
    answer = await client.get(await disclose(hub, DITCH), headers={"Accept-Language": "en-GB,en;q=0.9"})
    page = await answer.text()
    assert '<html lang="en">' in page
    assert "October 2026" in page


async def test_nobody_is_named(hub: Hub, get: Get) -> None:
    _, page = await get(await disclose(hub, DITCH, RENT))
    assert not [name for name in (*hub.residents, *hub.staff) if name in page]
