"""Conversations about a resident's own matters, from the first word to the rating."""

import io

from PIL import Image
from sqlalchemy import select

from store.actions.casework import accept_ticket, return_ticket
from store.actions.tickets import submit_ticket
from store.domain.tickets import Category, Report
from store.queries.access import may_see_ticket
from store.queries.people import staff_by_id
from store.tables import ticket_messages, tickets
from tests.hub import Hub


def a_photo() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "orange").save(content, "PNG")
    return content.getvalue()


async def test_an_elder_reports_by_sms_and_it_is_settled(hub: Hub) -> None:
    [where] = await hub.text("陈伯", "冇水")
    assert "是哪里停水" in where
    [received] = await hub.text("陈伯", "２")
    assert "编号1001" in received
    [told] = await hub.told("黄水生")
    assert "1001" in told

    [added] = await hub.text("陈伯", "还没来")
    assert "1001" in added

    [accepted] = await hub.text("黄水生", "1")
    assert "归您办" in accepted
    await hub.text("黄水生", "1001")
    [write] = await hub.text("黄水生", "2")
    assert "办好" in write
    await hub.text("黄水生", "三组总阀换好,5点来水。")
    settled = (await hub.told("陈伯"))[-1]
    assert "三组总阀换好" in settled
    [done] = await hub.text("陈伯", "有了多谢")
    assert "办好了" in done


async def test_a_guest_reports_in_the_web_chat_with_a_photo(hub: Hub) -> None:
    [asked] = await hub.say(hub.chat, "guest22222", photo=a_photo())
    assert "什么事" in asked.text
    [where] = await hub.say(hub.chat, "guest22222", "路灯坏了")
    assert [label for label, _ in where.buttons] == ["我家", "附近几家都是", "说不清,请打给我"]
    [received] = await hub.say(hub.chat, "guest22222", "村小学门口")
    assert "编号1001" in received.text
    async with hub.books() as tx:
        [row] = await tx.all(select(tickets))
        [line] = await tx.all(select(ticket_messages))
    assert (row.category, row.place) == ("infrastructure", "村小学门口")
    assert len(line.files) == 1


async def test_what_nobody_understands_goes_to_the_front_desk(hub: Hub) -> None:
    [kind] = await hub.text("陈伯", "那个那个就是那天讲的啦")
    assert "归哪" in kind
    [received] = await hub.text("陈伯", "讲不清楚")
    assert "请村里的人来看" in received
    assert any("1001" in text for text in await hub.told("周文书"))


async def test_danger_is_answered_first(hub: Hub) -> None:
    first, second = await hub.text("陈伯", "我家厨房着火了")
    assert "119" in first
    assert "1001" in second
    async with hub.books() as tx:
        assert (await tx.first(select(tickets.c.urgent))).urgent


async def test_a_complaint_about_an_officer_is_hidden_from_him(hub: Hub) -> None:
    [received] = await hub.text("陈伯", "三组组长黄水生收了修路的钱不修路")
    assert "监委会和镇里" in received
    assert await hub.told("黄水生") == []
    assert any("1001" in text for text in await hub.told("何监委"))
    [refused] = await hub.text("黄水生", "1001")
    assert "没有找到" in refused
    [shown] = await hub.text("何监委", "1001")
    assert "收了修路的钱" in shown
    [also] = await hub.text("赵工", "1001")
    assert "没有找到" not in also


async def test_no_opens_it_again_and_asks_what_is_missing(hub: Hub) -> None:
    await hub.text("陈伯", "三组晒谷场边的路灯坏了")
    await hub.text("黄水生", "1001")
    await hub.text("黄水生", "3")
    await hub.text("黄水生", "换了灯泡")
    [again] = await hub.text("陈伯", "2")
    assert "还差什么" in again
    assert any("还没办好" in text for text in await hub.told("黄水生"))
    [added] = await hub.text("陈伯", "还是不亮")
    assert "1001" in added


async def test_an_officer_answers_notes_passes_on_and_returns(hub: Hub) -> None:
    await hub.text("陈伯", "三组晒谷场边的路灯坏了")
    await hub.text("黄水生", "1001")
    await hub.text("黄水生", "2")
    await hub.text("黄水生", "明天上午电工来")
    assert any("明天上午电工来" in text for text in await hub.told("陈伯"))

    await hub.text("黄水生", "1001")
    await hub.text("黄水生", "3")
    assert "备注" not in (await hub.text("黄水生", "返回"))[0]
    shown = (await hub.text("黄水生", "1001"))[0]
    assert "1办好了" in shown or "回话" in shown

    await hub.text("黄水生", "4")
    [whom] = await hub.text("黄水生", "1")
    assert "1001" in whom


async def test_what_is_confidential_stays_so_when_it_is_returned(hub: Hub) -> None:
    contact = await hub.contact_of("陈伯")
    async with hub.books() as tx:
        clerk, officer = [await staff_by_id(tx, hub.staff[name].id) for name in ("周文书", "黄水生")]
        report = Report(Category.DISPUTE, "", "跟隔壁争宅基地")
        made = await submit_ticket(tx, hub.village, report, contact, resident_id=None, area=hub.groups[2], accused=())
        accepted = (await accept_ticket(tx, made, clerk))[0]
        returned = await return_ticket(tx, accepted, clerk, "要镇里来调解")
    assert returned.category is Category.DISPUTE
    assert not may_see_ticket(officer, returned)


async def test_what_is_taken_already_cannot_be_taken_again(hub: Hub) -> None:
    await hub.text("陈伯", "三组晒谷场边的路灯坏了")
    [told] = await hub.heard(hub.sms, hub.numbers["黄水生"])
    [taken] = await hub.say(hub.sms, hub.numbers["黄水生"], button=told.press("我来办"))
    assert "归您办" in taken.text
    [again] = await hub.say(hub.sms, hub.numbers["黄水生"], button=told.press("我来办"))
    assert "过去了" in again.text
    async with hub.books() as tx:
        assert (await tx.first(select(tickets.c.state))).state == "accepted"


async def test_urgent_matters_go_to_whoever_is_on_duty(hub: Hub) -> None:
    await hub.text("周文书", "值班")
    [taken] = await hub.text("周文书", "1")
    assert "由您值班" in taken
    before = len(await hub.told("周文书"))
    await hub.text("陈伯", "三组电线掉下来在冒火花")
    assert any("急事" in text for text in (await hub.told("周文书"))[before:])


async def test_a_change_of_office_moves_roles_and_cases_at_once(hub: Hub) -> None:
    await hub.text("陈伯", "三组晒谷场边的路灯坏了")
    [whom] = await hub.text("黄水生", "交接")
    position = next(digit for digit in range(1, 9) if f"{digit}周文书" in whom)
    await hub.text("黄水生", str(position))
    [done] = await hub.text("黄水生", "1")
    assert "1件" in done
    [no_office] = await hub.text("黄水生", "1001")
    assert "归哪" in no_office or "没" in no_office
    [shown] = await hub.text("周文书", "1001")
    assert "路灯" in shown


async def test_stop_and_come_back(hub: Hub) -> None:
    [stopped] = await hub.text("陈伯", "ＴＤ")
    assert "回9" in stopped
    assert (await hub.contact_of("陈伯")).opted_out_at
    [back] = await hub.text("陈伯", "９")
    assert "又会发给您" in back
    assert (await hub.contact_of("陈伯")).opted_out_at is None


async def test_an_old_button_answers_nothing_new(hub: Hub) -> None:
    [where] = await hub.say(hub.chat, "guest22222", "停水了")
    await hub.say(hub.chat, "guest22222", button=where.press("我家"))
    [old] = await hub.say(hub.chat, "guest22222", button=where.press("附近几家都是"))
    assert "过去了" in old.text
    async with hub.books() as tx:
        assert len(await tx.all(select(tickets))) == 1


async def test_a_missed_call_is_rung_back(hub: Hub) -> None:
    [told] = await hub.say(hub.sms, hub.numbers["陈伯"], missed_call=True)
    assert "打回给您" in told.text
    assert any("1001" in text for text in await hub.told("周文书"))


async def test_a_resident_lists_his_tickets_and_adds_to_one(hub: Hub) -> None:
    await hub.text("陈伯", "三组晒谷场边的路灯坏了")
    [listed] = await hub.text("陈伯", "我的事怎么样了")
    assert "1001" in listed
    [shown] = await hub.text("陈伯", "1")
    assert "记下了" in shown
    await hub.text("陈伯", "1")
    [added] = await hub.text("陈伯", "晚上小孩放学怕")
    assert "1001" in added


async def test_english_for_who_chooses_it(hub: Hub) -> None:
    await hub.say(hub.chat, "guest22222", "english")
    [chosen] = await hub.say(hub.chat, "guest22222", "2")
    assert "language" in chosen.text
    [where] = await hub.say(hub.chat, "guest22222", "停水了")
    assert "where is it" in where.text


async def test_neighbours_with_the_same_trouble_are_answered_together(hub: Hub) -> None:
    await hub.text("陈伯", "三组晒谷场边停水了")
    await hub.text("林嫂", "三组这边停水了")
    await hub.text("黄水生", "1001")
    await hub.text("黄水生", "3")
    [done] = await hub.text("黄水生", "总阀换好了")
    assert "2户" in done
    assert "总阀换好了" in (await hub.told("林嫂"))[-1]
    assert "编号1002" in (await hub.told("林嫂"))[-1]


async def test_the_same_thing_said_again_is_one_ticket(hub: Hub) -> None:
    await hub.text("陈伯", "三组晒谷场边停水了")
    await hub.text("陈伯", "菜单")
    [added] = await hub.text("陈伯", "三组停水了还没人来")
    assert "编号1001" in added
    async with hub.books() as tx:
        assert len(await tx.all(select(tickets))) == 1


async def test_on_a_shared_phone_a_private_matter_goes_to_a_safe_number(hub: Hub) -> None:
    said = await hub.text("林嫂", "老公喝酒打人我要离婚")
    assert "几个人用" in said[-1]
    assert "离婚" not in "".join(said)
    await hub.text("林嫂", "2")
    [noted] = await hub.text("林嫂", "139 0000 7099")
    assert "那个号码" in noted
    hub.numbers["姐姐家"] = "+8613900007099"
    before = len(await hub.told("林嫂"))
    await hub.text("周文书", "1001")
    await hub.text("周文书", "2")
    await hub.text("周文书", "明天上午我来看您")
    assert len(await hub.told("林嫂")) == before
    assert any("明天上午" in text for text in await hub.told("姐姐家"))


async def test_a_second_answer_by_sms_is_to_be_given_by_telephone(hub: Hub) -> None:
    await hub.text("陈伯", "三组晒谷场边的路灯坏了")
    await hub.text("黄水生", "1")
    await hub.text("黄水生", "1001")
    await hub.text("黄水生", "1")
    [sent] = await hub.text("黄水生", "明天上午电工来")
    assert "已回给乡亲" in sent
    await hub.text("黄水生", "1001")
    await hub.text("黄水生", "1")
    [ring] = await hub.text("黄水生", "电工改到下午来")
    assert "13900007001" in ring
    told = await hub.told("陈伯")
    assert any("明天上午" in text for text in told)
    assert not any("下午来" in text for text in told)
    assert not any("有人接了" in text for text in told)
