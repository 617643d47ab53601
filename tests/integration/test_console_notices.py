"""Notices at the console: written by ticking, looked at, approved by another, followed, spread, taken out."""

import gzip
import io
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import event, func, select

from console.public.poster import Poster
from store.actions.areas import change_setting
from store.actions.notices import draft_notice
from store.actions.progress import begin_progress, tell_progress
from store.domain.audiences import Audience, AudienceKind
from store.domain.jobs import JobName
from store.domain.people import Role
from store.queries.notices import notice_by_id
from store.sheets import Rows, read_sheet
from store.tables import audit_entries, deliveries, households, notice_postings, notices, residents
from tests.acceptance.test_answers import asked_of_group
from tests.acceptance.test_ledger import at_night, set_states, states_of
from tests.acceptance.test_notices import WATER, sent_to_village
from tests.acceptance.test_planning import only_aliyun, tag
from tests.hub import Hub
from tests.integration.console_parts import Browser, a_browser, signed_in

NEW = "/console/notices/new"
LIST = "/console/notices"
HOSTILE = ("<script>alert(1)</script>", "{{7*7}}", '=cmd|"/c calc"!A0', "榕" * 300)


@asynccontextmanager
async def back_again(hub: Hub, name: str) -> AsyncIterator[Browser]:
    """Another browser of somebody who has his password already."""
    async with a_browser(hub) as browser:
        await browser.sign_in(name)
        yield browser


async def path_of(hub: Hub, number: int = 26001) -> str:
    async with hub.books() as tx:
        return f"{LIST}/{await tx.scalar(select(notices.c.id).where(notices.c.number == number))}"


async def state_of(hub: Hub, path: str) -> str:
    async with hub.books() as tx:
        return (await notice_by_id(tx, int(path.rpartition("/")[2]))).state


async def count(hub: Hub) -> int:
    async with hub.books() as tx:
        return int(await tx.scalar(select(func.count()).select_from(notices)))


async def actions(hub: Hub) -> set[str]:
    async with hub.books() as tx:
        return {row.action for row in await tx.all(select(audit_entries.c.action))}


async def many_homes(hub: Hub, number: int) -> None:
    """Households of one person without a phone, in group 2."""
    at = {"area_id": hub.village.id, "group_id": hub.groups[1].id}
    person = {
        **at,
        "sex": "",
        "relation": "",
        "is_head": True,
        "registered": True,
        "away": False,
        "away_place": "",
        "party_member": False,
        "representative": False,
        "collective_member": True,
        "flags": [],
    }
    async with hub.books() as tx:
        ids = await tx.insert_for_ids(households, [{**at, "number": f"2-{place}"} for place in range(number)])
        await tx.insert_many(residents, [{**person, "household_id": key, "name": f"村民{key}"} for key in ids])


async def drafted(browser: Browser, **fields: str) -> str:
    """A notice is written and kept; its path, whose page is now open."""
    await browser.get(NEW)
    page = await browser.press(NEW, **{"press": "save", "text": WATER, "kind": "village", **fields})
    assert "存下了" in page.text, page.text
    return page.path.partition("?")[0]


async def looked(browser: Browser, **fields: str) -> str:
    """What the page says would come of a form."""
    await browser.get(NEW)
    page = await browser.press(NEW, **{"press": "look", "text": WATER, "kind": "village", **fields})
    assert page.status == 200
    return page.text.partition('id="look"')[2].partition("</section>")[0]


async def download(browser: Browser, path: str, folder: Path) -> Rows:
    """What a button that hands out a workbook hands out."""
    fields = browser.hidden(path)
    async with browser.client.post(path, data=fields) as response:
        assert response.status == 200
        assert "attachment" in response.headers["Content-Disposition"]
        (folder / "taken.xlsx").write_bytes(await response.read())
    return read_sheet(folder / "taken.xlsx")


# Writing -------------------------------------------------------------------------------------------------------------


async def test_a_notice_is_looked_at_approved_and_reaches_everybody(hub: Hub) -> None:
    async with signed_in(hub, "周文书") as browser:
        look = await looked(browser, ask="seen")
        for shown in ("全村：3户，5人", "0.15元", f"【榕溪村】{WATER} 看到请回1。", "一份1条", "要另一位干部批了才发"):
            assert shown in look, shown
        assert WATER in browser.page.text.partition("<textarea")[2].partition("</textarea>")[0]
        assert await count(hub) == 0
        path = await drafted(browser, ask="seen")
        assert "能批的人：李书记" in browser.page.text
        submitted = await browser.press(f"{path}/submit")
        assert "送去批了" in submitted.text
        assert f"{path}/approve" not in submitted.text
        assert WATER in (await browser.get(f"{LIST}?show=waiting")).text
    assert WATER in (await hub.told("李书记"))[-1]
    assert await hub.told("陈伯") == []
    async with signed_in(hub, "李书记") as browser:
        await browser.get(path)
        approved = await browser.press(f"{path}/approve")
        assert "批了，正在发出去" in approved.text
        hub.clock.pass_time(minutes=1)
        assert "3户，已有下落3户" in (await browser.get(path)).text
        assert WATER in (await browser.get(f"{LIST}?show=sent")).text
    for name in ("陈伯", "林嫂", "黄明"):
        assert await hub.told(name) == [f"【榕溪村】{WATER} 看到请回1。"]
    assert "批了" in (await hub.told("周文书"))[-1]


async def test_a_refusal_comes_back_with_its_reason_and_a_changed_draft_begins_anew(hub: Hub) -> None:
    async with signed_in(hub, "周文书") as browser:
        path = await drafted(browser)
        await browser.press(f"{path}/submit")
    async with signed_in(hub, "李书记") as browser:
        await browser.get(path)
        empty = await browser.press(f"{path}/refuse", text=" ")
        assert (empty.status, "不批要写原因" in empty.text) == (409, True)
        assert "没批，已告诉写的人" in (await browser.press(f"{path}/refuse", text="时间写错了")).text
    async with back_again(hub, "周文书") as browser:
        assert "时间写错了" in (await browser.get(path)).text
        assert WATER in (await browser.get(f"{path}/change")).text
        group = {f"group_{hub.groups[0].id}": "1"}
        changed = await browser.press(f"{path}/change", press="save", text="24日一组停水。", kind="village", **group)
        for shown in ("24日一组停水。", "一组：1户", "您自己就可以发"):
            assert shown in changed.text, shown
        assert await state_of(hub, path) == "draft"
        assert "这个通知不要了" in (await browser.press(f"{path}/drop")).text
    assert await state_of(hub, path) == "dropped"


async def test_nobody_approves_his_own_nor_what_is_not_his_to_approve(hub: Hub) -> None:
    async with signed_in(hub, "周文书") as browser:
        path = await drafted(browser)
        fields = browser.hidden(f"{path}/submit")
        await browser.press(f"{path}/submit")
        own = await browser.post(f"{path}/approve", fields)
        assert (own.status, "自己" in own.text) == (409, True)
    async with signed_in(hub, "何监委") as browser:
        page = await browser.get(path)
        assert (WATER in page.text, "/approve" in page.text) == (True, False)
        refused = await browser.post(f"{path}/approve", {**browser.hidden("/console/sign-out"), **plan(fields)})
        assert refused.status == 409
    assert await state_of(hub, path) == "waiting"


def plan(fields: dict[str, str]) -> dict[str, str]:
    return {name: fields[name] for name in ("hash", "plan_hash")}


async def test_what_is_approved_is_what_was_seen(hub: Hub) -> None:
    """The list of those who get it grew while the approver read, and then the words changed."""
    async with signed_in(hub, "周文书") as writer, signed_in(hub, "李书记") as approver:
        path = await drafted(writer)
        await writer.press(f"{path}/submit")
        await approver.get(path)
        await hub.add_household(2, ("新来的", "+8613900007066"))
        grown = await approver.press(f"{path}/approve")
        assert (grown.status, "4户" in grown.text) == (409, True)
        await writer.get(f"{path}/change")
        await writer.press(f"{path}/change", press="save", text="改了日子。", kind="village")
        stale = await approver.press(f"{path}/approve")
        assert stale.status == 409
        assert await hub.told("陈伯") == []


async def test_whoever_may_not_know_of_a_mark_approves_without_the_names(hub: Hub) -> None:
    for name in ("覃奶奶", "韦爷爷"):
        await hub.add_household(2, (name, ""))
        async with hub.books() as tx:
            mine = residents.c.id == hub.residents[name]
            await tx.run(residents.update().where(mine).values(flags=["hardship"]))
    async with hub.books() as tx:
        await change_setting(tx, hub.village.id, "approval_size", 1, actor="test")
    async with signed_in(hub, "周文书") as browser:
        path = await drafted(browser, kind="hardship")
        assert "覃奶奶" in browser.page.text
        await browser.press(f"{path}/submit")
    async with signed_in(hub, "李书记") as browser:
        waiting = await browser.get(path)
        assert (f"{path}/approve" in waiting.text, "覃奶奶" in waiting.text) == (True, False)
        assert "覃奶奶" not in (await browser.press(f"{path}/approve")).text


async def test_a_large_one_is_for_the_town(hub: Hub) -> None:
    async with hub.books() as tx:
        await change_setting(tx, hub.village.id, "town_approval_size", 2, actor="test")
    async with signed_in(hub, "周文书") as browser:
        assert "要镇里批了才发" in await looked(browser)
        path = await drafted(browser)
        assert "能批的人：赵工" in browser.page.text
        await browser.press(f"{path}/submit")
    async with signed_in(hub, "李书记") as browser:
        assert f"{path}/approve" not in (await browser.get(path)).text
    async with signed_in(hub, "赵工") as browser:
        await browser.get(path)
        assert "批了" in (await browser.press(f"{path}/approve")).text
    assert len(await hub.told("陈伯")) == 1


async def test_one_group_needs_nobody_and_a_double_press_sends_once(hub: Hub) -> None:
    async with signed_in(hub, "黄水生") as browser:
        form = await browser.get(NEW)
        assert ("三组" in form.text, "一组" in form.text) == (True, False)
        assert "困难户" not in form.text
        whole = await browser.press(NEW, press="save", text=WATER, kind="village")
        assert (whole.status, WATER in whole.text) == (409, True)
        path = await drafted(browser, **{f"group_{hub.groups[2].id}": "1"})
        fields = browser.hidden(f"{path}/release")
        assert "发出去了" in (await browser.post(f"{path}/release", fields)).text
        assert "刚才已经按过了" in (await browser.post(f"{path}/release", fields)).text
    assert [len(await hub.told(name)) for name in ("陈伯", "林嫂", "黄明")] == [1, 1, 0]


async def test_a_form_sent_twice_keeps_one_draft(hub: Hub) -> None:
    async with signed_in(hub, "周文书") as browser:
        await browser.get(NEW)
        fields = {**browser.hidden(NEW), "press": "save", "text": WATER, "kind": "village"}
        await browser.post(NEW, fields)
        assert "刚才已经按过了" in (await browser.post(NEW, fields)).text
    assert await count(hub) == 1


AUDIENCES = [
    ({"kind": "heads"}, "户主：3位，3人"),
    ({"kind": "party_members"}, "党员：0位，0人"),
    ({"kind": "village", "age_from": "60"}, "60岁以上的人：3户，5人"),
    ({"kind": "village", "age_to": "30"}, "0户，0人"),
    ({"kind": "village", "units": "person"}, "全村：5位，5人"),
    ({"kind": "listed", "names": "陈伯，13900007003 没这个人"}, "没找到：没这个人"),
    ({"kind": "listed", "names": "陈伯 黄明"}, "名单上的人：2位"),
    ({"kind": "subscribers", "topic": "lawyer"}, "0位"),
    ({"kind": "hardship"}, "困难户：0户"),
    ({"kind": "officers", "role": "grid_officer"}, "网格员：0位"),
    ({"kind": "officers", "role": "nobody"}, "村干部：0位"),
    ({"kind": "tagged", "tag_1": "1"}, "议事会：2位，2人"),
    ({"kind": "tagged", "tag_1": "1", "units": "household"}, "议事会：2户"),
    ({"kind": "tagged", "tag_99": "1"}, "请选是哪个标签的人"),
]


async def test_an_audience_is_ticked(hub: Hub) -> None:
    await tag(hub, "议事会", "陈伯", "黄明")
    async with signed_in(hub, "周文书") as browser:
        for fields, shown in AUDIENCES:
            assert shown in await looked(browser, **fields), fields


async def test_what_a_gateway_will_not_take_is_said_before(hub: Hub) -> None:
    await only_aliyun(hub)
    async with signed_in(hub, "黄水生") as browser:
        look = await looked(browser, text="请党员明天来开会。", **{f"group_{hub.groups[2].id}": "1"})
        for shown in (
            "阿里云短信不肯发：写了党政“党员”",
            "没有批过的模板",
            "有2户的短信发不了",
            "联系不上",
            "陈伯、林嫂",
        ):
            assert shown in look, shown
        assert "一份1条" not in look


WRONG = [
    ({"text": ""}, "通知"),
    ({"age_from": "70", "age_to": "60"}, "年龄"),
    ({"age_from": "x"}, "年龄"),
    ({"kind": "listed", "names": ""}, "名单"),
    ({"kind": "god"}, "请先选发给谁"),
    ({"ask": "own", "choices": "一个"}, "2"),
    ({"minutes": "99999"}, "48"),
    ({"minutes": "-1"}, "48"),
    ({"text": "羊奶粉特价，扫码下单"}, "特价"),
]


async def test_what_cannot_be_is_refused_in_words_and_what_was_typed_is_kept(hub: Hub) -> None:
    async with signed_in(hub, "周文书") as browser:
        for fields, said in WRONG:
            await browser.get(NEW)
            written = {"press": "save", "text": WATER, "kind": "village", **fields}
            page = await browser.press(NEW, **written)
            problem = page.text.partition('role="alert">')[2].partition("</p>")[0]
            assert (page.status, said in problem, bool(problem)) == (409, True, True), fields
            assert written["text"] in page.text
    assert await count(hub) == 0


async def test_a_question_is_asked_and_kept_when_the_draft_is_changed(hub: Hub) -> None:
    async with signed_in(hub, "周文书") as browser:
        path = await drafted(browser, ask="own", choices="上午 下午，不来", minutes="30")
        assert "回数字:1上午 2下午 3不来" in browser.page.text
        form = await browser.get(f"{path}/change")
        assert 'value="上午 下午 不来"' in form.text
        assert 'value="own" checked' in form.text
        assert 'name="minutes" inputmode="numeric" maxlength="5" value="30"' in form.text


async def test_a_list_stays_as_it_was_unless_it_is_written_anew(hub: Hub) -> None:
    async with signed_in(hub, "周文书") as browser:
        path = await drafted(browser, kind="listed", names="陈伯 黄明")
        assert "名单上现在有2人" in (await browser.get(f"{path}/change")).text
        await browser.press(f"{path}/change", press="save", text="改了字", kind="listed", names="")
        assert "名单上的人：2位" in browser.page.text
        await browser.get(f"{path}/change")
        await browser.press(f"{path}/change", press="save", text="改了字", kind="listed", names="陈伯")
        assert "名单上的人：1位" in browser.page.text


async def test_hostile_words_stay_words(hub: Hub) -> None:
    async with signed_in(hub, "周文书") as browser:
        for text in HOSTILE:
            await drafted(browser, text=text, kind="listed", names="陈伯 <b>谁</b>")
            assert "<script>alert(1)" not in browser.page.text
            assert "<b>谁" not in browser.page.text
        assert "49" not in re.sub(r"<[^>]*>", "", browser.page.text)


# Following -----------------------------------------------------------------------------------------------------------


async def test_it_is_paused_goes_on_and_is_called_off(hub: Hub) -> None:
    await at_night(hub)
    path = await path_of(hub)
    async with signed_in(hub, "周文书") as browser:
        page = await browser.get(path)
        assert ('hx-trigger="every 5s"' in page.text, "3户，已有下落0户" in page.text) == (True, True)
        paused = await browser.press(f"{path}/pause")
        assert "暂停了，没发的先留着" in paused.text
        assert "every 5s" not in paused.text
        assert await states_of(hub) == ["paused"] * 3
        assert WATER in (await browser.get(f"{LIST}?show=going")).text
        await browser.get(path)
        await browser.press(f"{path}/resume")
        assert await states_of(hub) == ["queued"] * 3
        await set_states(hub, 陈伯="delivered")
        await browser.get(path)
        called_off = await browser.press(f"{path}/cancel")
        assert "叫停了" in called_off.text
        assert sorted(await states_of(hub)) == ["delivered", "skipped", "skipped"]
        nothing = await browser.post(f"{path}/pause", browser.hidden("/console/sign-out"))
        assert nothing.status == 409


async def test_only_its_drafter_and_approvers_steer_it_and_take_its_ledger_out(hub: Hub) -> None:
    await at_night(hub)
    path = await path_of(hub)
    async with signed_in(hub, "何监委") as browser:
        page = await browser.get(path)
        assert WATER in page.text
        fields = browser.hidden("/console/sign-out")
        for action in ("pause", "cancel", "resend", "visits"):
            assert f'action="{path}/{action}"' not in page.text
            assert (await browser.post(f"{path}/{action}", fields)).status == 409, action
        for name in ("reach.xlsx", "reach.pdf", "answers.xlsx"):
            assert (await browser.post(f"{path}/{name}", fields)).status == 404
    assert await states_of(hub) == ["queued"] * 3
    assert "notice.report_exported" not in await actions(hub)


async def test_failed_and_doubtful_ones_are_sent_again(hub: Hub) -> None:
    await sent_to_village(hub)
    await set_states(hub, 陈伯="delivered", 林嫂="failed", 黄明="unknown")
    path = await path_of(hub)
    async with signed_in(hub, "周文书") as browser:
        await browser.get(path)
        await browser.press(f"{path}/resend")
        wrong = await browser.press(f"{path}/resend-unknown", households="7")
        assert wrong.status == 409
        assert "请" in (await browser.press(f"{path}/resend-unknown", households="一户")).text
        await browser.press(f"{path}/resend-unknown", households="1")
    assert [len(await hub.told(name)) for name in ("陈伯", "林嫂", "黄明")] == [1, 2, 2]


async def test_the_ledger_by_household_is_filtered_masked_and_paged(hub: Hub) -> None:
    await many_homes(hub, 61)
    await sent_to_village(hub)
    await set_states(hub, 陈伯="delivered", 林嫂="failed")
    path = await path_of(hub)
    async with signed_in(hub, "李书记") as browser:
        first = await browser.get(f"{path}/ledger")
        assert first.text.count("<strong>") == 50
        next_page = re.findall(r'href="(\?show=&amp;after=[\d.]+)"', first.text)[0].replace("&amp;", "&")
        second = await browser.get(f"{path}/ledger{next_page}")
        names = re.findall(r"<strong>(.*?)</strong>", first.text + second.text)
        assert (len(names), len(set(names))) == (64, 64)
        reached = await browser.get(f"{path}/ledger?show=reached")
        assert re.findall(r"<strong>(.*?)</strong>", reached.text) == ["陈伯"]
        assert "139****7001" in reached.text
        assert "13900007001" not in first.text + second.text + reached.text
        missed = await browser.get(f"{path}/ledger?show=unreached")
        assert ("没有电话" in missed.text, "陈伯" in missed.text) == (True, False)
        for key in ("x", "1.x", "9" * 40, "-1.2", "1"):
            assert (await browser.get(f"{path}/ledger?after={key}&show=no-such")).status == 200


async def test_a_village_of_1500_homes_has_its_ledger_at_once(hub: Hub) -> None:
    """Joined in one statement it took SQLite six seconds."""
    await many_homes(hub, 1500)
    await sent_to_village(hub)
    path = await path_of(hub)
    async with signed_in(hub, "李书记") as browser:
        begun = time.process_time()
        page = await browser.get(f"{path}/ledger")
        assert (page.status, time.process_time() - begun < 2) == (200, True)
        assert len(gzip.compress(page.text.encode())) < 20_000


async def test_visits_are_opened_and_reported(hub: Hub) -> None:
    await hub.add_household(3, ("覃奶奶", ""))
    await sent_to_village(hub)
    path = await path_of(hub)
    async with signed_in(hub, "周文书") as browser:
        await browser.get(path)
        await browser.press(f"{path}/visits")
        assert "派了人上门" in browser.page.text
        listed = await browser.get(f"{path}/visits")
        assert ("覃奶奶" in listed.text, "归黄水生去" in listed.text) == (True, True)
    async with signed_in(hub, "黄水生") as browser:
        mine = await browser.get(f"{LIST}/visits")
        assert ("覃奶奶" in mine.text, WATER in mine.text) == (True, True)
        [door] = re.findall(rf'action="({LIST}/visits/\d+)"', mine.text)
        assert (await browser.post(door, {**browser.hidden(door), "outcome": "shot"})).status == 404
        await browser.get(f"{LIST}/visits")
        fields = {**browser.hidden(door), "outcome": "told"}
        told = await browser.post(door, fields)
        assert ("记下了：告诉了" in told.text, "覃奶奶" in told.text) == (True, False)
        assert "刚才已经按过了" in (await browser.post(door, fields)).text
        again = await browser.post(door, {**fields, "outcome": "refused"})
        assert again.status == 409
    async with back_again(hub, "周文书") as browser:
        assert "告诉了" in (await browser.get(f"{path}/visits")).text
        assert "上门告诉了" in (await browser.get(path)).text


async def test_answers_come_in_and_are_taken_out(hub: Hub, tmp_path: Path) -> None:
    await asked_of_group(hub, "参加或不参加")
    await hub.text("陈伯", "1")
    path = await path_of(hub)
    async with signed_in(hub, "黄水生") as browser:
        assert f"{path}/answers" in (await browser.get(path)).text
        page = await browser.get(f"{path}/answers?group={hub.groups[2].id}")
        for shown in (
            "参加 <strong>1</strong>",
            "不参加 <strong>0</strong>",
            "没回 <strong>1</strong>",
            "林嫂",
            "不是投票",
        ):
            assert shown in page.text, shown
        rows = await download(browser, f"{path}/answers.xlsx", tmp_path)
        assert [row[:3] for row in rows[2:]] == [["三组", "陈伯", "参加"], ["三组", "林嫂", "没回"]]
        await browser.get(f"{path}/answers")
        assert "提醒发出去了" in (await browser.press(f"{path}/remind")).text
        assert f"{path}/remind" not in browser.page.text
    assert "notice.answers_exported" in await actions(hub)
    assert len(await hub.told("林嫂")) == 2


async def test_what_asks_for_nothing_has_no_answers_to_show(hub: Hub) -> None:
    await sent_to_village(hub)
    async with signed_in(hub, "周文书") as browser:
        await browser.get(await path_of(hub))
        fields = browser.hidden("/console/sign-out")
        assert (await browser.get(f"{await path_of(hub)}/answers")).status == 404
        assert (await browser.post(f"{await path_of(hub)}/answers.xlsx", fields)).status == 404
        assert (await browser.post(f"{await path_of(hub)}/remind", fields)).status == 409


async def test_a_large_one_says_that_its_list_is_being_made(hub: Hub) -> None:
    await sent_to_village(hub)
    path = await path_of(hub)
    async with hub.books() as tx:
        notice_id = int(path.rpartition("/")[2])
        await begin_progress(tx, JobName.SEND_NOTICE, notice_id, 6000)
        await tell_progress(tx, JobName.SEND_NOTICE, notice_id, 2500)
    async with signed_in(hub, "李书记") as browser:
        page = await browser.get(path)
        assert ("已列好2500，共6000户" in page.text, "every 5s" in page.text) == (True, True)
        assert WATER in (await browser.get(f"{LIST}?show=going")).text


# Taking it out and spreading it --------------------------------------------------------------------------------------


async def test_the_certificate_is_a_workbook_and_paper_and_leaves_its_trace(hub: Hub, tmp_path: Path) -> None:
    await hub.add_household(3, ('=cmd|"/c calc"!A0', ""))
    await sent_to_village(hub)
    await set_states(hub, 陈伯="delivered")
    path = await path_of(hub)
    async with signed_in(hub, "李书记") as browser:
        await browser.get(path)
        rows = await download(browser, f"{path}/reach.xlsx", tmp_path)
        assert [row[0] for row in rows[:2]] == ["通知26001号:共4户,收到1户,上门告诉0户,合25.0%", "发给:榕溪村 全村"]
        by_name = {row[2]: row for row in rows[4:]}
        assert (by_name["陈伯"][3], by_name["陈伯"][6]) == ("收到", "139****7001")
        assert '=cmd|"/c calc"!A0' in by_name
        async with browser.client.post(f"{path}/reach.pdf", data=browser.hidden(f"{path}/reach.pdf")) as response:
            content = await response.read()
            assert (response.content_type, content[:5]) == ("application/pdf", b"%PDF-")
    async with hub.books() as tx:
        taken = await tx.all(select(audit_entries.c.actor).where(audit_entries.c.action == "notice.report_exported"))
    assert [row.actor for row in taken] == [f"staff:{hub.staff['李书记'].id}"] * 2


async def test_it_is_copied_into_a_group_and_that_is_noted(hub: Hub) -> None:
    await sent_to_village(hub)
    path = await path_of(hub)
    async with signed_in(hub, "何监委") as browser:
        page = await browser.get(f"{path}/group")
        text = page.text.partition('id="words"')[2].partition(">")[2].partition("</textarea>")[0]
        assert (WATER in text, len(text) <= 200) == (True, True)
        assert "十一月二十三日八点到十七点" in page.text
        empty = await browser.press(f"{path}/posted", other="群")
        assert (empty.status, "群名" in empty.text) == (409, True)
        noted = await browser.press(f"{path}/posted", other="榕溪一家亲")
        assert "发到“榕溪一家亲”" in noted.text
        again = await browser.press(f"{path}/posted", group="榕溪一家亲", other="")
        assert again.text.count("发到“榕溪一家亲”") == 2
        async with browser.client.get(f"{path}/group.png") as response:
            picture = Image.open(io.BytesIO(await response.read()))
        assert (response.content_type, picture.width) == ("image/png", 1080)
        assert (await browser.get(f"{path}/code.png")).status == 404
    async with hub.books() as tx:
        assert await tx.scalar(select(func.count()).select_from(notice_postings)) == 2


@pytest.mark.parametrize(("landline", "foot"), [("0768-6123456", "有不明白的，打0768-6123456。"), ("", "")])
async def test_the_picture_says_whom_to_ring_where_there_is_somebody(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, landline: str, foot: str
) -> None:
    await sent_to_village(hub)
    drawn: list[Poster] = []

    def draw(poster: Poster) -> bytes:
        drawn.append(poster)
        return b""

    monkeypatch.setattr("console.notices.spreading.png_of", draw)
    async with hub.books() as tx:
        await change_setting(tx, hub.village.id, "landline", landline, actor="test")
    async with signed_in(hub, "何监委") as browser, browser.client.get(f"{await path_of(hub)}/group.png") as response:
        assert response.status == 200
    assert [poster.foot for poster in drawn] == [foot]


# The list ------------------------------------------------------------------------------------------------------------


async def test_the_list_is_paged_and_shows_drafts_to_their_writers_only(hub: Hub) -> None:
    async with hub.books() as tx:
        for number in range(23):
            village = Audience(AudienceKind.VILLAGE, hub.village)
            await draft_notice(tx, hub.village, village, hub.staff["周文书"], f"第{number}个通知")
    async with signed_in(hub, "周文书") as browser:
        first = await browser.get(f"{LIST}?show=drafts")
        assert first.text.count('<span class="number">') == 20
        older = re.findall(r'href="(\?show=drafts&amp;after=\d+)"', first.text)[0].replace("&amp;", "&")
        second = await browser.get(f"{LIST}{older}")
        assert second.text.count('<span class="number">') == 3
        for key in ("x", "-1", "9" * 40):
            assert (await browser.get(f"{LIST}?show=drafts&after={key}")).status == 200
        assert "没有正在发的通知" in (await browser.get(f"{LIST}?show=going")).text
        assert "第22个通知" in (await browser.get(LIST)).text
    async with signed_in(hub, "李书记") as browser:
        assert "第3个通知" not in (await browser.get(f"{LIST}?show=drafts")).text


async def test_a_page_costs_a_handful_of_statements(hub: Hub) -> None:
    await many_homes(hub, 60)
    await sent_to_village(hub)
    await hub.add_officer("小干部", "+8613900007099", (Role.SUPERVISORS, hub.village))
    path = await path_of(hub)
    async with signed_in(hub, "小干部") as browser:
        seen: list[str] = []
        engine = hub.database._reading.sync_engine

        def note(*given: object) -> None:
            seen.append(str(given[2]))

        event.listen(engine, "before_cursor_execute", note)
        for page, most in ((LIST, 16), (f"{path}/ledger", 18), (path, 18), (f"{path}/visits", 16)):
            seen.clear()
            assert (await browser.get(page)).status == 200
            assert len(seen) <= most, (page, len(seen))
        event.remove(engine, "before_cursor_execute", note)


async def test_pages_in_english_speak_english(hub: Hub) -> None:
    await sent_to_village(hub)
    async with hub.books() as tx:
        assert await tx.scalar(select(func.count()).select_from(deliveries)) >= 3
        assert await tx.scalar(select(func.count()).select_from(residents)) == 5
    path = await path_of(hub)
    async with a_browser(hub, language="en") as browser:
        async with signed_in(hub, "李书记"):
            pass
        await browser.sign_in("李书记")
        for page, shown in (
            (LIST, "Going out"),
            (path, "How far it is"),
            (f"{path}/ledger", "household by household"),
            (f"{path}/group", "Long picture"),
            (NEW, "For whom"),
        ):
            assert shown in (await browser.get(page)).text, page
