"""Pages that learn of news while they are open: who hears what, and when they fall silent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime

import aiohttp
import pytest
from aiohttp import web

from console import streams
from notifier.pulse import Pulse
from store.actions.casework import note_on_ticket
from store.database import Database, Transaction
from store.domain.people import Role
from store.queries.people import staff_by_id
from store.queries.tickets import ticket_numbered
from store.tables import tickets
from tests.hub import Hub
from tests.integration.console_parts import Browser, console_of, signed_in
from tests.integration.test_console_tickets import LAMP, open_ticket

LIST = "/console/tickets/news"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(streams, "KEEPALIVE_SECONDS", 0.03)


@asynccontextmanager
async def stream(browser: Browser, path: str, last: str = "") -> AsyncIterator[aiohttp.ClientResponse]:
    headers = {"Last-Event-ID": last} if last else {}
    async with browser.client.get(path, headers=headers) as response:
        assert response.headers["Content-Type"] == "text/event-stream"
        yield response


async def event(response: aiohttp.ClientResponse) -> dict[str, str]:
    """The next event's fields; what only keeps the line open is passed over."""
    async with asyncio.timeout(5):
        found: dict[str, str] = {}
        async for raw in response.content:
            line = raw.decode().rstrip("\n")
            if line.startswith(":"):
                continue
            if not line and found:
                return found
            name, _, value = line.partition(":")
            if name:
                found[name] = value.strip()
    return found


async def is_silent(response: aiohttp.ClientResponse) -> bool:
    """Whether nothing but what keeps the line open comes for some rounds."""
    heard = b""
    try:
        async with asyncio.timeout(0.12):
            while True:
                heard += await response.content.readany()
    except TimeoutError:
        return b"event" not in heard and b":" in heard


async def test_a_new_ticket_wakes_the_list_of_who_may_see_it(hub: Hub) -> None:
    async with signed_in(hub, "黄水生") as officer, signed_in(hub, "何监委") as supervisor:
        async with stream(officer, LIST) as his, stream(supervisor, LIST) as hers:
            await hub.text("林嫂", "我家和隔壁为了宅基地吵架要调解")
            assert await is_silent(his)
            assert await is_silent(hers)
            await hub.text("陈伯", LAMP)
            first = await event(his)
            assert (first["event"], "新消息" in first["data"]) == ("news", True)
        async with stream(officer, LIST, last=first["id"]) as again:
            assert await is_silent(again)


async def test_whoever_has_a_ticket_open_hears_what_others_do_and_not_himself(hub: Hub) -> None:
    await hub.text("陈伯", LAMP)
    async with signed_in(hub, "周文书") as reader, signed_in(hub, "黄水生") as officer:
        path = await open_ticket(officer)
        await open_ticket(reader)
        newest = reader.page.text.partition("/news?since=")[2].partition('"')[0]
        async with stream(reader, f"{path}/news?since={newest}") as told:
            await reader.press(f"{path}/note", text="我自己记的")
            assert await is_silent(told)
            await officer.get(path)
            await officer.press(f"{path}/accept")
            heard = await event(told)
    assert "黄水生" in heard["data"]
    assert "接了" in heard["data"]
    assert "<" not in heard["data"]


async def test_a_page_falls_silent_when_its_reader_leaves(hub: Hub) -> None:
    async with signed_in(hub, "黄水生") as browser:
        page = await browser.get("/console/tickets")
        async with stream(browser, LIST) as told:
            assert await is_silent(told)
            browser.page = page
            await browser.press("/console/sign-out")
            assert (await event(told))["event"] == "over"
            assert await told.content.read() == b""
        async with browser.client.get(LIST) as nothing:
            assert nothing.status == 204


async def test_a_session_that_only_waits_for_news_ends_by_itself(hub: Hub) -> None:
    async with signed_in(hub, "黄水生") as browser, stream(browser, LIST) as told:
        for _ in range(3):
            hub.clock.pass_time(hours=2)
            assert await is_silent(told)
        hub.clock.pass_time(hours=3)
        assert (await event(told))["event"] == "over"


async def test_a_page_that_renews_itself_keeps_no_session_alive(hub: Hub) -> None:
    async with signed_in(hub, "黄水生") as browser:
        for _ in range(2):
            hub.clock.pass_time(hours=3)
            async with browser.client.get("/console/tickets", headers={"HX-Request": "true"}) as renewed:
                assert renewed.url.path == "/console/tickets"
        hub.clock.pass_time(hours=3)
        assert (await browser.get("/console/tickets")).path == "/console/sign-in"


async def test_a_ticket_that_is_taken_from_somebody_is_not_told_of_any_more(hub: Hub) -> None:
    await hub.add_officer("代办员", "+8613900007017", (Role.GRID_OFFICER, hub.groups[0]))
    await hub.text("陈伯", LAMP)
    async with signed_in(hub, "黄水生") as officer, signed_in(hub, "代办员") as helper:
        path, given = await open_ticket(officer), tickets.update().where(tickets.c.number == 1001)
        async with helper.client.get(f"{path}/news") as refused:
            assert refused.status == 404
        async with hub.books() as tx:
            ticket = await ticket_numbered(tx, hub.village.id, 1001)
            assert ticket
            await tx.run(given.values(assignee_id=hub.staff["代办员"].id))
        async with stream(helper, f"{path}/news?since=99") as told:
            assert await is_silent(told)
            async with hub.books() as tx:
                await tx.run(given.values(assignee_id=hub.staff["黄水生"].id))
                await note_on_ticket(tx, ticket, await staff_by_id(tx, hub.staff["周文书"].id), "秘密")
            hub.pulse.beat()
            assert (await event(told))["event"] == "over"


async def test_the_oldest_of_four_pages_gives_way(hub: Hub) -> None:
    async with (
        signed_in(hub, "黄水生") as browser,
        stream(browser, LIST) as oldest,
        stream(browser, LIST),
        stream(browser, LIST),
        stream(browser, LIST) as newest,
    ):
        assert (await event(oldest))["event"] == "over"
        assert await is_silent(newest)


async def test_what_comes_while_a_page_is_opened_is_told_at_once(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare = web.StreamResponse.prepare

    async def slow(response: web.StreamResponse, request: web.BaseRequest) -> object:
        if response.content_type == "text/event-stream":
            await hub.text("陈伯", LAMP)
        return await prepare(response, request)

    monkeypatch.setattr(streams, "KEEPALIVE_SECONDS", 30)
    monkeypatch.setattr(web.StreamResponse, "prepare", slow)
    async with signed_in(hub, "黄水生") as browser, stream(browser, LIST) as told:
        assert (await event(told))["event"] == "news"


async def test_a_page_that_was_closed_asks_the_store_nothing_more(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the hub serves it: a test's own server would cancel what is asked by nobody any more."""
    asked: list[datetime] = []
    read = Database.read

    def counting(database: Database, now: datetime) -> AbstractAsyncContextManager[Transaction]:
        asked.append(now)
        return read(database, now)

    monkeypatch.setattr(streams, "KEEPALIVE_SECONDS", 30)
    async with signed_in(hub, "黄水生") as browser:
        runner = web.AppRunner(console_of(hub), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with browser.client.session.get(f"http://127.0.0.1:{runner.addresses[0][1]}{LIST}") as told:
            await told.content.readany()
        await asyncio.sleep(0.05)
        monkeypatch.setattr(Database, "read", counting)
        hub.pulse.beat()
        await asyncio.sleep(0.1)
        assert asked == []
        await runner.cleanup()


async def test_a_server_that_stops_lets_go(hub: Hub) -> None:
    async with signed_in(hub, "黄水生") as browser, stream(browser, LIST) as told:
        hub.pulse.end()
        async with asyncio.timeout(2):
            assert b"news" not in await told.content.read()


async def test_another_process_is_heard_by_its_rows(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """No beat crosses the border of a process: the watch finds the newest step."""
    monkeypatch.setattr("notifier.pulse.WATCH_SECONDS", 0.02)
    pulse = Pulse()
    watch = asyncio.create_task(pulse.watch(hub.database))
    await asyncio.sleep(0.1)
    since = pulse.beats
    async with hub.books() as tx:
        person = await staff_by_id(tx, hub.staff["周文书"].id)
    await hub.text("陈伯", LAMP)
    async with hub.books() as tx:
        ticket = await ticket_numbered(tx, hub.village.id, 1001)
        assert ticket
    assert await pulse.wait(5, since=since)
    await asyncio.sleep(0.1)
    since = pulse.beats
    async with hub.books() as tx:
        await note_on_ticket(tx, ticket, person, "一条备注，没有短信")
    assert await pulse.wait(5, since=since)
    watch.cancel()
    with pytest.raises(asyncio.CancelledError):
        await watch
