"""Every address of the books and of the service catalogue as every role, a stranger and a neighbouring village."""

from dataclasses import dataclass
from datetime import date

import pytest
from PIL import Image
from sqlalchemy import select

from store.actions.disclosure_files import attach_file, write_list
from store.actions.disclosures import add_item
from store.actions.services import add_service
from store.domain.disclosures import DisclosureCategory, Entry, Flow
from store.domain.people import Role
from store.domain.services import ServiceText
from store.tables import disclosure_files, disclosure_items, disclosures, services
from tests.hub import Hub
from tests.integration.console_parts import Browser, a_browser, also_on_postgresql

BOOKS = "/console/disclosures"

SEES, ENTERS, PUBLISHES, SERVES = "sees", "enters", "publishes", "serves"
MAY = {
    "周文书": {SEES, ENTERS, PUBLISHES, SERVES},
    "李书记": {SEES, ENTERS, PUBLISHES, SERVES},
    "只管账的": {SEES, ENTERS},
    "何监委": {SEES},
    "赵工": {SEES},
    "黄水生": set[str](),
    "隔壁文书": set[str](),
    "": set[str](),
}


@dataclass(frozen=True)
class Books:
    item: int
    digest: str
    service: int


@pytest.fixture
async def books(hub: Hub) -> Books:
    other = await hub.neighbour_village("竹坑村")
    await other.add_officer("隔壁文书", "+8613900007082", (Role.FRONT_DESK, other.village))
    hub.staff |= other.staff
    hub.numbers |= other.numbers
    await hub.add_officer("只管账的", "+8613900007018", (Role.ACCOUNTANT, hub.village))
    clerk = hub.staff["周文书"]
    stored = hub.files.put_photo(Image.new("RGB", (24, 32), "white")._repr_png_() or b"")
    async with hub.books() as tx:
        entry = Entry(DisclosureCategory.RELIEF, "BOOK-title", Flow.POSTED, text="BOOK-text")
        item = await add_item(tx, hub.village, date(2026, 10, 1), entry, clerk)
        await write_list(tx, hub.village, item.id, "LIST-names", clerk)
        await attach_file(tx, hub.village, item.id, stored, "BOOK-file.jpg", clerk)
        service = await add_service(tx, hub.village, ServiceText("SERVICE-title", "", "", ""), clerk)
    return Books(item.id, stored.sha256, service)


async def read_all(browser: Browser, hub: Hub, books: Books) -> dict[str, tuple[int, str]]:
    own = f"village={hub.village.id}&month=2026-10"
    paths = {
        "month": f"{BOOKS}?{own}",
        "asked": f"{BOOKS}/asked?{own}",
        "publish": f"{BOOKS}/publish?{own}",
        "new": f"{BOOKS}/new?{own}",
        "item": f"{BOOKS}/items/{books.item}",
        "file": f"{BOOKS}/items/{books.item}/files/{books.digest}",
        "black": f"{BOOKS}/items/{books.item}/files/{books.digest}/black",
        "services": f"/console/services?village={hub.village.id}",
        "no item": f"{BOOKS}/items/999999",
        "no ticket": f"{BOOKS}/new?{own}&ticket=999999",
        "no month": f"{BOOKS}?village={hub.village.id}&month=0000-99",
    }
    found = {}
    for name, path in paths.items():
        async with browser.client.get(path) as answer:
            found[name] = answer.status, (await answer.read()).decode(errors="replace")
    return found


@pytest.mark.parametrize(("stores", "name"), also_on_postgresql(MAY, "周文书", "何监委"), indirect=["stores"])
async def test_a_walk_of_all_pages(hub: Hub, books: Books, name: str) -> None:
    may = MAY[name]
    async with a_browser(hub) as browser:
        if name:
            await browser.sign_in(name)
        found = await read_all(browser, hub, books)
    assert max(status for status, _ in found.values()) < 500
    seen = {page for page, (status, _) in found.items() if status == 200}
    if not name:  # a stranger is led to the sign-in
        assert all('action="/console/sign-in"' in text for _, text in found.values())
        return
    allowed = {
        SEES: {"month", "asked", "publish", "item", "file", "no month"},
        ENTERS: {"new", "black"},
        SERVES: {"services"},
    }
    assert seen - {"black"} == {page for right, pages in allowed.items() if right in may for page in pages} - {"black"}
    everything = "".join(text for _, text in found.values())
    assert ("BOOK-title" in everything, "LIST-names" in everything) == (SEES in may, SEES in may)
    assert ("SERVICE-title" in everything) == (SERVES in may)


@pytest.mark.parametrize(("stores", "name"), also_on_postgresql(MAY, "何监委"), indirect=["stores"])
async def test_a_walk_of_all_buttons(hub: Hub, books: Books, name: str) -> None:
    """With a good token: whatever his role does not allow is refused, and nothing is written."""
    item, file = f"{BOOKS}/items/{books.item}", f"{BOOKS}/items/{books.item}/files/{books.digest}"
    entry = {"category": "works", "title": "不该有的", "flow": "posted", "when": "month"}
    presses: dict[str, tuple[str, dict[str, str]]] = {
        f"{BOOKS}/opening": (ENTERS, {"amount": "1"}),
        f"{BOOKS}/nothing": (ENTERS, {"category": "works"}),
        f"{BOOKS}/import": (ENTERS, {}),
        f"{BOOKS}/new": (ENTERS, entry),
        f"{item}/change": (ENTERS, entry),
        f"{item}/shorten": (ENTERS, {}),
        f"{item}/files": (ENTERS, {}),
        f"{file}/black": (ENTERS, {}),
        f"{file}/detach": (ENTERS, {}),
        f"{item}/take-back": (ENTERS, {}),
        f"{BOOKS}/publish": (PUBLISHES, {"looked": "1"}),
        f"/console/services/{books.service}/save": (SERVES, {"title": "不该有的"}),
        f"/console/services/{books.service}/remove": (SERVES, {}),
    }
    async with a_browser(hub) as browser:
        token: dict[str, str] = {}
        if name:
            await browser.sign_in(name)
            token = browser.hidden("/console/sign-out")
        for action, (right, fields) in presses.items():
            if right in MAY[name]:
                continue
            own = {**token, "village": str(hub.village.id), "month": "2026-10", **fields}
            answer = await browser.post(action, own)
            expected = {401} if not name else {403, 404, 409}
            assert answer.status in expected, action
            assert "BOOK-title" not in answer.text or SEES in MAY[name], action
    async with hub.books() as tx:
        if ENTERS not in MAY[name]:
            [row] = await tx.all(select(disclosure_items))
            assert (row.title, row.text) == ("BOOK-title", "BOOK-text")
            assert [one.sha256 for one in await tx.all(select(disclosure_files))] == [books.digest]
        if PUBLISHES not in MAY[name]:
            assert {one.published_at for one in await tx.all(select(disclosures))} == {None}
        if SERVES not in MAY[name]:
            assert [one.title for one in await tx.all(select(services))] == ["SERVICE-title"]


async def test_the_catalogue_is_written_and_kept_apart_by_village(hub: Hub, books: Books) -> None:
    async with a_browser(hub) as browser:
        await browser.sign_in("周文书")
        await browser.get("/console/services")
        page = await browser.press(
            "/console/services/0/save", title="开低保申请", papers="身份证\n户口本", place="村委会一楼"
        )
        assert "记下了" in page.text
        page = await browser.press("/console/services/0/save", title="打13900007009办证")
        assert (page.status, "手机号" in page.text, "打13900007009办证" in page.text) == (409, True, True)
        await browser.get("/console/services")
        page = await browser.press(f"/console/services/{books.service}/remove")
        assert "SERVICE-title" not in page.text
        assert (await browser.get("/console/services?village=999")).status == 404
