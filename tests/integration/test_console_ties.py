"""Tickets that belong together, canned replies and kept lists at the console."""

import re

from sqlalchemy import select

from store.domain.people import Role
from store.tables import canned_replies, saved_views, ticket_events, tickets
from tests.hub import Hub
from tests.integration.console_parts import Browser, signed_in
from tests.integration.test_console_tickets import LAMP, many_tickets, open_ticket, state_of

DARK = "三组祠堂那边黑得看不见路"


async def say_in_chat(hub: Hub, address: str, text: str) -> None:
    """A guest of the web chat, where each step is told."""
    await hub.say(hub.chat, address, text)
    await hub.say(hub.chat, address, "三组祠堂前")


async def joined_to(hub: Hub, number: int) -> int | None:
    async with hub.books() as tx:
        mine = select(tickets.c.joined_to_id).where(tickets.c.number == number)
        whole = await tx.scalar(mine)
        found = await tx.scalar(select(tickets.c.number).where(tickets.c.id == whole))
        return None if found is None else int(found)


async def test_the_younger_becomes_a_part_and_hears_of_every_step(hub: Hub) -> None:
    await hub.text("陈伯", LAMP)
    await say_in_chat(hub, "guest22222", "祠堂那边黑得看不见路")
    async with signed_in(hub, "周文书") as browser:
        older = await open_ticket(browser, 1001)
        younger = await open_ticket(browser, 1002)
        merged = await browser.press(f"{younger}/merge", number="1001")
        assert ("并在一起了" in merged.text, "并在这件里" in merged.text) == (True, True)
        [heard] = (await hub.heard(hub.chat, "guest22222"))[-1:]
        assert "一起办" in heard.text
        await browser.get(older)
        assert "并进来的" in browser.page.text
        await browser.press(f"{older}/accept")
        await browser.press(f"{older}/answer", text="明天电工来")
        await browser.press(f"{older}/resolve", text="换了总闸")
    told = "".join(one.text for one in await hub.heard(hub.chat, "guest22222"))
    assert all(word in told for word in ("有人接了", "明天电工来", "换了总闸"))
    assert await joined_to(hub, 1002) == 1001
    assert (await state_of(hub, 1001), await state_of(hub, 1002)) == ("resolved", "resolved")
    async with hub.books() as tx:
        merged_rows = await tx.all(select(ticket_events.c.ticket_id).where(ticket_events.c.event == "ticket.merged"))
    assert len(merged_rows) == 2


async def test_parts_follow_their_whole_and_urgency_goes_up(hub: Hub) -> None:
    await many_tickets(hub, 4)  # 1004 is urgent
    async with signed_in(hub, "周文书") as browser:
        for number, into in ((1003, "1004"), (1003, "1002"), (1001, "1004")):
            path = await open_ticket(browser, number)
            assert (await browser.press(f"{path}/merge", number=into)).status == 200, (number, into)
        again = await browser.press(f"{path}/merge", number="1003")
        assert (again.status, "已经并在一起" in again.text) == (409, True)
        itself = await browser.press(f"{path}/merge", number="1001")
        assert itself.status == 409
    assert [await joined_to(hub, number) for number in (1001, 1002, 1003, 1004)] == [None, 1001, 1001, 1001]
    async with hub.books() as tx:
        assert await tx.scalar(select(tickets.c.urgent).where(tickets.c.number == 1001)) is True


async def test_what_is_private_or_over_or_not_his_is_not_merged(hub: Hub) -> None:
    await hub.text("陈伯", LAMP)
    await hub.text("林嫂", "我家和隔壁为了宅基地吵架要调解")
    await many_tickets(hub, 1)
    async with signed_in(hub, "周文书") as browser:
        path = await open_ticket(browser, 1001)
        refused = await browser.press(f"{path}/merge", number="1002")
        assert (refused.status, "保密的" in refused.text, 'value="1002"' in refused.text) == (409, True, True)
        for wrong in ("9999", "0", "榕", "9" * 30):
            assert "没有找到编号" in (await browser.press(f"{path}/merge", number=wrong)).text
        await browser.press(f"{path}/answer", text="来了")
        await browser.press(f"{path}/resolve", text="好了")
        assert (await browser.press(f"{path}/link", number="1003")).status == 200
        other = await open_ticket(browser, 1003)
        assert (await browser.press(f"{other}/merge", number="1001")).status == 409
    async with signed_in(hub, "黄水生") as browser:
        await browser.get(path)
        unseen = await browser.press(f"{path}/link", number="1002")
        assert (unseen.status, "没有找到编号1002" in unseen.text) == (409, True)
    assert await joined_to(hub, 1003) is None


async def test_linked_ones_are_shown_beside_each_other_to_who_may_see_both(hub: Hub) -> None:
    await hub.text("陈伯", LAMP)
    await hub.text("林嫂", "我家和隔壁为了宅基地吵架要调解")
    async with signed_in(hub, "周文书") as browser:
        path = await open_ticket(browser, 1002)
        linked = await browser.press(f"{path}/link", number="1001")
        assert ("连上了" in linked.text, "编号1001" in linked.text) == (True, True)
        assert (await browser.press(f"{path}/link", number="1001")).status == 409
        assert (await browser.press(f"{path}/link", number="1002")).status == 409
    async with signed_in(hub, "黄水生") as browser:
        await open_ticket(browser, 1001)
        assert ("编号1002" in browser.page.text, "连上了另一件" in browser.page.text) == (False, True)


async def add_reply(browser: Browser, name: str, text: str) -> None:
    await browser.get("/console/tickets/replies")
    kept = await browser.post("/console/tickets/replies", {**last_form(browser.page.text), "name": name, "text": text})
    assert "记下了" in kept.text, kept.text


def last_form(page: str) -> dict[str, str]:
    """The fields of the form with which a new reply is written: the last of the page."""
    form = page[page.rindex('<form class="sheet"') :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


async def test_a_canned_reply_is_taken_changed_and_removed(hub: Hub) -> None:
    await hub.text("陈伯", LAMP)
    async with signed_in(hub, "周文书") as browser:
        await add_reply(browser, "电工", "电工明天上午来，请留人在家。")
        await add_reply(browser, "电工", "同名的也行")
        path = await open_ticket(browser)
        fields = browser.hidden(f"{path}/answer")
        async with hub.books() as tx:
            [first, second] = [
                row.id for row in await tx.all(select(canned_replies.c.id).order_by(canned_replies.c.id))
            ]
        filled = await browser.post(f"{path}/fill", {**fields, "text": "陈伯您好。", "reply": str(first)})
        assert "陈伯您好。\n电工明天上午来，请留人在家。</textarea>" in filled.text
        assert await hub.told("陈伯") == (await hub.told("陈伯"))[:1]
        empty = await browser.post(f"{path}/fill", {**fields, "text": "", "reply": ""})
        assert (empty.status, (await browser.post(f"{path}/fill", {**fields, "reply": "99999"})).status) == (200, 404)
        await browser.get("/console/tickets/replies")
        base = {**last_form(browser.page.text), "reply": str(first)}
        changed = await browser.post("/console/tickets/replies", {**base, "name": "电工", "text": "改到后天"})
        assert "改到后天</textarea>" in changed.text
        long = await browser.post("/console/tickets/replies", {**base, "name": "电工", "text": "长" * 1001})
        assert (long.status, "长" * 1001 + "</textarea>" in long.text) == (409, True)
        await browser.press(f"/console/tickets/replies/{second}/drop")
        assert "同名的也行" not in browser.page.text
        assert (await browser.post("/console/tickets/replies", {**base, "reply": str(second)})).status in (404, 409)


async def test_who_serves_a_part_uses_replies_and_does_not_change_them(hub: Hub) -> None:
    other = await hub.neighbour_village("竹坑村")
    await other.add_officer("隔壁文书", "+8613900007082", (Role.FRONT_DESK, other.village))
    hub.staff |= other.staff
    hub.numbers |= other.numbers
    await hub.text("陈伯", LAMP)
    async with signed_in(hub, "周文书") as browser:
        await add_reply(browser, "电工", "水管员后天来")
    async with hub.books() as tx:
        reply = await tx.scalar(select(canned_replies.c.id))
    for name, village in (("黄水生", hub.village), ("隔壁文书", other.village)):
        async with signed_in(hub, name) as browser:
            page = await browser.get("/console/tickets/replies")
            assert "水管员后天来" not in page.text
            fields = browser.hidden("/console/sign-out") if name == "隔壁文书" else {}
            fields = fields or (await browser.get("/console/tickets"), browser.hidden("/console/sign-out"))[1]
            write = {**fields, "name": "坏", "text": "坏话", "reply": str(reply)}
            for where in (hub.village, village):
                answer = await browser.post("/console/tickets/replies", {**write, "village": str(where.id)})
                assert answer.status == 404, (name, where.name)
                dropped = await browser.post(
                    f"/console/tickets/replies/{reply}/drop", {**fields, "village": str(where.id)}
                )
                assert dropped.status in (200, 404)
            if name == "黄水生":
                await open_ticket(browser)
                assert '<select id="reply"' in browser.page.text
    async with hub.books() as tx:
        assert [row.text for row in await tx.all(select(canned_replies.c.text))] == ["水管员后天来"]


async def test_a_kept_list_is_ones_own(hub: Hub) -> None:
    await many_tickets(hub, 3)
    async with signed_in(hub, "周文书") as browser:
        await browser.get("/console/tickets?q=垃圾2&category=environment&show=open")
        kept = await browser.press("/console/tickets/views", name="垃圾的事")
        assert "垃圾的事</a>" in kept.text
        [view] = re.findall(r'class="own" href="([^"]+)"', kept.text)
        page = await browser.get("/console/tickets" + view.replace("&amp;", "&"))
        assert (page.text.count('<span class="number">'), 'aria-current="page">垃圾的事' in page.text) == (1, True)
        assert (await browser.press("/console/tickets/views", name="")).status == 409
        again = await browser.press("/console/tickets/views", name="垃圾的事")
        assert again.text.count('class="own"') == 1
        async with hub.books() as tx:
            view_id = await tx.scalar(select(saved_views.c.id))
        async with signed_in(hub, "黄水生") as other:
            page = await other.get("/console/tickets")
            assert "垃圾的事" not in page.text
            fields = other.hidden("/console/sign-out")
            await other.post(f"/console/tickets/views/{view_id}/drop", fields)
        assert "垃圾的事" in (await browser.get("/console/tickets")).text
        dropped = await browser.press(f"/console/tickets/views/{view_id}/drop")
        assert "垃圾的事" not in dropped.text


async def test_the_list_is_narrowed_by_kind_place_person_and_day(hub: Hub) -> None:
    await hub.text("陈伯", LAMP)  # group 3, 黄水生's
    await many_tickets(hub, 2)  # the village's, nobody's role: the front desk's
    async with signed_in(hub, "周文书") as browser:
        counts = {}
        for asked in (
            "category=infrastructure",
            "category=dispute",
            f"area={hub.groups[2].id}",
            f"area={hub.groups[0].id}",
            f"who={hub.staff['黄水生'].id}",
            "who=none",
            "due=week",
            "due=today",
            "category=榕&area=x&who=-1&due=never",
            "area=999999999999999999999",
        ):
            page = await browser.get(f"/console/tickets?{asked}")
            counts[asked.partition("=")[0] + asked[-2:]] = page.text.count('<span class="number">')
            assert page.status == 200
    assert list(counts.values()) == [1, 0, 1, 0, 1, 0, 3, 0, 3, 3]
