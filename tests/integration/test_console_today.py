"""Today at the console: what waits for whom, in which order, and where each line leads."""

import re

from sqlalchemy import select

from store.actions.accounts import stop_account
from store.actions.areas import change_setting
from store.actions.planning import plan_waiting
from store.actions.series import begin_disclosure_days
from store.domain.people import Role
from store.queries.accounts import account_by_id
from store.tables import channel_accounts, matters, notices, tickets
from tests.acceptance.test_matters import voting
from tests.acceptance.test_notices import written
from tests.acceptance.test_visits import missed_two, tick
from tests.hub import Hub
from tests.integration.console_parts import Browser, signed_in
from tests.integration.test_console_tickets import LAMP, many_tickets, open_ticket

TODAY = "/console/today"


async def lines(browser: Browser) -> list[str]:
    """Why each line stands there."""
    return re.findall(r'<li class="(\w+)">', (await browser.get(TODAY)).text)


def leads(browser: Browser, kind: str) -> str:
    found = re.search(rf'<li class="{kind}">.*?<a class="button" href="([^"]+)"', browser.page.text, re.DOTALL)
    assert found, kind
    return found[1].replace("&amp;", "&")


async def test_nothing_waits_in_a_quiet_village(hub: Hub) -> None:
    async with signed_in(hub, "黄水生") as browser:
        assert await lines(browser) == []
        assert "今天没有等着您办的事" in browser.page.text


async def test_tickets_are_urgent_then_overdue_then_due_and_only_his(hub: Hub) -> None:
    await hub.text("陈伯", LAMP)
    async with signed_in(hub, "黄水生") as browser:
        assert await lines(browser) == []  # due tomorrow noon
        hub.clock.pass_time(hours=15)
        await browser.sign_in("黄水生")
        assert await lines(browser) == ["due"]
        assert leads(browser, "due") == f"/console/tickets/{await id_of(hub, 1001)}"
        hub.clock.pass_time(hours=14)
        await browser.sign_in("黄水生")
        await hub.text("林嫂", "三组电线掉下来在冒火花")
        assert await lines(browser) == ["urgent", "overdue"]
        path = await open_ticket(browser, 1001)
        await browser.press(f"{path}/answer", text="来了")
        assert await lines(browser) == ["urgent"]
    async with signed_in(hub, "何监委") as browser:
        assert await lines(browser) == []


async def id_of(hub: Hub, number: int) -> int:
    async with hub.books() as tx:
        return int(await tx.scalar(select(tickets.c.id).where(tickets.c.number == number)))


async def test_what_is_merged_is_one_line_and_what_nobody_has_is_everybodys(hub: Hub) -> None:
    await many_tickets(hub, 2)
    async with signed_in(hub, "周文书") as browser:
        path = await open_ticket(browser, 1002)
        await browser.press(f"{path}/merge", number="1001")
        async with hub.books() as tx:
            await tx.run(tickets.update().values(assignee_id=None, due_at=tx.now))
        hub.clock.pass_time(minutes=1)
        assert await lines(browser) == ["overdue"]
    async with signed_in(hub, "李书记") as browser:
        assert await lines(browser) == ["overdue"]
    async with signed_in(hub, "黄水生") as browser:
        assert await lines(browser) == []


async def test_a_notice_waits_for_another_than_its_drafter(hub: Hub) -> None:
    async with hub.books() as tx:
        await change_setting(tx, hub.village.id, "approval_size", 2, actor="test")
    await written(hub)
    await hub.text("周文书", "1")
    async with hub.books() as tx:
        [(notice, state)] = await tx.all(select(notices.c.id, notices.c.state))
    assert state == "waiting"
    seen = {}
    for name in ("周文书", "李书记", "赵工", "黄水生", "何监委"):
        async with signed_in(hub, name) as browser:
            seen[name] = await lines(browser)
            if seen[name]:
                assert leads(browser, "approval") == f"/console/notices/{notice}"
    assert seen == {"周文书": [], "李书记": ["approval"], "赵工": ["approval"], "黄水生": [], "何监委": []}


async def test_a_large_notice_waits_for_the_town_alone(hub: Hub) -> None:
    async with hub.books() as tx:
        await change_setting(tx, hub.village.id, "town_approval_size", 2, actor="test")
    await written(hub)
    await hub.text("周文书", "1")
    seen = {}
    for name in ("李书记", "赵工"):
        async with signed_in(hub, name) as browser:
            seen[name] = await lines(browser)
    assert seen == {"李书记": [], "赵工": ["approval"]}


async def test_a_vote_that_closes_and_accounts_that_are_missing(hub: Hub) -> None:
    await voting(hub)
    async with hub.books() as tx:
        matter = await tx.scalar(select(matters.c.id))
        await begin_disclosure_days(tx)
        await plan_waiting(tx)
    async with signed_in(hub, "李书记") as browser:
        assert await lines(browser) == []
        hub.clock.pass_time(days=9)  # 27 November
        await browser.sign_in("李书记")
        assert await lines(browser) == ["vote"]
        assert leads(browser, "vote") == f"/console/matters/{hub.village.id}/{matter}"
        hub.clock.pass_time(days=10)
        await browser.sign_in("李书记")
        assert (await lines(browser))[-1:] == ["disclosure"]
        assert leads(browser, "disclosure") == f"/console/disclosures?village={hub.village.id}&month=2026-11"
        assert "11月的账，一项也没有录" in browser.page.text
    async with signed_in(hub, "黄水生") as browser:
        assert "disclosure" not in await lines(browser)


async def test_doors_to_go_to_are_one_line_and_reported_at_the_console(hub: Hub) -> None:
    await missed_two(hub)
    await tick(hub)
    async with signed_in(hub, "黄水生") as browser:
        assert await lines(browser) == ["visit"]
        await browser.get(leads(browser, "visit"))
        while doors := re.findall(r'action="(/console/notices/visits/\d+)"', browser.page.text):
            await browser.press(doors[0], outcome="told")
        assert await lines(browser) == []


async def test_a_stopped_channel_is_started_by_whoever_looks_after_it(hub: Hub) -> None:
    await hub.add_officer("县管理员", "+8613900007019", (Role.ADMINISTRATOR, hub.village))
    async with hub.books() as tx:
        await stop_account(tx, await account_by_id(tx, hub.chat.id), "401")
    start = f"/console/today/channels/{hub.chat.id}/start"
    async with signed_in(hub, "黄水生") as browser:
        assert await lines(browser) == []
        fields = browser.hidden("/console/sign-out")
        assert (await browser.post(start, fields)).status == 404
    async with signed_in(hub, "县管理员") as browser:
        assert await lines(browser) == ["channel"]
        answer = await browser.press(start)
        assert (answer.status, await lines(browser)) == (200, [])
        assert (await browser.post("/console/today/channels/99999/start", fields)).status in (403, 404)
    async with hub.books() as tx:
        assert {row.stopped_reason for row in await tx.all(select(channel_accounts.c.stopped_reason))} == {""}
