"""Emergency notices as conversations: a warning passed on, the transfer list, the silent rung, the all-clear."""

import io
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from notifier.transfers import call_silent
from store.actions.areas import change_setting
from store.actions.contacts import add_holder, bury_contact, find_or_add_contact
from store.actions.emergencies import declare_emergency, set_outcome
from store.domain.audiences import Audience, AudienceKind
from store.domain.deliveries import DeliveryState
from store.domain.emergencies import Level, Source, Warned
from store.domain.errors import Refusal
from store.domain.people import ContactKind, Proof, Role
from store.domain.transfers import Outcome
from store.queries.transfers import counts_of_roll, roll_entries
from store.tables import audit_entries, deliveries, emergency_notices, emergency_rolls
from tests.hub import RENDERER, Hub

WARNING = "青榕县气象台2026年11月18日11时40分发布台风黄色预警信号:未来24小时我县将受台风影响。"
WHAT_TO_DO = "今晚8点前到村小学,别下河"


def choice(text: str, name: str) -> str:
    """The digit of a choice: 1气象台 2镇里 → 1."""
    listed = text.partition("回数字:")[2].partition("。")[0]
    return next(word[0] for word in listed.split() if word[1:] == name)


async def last_heard(hub: Hub, name: str) -> str:
    return (await hub.told(name))[-1]


async def warned_of(hub: Hub, *, by: str = "周文书", to: str = "全村", roll: bool = True) -> list[str]:
    """A typhoon warning, from its source to its sending; what its sender reads at last."""
    [source] = await hub.text(by, "应急通知")
    [paste] = await hub.text(by, choice(source, "气象台"))
    assert "原文" in paste
    [whom] = await hub.text(by, WARNING)
    [what] = await hub.text(by, choice(whom, to))
    assert "要大家做什么" in what
    [move] = await hub.text(by, WHAT_TO_DO)
    assert "要转移吗" in move
    [preview] = await hub.text(by, "1" if roll else "2")
    assert "不等审批" in preview
    return await hub.text(by, "发")


async def test_a_warning_goes_out_at_once_with_its_source_time_and_level(hub: Hub) -> None:
    [sent] = await warned_of(hub)
    assert "应急通知26001号发了,3户" in sent
    for name in ("陈伯", "林嫂", "黄明"):
        [heard] = await hub.told(name)
        assert heard == (
            "【榕溪村】青榕县气象台11月18日11点40发台风黄色预警:今晚8点前到村小学,别下河。"
            "走得了回1,要人接回2。遇险打119,受伤打120。"
        )
    async with hub.books() as tx:
        kept = await tx.first(select(emergency_notices))
        fact = await tx.first(select(audit_entries).where(audit_entries.c.action == "emergency.sent"))
    assert (kept.source, kept.level, kept.hazard, kept.evidence_text) == ("weather_station", "yellow", "台风", WARNING)
    assert fact.actor == f"staff:{hub.staff['周文书'].id}"
    assert fact.digest


async def test_the_pasted_warning_says_itself_who_gave_it(hub: Hub) -> None:
    [asked] = await hub.text("周文书", "应急通知")
    assert "原文" in asked
    [whom] = await hub.text("周文书", WARNING)
    assert "发给谁" in whom
    await hub.text("周文书", choice(whom, "全村"))
    await hub.text("周文书", WHAT_TO_DO)
    await hub.text("周文书", "2")
    await hub.text("周文书", "发")
    async with hub.books() as tx:
        kept = await tx.first(select(emergency_notices))
    assert (kept.source, kept.issuer, kept.evidence_text) == ("weather_station", "青榕县气象台", WARNING)


async def test_it_skips_the_night_and_those_who_opted_out(hub: Hub) -> None:
    await hub.text("陈伯", "退订")
    hub.clock.pass_time(hours=11)
    await warned_of(hub)
    assert "台风黄色预警" in await last_heard(hub, "陈伯")
    async with hub.books() as tx:
        rows = await tx.all(select(deliveries).where(deliveries.c.notice_id == 1))
    assert {row.due_at <= hub.clock.now for row in rows} == {True}
    assert {row.is_bulk for row in rows} == {False}
    assert {row.state for row in rows} == {"queued"}


async def test_who_opts_out_when_it_comes_still_gets_it(hub: Hub) -> None:
    await warned_of(hub)
    await hub.text("黄明", "退订")
    async with hub.books() as tx:
        states = await tx.all(select(deliveries.c.state).where(deliveries.c.notice_id == 1))
    assert {row.state for row in states} == {"queued"}


async def offered_to(hub: Hub, whom: str, *, by: str = "周文书") -> list[str]:
    """A typhoon warning to whom is typed: what its sender reads after that, and before he sends it."""
    [source] = await hub.text(by, "应急通知")
    await hub.text(by, choice(source, "气象台"))
    await hub.text(by, WARNING)
    asked = await hub.text(by, whom)
    await hub.text(by, WHAT_TO_DO)
    return [*asked, *(await hub.text(by, "1"))]


@pytest.mark.parametrize(
    ("whom", "in_words", "reached"),
    [
        ("一组和三组", "一组、三组", {"陈伯", "林嫂", "黄明"}),
        ("名单 陈伯 13900007003", "名单上的人", {"陈伯", "黄明"}),
        ("户主 每人一条", "户主", {"陈伯", "林嫂", "黄明"}),
    ],
)
async def test_it_goes_to_the_homes_of_whom_is_typed(hub: Hub, whom: str, in_words: str, reached: set[str]) -> None:
    """Also of single persons: who moves to safety is a household."""
    preview = (await offered_to(hub, whom))[-1]
    assert f"发给{in_words},{len(reached)}户" in preview
    await hub.text("周文书", "发")
    heard = {name for name in ("陈伯", "林嫂", "黄明") if any("台风" in text for text in await hub.told(name))}
    assert heard == reached
    async with hub.books() as tx:
        assert (await counts_of_roll(tx, 1)).facts["silent"] == len(reached)


async def test_who_is_not_in_the_books_is_named_before_it_goes_out(hub: Hub) -> None:
    [missing, *_, preview] = await offered_to(hub, "名单 陈伯 张三")
    assert "没找到:张三。找到1人。要改名单就回“应急通知”重来" in missing
    assert "1户" in preview


async def test_a_list_ends_where_an_officers_groups_end(hub: Hub) -> None:
    [source] = await hub.text("黄水生", "应急通知")
    await hub.text("黄水生", choice(source, "气象台"))
    await hub.text("黄水生", WARNING)
    missing = (await hub.text("黄水生", "名单 陈伯 黄明"))[0]
    assert "没找到:黄明。找到1人" in missing


async def test_who_warned_some_homes_of_his_group_says_the_all_clear(hub: Hub) -> None:
    await offered_to(hub, "名单 陈伯", by="黄水生")
    await hub.text("黄水生", "发")
    hub.clock.pass_time(hours=1)
    await hub.text("黄水生", "解除")
    [sure] = await hub.text("黄水生", "青榕县气象台2026年11月18日12时05分解除台风黄色预警信号。")
    assert "解除" in sure
    await hub.text("黄水生", "发")
    assert "解除" in await last_heard(hub, "陈伯")
    assert not any("台风" in text for text in await hub.told("林嫂"))


async def test_a_mark_is_no_way_to_warn_for_whoever_does_not_work_with_it(hub: Hub) -> None:
    await hub.add_officer("韦网格", "+8613900007031", (Role.GRID_OFFICER, hub.village))
    [source] = await hub.text("韦网格", "应急通知")
    await hub.text("韦网格", choice(source, "气象台"))
    await hub.text("韦网格", WARNING)
    assert "管帮扶的干部" in (await hub.text("韦网格", "困难户"))[0]


async def test_a_photo_needs_the_three_facts_typed(hub: Hub) -> None:
    [source] = await hub.text("周文书", "应急通知")
    await hub.text("周文书", choice(source, "镇里县里"))
    [facts] = [heard.text for heard in await hub.say(hub.sms, hub.numbers["周文书"], photo=_photo())]
    assert "还差:谁发的、几点发的、什么颜色" in facts
    [still] = await hub.text("周文书", "镇三防办 11点05分")
    assert "还差:什么颜色" in still
    [whom] = await hub.text("周文书", "橙色")
    assert "三组" in whom
    await hub.text("周文书", "三组")
    await hub.text("周文书", "沿河的马上走")
    [preview] = await hub.text("周文书", "1")
    assert "2户" in preview
    await hub.text("周文书", "1")
    assert "镇三防办11月18日11点05发橙色预警:沿河的马上走。" in await last_heard(hub, "陈伯")
    assert await hub.told("黄明") == []
    async with hub.books() as tx:
        kept = await tx.first(select(emergency_notices))
    assert len(kept.evidence_files) == 1


async def test_the_village_issues_no_warning_of_its_own(hub: Hub) -> None:
    [source] = await hub.text("李书记", "应急通知")
    [whom] = await hub.text("李书记", choice(source, "村委会自己"))
    await hub.text("李书记", choice(whom, "全村"))
    [refused] = await hub.text("李书记", "台风红色预警,马上转移")
    assert "村里不能自己发预警" in refused
    await hub.text("李书记", "后山在掉石头,一组的人马上离开")
    await hub.text("李书记", "2")
    await hub.text("李书记", "1")
    heard = await last_heard(hub, "黄明")
    assert heard == "【榕溪村】村委会紧急通知:后山在掉石头,一组的人马上离开。遇险打119,受伤打120。"


BAD_WARNINGS = [
    ({"evidence": "", "files": ()}, "emergency.evidence"),
    ({"level": Level.NONE}, "emergency.level"),
    ({"issuer": ""}, "emergency.issuer"),
    ({"ago": timedelta(hours=-1)}, "emergency.time"),
    ({"ago": timedelta(hours=30)}, "emergency.time"),
]


@pytest.mark.parametrize(("change", "key"), BAD_WARNINGS)
async def test_what_is_not_named_is_refused(hub: Hub, change: dict[str, object], key: str) -> None:
    fine: dict[str, object] = {"issuer": "县气象台", "evidence": WARNING, "files": (), "level": Level.RED}
    fine["ago"] = timedelta(hours=1)
    values = fine | change
    ago = values.pop("ago")
    assert isinstance(ago, timedelta)
    warned = Warned(Source.WEATHER_STATION, issued_at=hub.clock.now - ago, **values)  # type: ignore[arg-type]
    async with hub.books() as tx:
        audience = Audience(AudienceKind.VILLAGE, hub.village, units=True)
        with pytest.raises(Refusal, match=key.replace(".", r"\.")):
            await declare_emergency(tx, hub.village, audience, hub.staff["李书记"], warned, WHAT_TO_DO)


async def test_a_supervisor_and_a_resident_send_none(hub: Hub) -> None:
    [refused] = await hub.text("何监委", "应急通知")
    assert "不归您管" in refused
    [resident] = await hub.text("陈伯", "应急通知")
    assert "谁发的" not in resident


async def test_one_who_must_be_fetched_is_told_to_his_officer_at_once(hub: Hub) -> None:
    await warned_of(hub)
    [kept] = await hub.text("陈伯", "２")
    assert "已告诉网格员来接您" in kept
    wanted = await last_heard(hub, "黄水生")
    assert "三组陈伯要人接,电话13900007001" in wanted
    [kept] = await hub.text("黄明", "走得了")
    assert "自己走" in kept
    assert len(await hub.told("黄水生")) == 1


async def test_the_last_word_counts_also_after_a_one(hub: Hub) -> None:
    await warned_of(hub)
    await hub.text("陈伯", "1")
    [kept] = await hub.text("陈伯", "我走不动了,来接我")
    assert "已告诉网格员来接您" in kept
    assert "陈伯要人接" in await last_heard(hub, "黄水生")


async def test_received_is_not_going(hub: Hub) -> None:
    await warned_of(hub)
    [again] = await hub.text("陈伯", "收到")
    assert "您走得了吗" in again
    [kept] = await hub.text("陈伯", "1")
    assert "您家自己走" in kept


async def test_who_will_not_go_is_told_to_his_officer(hub: Hub) -> None:
    await warned_of(hub)
    [kept] = await hub.text("陈伯", "我不走")
    assert "您不想走" in kept
    assert "陈伯不肯走" in await last_heard(hub, "黄水生")


async def test_its_digit_goes_before_all_other_questions(hub: Hub) -> None:
    await hub.text("陈伯", "停水了")
    await warned_of(hub)
    [kept] = await hub.text("陈伯", "2")
    assert "已告诉网格员来接您" in kept


async def test_two_homes_on_one_phone_are_asked_who_goes(hub: Hub) -> None:
    await hub.add_household(3, ("韦叔", hub.numbers["陈伯"]))
    await warned_of(hub)
    assert [text for text in await hub.told("陈伯") if text] == (await hub.told("陈伯"))[:1]
    [whose] = await hub.text("陈伯", "1")
    assert "哪一家自己走" in whose
    [kept] = await hub.text("陈伯", choice(whose, "韦叔"))
    assert "您家自己走" in kept
    async with hub.books() as tx:
        counts = await counts_of_roll(tx, 1)
    assert counts.facts["going"] == 1
    assert counts.facts["silent"] == 3


async def test_the_silent_are_rung_after_half_an_hour(hub: Hub) -> None:
    await warned_of(hub)
    await hub.text("黄明", "1")
    hub.clock.pass_time(minutes=28)
    assert await _tick(hub) == 0
    hub.clock.pass_time(minutes=3)
    assert await _tick(hub) == 1
    assert await _tick(hub) == 0
    called = await last_heard(hub, "黄水生")
    assert "没应的2户" in called
    assert "陈伯13900007001" in called
    assert "林嫂13900007002" in called
    standing = await last_heard(hub, "周文书")
    assert "能走1户,要接0户,没应2户" in standing


async def test_the_minutes_of_silence_are_the_villages_setting(hub: Hub) -> None:
    async with hub.books() as tx:
        await change_setting(tx, hub.village.id, "silence_minutes", 5, actor="test")
    [sent] = await warned_of(hub)
    assert "5分钟没应" in sent
    hub.clock.pass_time(minutes=6)
    assert await _tick(hub) == 1


async def test_an_unreachable_home_is_on_the_call_list(hub: Hub) -> None:
    await hub.add_household(3, ("覃奶奶", ""))
    contact = await hub.contact_of("林嫂")
    async with hub.books() as tx:
        await bury_contact(tx, contact.id)
    await warned_of(hub)
    await hub.text("陈伯", "1")
    hub.clock.pass_time(minutes=31)
    await _tick(hub)
    called = await last_heard(hub, "黄水生")
    assert "没应的2户" in called
    assert "覃奶奶没电话" in called


async def test_the_officer_enters_what_became_of_each(hub: Hub) -> None:
    await warned_of(hub, to="三组", by="李书记")
    await hub.text("陈伯", "2")
    await hub.text("林嫂", "1")
    [homes] = await hub.text("黄水生", "转移")
    assert "2户:转移0,要接1,没应0" in homes
    [home] = await hub.text("黄水生", "1")
    assert "三组陈伯:要人接,电话13900007001" in home
    [noted] = await hub.text("黄水生", choice(home, "劝离未果"))
    assert "陈伯劝离未果" in noted
    for name in ("李书记", "赵工"):
        assert "陈伯劝离未果" in await last_heard(hub, name)
    for name in ("陈伯", "林嫂"):
        await hub.text("黄水生", "转移")
        [home] = await hub.text("黄水生", name)
        [noted] = await hub.text("黄水生", choice(home, "已转移"))
    assert "2户全都转移了" in noted
    assert "2户都转移了" in await last_heard(hub, "李书记")
    async with hub.books() as tx:
        shown = await tx.all(select(audit_entries).where(audit_entries.c.action == "contacts.shown"))
    assert {row.actor for row in shown} == {f"staff:{hub.staff['黄水生'].id}"}


async def test_who_calls_for_help_again_is_not_safe(hub: Hub) -> None:
    await warned_of(hub)
    async with hub.books() as tx:
        entries = await roll_entries(tx, 1, hub.staff["黄水生"])
        await set_outcome(tx, entries[0], hub.staff["黄水生"], Outcome.MOVED)
        assert (await counts_of_roll(tx, 1)).left == 2
    await hub.text("陈伯", "来接我")
    async with hub.books() as tx:
        assert (await counts_of_roll(tx, 1)).left == 3


async def test_a_web_chat_is_not_enough_where_a_phone_rings(hub: Hub) -> None:
    await hub.add_household(2, ("覃奶奶", ""))
    async with hub.books() as tx:
        page = await find_or_add_contact(tx, hub.village.id, ContactKind.WEB_CHAT, "chenbo7", account_id=hub.chat.id)
        await add_holder(tx, page, hub.residents["陈伯"], Proof.CODE)
        lonely = await find_or_add_contact(tx, hub.village.id, ContactKind.WEB_CHAT, "laotai7", account_id=hub.chat.id)
        await add_holder(tx, lonely, hub.residents["覃奶奶"], Proof.CODE)
    await warned_of(hub)
    assert "台风黄色预警" in await last_heard(hub, "陈伯")
    assert await hub.heard(hub.chat, "chenbo7") == []
    [heard] = await hub.heard(hub.chat, "laotai7")
    [kept] = await hub.say(hub.chat, "laotai7", button=heard.press("要人接"))
    assert "来接您" in kept.text


async def test_a_grid_officer_sees_only_his_own_group(hub: Hub) -> None:
    await warned_of(hub)
    [homes] = await hub.text("黄水生", "转移")
    assert "2户:" in homes
    assert "黄明" not in homes
    async with hub.books() as tx:
        entries = await roll_entries(tx, 1, hub.staff["李书记"])
        ming = next(entry for entry in entries if entry.name == "黄明")
        with pytest.raises(Refusal, match=r"emergency\.not_yours"):
            await set_outcome(tx, ming, hub.staff["黄水生"], Outcome.MOVED)
        assert await roll_entries(tx, 1, hub.staff["何监委"]) == []


async def test_the_all_clear_goes_to_the_same_people_and_ends_the_list(hub: Hub) -> None:
    await warned_of(hub, to="三组")
    await hub.add_household(3, ("韦叔", "+8613900007021"))
    [paste] = await hub.text("李书记", "解除")
    assert "解除通知贴过来" in paste
    [sure] = await hub.text("李书记", "青榕县气象台11月18日12时00分解除台风黄色预警信号")
    assert "台风解除了" in sure
    [sent] = await hub.text("李书记", "1")
    assert "告诉了2个号" in sent
    assert "还有2户没记" in sent
    for name in ("陈伯", "林嫂"):
        assert "台风解除了(原应急通知26001号)" in await last_heard(hub, name)
    assert await hub.told("韦叔") == []
    assert await hub.told("黄明") == []
    hub.clock.pass_time(minutes=40)
    assert await _tick(hub) == 0
    [none] = await hub.text("黄水生", "转移")
    assert "没有转移名单" in none
    [none] = await hub.text("李书记", "解除")
    assert "没有还没解除" in none
    [stale] = await hub.text("陈伯", "来接我")
    assert "来接您" not in stale


async def test_the_all_clear_goes_wherever_the_warning_went(
    hub: Hub,
) -> None:
    await hub.add_household(2, ("覃奶奶", ""))
    async with hub.books() as tx:
        page = await find_or_add_contact(tx, hub.village.id, ContactKind.WEB_CHAT, "laotai7", account_id=hub.chat.id)
        await add_holder(tx, page, hub.residents["覃奶奶"], Proof.CODE)
    await warned_of(hub)
    contact = await hub.contact_of("林嫂")
    async with hub.books() as tx:
        await tx.run(deliveries.update().values(state=DeliveryState.SENT))
        await bury_contact(tx, contact.id)
    await hub.add_household(2, ("韦叔", "+8613900007021"))
    await hub.text("李书记", "解除")
    await hub.text("李书记", "青榕县气象台11月18日12时00分解除台风黄色预警信号")
    await hub.text("李书记", "发")
    [*_, heard] = await hub.heard(hub.chat, "laotai7")
    assert "台风解除了" in heard.text
    async with hub.books() as tx:
        rows = await tx.all(select(deliveries).where(deliveries.c.notice_id == 2))
    assert {(row.resident_id, row.state, row.reason) for row in rows} == {
        (hub.residents["陈伯"], "queued", ""),
        (hub.residents["黄明"], "queued", ""),
        (hub.residents["覃奶奶"], "queued", ""),
        (hub.residents["林嫂"], "skipped", "dead_contact"),
    }


async def test_a_rescue_button_that_was_pressed_after_the_end_is_refused(hub: Hub) -> None:
    await warned_of(hub, to="三组")
    [heard] = await hub.heard(hub.sms, hub.numbers["陈伯"])
    await hub.text("李书记", "解除")
    await hub.text("李书记", "青榕县气象台11月18日12时00分解除台风黄色预警信号")
    await hub.text("李书记", "1")
    [late] = await hub.say(hub.sms, hub.numbers["陈伯"], button=heard.press("要人接"))
    assert "已经结束" in late.text


async def test_two_villages_hear_nothing_of_each_other(hub: Hub) -> None:
    other = await hub.neighbour_village("竹溪村")
    await other.add_household(1, ("邻村人", "+8613900007041"))
    await other.add_officer("竹溪文书", "+8613900007042", (Role.FRONT_DESK, other.village))
    await warned_of(hub)
    assert await other.told("邻村人") == []
    [none] = await other.text("竹溪文书", "转移")
    assert "没有转移名单" in none
    [none] = await other.text("竹溪文书", "解除")
    assert "没有还没解除" in none

    [source] = await other.text("竹溪文书", "应急通知")
    await other.text("竹溪文书", choice(source, "气象台"))
    [whom] = await other.text("竹溪文书", WARNING)
    assert "三组" not in whom
    await other.text("竹溪文书", choice(whom, "全村"))
    await other.text("竹溪文书", "别出门")
    await other.text("竹溪文书", "1")
    [sent] = await other.text("竹溪文书", "发")
    assert "应急通知26001号发了,1户" in sent
    assert len(await hub.told("陈伯")) == 1
    [homes] = await hub.text("李书记", "转移")
    assert "邻村人" not in homes
    [counts] = await hub.text("赵工", "转移")
    assert "榕溪村3户:" in counts
    assert "竹溪村1户:" in counts


async def test_a_list_is_taken_up_by_one_tick_only(hub: Hub) -> None:
    await warned_of(hub)
    hub.clock.pass_time(minutes=31)
    async with hub.books() as tx:
        await call_silent(tx, RENDERER)
        called = await tx.scalar(select(emergency_rolls.c.called_at))
    assert called is not None
    assert await _tick(hub) == 0


async def _tick(hub: Hub) -> int:
    async with hub.books() as tx:
        return await call_silent(tx, RENDERER)


def _photo() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (30, 20), "orange").save(content, "JPEG")
    return content.getvalue()
