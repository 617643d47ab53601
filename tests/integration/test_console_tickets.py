"""Tickets at the console: what is shown, what is done, and what the resident hears of it."""

import re
import time
from urllib.parse import urlencode

from sqlalchemy import select

from console.forms import MOST_CHARACTERS
from store.actions.tickets import submit_ticket
from store.domain.people import Role
from store.domain.tickets import Category, Report
from store.tables import areas, residents, ticket_messages, tickets
from tests.acceptance.test_tickets import a_photo
from tests.hub import Hub
from tests.integration.console_parts import Browser, signed_in

LAMP = "三组晒谷场边的路灯坏了"
HOSTILE = ("<script>alert(1)</script>", "{{7*7}}", '=cmd|"/c calc"!A0', "\"><img src=x onerror='x'>", "榕" * 300)


async def open_ticket(browser: Browser, number: int = 1001) -> str:
    """The path of the ticket of that number, whose page is now open."""
    page = await browser.get(f"/console/tickets?q={number}")
    found = re.findall(r'href="(/console/tickets/\d+)"', page.text)
    assert found, f"{number} is not in the list"
    await browser.get(found[0])
    return str(found[0])


async def state_of(hub: Hub, number: int = 1001) -> str:
    async with hub.books() as tx:
        return str(await tx.scalar(select(tickets.c.state).where(tickets.c.number == number)))


async def many_tickets(hub: Hub, count: int) -> None:
    contact = await hub.contact_of("陈伯")
    async with hub.books() as tx:
        for number in range(count):
            report = Report(Category.ENVIRONMENT, f"垃圾{number}", f"第{number}堆垃圾没人收", urgent=number == 3)
            await submit_ticket(tx, hub.village, report, contact, resident_id=hub.residents["陈伯"])


async def test_an_answer_goes_out_as_in_conversation(hub: Hub) -> None:
    await hub.text("陈伯", LAMP)
    async with signed_in(hub, "黄水生") as browser:
        path = await open_ticket(browser)
        for shown in (LAMP, "陈伯", "三组", "基础设施", "说了这件事"):
            assert shown in browser.page.text
        taken = await browser.press(f"{path}/accept")
        assert "这件事归您办" in taken.text
        answered = await browser.press(f"{path}/answer", text="明天上午电工来")
        assert "已回给乡亲" in answered.text
        assert "明天上午电工来" in (await hub.told("陈伯"))[-1]
        ring = await browser.press(f"{path}/answer", text="电工改到下午来")
        assert "13900007001" in ring.text
        assert not any("下午来" in text for text in await hub.told("陈伯"))
        await open_ticket(browser)
        await browser.press(f"{path}/resolve", text="换了灯泡")
    assert "换了灯泡" in (await hub.told("陈伯"))[-1]
    [done] = await hub.text("陈伯", "1")
    assert "办好了" in done
    assert await state_of(hub) == "closed"


async def test_of_a_text_that_is_too_long_nothing_is_lost(hub: Hub) -> None:
    await hub.text("陈伯", LAMP)
    long = "灯" * (MOST_CHARACTERS + 1)
    async with signed_in(hub, "黄水生") as browser:
        path = await open_ticket(browser)
        refused = await browser.press(f"{path}/note", text=long)
        assert (refused.status, f"{long}</textarea>" in refused.text) == (409, True)
        assert f"最多{MOST_CHARACTERS}个字,现在有{MOST_CHARACTERS + 1}个" in refused.text
        assert (await browser.press(f"{path}/note", text=long[1:])).status == 200


async def test_notes_stay_inside_and_a_case_passed_on_or_returned_reaches_the_next(hub: Hub) -> None:
    await hub.text("陈伯", LAMP)
    before = len(await hub.told("陈伯"))
    async with signed_in(hub, "黄水生") as browser:
        path = await open_ticket(browser)
        noted = await browser.press(f"{path}/note", text="灯杆是镇里的")
        assert "灯杆是镇里的" in noted.text
        passed = await browser.press(f"{path}/pass-on", to=str(hub.staff["李书记"].id))
        assert "归谁办" in passed.text
        assert "1001" in (await hub.told("李书记"))[-1]
        refused = await browser.press(f"{path}/pass-on", to="999999")
        assert (refused.status, "请选转给谁" in refused.text) == (409, True)
        returned = await browser.press(f"{path}/return", text="不归我管")
        assert "退回去了" in returned.text
    assert "退回来了" in (await hub.told("周文书"))[-1]
    assert len(await hub.told("陈伯")) == before
    assert await state_of(hub) == "returned"


async def test_a_double_press_acts_once_and_a_new_text_is_another(hub: Hub) -> None:
    await hub.text("陈伯", LAMP)
    async with signed_in(hub, "黄水生") as browser:
        path = await open_ticket(browser)
        fields = browser.hidden(f"{path}/answer")
        first = await browser.post(f"{path}/answer", {**fields, "text": "明天来"})
        again = await browser.post(f"{path}/answer", {**fields, "text": "明天来"})
        await browser.post(f"{path}/answer", {**fields, "text": "后天来"})
        assert ("已回给乡亲" in first.text, "已经按过了" in again.text) == (True, True)
    async with hub.books() as tx:
        rows = await tx.all(select(ticket_messages.c.text).order_by(ticket_messages.c.id))
    assert [row.text for row in rows] == [LAMP, "明天来", "后天来"]


async def test_whoever_was_slower_is_told_and_loses_no_word(hub: Hub) -> None:
    await hub.text("陈伯", LAMP)
    async with signed_in(hub, "黄水生") as slow, signed_in(hub, "周文书") as fast:
        path = await open_ticket(slow)
        await open_ticket(fast)
        await fast.press(f"{path}/answer", text="电工明天来")
        refused = await slow.press(f"{path}/answer", text="我今晚去看看")
        assert (refused.status, "刚被别人动过" in refused.text) == (409, True)
        for kept in ("我今晚去看看</textarea>", "电工明天来", "周文书"):
            assert kept in refused.text
        assert (await slow.press(f"{path}/answer", text="我今晚去看看")).status == 200
        await hub.text("陈伯", "又亮了")
        await slow.get(path)
        await fast.get(path)
        assert (await fast.press(f"{path}/resolve", text="自己好了")).status == 200
        assert (await slow.press(f"{path}/return", text="不归我")).status == 409
    assert await state_of(hub) == "resolved"


async def test_the_list_is_urgent_first_then_new_and_comes_by_pages(hub: Hub) -> None:
    await many_tickets(hub, 45)
    async with signed_in(hub, "周文书") as browser:
        seen: list[str] = []
        page = await browser.get("/console/tickets")
        while True:
            seen += re.findall(r"<strong>垃圾(\d+)</strong>", page.text)
            older = re.search(r'href="\?(after=[\d.]+)"', page.text)
            if older is None:
                break
            page = await browser.get(f"/console/tickets?{older[1]}")
    assert seen == ["3", *(str(number) for number in reversed(range(45)) if number != 3)]


async def test_search_finds_numbers_names_and_words(hub: Hub) -> None:
    await many_tickets(hub, 9)
    asked = {"垃圾7": True, "第7堆": True, "1008": True, "陈伯+垃圾7": True, "林嫂": False, "%25": False}
    async with signed_in(hub, "周文书") as browser:
        pages = {words: (await browser.get(f"/console/tickets?q={words}")).text for words in asked}
    assert {words: "<strong>垃圾7</strong>" in page for words, page in pages.items()} == asked


async def test_filters(hub: Hub) -> None:
    await hub.text("陈伯", LAMP)
    async with signed_in(hub, "黄水生") as browser:
        counts = []
        for step in ("open", "overdue", "later", "answered"):
            if step == "later":
                hub.clock.pass_time(days=2)
                await browser.sign_in("黄水生")
            if step == "answered":
                path = await open_ticket(browser)
                await browser.press(f"{path}/answer", text="换灯泡去了")
            counts.append([await listed(browser, one) for one in ("open", "mine", "overdue", "closed")])
        path = await open_ticket(browser)
        await browser.press(f"{path}/resolve", text="亮了")
        counts.append([await listed(browser, one) for one in ("open", "mine", "overdue", "closed")])
    assert counts == [[1, 1, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 0, 0], [0, 0, 0, 1]]


async def listed(browser: Browser, shown: str) -> int:
    return (await browser.get(f"/console/tickets?show={shown}")).text.count('<span class="number">')


async def test_photos_are_shown_to_whoever_sees_the_ticket(hub: Hub) -> None:
    await hub.say(hub.chat, "guest22222", photo=a_photo())
    await hub.say(hub.chat, "guest22222", "路灯坏了")
    await hub.say(hub.chat, "guest22222", "村小学门口")
    async with signed_in(hub, "周文书") as browser:
        path = await open_ticket(browser)
        [photo] = re.findall(r'<img src="([^"]+)"', browser.page.text)
        async with browser.client.get(photo) as response:
            assert (response.status, response.content_type) == (200, "image/jpeg")
        assert (await browser.get(f"{path}/files/{'0' * 64}")).status == 404
        assert (await browser.get(photo.replace(path, "/console/tickets/99999"))).status == 404


async def test_what_people_write_is_text(hub: Hub) -> None:
    async with hub.books() as tx:
        for name, hostile in zip(("陈伯", "黄明"), HOSTILE, strict=False):
            await tx.run(residents.update().where(residents.c.name == name).values(name=hostile))
        await tx.run(areas.update().where(areas.c.id == hub.groups[2].id).values(name=HOSTILE[0]))
    await hub.text("陈伯", f"三组路灯坏了{''.join(HOSTILE)}")
    async with signed_in(hub, "黄水生") as browser:
        path = await open_ticket(browser)
        pages = browser.page.text
        for hostile in HOSTILE:
            await browser.get(path)
            pages += (await browser.press(f"{path}/note", text=hostile)).text
            pages += (await browser.get("/console/tickets?" + urlencode({"q": hostile}))).text
        pages += (await browser.get("/console/tickets")).text
    assert [one for one in HOSTILE if one in pages and re.search("[<>\"']", one)] == []
    assert not re.search(r"<script(?! src=\"/static/)|<img[^>]+onerror|>49<", pages)


async def test_a_ticket_is_written_down_for_whoever_rings(hub: Hub) -> None:
    async with signed_in(hub, "周文书") as browser:
        await browser.get("/console/tickets/new")
        missing = await browser.press(
            "/console/tickets/new", how="telephone", phone="12", text="家门口路灯不亮", category="infrastructure"
        )
        assert (missing.status, "手机号不对" in missing.text) == (409, True)
        assert "家门口路灯不亮</textarea>" in missing.text
        fields = {"phone": "139 0000 7001", "text": "家门口路灯不亮", "subject": "路灯坏", "how": "telephone"}
        long = await browser.press(
            "/console/tickets/new", category="infrastructure", **{**fields, "subject": "灯" * 81}
        )
        assert (long.status, "灯" * 81 in long.text) == (409, True)
        kept = await browser.press("/console/tickets/new", category="infrastructure", **fields)
        for shown in ("记下了", "陈伯", "三组", "家门口路灯不亮", "打电话来说的", "周文书"):
            assert shown in kept.text
    assert "编号1001" in (await hub.told("陈伯"))[-1]
    assert "1001" in (await hub.told("黄水生"))[-1]


async def test_a_complaint_taken_down_is_hidden_from_its_officer_and_from_the_desk(hub: Hub) -> None:
    async with signed_in(hub, "周文书") as browser:
        await browser.get("/console/tickets/new")
        kept = await browser.press(
            "/console/tickets/new",
            phone="13900007001",
            text="修路的钱没修路",
            category="other",
            subject="贪钱",
            about=str(hub.staff["黄水生"].id),
            how="counter",
        )
        assert kept.path.startswith("/console/tickets?")
        assert "归别人办" in kept.text
        assert "修路的钱" not in kept.text
    assert "只有监委会和镇里" in (await hub.told("陈伯"))[-1]
    told = [*await hub.told("陈伯"), *await hub.told("黄水生")]
    assert not any("贪钱" in text for text in told)
    async with signed_in(hub, "何监委") as browser:
        await open_ticket(browser)
        assert "修路的钱没修路" in browser.page.text


async def test_a_town_official_chooses_the_village_and_gets_the_right_one_of_two_numbers(hub: Hub) -> None:
    other = await hub.neighbour_village("竹坑村")
    await other.add_household(1, ("何婆", "+8613900007081"))
    await other.add_officer("竹坑文书", "+8613900007082", (Role.FRONT_DESK, other.village))
    await hub.text("陈伯", LAMP)
    await other.text("何婆", "一组祠堂前的路灯坏了")
    async with signed_in(hub, "赵工") as browser:
        page = await browser.get("/console/tickets?q=1001")
        paths = re.findall(r'href="(/console/tickets/\d+)"', page.text)
        assert len(paths) == 2
        texts = [(await browser.get(path)).text for path in paths]
        assert ["祠堂" in text for text in texts] == [True, False]
        assert ["晒谷场" in text for text in texts] == [False, True]
        await browser.get("/console/tickets/new")
        assert "记在哪个村" in browser.page.text
        await browser.get(f"/console/tickets/new?village={other.village.id}")
        assert "一组" in browser.page.text


async def test_pages_are_small_and_quick_and_speak_english_too(hub: Hub) -> None:
    await many_tickets(hub, 25)
    async with signed_in(hub, "周文书") as browser:
        for path in ("/console/tickets", "/console/tickets/new", await open_ticket(browser)):
            begun = time.monotonic()
            page = await browser.get(path)
            assert (time.monotonic() - begun) < 1
            assert len(page.text.encode()) < 60_000
        async with browser.client.get("/console/tickets", headers={"Accept-Language": "en"}) as response:
            assert "What people said" in await response.text()
