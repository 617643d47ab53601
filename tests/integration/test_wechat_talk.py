"""A talk by WeChat from the first word to the last, and what becomes of words that it takes only when he writes."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from notifier.notices import plan_notice, write_notice
from notifier.telling import write_tells
from store.actions.contacts import bury_contact, find_or_add_contact, give_office, opt_out
from store.actions.notices import draft_notice
from store.domain.audiences import Audience, AudienceKind
from store.domain.deliveries import NEWS_KEEPS, SkipReason
from store.domain.people import ContactKind
from store.domain.speech import Say, Tell
from store.queries.planned import FIRST, STANDING, planned
from store.tables import contacts, ticket_messages, tickets
from tests.fakes import wechat
from tests.fakes.wechat import CHEN, LIN, fields_of
from tests.hub import RENDERER, Hub
from tests.integration.console_parts import signed_in
from tests.integration.test_console_tickets import open_ticket
from tests.integration.wechat_village import WechatVillage, wechat_village

ANSWER = "三组总阀换好,5点来水。"


@pytest.fixture
async def village(hub: Hub) -> AsyncIterator[WechatVillage]:
    async with wechat_village(hub) as opened:
        yield opened


async def _settle(hub: Hub, officer: str = "黄水生") -> None:
    """The officer says that 1001 is done."""
    for typed in ("1001", "1", "1001", "2", ANSWER):
        await hub.text(officer, typed)


async def _report(village: WechatVillage, name: str = "陈伯", person: str = CHEN) -> None:
    await village.belongs_to(name, person)
    await village.writes("三组晒谷场边的路灯坏了", person)


async def test_a_request_is_settled_by_wechat_alone(village: WechatVillage) -> None:
    hub = village.hub
    await village.belongs_to("陈伯")
    [where] = await village.writes("冇水")
    assert "停水,是在哪里" in where.text
    [received] = await village.writes("附近几家都是", button=where.choices["附近几家都是"])
    assert "编号1001" in received.text
    await _settle(hub)
    await village.sends()
    asked = village.fake.sent[-1]
    assert ANSWER in asked.text
    assert list(asked.choices) == ["是", "不是"]
    [done] = await village.writes("是", button=next(iter(asked.choices.values())))
    assert "办好了" in done.text
    assert await hub.told("陈伯") == []


async def test_a_choice_may_also_be_typed(village: WechatVillage) -> None:
    await village.belongs_to("陈伯")
    [where] = await village.writes("冇水")
    [received] = await village.writes(list(where.choices)[1])
    assert "编号1001" in received.text


async def test_a_place_is_told_by_the_map(village: WechatVillage) -> None:
    await village.belongs_to("陈伯")
    await village.writes("冇水")
    place = fields_of("location", Location_X=23.1345, Location_Y=113.3588, Scale=20, Label="榕溪村晒谷场")
    [received] = await village.brings(place)
    assert "编号1001" in received.text
    async with village.hub.books() as tx:
        row = await tx.first(select(tickets))
        text = await tx.scalar(select(ticket_messages.c.text))
    assert (row.latitude, row.longitude) == (pytest.approx(23.13704, abs=1e-5), pytest.approx(113.35332, abs=1e-5))
    assert "榕溪村晒谷场" in text


async def test_whoever_subscribes_is_greeted_once(village: WechatVillage) -> None:
    subscribed = wechat.event("subscribe")
    village.fake.writes(CHEN)  # for the minute that a subscription opens
    [greeting] = await village.brings(subscribed)
    assert greeting.choices
    assert await village.brings(subscribed) == []
    assert await village.brings(wechat.event("unsubscribe")) == []


async def test_a_video_and_a_lost_picture_are_answered(village: WechatVillage) -> None:
    assert await village.brings(fields_of("video", MediaId="v"))
    assert await village.brings(fields_of("image", MediaId="gone"))


async def test_a_voice_that_nobody_can_hear_is_asked_for_in_words(village: WechatVillage) -> None:
    village.fake.media["v"] = b"MP3"
    [answer] = await village.brings(fields_of("voice", MediaId="v", Format="amr"))
    assert "打不开" in answer.text


async def test_a_long_answer_comes_in_parts(village: WechatVillage) -> None:
    await _report(village)
    long = "明天上午电工来看,先断电再换灯泡。" * 60
    for typed in ("1001", "1", "1001", "2", long):
        await village.hub.text("黄水生", typed)
    await village.sends()
    parts = [sent for sent in village.fake.sent if "断电" in sent.text]
    assert len(parts) > 1
    assert "".join(part.text for part in parts).count("先断电再换灯泡") == 60
    assert [bool(part.choices) for part in parts] == [*[False] * (len(parts) - 1), True]


# The window -----------------------------------------------------------------------------------------------------------


async def test_who_is_silent_is_told_by_his_phone(village: WechatVillage) -> None:
    hub = village.hub
    await _report(village)
    hub.clock.pass_time(hours=48)
    await _settle(hub)
    assert ANSWER in (await hub.told("陈伯"))[-1]
    [done] = await hub.text("陈伯", "1")
    assert "办好了" in done
    assert await village.rows() == [("sent", "")]


async def test_who_has_no_phone_is_told_when_he_writes_again(village: WechatVillage) -> None:
    hub = village.hub
    await _report(village, "黄老太")
    hub.clock.pass_time(hours=60)
    await _settle(hub, "黄水生")
    await village.sends()
    assert await village.rows() == [("sent", ""), ("dormant", "")]
    hub.clock.pass_time(days=30)
    held, answered = await village.writes("你好")
    assert ANSWER in held.text
    assert ANSWER not in answered.text
    assert await village.rows() == [("sent", "")] * 3
    [done] = await village.writes("是", button=next(iter(held.choices.values())))
    assert "办好了" in done.text


@pytest.mark.parametrize(("typed", "after"), [(["1"], "resolved"), (["谢谢"], "resolved"), (["谢谢", "1"], "closed")])
async def test_what_he_writes_answers_only_what_he_has_read(
    village: WechatVillage, typed: list[str], after: str
) -> None:
    hub = village.hub
    await _report(village, "黄老太")
    hub.clock.pass_time(hours=60)
    await _settle(hub)
    hub.clock.pass_time(hours=12)
    got = [sent for text in typed for sent in await village.writes(text)]
    assert ANSWER in got[0].text
    async with hub.books() as tx:
        assert await tx.scalar(select(tickets.c.state)) == after


async def test_what_is_confidential_waits_for_him_and_goes_to_no_phone(village: WechatVillage) -> None:
    hub = village.hub
    await village.belongs_to("陈伯")
    await village.writes("我跟隔壁为宅基地吵起来了,想请人调解")
    before = await hub.told("陈伯")
    hub.clock.pass_time(hours=60)
    await _settle(hub, "周文书")
    assert await hub.told("陈伯") == before
    assert ("dormant", "") in await village.rows()


async def test_wechats_own_word_that_the_window_is_closed_holds_the_answer(village: WechatVillage) -> None:
    hub = village.hub
    await _report(village, "黄老太")
    village.fake.codes[CHEN] = 45015
    await _settle(hub)
    await village.sends()
    assert await village.rows() == [("sent", ""), *[("dormant", "")] * 2]
    async with hub.books() as tx:
        assert await tx.scalar(select(contacts.c.open_until).where(contacts.c.kind == ContactKind.WECHAT)) <= tx.now
    village.fake.codes.clear()
    accepted, settled, _ = await village.writes("你好")
    assert "1001" in accepted.text
    assert ANSWER in settled.text


async def _tell(village: WechatVillage, contact_id: int, texts: int) -> None:
    async with village.hub.books() as tx:
        for number in range(texts):
            say = Say("notice.paused", {"number": number, "households": 0})
            await write_tells(tx, RENDERER, [Tell(contact_id, say)])
    await village.sends()


async def test_of_many_that_wait_some_go_out_each_time(village: WechatVillage) -> None:
    contact = await village.belongs_to("黄老太")
    await _tell(village, contact.id, 7)
    assert await village.rows() == [("dormant", "")] * 7
    assert [len(await village.writes(text)) for text in ("你好", "你好", "你好", "你好")] == [4, 4, 2, 1]


async def test_the_sixth_message_waits_for_his_next(village: WechatVillage) -> None:
    await village.belongs_to("黄老太")
    await village.writes("你好")
    async with village.hub.books() as tx:
        contact_id = await tx.scalar(select(contacts.c.id).where(contacts.c.kind == ContactKind.WECHAT))
    await _tell(village, contact_id, 6)
    states = [state for state, _ in await village.rows()]
    assert states == [*["sent"] * 5, *["dormant"] * 2]
    assert len(await village.writes("你好")) == 3


async def test_what_nobody_asked_for_is_no_news_after_a_week(village: WechatVillage) -> None:
    contact = await village.belongs_to("黄老太")
    await _tell(village, contact.id, 1)
    village.hub.clock.now += NEWS_KEEPS + timedelta(minutes=1)
    assert len(await village.writes("你好")) == 1
    assert (await village.rows())[0] == ("skipped", SkipReason.WINDOW_CLOSED)


async def test_who_follows_no_more_is_written_to_no_more(village: WechatVillage) -> None:
    await _report(village, "黄老太")
    village.fake.codes[CHEN] = 43004
    await _settle(village.hub)
    await village.sends()
    assert [state for state, _ in await village.rows()] == ["sent", "failed", "skipped"]
    async with village.hub.books() as tx:
        assert await tx.scalar(select(contacts.c.dead_at).where(contacts.c.kind == ContactKind.WECHAT)) is not None


async def test_what_waits_for_an_address_that_is_given_up_waits_no_more(village: WechatVillage) -> None:
    contact = await village.belongs_to("黄老太")
    await _tell(village, contact.id, 1)
    async with village.hub.books() as tx:
        await bury_contact(tx, contact.id)
    assert await village.rows() == [("skipped", SkipReason.DEAD_CONTACT)]


async def test_the_clerk_sees_that_the_answer_waits(village: WechatVillage) -> None:
    hub = village.hub
    await _report(village, "黄老太")
    async with signed_in(hub, "黄水生") as browser:
        path = await open_ticket(browser)
        assert "好久没来消息" not in browser.page.text
        hub.clock.pass_time(hours=48)
        await browser.sign_in("黄水生")
        assert "好久没来消息" in (await browser.get(path)).text
        await browser.press(f"{path}/accept")
        answered = await browser.press(f"{path}/answer", text="明天上午电工来")
        assert "有1句话还存着" in answered.text
        await village.writes("你好")
        page = await browser.get(path)
    assert ("还存着" in page.text, "好久没来消息" in page.text) == (False, False)


async def test_a_second_answer_to_his_phone_is_to_be_given_by_telephone(village: WechatVillage) -> None:
    hub = village.hub
    await _report(village)
    hub.clock.pass_time(hours=48)
    async with signed_in(hub, "黄水生") as browser:
        path = await open_ticket(browser)
        await browser.press(f"{path}/accept")
        await browser.press(f"{path}/answer", text="明天上午电工来")
        assert "明天上午电工来" in (await hub.told("陈伯"))[-1]
        ring = await browser.press(f"{path}/answer", text="电工改到下午来")
        assert "13900007001" in ring.text
        await browser.get(path)
        assert "13900007001" in (await browser.press(f"{path}/number")).text
    assert not any("下午来" in text for text in await hub.told("陈伯"))


async def test_the_clerk_can_keep_a_voice_that_browsers_do_not_play(village: WechatVillage) -> None:
    village.fake.media["v"] = b"#!AMR" + bytes(9)
    await village.belongs_to("陈伯")
    await village.writes("三组晒谷场边的路灯坏了")
    await village.brings(fields_of("voice", MediaId="v", Format="amr"))
    async with signed_in(village.hub, "黄水生") as browser:
        await open_ticket(browser)
    assert "1001.amr" in browser.page.text


# Notices --------------------------------------------------------------------------------------------------------------


async def _planned(village: WechatVillage) -> dict[str, tuple[str, SkipReason | None]]:
    """By resident: what kind of address he is told at, or why he is not."""
    hub = village.hub
    async with hub.books() as tx:
        audience = Audience(AudienceKind.VILLAGE, hub.village)
        notice = await draft_notice(tx, hub.village, audience, hub.staff["周文书"], "明天停水,请先存好水。")
        plan = await plan_notice(tx, RENDERER, notice)
        rows = await tx.all(
            select(planned.c.resident_id, planned.c.standing, contacts.c.kind)
            .outerjoin(contacts, contacts.c.id == planned.c.contact_id)
            .where(planned.c.step == FIRST)
        )
        await write_notice(tx, notice, plan)
    names = {resident_id: name for name, resident_id in hub.residents.items()}
    return {names[row.resident_id]: (row.kind, STANDING.get(row.standing)) for row in rows}


async def test_a_notice_goes_by_wechat_only_to_whom_it_is_open(village: WechatVillage) -> None:
    hub = village.hub
    await hub.add_household(2, ("阿婆", ""))
    await village.belongs_to("陈伯")
    await village.belongs_to("阿婆", LIN)
    assert await _planned(village) == {
        "陈伯": ("phone", None),
        "林嫂": ("phone", None),
        "黄明": ("phone", None),
        "阿婆": ("wechat", SkipReason.WINDOW_CLOSED),
    }
    await village.writes("你好")
    await village.writes("你好", LIN)
    found = await _planned(village)
    assert (found["陈伯"], found["阿婆"]) == (("wechat", None), ("wechat", None))
    hub.clock.pass_time(hours=47, minutes=-1)
    assert (await _planned(village))["阿婆"] == ("wechat", None)
    hub.clock.pass_time(minutes=2)
    assert (await _planned(village))["阿婆"] == ("wechat", SkipReason.WINDOW_CLOSED)


async def test_a_notice_that_wechat_refuses_has_failed(village: WechatVillage) -> None:
    await village.belongs_to("陈伯")
    await village.writes("你好")
    await _planned(village)
    village.fake.codes[CHEN] = 45015
    await village.sends()
    assert (await village.rows())[-1] == ("failed", "45015")


async def test_a_dead_phone_is_no_way_out(village: WechatVillage) -> None:
    hub = village.hub
    await _report(village)
    async with hub.books() as tx:
        phone = await find_or_add_contact(tx, hub.village.id, ContactKind.PHONE, hub.numbers["陈伯"])
        await bury_contact(tx, phone.id)
    hub.clock.pass_time(hours=48)
    await _settle(hub)
    assert (await village.rows())[-1] == ("dormant", "")


async def test_where_nobody_has_a_window_nothing_asks_for_one(hub: Hub) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    async with hub.books() as tx:
        connection = tx.connection.sync_connection
        assert connection
        event.listen(connection, "before_cursor_execute", note)
        phone = await find_or_add_contact(tx, hub.village.id, ContactKind.PHONE, hub.numbers["陈伯"])
        await write_tells(tx, RENDERER, [Tell(phone.id, Say("notice.paused", {"number": 1, "households": 1}))])
        audience = Audience(AudienceKind.VILLAGE, hub.village)
        await plan_notice(tx, RENDERER, await draft_notice(tx, hub.village, audience, hub.staff["周文书"], "停水"))
        event.remove(connection, "before_cursor_execute", note)
    assert asked
    assert not any("open_until" in statement for statement in asked)


async def test_an_officer_who_is_silent_is_told_by_his_phone_once(village: WechatVillage) -> None:
    hub = village.hub
    async with hub.books() as tx:
        own = await find_or_add_contact(tx, hub.village.id, ContactKind.WECHAT, CHEN, account_id=village.account.id)
        await give_office(tx, own, hub.staff["黄水生"])
    await hub.text("陈伯", "三组晒谷场边的路灯坏了")
    assert [text for text in await hub.told("黄水生") if "1001" in text] == [(await hub.told("黄水生"))[-1]]
    assert await village.rows() == []
    await village.writes("你好")
    await hub.text("林嫂", "三组水渠堵了")
    await village.sends()
    assert any("1002" in sent.text for sent in village.fake.sent)


async def test_general_news_goes_to_no_phone_that_wants_none(village: WechatVillage) -> None:
    hub = village.hub
    contact = await village.belongs_to("陈伯")
    async with hub.books() as tx:
        await opt_out(tx, await find_or_add_contact(tx, hub.village.id, ContactKind.PHONE, hub.numbers["陈伯"]))
    await _tell(village, contact.id, 1)
    assert (await village.rows(), await hub.told("陈伯")) == ([("dormant", "")], [])
