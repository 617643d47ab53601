"""Matters at the console: from the proposal to what was done, the roll, and ballots on paper entered by two."""

import re

import pytest
from sqlalchemy import select

from store.domain.deliberation import RollKind
from store.queries.matters import matter_with_code
from store.queries.verifying import first_broken_entry
from store.tables import audit_entries, casts, entitlements, matters, paper_entries
from tests.acceptance.test_matters import CLOSES, published, text, voting
from tests.hub import Hub
from tests.integration.console_parts import Browser, signed_in

MEETING = {
    "rule": "representatives-assembly_representative",
    "matter_subject": "general",
    "held_on": "2026-11-20",
    "roll_size": "30",
    "present": "25",
    "represented": "",
    "agree": "20",
    "disagree": "5",
    "abstain": "",
}


async def path_of(hub: Hub, code: int) -> str:
    async with hub.books() as tx:
        matter = await matter_with_code(tx, hub.village.id, code)
    assert matter
    return f"/console/matters/{hub.village.id}/{matter.id}"


async def open_matter(hub: Hub) -> tuple[str, int]:
    """The path of a matter that is voted on, and one vote of its roll."""
    path = await path_of(hub, await voting(hub))
    async with hub.books() as tx:
        return path, int(await tx.scalar(select(entitlements.c.id).limit(1)))


async def state_of(hub: Hub, path: str) -> str:
    async with hub.books() as tx:
        return str(await tx.scalar(select(matters.c.state).where(matters.c.id == int(path.rsplit("/", 1)[-1]))))


async def enter(browser: Browser, path: str, name: str, choice: str) -> str:
    """Enter a ballot on paper for the one of that name; what the page says of it."""
    roll = await browser.get(f"{path}/roll?q={name}")
    [vote] = re.findall(rf'href="({path}/roll/\d+)"', roll.text)
    await browser.get(vote)
    return (await browser.press(vote, choice=choice)).text


async def test_the_whole_life_of_a_matter(hub: Hub) -> None:
    village = f"/console/matters/{hub.village.id}"
    async with signed_in(hub, "李书记") as browser:
        assert (await browser.get("/console/matters")).path == village
        assert "没有正在议的事" in browser.page.text
        await browser.get(f"{village}/new")
        assert (await browser.press(f"{village}/new", text="罢免村主任")).status == 409
        assert "罢免村主任" in browser.page.text
        form = {**browser.hidden(f"{village}/new"), "text": "晒谷场装路灯\n装6盏，每盏900元。"}
        page = await browser.post(f"{village}/new", form)
        path = page.path.split("?")[0]
        assert "下一步：写清题目和方案" in page.text
        assert (await browser.post(f"{village}/new", form)).path == f"{village}?done=already"
        await browser.get(path)
        empty = await browser.press(f"{path}/publish", title="晒谷场装路灯", plan="")
        assert (empty.status, "还有没写的" in empty.text) == (409, True)
        shown = await browser.press(
            f"{path}/publish", title="晒谷场装6盏路灯", plan="每盏900元", group="", named="unnamed"
        )
        assert "摆出来了" in shown.text
        assert "谁来投" in shown.text
        for closes, sure in (("2026-11-18T20:00", "1"), ("soon", "1"), ("2026-11-28T18:00", "")):
            fields = {"roll": "adults", "closes": closes, **({"sure": sure} if sure else {})}
            assert (await browser.press(f"{path}/open", **fields)).status == 409, closes
        opened = await browser.press(f"{path}/open", roll="adults", closes="2026-11-28T18:00", sure="1")
        assert "开始投票了，发给了" in opened.text
        assert "同意回" in (await hub.told("陈伯"))[-1]
        code = int(re.findall(r"(\d\d)号事 晒谷场", opened.text)[0])
        await text(hub, "陈伯", f"{code}1")
        assert "投了1票" in (await browser.get(path)).text
        assert (await browser.press(f"{path}/close")).status == 409
        closed = await browser.press(f"{path}/close", sure="1")
        assert "同意1" in closed.text
        assert "征求意见结果" in (await hub.told("陈伯"))[-1]
        lacking = await browser.press(f"{path}/decide", **{**MEETING, "agree": ""})
        assert (lacking.status, 'value="2026-11-20"' in lacking.text) == (409, True)
        contradicted = await browser.press(f"{path}/decide", **{**MEETING, "agree": "40"})
        assert contradicted.status == 409
        read_back = await browser.press(f"{path}/decide", **MEETING)
        assert "我算给您看" in read_back.text
        assert await state_of(hub, path) == "counted"
        decided = await browser.press(f"{path}/decide", **MEETING, sure="1")
        assert "通过" in decided.text
        assert "表决" in (await hub.told("陈伯"))[-1]
        done = await browser.press(f"{path}/carry-out", text="6盏灯都亮了")
        assert "6盏灯都亮了" in done.text
        assert "晒谷场装6盏路灯" in (await browser.get(f"{village}?show=over")).text
        assert "晒谷场装6盏路灯" not in (await browser.get(village)).text


async def test_what_a_meeting_lacks_is_named_before_it_is_written_down(hub: Hub) -> None:
    path = await path_of(hub, await voting(hub))
    async with signed_in(hub, "李书记") as browser:
        await browser.get(path)
        await browser.press(f"{path}/close", sure="1")
        page = await browser.press(f"{path}/decide", **{**MEETING, "matter_subject": "villagers_interests"})
        for name in ("村民会议授权的日期", "党组织研究的日期"):
            assert name in page.text
        assert "对，记下" not in page.text
        failed = {**MEETING, "agree": "3", "disagree": "20", "sure": "1"}
        kept = await browser.press(f"{path}/decide", **failed)
        assert "票数没过" in kept.text
    assert await state_of(hub, path) == "counted"


@pytest.mark.parametrize("named", [True, False])
async def test_a_ballot_on_paper_counts_when_two_have_read_it_alike(hub: Hub, named: bool) -> None:  # noqa: FBT001
    code = await voting(hub, named=named)
    path = await path_of(hub, code)
    async with signed_in(hub, "李书记") as first, signed_in(hub, "何监委") as second:
        assert "第一遍" in await enter(first, path, "黄老太", "disagree")
        assert "第一遍" in await enter(first, path, "黄老太", "agree")
        assert "1张纸票只录了一遍" in (await first.get(path)).text
        assert "两遍不一样" in await enter(second, path, "黄老太", "disagree")
        assert "第一遍" in await enter(second, path, "黄老太", "agree")
        assert "这一票算上了" in await enter(first, path, "黄老太", "agree")
        assert "第一遍" in await enter(first, path, "林强", "disagree")
        await first.get(path)
        closed = await first.press(f"{path}/close", sure="1")
        assert "同意1" in closed.text
        assert "不同意0" in closed.text
    async with hub.books() as tx:
        assert await tx.first(select(paper_entries)) is None
        [cast] = await tx.all(select(casts.c.channel))
        assert cast.channel == "paper"
        [written] = await tx.all(select(audit_entries.c.actor).where(audit_entries.c.action == "ballot.cast"))
        ids = (hub.staff["何监委"].id, hub.staff["李书记"].id)
        assert written.actor == f"staff:{ids[0]}+{ids[1]}"
        assert await first_broken_entry(tx, hub.village.id) is None


async def test_a_choice_on_paper_is_nowhere_in_clear(hub: Hub) -> None:
    path = await path_of(hub, await voting(hub))
    async with signed_in(hub, "李书记") as browser:
        await enter(browser, path, "黄老太", "agree")
        page = await browser.get(f"{path}/roll?q=黄老太")
        assert "录过一遍了" in page.text
    async with hub.books() as tx:
        [held] = await tx.all(select(paper_entries.c.held))
    assert len(held.held) > 40
    assert "agree" not in held.held


async def test_a_roll_by_household_is_found_by_any_of_its_names(hub: Hub) -> None:
    path = await path_of(hub, await voting(hub, RollKind.HOUSEHOLDS))
    async with signed_in(hub, "何监委") as browser:
        assert "林嫂、林强" in (await browser.get(f"{path}/roll?q=林强")).text
        assert "陈伯" not in browser.page.text
        assert "名册上没有" in (await browser.get(f"{path}/roll?q=没有这个人")).text
        unchosen = await browser.get(f"{path}/roll?q=林强")
        [vote] = re.findall(rf'href="({path}/roll/\d+)"', unchosen.text)
        await browser.get(vote)
        assert "请选他投的是哪一种" in (await browser.press(vote, choice="maybe")).text
        stale = browser.hidden(vote)
        hub.clock.now = CLOSES
        assert (await browser.get("/console/sign-in")).status == 200
        late = await browser.post(vote, {**stale, "choice": "agree"})
        assert late.status in {401, 409}
    async with hub.books() as tx:
        assert await tx.first(select(paper_entries)) is None


async def test_two_who_take_the_same_step_do_it_once(hub: Hub) -> None:
    path = await path_of(hub, await published(hub))
    async with signed_in(hub, "李书记") as one, signed_in(hub, "周文书") as other:
        await one.get(path)
        await other.get(path)
        assert "记下了" in (await one.press(f"{path}/turn-down", text="没钱")).text
        late = await other.press(f"{path}/turn-down", text="不办")
        assert (late.status, "不能走这一步" in late.text) == (409, True)
        assert "撤回了：没钱" in (await one.get(path)).text
    assert "没钱" in (await hub.told("陈伯"))[-1]


async def test_who_serves_two_villages_finds_each_ones_matters_in_it_alone(hub: Hub) -> None:
    other = await hub.neighbour_village("竹坑村")
    path, _ = await open_matter(hub)
    village, next_one = (f"/console/matters/{one.village.id}" for one in (hub, other))
    foreign = path.replace(village, next_one)
    async with signed_in(hub, "赵工") as browser:
        for page in (next_one, f"{village}?show=over&before=x", f"{path}/roll?after=99999999999999999999"):
            assert (await browser.get(page)).status == 200, page
        for odd in (f"{village}/99999", f"{path}/roll/99999", foreign, f"{foreign}/roll"):
            assert (await browser.get(odd)).status == 404, odd
