"""One notice, or one warning, to several villages: written once, let go once, proved village by village."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, select

from notifier.circulars import plan_circular
from notifier.notice_jobs import notice_job
from notifier.transfers import call_silent
from notifier.visiting import follow_up
from store.actions.accounts import add_account
from store.actions.areas import change_setting
from store.domain.accounts import AccountKind
from store.domain.people import Role
from store.queries.circulars import circular_for_staff
from store.tables import (
    channel_accounts,
    deliveries,
    emergency_notices,
    emergency_roll_entries,
    emergency_rolls,
    notices,
    residents,
)
from tests.hub import RENDERER, Hub, parent_of
from tests.integration.console_parts import Browser, signed_in
from tests.integration.test_console_emergencies import FACTS
from tests.integration.test_large_notices import Queue, Wakes

LIST = "/console/notices"
NEW = f"{LIST}/circulars/new"
WARN = f"{LIST}/emergencies/new"
ONE = f"{LIST}/circulars/1"
TEXT = "镇里明天修路,下午两点到五点过不了桥。"


@dataclass
class Town:
    """榕溪村 and 竹坑村, the town's two officials and each village's front desk. Jobs run when they are asked to."""

    hub: Hub
    next_village: Hub
    queue: Queue = field(default_factory=Queue)

    async def run_jobs(self) -> int:
        """What the queue was given; how many jobs."""
        run, jobs = notice_job(self.hub.database, RENDERER, self.hub.clock, Wakes()), list(self.queue.jobs)
        self.queue.jobs.clear()
        for _, arguments, _ in jobs:
            await run(arguments)
        return len(jobs)

    async def told(self, name: str) -> list[str]:
        village = self.next_village if name in self.next_village.numbers else self.hub
        return await village.told(name)

    def ticks(self) -> dict[str, str]:
        return {f"village_{one.village.id}": "1" for one in (self.hub, self.next_village)}


@pytest.fixture
async def town(hub: Hub) -> Town:
    other = await hub.neighbour_village("竹坑村")
    await other.add_household(1, ("竹伯", "+8613900007081"))
    await other.add_household(1, ("竹婆", ""))
    await other.add_officer("隔壁文书", "+8613900007082", (Role.FRONT_DESK, other.village))
    async with hub.books() as tx:
        town = await parent_of(tx, hub.village)
    await hub.add_officer("钱工", "+8613900007083", (Role.TOWN_OFFICIAL, town))
    hub.staff |= other.staff
    found = Town(hub, other)
    hub.database.queue = found.queue
    return found


OVER = {"issuer": "青榕县气象台", "day": "2026-11-18", "clock": "11:50", "evidence": "台风黄色预警解除了"}


async def states(hub: Hub) -> set[str]:
    async with hub.books() as tx:
        return {row.state for row in await tx.all(select(notices.c.state))}


async def set_states(hub: Hub, state: str) -> None:
    """What became of every message that went to a phone."""
    async with hub.books() as tx:
        to_people = (deliveries.c.notice_id.is_not(None), deliveries.c.account_id.is_not(None))
        await tx.run(deliveries.update().where(*to_people).values(state=state, sent_at=hub.clock.now))


async def drafted(browser: Browser, town: Town, **fields: str) -> None:
    await browser.get(NEW)
    page = await browser.press(NEW, **{"text": TEXT, "kind": "village", **town.ticks(), **fields})
    assert page.path == f"{ONE}?done=saved", page.text


async def warned(browser: Browser, town: Town, **fields: str) -> None:
    await browser.get(f"{WARN}?village=several")
    sure = await browser.press(WARN, **{**FACTS, **town.ticks(), **fields})
    assert "榕溪村、竹坑村：5户" in sure.text, sure.text
    sent = await browser.press(WARN, press="send")
    assert sent.path == f"{ONE}?done=warned", sent.text


@asynccontextmanager
async def approved(town: Town) -> AsyncIterator[Browser]:
    """The colleague's browser, on the page of a notice to both villages that he has just approved."""
    async with signed_in(town.hub, "赵工") as browser:
        await drafted(browser, town)
        await browser.press(f"{ONE}/submit")
    async with signed_in(town.hub, "钱工") as browser:
        await browser.get(ONE)
        await browser.press(f"{ONE}/approve")
        yield browser


# Emergencies ---------------------------------------------------------------------------------------------------------


async def test_the_town_warns_its_villages_at_once_and_counts_them_together(town: Town) -> None:
    async with signed_in(town.hub, "赵工") as browser:
        assert "village=several" in (await browser.get(WARN)).text
        page = await browser.get(f"{WARN}?village=several")
        assert len(re.findall(r'name="village_\d+" value="1" checked', page.text)) == 2
        await warned(browser, town)
        assert town.queue.jobs == []  # nobody waits for a queue
        for name in ("陈伯", "竹伯"):
            assert "台风黄色预警:今晚8点前到村小学" in (await town.told(name))[-1]
        await town.hub.text("陈伯", "1")
        await town.next_village.text("竹伯", "2")
        page = await browser.get(ONE)
        assert "转移名单，各村合计" in page.text
        together = page.text.partition("各村合计")[2].partition("<ol")[0]
        assert ">5户<" in together
        assert re.findall(r">(要人接|没应|自己走) (\d)<", together) == [("要人接", "1"), ("没应", "3"), ("自己走", "1")]
        listed = (await browser.get(f"{LIST}/emergencies")).text
        assert listed.count("看各村") == 2  # the button and what it is called aloud
        assert "2个村" in listed
        assert (await browser.get(f"{LIST}?show=sent")).text.count(f'href="{ONE}"') == 1


async def test_households_without_an_officer_are_the_villages_not_the_towns(town: Town) -> None:
    async with signed_in(town.hub, "赵工") as browser:
        await warned(browser, town)
    async with town.hub.books() as tx:
        entry = emergency_roll_entries.c
        answers = await tx.all(
            select(residents.c.name, entry.officer_id).join(residents, residents.c.id == entry.resident_id)
        )
    officers = {person.id: name for name, person in town.hub.staff.items()}
    assert {row.name: officers[row.officer_id] for row in answers} == {
        "陈伯": "黄水生",
        "林嫂": "黄水生",
        "黄明": "周文书",
        "竹伯": "隔壁文书",
        "竹婆": "隔壁文书",
    }


async def test_one_all_clear_ends_all_of_it(town: Town) -> None:
    async with signed_in(town.hub, "赵工") as browser:
        await warned(browser, town)
        await browser.get(f"{ONE}/lift")
        sure = await browser.press(f"{ONE}/lift", **OVER, press="look")
        assert "还有5户" in sure.text
        assert "告诉收到过应急通知的4个号" in sure.text
        fields = {**browser.hidden(f"{ONE}/lift"), "press": "send"}
        lifted = await browser.post(f"{ONE}/lift", fields)
        assert lifted.path == f"{LIST}/circulars/2?done=lifted"
        assert (await browser.post(f"{ONE}/lift", fields)).path == f"{ONE}?done=already"
        for name in ("陈伯", "竹伯"):
            assert "解除" in (await town.told(name))[-1]
        assert "现在没有还没解除的应急通知" in (await browser.get(f"{LIST}/emergencies")).text
        assert (await browser.get(f"{ONE}/lift")).status == 404
    async with town.hub.books() as tx:
        assert {row.closed_at for row in await tx.all(select(emergency_rolls))} == {town.hub.clock()}
        assert await tx.scalar(select(func.count()).select_from(emergency_notices)) == 4


async def test_what_one_village_has_lifted_itself_is_left_out(town: Town) -> None:
    async with signed_in(town.hub, "赵工") as browser:
        await warned(browser, town)
        await browser.get(f"{LIST}/1/lift")
        await browser.press(f"{LIST}/1/lift", **OVER, press="look")
        await browser.press(f"{LIST}/1/lift", press="send")
        heard = len(await town.told("陈伯"))
        await browser.get(f"{ONE}/lift")
        sure = await browser.press(f"{ONE}/lift", **OVER, press="look")
        assert "告诉收到过应急通知的1个号" in sure.text
        assert (await browser.press(f"{ONE}/lift", press="send")).path == f"{LIST}/circulars/2?done=lifted"
    assert len(await town.told("陈伯")) == heard
    assert "解除" in (await town.told("竹伯"))[-1]


async def test_an_empty_village_stops_nobodys_call_list(town: Town) -> None:
    """And the sender reads how all of them stand, once."""
    await town.hub.neighbour_village("空村")
    async with signed_in(town.hub, "赵工") as browser:
        page = await browser.get(f"{WARN}?village=several")
        ticks = dict.fromkeys(re.findall(r'name="(village_\d+)" value="1" checked', page.text), "1")
        assert len(ticks) == 3
        await browser.press(WARN, **{**FACTS, **ticks})
        await browser.press(WARN, press="send")
        town.hub.clock.pass_time(minutes=31)
        heard = len(await town.told("赵工"))
        async with town.hub.books() as tx:
            assert await call_silent(tx, RENDERER) == 2
        [standing] = (await town.told("赵工"))[heard:]
        assert "应急通知发到的2个村,5户" in standing
        assert any("竹伯" in text for text in await town.told("隔壁文书"))
        await browser.get(f"{LIST}/3/lift")
        await browser.press(f"{LIST}/3/lift", **OVER, press="look")
        assert (await browser.press(f"{LIST}/3/lift", press="send")).path == f"{LIST}/3?done=lifted"


async def test_who_serves_some_of_the_villages_has_each_of_his_own(town: Town) -> None:
    third = await town.hub.neighbour_village("上榕村")
    roles = ((Role.SECURITY, town.hub.village), (Role.SECURITY, town.next_village.village))
    await town.hub.add_officer("两村治保", "+8613900007086", *roles)
    async with signed_in(town.hub, "赵工") as browser:
        await browser.get(f"{WARN}?village=several")
        await browser.press(WARN, **{**FACTS, **town.ticks(), f"village_{third.village.id}": "1"})
        await browser.press(WARN, press="send")
    async with signed_in(town.hub, "两村治保") as browser:
        for page in (f"{LIST}?show=sent", f"{LIST}/emergencies"):
            text = (await browser.get(page)).text
            assert (ONE in text, f"{LIST}/1" in text, f"{LIST}/2" in text, f"{LIST}/3" in text) == (
                False,
                True,
                True,
                False,
            ), page


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_what_is_not_right_is_said(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async with signed_in(town.hub, "赵工") as browser:
        for address, fields in ((NEW, {"text": TEXT, "kind": "village"}), (WARN, {**FACTS, "village": "several"})):
            await browser.get(f"{address}?village=several")
            refused = await browser.press(address, **fields)
            assert (refused.status, "请先选发到哪些村" in refused.text) == (409, True), address
            assert fields["text"] in refused.text
        await browser.get(NEW)
        refused = await browser.press(NEW, **town.ticks(), text=TEXT, kind="listed", names="陈伯")
        assert (refused.status, "请先选发给谁" in refused.text) == (409, True)
        monkeypatch.setattr("store.domain.circulars.MOST_VILLAGES", 1)
        await browser.get(NEW)
        refused = await browser.press(NEW, **town.ticks(), text=TEXT, kind="village")
        assert (refused.status, "一份最多发到1个村" in refused.text) == (409, True)
        await browser.get(f"{WARN}?village=several")
        assert (await browser.press(WARN, **{**FACTS, **town.ticks()})).status == 409
    assert await states(town.hub) == set()
    async with signed_in(town.hub, "周文书") as browser:
        assert "village=several" not in (await browser.get(WARN)).text
        assert (await browser.get(NEW)).status == 404
        await browser.get(WARN)
        assert (await browser.press(WARN, **{**FACTS, **town.ticks(), "village": "several"})).status == 404


# Notices -------------------------------------------------------------------------------------------------------------


async def test_a_notice_to_two_villages_is_approved_once_and_proved_for_each(town: Town) -> None:
    hub = town.hub
    async with signed_in(hub, "赵工") as browser:
        assert "一份发到几个村" in (await browser.get(f"{LIST}/new")).text
        await drafted(browser, town)
        assert "发到2个村的通知：5户，7人" in browser.page.text
        assert "能批的人：钱工" in browser.page.text
        assert (await browser.press(f"{ONE}/submit")).path == f"{ONE}?done=submit"
        assert f"{ONE}/approve" not in browser.page.text
    assert len(await hub.told("钱工")) == 1
    assert f"2个村5户,最多0.20元。请在网页的“通知”里批。内容:{TEXT}" in (await hub.told("钱工"))[0]
    async with signed_in(hub, "钱工") as browser:
        await browser.get(ONE)
        fields = browser.hidden(f"{ONE}/approve")
        assert (await browser.post(f"{ONE}/approve", fields)).path == f"{ONE}?done=approve"
        assert (await browser.post(f"{ONE}/approve", fields)).path == f"{ONE}?done=already"
        assert await town.run_jobs() == 2
        hub.clock.pass_time(minutes=1)
        assert "5户，已有下落" in (await browser.get(ONE)).text
    for name in ("陈伯", "林嫂", "黄明", "竹伯"):
        assert [TEXT in text for text in await town.told(name)] == [True]
    assert ["批了" in text for text in await hub.told("赵工")] == [True]
    async with signed_in(town.next_village, "隔壁文书") as browser:
        page = await browser.get(f"{LIST}/2")
        assert (page.status, ONE in page.text) == (200, False)
        assert (await browser.get(ONE)).status == 404
        assert f'href="{LIST}/2"' in (await browser.get(f"{LIST}?show=sent")).text


async def test_villages_that_share_an_account_go_out_one_behind_the_other(town: Town) -> None:
    hub, official = town.hub, town.hub.staff["赵工"]
    slow = {"send_url": "http://x", "username": "u", "password": "p", "sender": "1", "per_second": "0.1"}
    async with hub.books() as tx:
        its_town = await parent_of(tx, hub.village)
        simulators = channel_accounts.c.id.in_((hub.sms.id, town.next_village.sms.id))
        await tx.run(channel_accounts.update().where(simulators).values(area_id=its_town.parent_id))
        await add_account(tx, its_town.id, AccountKind.KANNEL, "镇短信", slow, actor="test")
    async with signed_in(hub, "赵工") as browser:
        await drafted(browser, town)
    async with hub.books() as tx:
        circular = await circular_for_staff(tx, official, 1)
        plans = (await plan_circular(tx, RENDERER, circular)).previews
    # One SMS in ten seconds: 榕溪村 has three, 竹坑村 one behind them.
    assert [(plans[one.id].done_at - hub.clock()).total_seconds() for one in circular.notices] == [30, 40]


async def test_its_drafter_hears_once_when_the_last_village_is_complete(town: Town) -> None:
    hub = town.hub
    async with approved(town):
        await town.run_jobs()
    await set_states(hub, "delivered")
    heard = len(await hub.told("赵工"))
    async with hub.books() as tx:
        await tx.run(deliveries.update().where(deliveries.c.state == "skipped").values(state="delivered", reason=""))
        await follow_up(tx, RENDERER)
    [closed] = (await hub.told("赵工"))[heard:]
    assert "您发到2个村的通知都有了下落:共5户,收到和上门告诉的5户,占100.0%" in closed


async def test_one_village_that_is_ticked_gets_a_notice_like_any_other(town: Town) -> None:
    async with signed_in(town.hub, "赵工") as browser:
        await browser.get(NEW)
        only = {f"village_{town.next_village.village.id}": "1"}
        page = await browser.press(NEW, text=TEXT, kind="village", **only)
        assert page.path == f"{LIST}/1?done=saved"
        assert f"{LIST}/1/submit" in page.text
        assert "circulars" not in page.text


async def test_small_audiences_of_many_villages_are_a_large_one(town: Town) -> None:
    hub = town.hub
    async with hub.books() as tx:
        for village in (hub.village, town.next_village.village):
            await change_setting(tx, village.id, "approval_size", "1", actor="test")
        await tx.run(residents.update().where(residents.c.name.in_(("陈伯", "竹伯"))).values(party_member=True))
    async with signed_in(hub, "赵工") as browser:
        await drafted(browser, town, kind="party_members")
        assert "要另一位干部批了才发" in browser.page.text
        assert f"{ONE}/release" not in browser.page.text
        fields = browser.hidden(f"{ONE}/submit")
        refused = await browser.post(f"{ONE}/release", fields)
        assert (refused.status, "另一位干部批" in refused.text) == (409, True)
        assert (await browser.get(f"{LIST}/1")).text.count("/release") == 0
        one = {**fields, "hash": fields["hash_1"], "plan_hash": fields["plan_1"]}
        for action in ("submit", "release"):
            alone = await browser.post(f"{LIST}/1/{action}", {**one, "form": f"x{action}"})
            assert (alone.status, "一起发给几个村" in alone.text) == (409, True)
        assert await states(hub) == {"draft"}
    async with hub.books() as tx:
        for village in (hub.village, town.next_village.village):
            await change_setting(tx, village.id, "approval_size", "2", actor="test")
    async with signed_in(hub, "赵工") as browser:
        await browser.get(ONE)
        assert (await browser.press(f"{ONE}/release")).path == f"{ONE}?done=release"
    assert await town.run_jobs() == 2
    assert [TEXT in text for text in await town.told("竹伯")] == [True]


async def test_it_is_refused_changed_and_dropped_as_one(town: Town) -> None:
    hub = town.hub
    async with signed_in(hub, "赵工") as browser:
        await drafted(browser, town)
        seen = browser.hidden(f"{ONE}/submit")
        await browser.press(f"{ONE}/submit")
    async with signed_in(hub, "钱工") as browser:
        await browser.get(ONE)
        assert (await browser.press(f"{ONE}/refuse", text=" ")).status == 409
        await browser.press(f"{ONE}/refuse", text="写清楚是哪座桥")
    assert "写清楚是哪座桥" in (await hub.told("赵工"))[-1]
    assert await states(hub) == {"refused"}
    async with signed_in(hub, "赵工") as browser:
        assert "写清楚是哪座桥" in (await browser.get(ONE)).text
        assert TEXT in (await browser.get(f"{ONE}/change")).text
        changed = await browser.press(f"{ONE}/change", text="明天修榕溪桥。", kind="village")
        assert changed.path == f"{ONE}?done=saved"
        assert await states(hub) == {"draft"}
        stale = await browser.post(f"{ONE}/submit", {**browser.hidden(f"{ONE}/submit"), **only_hashes(seen)})
        assert (stale.status, await states(hub)) == (409, {"draft"})
        assert (await browser.get(f"{LIST}/1/change")).status == 404
        await browser.get(ONE)
        assert (await browser.press(f"{ONE}/drop")).path == f"{LIST}?show=drafts&done=drop"
        assert (await browser.get(ONE)).status == 404
    assert await states(hub) == {"dropped"}


def only_hashes(fields: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name.startswith(("hash_", "plan_"))}


async def test_a_village_does_not_let_its_own_part_go(town: Town) -> None:
    hub = town.hub
    async with signed_in(hub, "赵工") as browser:
        await drafted(browser, town)
        await browser.press(f"{ONE}/submit")
        seen = browser.hidden(f"{ONE}/drop")
    async with signed_in(town.next_village, "隔壁文书") as browser:
        page = await browser.get(f"{LIST}/2")
        assert f"{LIST}/2/approve" not in page.text
        fields = {**browser.hidden("/console/sign-out"), "hash": seen["hash_2"], "plan_hash": seen["plan_2"]}
        for action in ("approve", "refuse"):
            refused = await browser.post(f"{LIST}/2/{action}", {**fields, "form": f"x{action}", "text": "不要"})
            assert (refused.status, "一起发给几个村" in refused.text) == (409, True)
    assert await states(hub) == {"waiting"}
    [shown] = await hub.text("李书记", "通知26001")
    assert "等" in shown
    assert "批准" not in shown


async def test_in_conversation_nobody_goes_on_writing_a_part_of_it(town: Town) -> None:
    hub = town.hub
    async with signed_in(hub, "赵工") as browser:
        await drafted(browser, town, kind="party_members")
    [shown] = await hub.text("赵工", "通知26001")
    assert "回数字" not in shown
    for reply in ("1", "2", "3"):
        await hub.text("赵工", reply)
    assert await states(hub) == {"draft"}


async def test_what_a_job_has_yet_to_write_is_stopped_as_well(town: Town) -> None:
    hub = town.hub
    hub.clock.pass_time(hours=10)  # at ten in the evening: SMS wait for the morning
    async with approved(town) as browser:
        assert (await browser.press(f"{ONE}/pause")).path == f"{ONE}?done=pause"
        assert await town.run_jobs() == 2
        assert await of_phones(hub) == {"paused"}
        assert (await browser.press(f"{ONE}/cancel")).path == f"{ONE}?done=cancel"
        assert await of_phones(hub) == {"skipped"}


async def of_phones(hub: Hub) -> set[str]:
    """The states of what was written for people who have a phone."""
    async with hub.books() as tx:
        to_people = (deliveries.c.notice_id.is_not(None), deliveries.c.contact_id.is_not(None))
        return {row.state for row in await tx.all(select(deliveries.c.state).where(*to_people))}


async def test_a_village_without_anybody_who_is_meant_is_complete(town: Town) -> None:
    hub = town.hub
    async with hub.books() as tx:
        await tx.run(residents.update().where(residents.c.name == "陈伯").values(party_member=True))
    async with signed_in(hub, "赵工") as browser:
        await drafted(browser, town, kind="party_members")
        await browser.press(f"{ONE}/release")
    await town.run_jobs()
    await set_states(hub, "delivered")
    async with hub.books() as tx:
        await follow_up(tx, RENDERER)
    assert "您发到2个村的通知都有了下落:共1户,收到和上门告诉的1户" in (await hub.told("赵工"))[-1]


async def test_what_still_goes_out_is_stopped_everywhere(town: Town) -> None:
    hub = town.hub
    hub.clock.pass_time(hours=10)  # at ten in the evening: SMS wait for the morning
    async with approved(town) as browser:
        await town.run_jobs()
        for action, state in (("pause", "paused"), ("resume", "queued"), ("pause", "paused"), ("cancel", "skipped")):
            await browser.get(ONE)
            assert (await browser.press(f"{ONE}/{action}")).path == f"{ONE}?done={action}"
            assert await of_phones(hub) == {state}
        await browser.get(ONE)
        assert f"{ONE}/pause" not in browser.page.text
