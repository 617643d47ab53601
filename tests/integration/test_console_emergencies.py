"""Emergency notices and transfer lists at the console: what goes out, what is noted, and who may see what of it."""

import io
import re
from collections.abc import Sequence

import pytest
from aiohttp import FormData
from PIL import Image
from sqlalchemy import func, select

from console import streams
from notifier.emergencies import give_all_clear, warn
from notifier.notices import preview_notice
from store.actions.kept_files import forget_files
from store.actions.notices import draft_notice, submit_notice
from store.domain.audiences import Audience, AudienceKind
from store.domain.emergencies import Level, Source, Warned
from store.domain.notices import Notice
from store.domain.people import Role
from store.queries.emergencies import emergency_of
from store.queries.public_notices import foremost_notices, public_notices
from store.queries.transfers import counts_of_roll, roll_entries
from store.tables import audit_entries, deliveries, emergency_notices, notices
from tests.acceptance.test_emergencies import WARNING, WHAT_TO_DO, last_heard
from tests.acceptance.test_notices import approved_as_planned
from tests.hub import RENDERER, Hub
from tests.integration.console_parts import Answer, Browser, a_browser, signed_in
from tests.integration.test_console_news import event, is_silent, stream

LIST = "/console/notices/emergencies"
NEW = f"{LIST}/new"
FACTS = {
    "source": "weather_station",
    "evidence": WARNING,
    "issuer": "青榕县气象台",
    "day": "2026-11-18",
    "clock": "11:40",
    "hazard": "台风",
    "level": "yellow",
    "kind": "village",
    "text": WHAT_TO_DO,
    "roll": "yes",
}


async def warned(hub: Hub, *groups: int, by: str = "周文书", asks: bool = True) -> Notice:
    """A typhoon warning that is out, to these groups or to all."""
    areas = tuple(hub.groups[number - 1] for number in groups)
    area = areas[0] if len(areas) == 1 else hub.village
    kind = AudienceKind.GROUP if len(areas) == 1 else AudienceKind.VILLAGE
    audience = Audience(kind, area, areas if len(areas) > 1 else (), units=True)
    async with hub.books() as tx:
        says = Warned(Source.WEATHER_STATION, "青榕县气象台", tx.now, "台风", Level.YELLOW, WARNING)
        notice, _ = await warn(tx, RENDERER, hub.village, audience, hub.staff[by], says, WHAT_TO_DO, with_roll=asks)
    return notice


async def entry_id(hub: Hub, name: str) -> int:
    async with hub.books() as tx:
        notice_id = await tx.scalar(select(func.max(emergency_notices.c.notice_id)))
        entries = await roll_entries(tx, notice_id, hub.staff["李书记"])
    return next(entry.id for entry in entries if entry.name == name)


async def count(hub: Hub) -> int:
    async with hub.books() as tx:
        return int(await tx.scalar(select(func.count()).select_from(emergency_notices)) or 0)


async def test_it_is_shown_as_it_goes_out_and_sent_by_one_word(hub: Hub) -> None:
    async with signed_in(hub, "周文书") as browser:
        await browser.get("/console/notices")
        assert LIST in browser.page.text
        await browser.get(NEW)
        sure = await browser.press(NEW, **FACTS)
        assert sure.status == 200, sure.text
        assert "发给榕溪村 全村：3户" in sure.text
        assert "青榕县气象台11月18日11点40发台风黄色预警:今晚8点前到村小学,别下河。走得了回1,要人接回2。" in sure.text
        assert "短信，一份1条" in sure.text
        assert "不等审批" in sure.text
        assert await count(hub) == 0
        fields = {**browser.hidden(NEW), "press": "send"}
        sent = await browser.post(NEW, fields)
        assert sent.path == "/console/notices/1/roll?done=sent"
        again = await browser.post(NEW, fields)
        assert again.path == f"{LIST}?done=already"
    assert await count(hub) == 1
    assert "台风黄色预警:今晚8点前到村小学" in await last_heard(hub, "陈伯")
    async with hub.books() as tx:
        fact = await tx.first(select(audit_entries).where(audit_entries.c.action == "emergency.sent"))
        rows = await tx.all(select(deliveries).where(deliveries.c.notice_id == 1))
    assert fact.actor == f"staff:{hub.staff['周文书'].id}"
    assert {row.due_at <= hub.clock.now for row in rows} == {True}


BAD = [
    ({"source": "", "evidence": "后山裂了"}, "请先选"),
    ({"evidence": ""}, "预警要有原文"),
    ({"issuer": "", "evidence": "后山裂了"}, "谁发的"),
    ({"day": "", "evidence": "青榕县气象台2026年11月16日11时40分发布台风黄色预警信号"}, "今天或者昨天"),
    ({"kind": "listed", "names": "张三"}, "名单上的人都没找到"),
    ({"kind": "officers"}, "请先选发给谁"),
    ({"issuer": "很长" * 9}, "最多14个字"),
    ({"hazard": "很长" * 9}, "最多写16个字"),
    ({"level": "pink"}, "什么颜色"),
    ({"clock": "25:99"}, "发布时间"),
    ({"day": "2026-11-16"}, "发布时间"),
    ({"clock": "23:59"}, "发布时间"),
    ({"text": ""}, "要大家做什么"),
    ({"text": "跑" * 51}, "最多50个字"),
    ({"source": "village", "text": "红色预警,快跑"}, "村里不能自己发预警"),
]


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_what_is_not_right_is_said_and_nothing_typed_is_lost(hub: Hub) -> None:
    async with signed_in(hub, "周文书") as browser:
        for wrong, words in BAD:
            for press in ("look", "send"):
                await browser.get(NEW)
                refused = await browser.press(NEW, **{**FACTS, **wrong, "press": press})
                assert (refused.status, words in refused.text) == (409, True), (wrong, press)
                assert wrong.get("evidence", WARNING) in refused.text
    assert await count(hub) == 0


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_a_photo_stands_for_the_text_and_is_not_asked_for_twice(hub: Hub) -> None:
    async with signed_in(hub, "周文书") as browser:
        await browser.get(NEW)
        refused = await send_form(browser, NEW, {**FACTS, "evidence": "", "text": ""}, photo())
        assert "照片收下了" in refused.text
        sure = await browser.press(NEW, **{**FACTS, "evidence": ""})
        assert "附照片1张" in sure.text
        assert "照片收下了" in (await browser.press(NEW, press="change")).text
        await browser.press(NEW, **{**FACTS, "evidence": ""})
        await browser.press(NEW, press="send")
        page = await browser.get("/console/notices/1")
        [picture] = set(re.findall(r'src="(/console/notices/1/evidence/[0-9a-f]+)"', page.text))
        async with browser.client.get(picture) as shown:
            assert (shown.status, shown.content_type) == (200, "image/jpeg")
        await browser.get(NEW)
        unusable = await send_form(browser, NEW, FACTS, b"no photo")
        assert (unusable.status, "打不开" in unusable.text) == (409, True)


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_no_evidence_is_a_photo_that_was_never_kept_or_that_somebody_else_took(hub: Hub) -> None:
    bare = {**FACTS, "evidence": ""}
    async with signed_in(hub, "周文书") as clerk, signed_in(hub, "李书记") as secretary:
        await clerk.get(NEW)
        await send_form(clerk, NEW, {**bare, "text": ""}, photo())
        taken = clerk.hidden(NEW)["photo"]
        await secretary.get(NEW)
        for foreign in ("0" * 64, taken.partition(".")[0], taken):
            refused = await secretary.press(NEW, **{**bare, "photo": foreign})
            assert ("预警要有原文" in refused.text, "照片收下了" in refused.text) == (True, False)
        assert "附照片1张" in (await clerk.press(NEW, **bare)).text
        hub.clock.pass_time(hours=25)
        async with hub.books() as tx:
            await forget_files(tx, hub.files, hub.clock.now)
        assert not hub.files.path_of(taken.partition(".")[0]).exists()


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_the_form_reads_the_pasted_text_and_a_person_corrects_it(hub: Hub) -> None:
    rest = {name: FACTS[name] for name in ("kind", "text", "roll")}
    async with signed_in(hub, "周文书") as browser:
        await browser.get(NEW)
        form = await browser.press(NEW, evidence=WARNING, **rest)
        assert (form.status, facts_of(form)) == (200, [FACTS[name] for name in FACT_NAMES])
        assert "请一样一样核对" in form.text
        mine = {**FACTS, "issuer": "县气象台", "hazard": ""}
        worse = "青榕县气象台2026年11月18日11时50分将台风黄色预警信号升级为橙色预警信号"
        form = await browser.press(NEW, **{**mine, "evidence": worse, "press": "read"})
        assert facts_of(form) == ["weather_station", "县气象台", "2026-11-18", "11:50", "", "orange"]
        form = await browser.press(NEW, **{**mine, "clock": "11:50", "level": "orange", "evidence": "有雨"})
        assert facts_of(form) == ["", "县气象台", "2026-11-18", "", "", ""]
        assert "没看出是谁" in form.text
        assert (await browser.get(NEW)).status == 200
        assert "青榕县气象台11月18日11点40发台风黄色预警" in (await browser.press(NEW, **FACTS)).text
    assert await count(hub) == 0


FACT_NAMES = ("source", "issuer", "day", "clock", "hazard", "level")


def facts_of(form: Answer) -> list[str]:
    """As they stand in the form."""
    shown = []
    for name in FACT_NAMES:
        typed = re.search(rf'<input id="{name}"[^>]* value="([^"]*)"', form.text)
        chosen = re.search(rf'name="{name}" value="([^"]*)" checked', form.text)
        shown.append(typed[1] if typed else chosen[1] if chosen else "")
    return shown


async def test_it_goes_to_the_homes_of_a_typed_list(hub: Hub) -> None:
    listed = {**FACTS, "kind": "listed", "names": "陈伯、13900007003 张三"}
    async with signed_in(hub, "周文书") as browser, signed_in(hub, "黄水生") as officer:
        await browser.get(NEW)
        sure = await browser.press(NEW, **listed)
        assert "发给榕溪村 名单上的人：2户" in sure.text
        assert "名册里没找到：张三" in sure.text
        await officer.get(NEW)
        assert "名单上的人：1户" in (await officer.press(NEW, **listed)).text
        assert "名册里没找到：+8613900007003、张三" in officer.page.text
        await browser.press(NEW, press="send")
        assert "应急通知26001号" in browser.page.text
    heard = {name for name in ("陈伯", "林嫂", "黄明") if any("台风" in text for text in await hub.told(name))}
    assert heard == {"陈伯", "黄明"}
    async with hub.books() as tx:
        assert (await counts_of_roll(tx, 1)).households == len(heard)


async def test_a_roll_is_counted_live_and_noted(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(streams, "KEEPALIVE_SECONDS", 0.03)
    notice = await warned(hub)
    roll = f"/console/notices/{notice.id}/roll"
    async with signed_in(hub, "周文书") as clerk, signed_in(hub, "赵工") as official:
        page = await clerk.get(roll)
        newest = page.text.partition("/news?since=")[2].partition('"')[0]
        lists = (await official.get(LIST)).text.partition("/news?since=")[2].partition('"')[0]
        async with (
            stream(clerk, f"{roll}/news?since={newest}") as here,
            stream(official, f"{LIST}/news?since={lists}") as there,
        ):
            assert await is_silent(here)
            assert await is_silent(there)
            await hub.text("陈伯", "2")
            assert "更新" in (await event(here))["data"]
            assert "更新" in (await event(there))["data"]
        assert "要人接 1" in (await official.get(LIST)).text
        entry = await entry_id(hub, "陈伯")
        stale = f"{roll}/{entry}"
        refused = await clerk.press(stale, outcome="moved")
        assert (refused.status, "刚变过" in refused.text) == (409, True)
        await clerk.get(roll)
        noted = await clerk.press(stale, outcome="refused")
        assert (noted.status, "记下了" in noted.text, "周文书记的" in noted.text) == (200, True, True)
        assert "陈伯劝离未果" in await last_heard(hub, "赵工")
        back = await clerk.press(stale, outcome="")
        assert "周文书记的" not in back.text
        await clerk.press(stale, outcome="moved")
    async with hub.books() as tx:
        counts = await counts_of_roll(tx, notice.id)
        noted_by = await tx.all(
            select(audit_entries.c.action)
            .where(audit_entries.c.subject == f"entry:{entry}")
            .order_by(audit_entries.c.id)
        )
    assert (counts.left, counts.facts["moved"]) == (2, 1)
    assert [row.action for row in noted_by] == ["emergency.refused", "emergency.taken_back", "emergency.moved"]


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_today_begins_with_homes_that_are_not_known_to_be_safe(hub: Hub) -> None:
    notice = await warned(hub)
    async with signed_in(hub, "赵工") as browser:
        page = await browser.get("/console/today")
        assert "榕溪村应急通知26001号，还有3户没记" in page.text
        assert f'href="/console/notices/{notice.id}/roll"' in page.text
    async with signed_in(hub, "何监委") as browser:
        assert "应急通知" not in (await browser.get("/console/today")).text


async def test_numbers_stand_on_a_call_list_only_and_that_is_kept(hub: Hub) -> None:
    notice = await warned(hub)
    await hub.add_household(3, ("覃奶奶", ""))
    await hub.text("黄明", "1")
    roll = f"/console/notices/{notice.id}/roll"
    async with signed_in(hub, "周文书") as browser:
        page = await browser.get(roll)
        assert "13900007001" not in page.text
        calls = await browser.press(f"{roll}/numbers", show="silent")
        assert ("13900007001" in calls.text, "13900007003" in calls.text) == (True, False)
        entry = await entry_id(hub, "陈伯")
        browser.page = calls
        after = await browser.press(f"{roll}/{entry}", outcome="lost")
        assert ("记下了：陈伯家" in after.text, "13900007001" in after.text) == (True, False)
        assert "13900007002" in after.text
    async with hub.books() as tx:
        kept = await tx.all(select(audit_entries).where(audit_entries.c.action == "contacts.shown"))
    assert {row.actor for row in kept} == {f"staff:{hub.staff['周文书'].id}"}


async def test_the_all_clear_says_who_is_left_and_ends_the_list(hub: Hub) -> None:
    notice = await warned(hub, 3)
    lift = f"/console/notices/{notice.id}/lift"
    over = {"issuer": "青榕县气象台", "day": "2026-11-18", "clock": "12:00", "evidence": "解除台风黄色预警信号"}
    async with signed_in(hub, "周文书") as browser:
        await browser.get(lift)
        assert "预警要有原文" in (await browser.press(lift, **{**over, "evidence": ""})).text
        sure = await browser.press(lift, **over)
        assert ("还有2户没记" in sure.text, "告诉收到过应急通知的2个号" in sure.text) == (True, True)
        fields = {**browser.hidden(lift), "press": "send"}
        sent = await browser.post(lift, fields)
        assert (sent.status, "解除通知发出去了" in sent.text) == (200, True)
        assert "刚才已经按过" in (await browser.post(lift, fields)).text
        assert "名单停了" in (await browser.get(f"/console/notices/{notice.id}/roll")).text
        assert "<button" not in browser.page.text.partition('id="homes"')[2]
        assert "没有还没解除" in (await browser.get(LIST)).text
        assert (await browser.get(f"/console/notices/{notice.id + 1}/lift")).status == 404
    assert "台风解除了" in await last_heard(hub, "陈伯")
    assert await hub.told("黄明") == []


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_what_the_village_said_itself_needs_no_text_and_is_ended_by_two_presses(hub: Hub) -> None:
    own = {"source": "village", "kind": "village", "text": "后山在掉石头,马上离开", "roll": "no"}
    async with signed_in(hub, "周文书") as browser:
        await browser.get(NEW)
        assert "村委会紧急通知:后山在掉石头" in (await browser.press(NEW, **own)).text
        await browser.press(NEW, press="send")
        lift = "/console/notices/1/lift"
        await browser.get(lift)
        assert "紧急情况解除了(原应急通知26001号)" in (await browser.press(lift)).text
        await browser.press(lift, press="send")
        assert "紧急情况解除了(应急通知26001号)" in (await browser.get("/console/notices/2")).text
    assert "紧急情况解除了" in await last_heard(hub, "陈伯")


async def test_two_groups_are_warned_and_lifted_by_who_answers_for_both(hub: Hub) -> None:
    await hub.add_officer(
        "两组网格员", "+8613900007016", (Role.GRID_OFFICER, hub.groups[0]), (Role.GRID_OFFICER, hub.groups[2])
    )
    async with signed_in(hub, "两组网格员") as browser:
        await browser.get(NEW)
        assert "发给哪些组" in browser.page.text
        assert "请先选发给谁" in (await browser.press(NEW, **FACTS)).text
        both = {f"group_{hub.groups[0].id}": "1", f"group_{hub.groups[2].id}": "1"}
        assert "一组、三组" in (await browser.press(NEW, **FACTS, **both)).text
        await browser.press(NEW, press="send")
        assert "应急通知26001号" in browser.page.text
        assert (await browser.get("/console/notices/1/lift")).status == 200
    async with signed_in(hub, "黄水生") as browser:
        page = await browser.get("/console/notices/1/roll")
        assert ("陈伯" in page.text, "黄明" in page.text) == (True, False)
        assert (await browser.get("/console/notices/1/lift")).status == 404


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_what_is_copied_and_read_out_names_its_source(hub: Hub) -> None:
    await warned(hub)
    async with signed_in(hub, "周文书") as browser:
        page = await browser.get("/console/notices/1/group")
    assert "青榕县气象台11月18日12点发台风黄色预警:今晚8点前到村小学" in page.text
    assert "青榕县气象台十一月十八日十二点发台风黄色预警" in page.text


# Who sees what ---------------------------------------------------------------------------------------------------

FOLLOWS = {"周文书": 3, "李书记": 3, "黄水生": 2, "一组网格员": 1, "赵工": 3}
"""How many homes each sees of a list of the whole village; who is not named sees none."""
LIFTS = {"周文书", "李书记", "赵工"}
NAMES = (*FOLLOWS, "何监委", "隔壁文书", "")


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", NAMES)
async def test_a_walk_of_all_addresses(hub: Hub, name: str) -> None:
    other = await hub.neighbour_village("竹坑村")
    await hub.add_officer("一组网格员", "+8613900007016", (Role.GRID_OFFICER, hub.groups[0]))
    await other.add_officer("隔壁文书", "+8613900007082", (Role.FRONT_DESK, other.village))
    hub.staff |= other.staff
    hub.numbers |= other.numbers
    notice = await warned(hub)
    entries = [await entry_id(hub, one) for one in ("陈伯", "林嫂", "黄明")]
    base = f"/console/notices/{notice.id}"
    async with a_browser(hub) as browser:
        fields: dict[str, str] = {}
        if name:
            await browser.sign_in(name)
            fields = browser.hidden("/console/sign-out")
        homes = FOLLOWS.get(name, 0)
        warns = bool(homes) or name == "隔壁文书"
        expected = {
            LIST: warns,
            NEW: warns,
            f"{base}/roll": homes,
            f"{base}/lift": name in LIFTS,
            f"{base}/evidence/{'0' * 64}": False,
        }
        found = []
        for path, sees in expected.items():
            page = await browser.get(path)
            found.append(page.text)
            assert page.status == (200 if sees or not name else 404), path
        for path in (f"{LIST}/news", f"{base}/roll/news"):
            async with browser.client.get(path) as response:
                heard = 204 if not name else 200 if homes or (warns and path.startswith(LIST)) else 404
                assert response.status == heard, path
        posts: Sequence[tuple[str, object]] = (
            (NEW, warns),
            (f"{base}/lift", name in LIFTS),
            (f"{base}/roll/numbers", homes),
        )
        for path, may in posts:
            page = await browser.post(path, {**fields, "village": str(hub.village.id), "text": "不该有的"})
            found.append(page.text)
            assert page.status in ({401} if not name else {200, 409} if may and name != "隔壁文书" else {404}), path
        noted = 0
        for entry in entries:
            page = await browser.post(f"{base}/roll/{entry}", {**fields, "outcome": "moved", "seen": "silent"})
            noted += name != "" and page.status == 200
            assert page.status in ({401} if not name else {200, 404}), entry
        assert noted == homes
    assert sum(one in "".join(found) for one in ("陈伯", "林嫂", "黄明")) == homes
    async with hub.books() as tx:
        assert (await counts_of_roll(tx, notice.id)).facts["moved"] == homes
        assert await tx.scalar(select(func.count()).select_from(notices)) == 1


async def send_form(browser: Browser, action: str, fields: dict[str, str], content: bytes) -> Answer:
    form = FormData()
    for name, value in {**browser.hidden(action), **fields}.items():
        form.add_field(name, value)
    form.add_field("file", content, filename="warning.jpg", content_type="image/jpeg")
    async with browser.client.post(action, data=form) as response:
        browser.page = Answer(response.status, response.url.path_qs, await response.text(), response.headers)
    return browser.page


def photo() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (30, 20), "orange").save(content, "JPEG")
    return content.getvalue()


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_a_warning_stands_in_front_until_it_is_over(hub: Hub) -> None:
    warning = await warned(hub)
    for text in ("周六打疫苗", "周日停水", "下周一修路"):
        hub.clock.pass_time(hours=1)
        async with hub.books() as tx:
            everybody = Audience(AudienceKind.VILLAGE, hub.village)
            draft = await draft_notice(tx, hub.village, everybody, hub.staff["周文书"], text)
            plan = await preview_notice(tx, RENDERER, draft)
            asked = await submit_notice(tx, draft, hub.staff["周文书"], plan, plan.frozen)
            await approved_as_planned(tx, asked, hub.staff["李书记"])
    assert await in_front(hub) == ["今晚8点前到村小学,别下河", "下周一修路", "周日停水"]
    async with hub.books() as tx:
        emergency = await emergency_of(tx, warning.id)
        over = Warned(Source.WEATHER_STATION, "青榕县气象台", tx.now, "台风", Level.YELLOW, "台风黄色预警解除")
        await give_all_clear(tx, RENDERER, emergency, hub.staff["周文书"], over)
    assert await in_front(hub) == ["台风解除了(应急通知26001号)", "下周一修路", "周日停水"]
    await warned(hub)
    assert (await in_front(hub))[0] == "今晚8点前到村小学,别下河"
    hub.clock.pass_time(days=8)
    async with hub.books() as tx:
        stale = await foremost_notices(tx, hub.village, 3)
        assert stale == (await public_notices(tx, hub.village, most=3)).notices


async def in_front(hub: Hub) -> list[str]:
    async with hub.books() as tx:
        return [notice.text for notice in await foremost_notices(tx, hub.village, 3)]
