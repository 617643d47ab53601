"""Notices as conversations: written, priced, approved by somebody else, read by every household once, followed."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, func, select

from notifier.notices import preview_notice, send_notice
from store.actions.areas import add_area, change_setting
from store.actions.contacts import add_holder, bury_contact, find_or_add_contact
from store.actions.notices import (
    approve_notice,
    ask_readers,
    draft_notice,
    release_notice,
    submit_notice,
)
from store.actions.staff import add_staff
from store.database import Transaction
from store.domain.answers import Asked, AskKind
from store.domain.areas import AreaKind
from store.domain.audiences import Audience, AudienceKind
from store.domain.errors import Refusal
from store.domain.notices import Notice
from store.domain.people import ContactKind, Proof, Role, Staff
from store.queries.areas import area_by_id
from store.queries.notices import ledger_of, notice_by_id
from store.tables import contact_holders, contacts, deliveries, households, notices, questions, residents, staff
from tests.hub import RENDERER, Hub

WATER = "11月23日8点到17点全村停水,请先存好水。"
LARGE = 5000
FEW_STATEMENTS = 40


async def written(hub: Hub, text: str = WATER, *, by: str = "周文书", to: str = "全村") -> list[str]:
    """A notice is written in conversation; what its author reads of it."""
    [to_whom] = await hub.text(by, "发通知")
    place = next(digit for digit, name in _choices(to_whom) if name == to)
    [write] = await hub.text(by, place)
    assert "写通知的内容" in write
    return await hub.text(by, text)


def _choices(text: str) -> list[tuple[str, str]]:
    """1全村 2村民代表 → (1, 全村), (2, 村民代表)."""
    listed = text.partition("回数字:")[2].partition("。")[0]
    return [(word[0], word[1:]) for word in listed.split()]


async def last_heard(hub: Hub, name: str) -> str:
    return (await hub.told(name))[-1]


async def test_a_notice_to_the_village_is_approved_by_another_and_confirmed(hub: Hub) -> None:
    shown, offered = await written(hub)
    assert WATER in shown
    assert "通知26001号" in offered
    assert "3户5人" in offered
    assert "短信3" in offered
    assert "约0.15元" in offered
    asked = (await hub.text("周文书", "2"))[-1]
    assert "不用回1" in asked
    [submitted] = await hub.text("周文书", "1")
    assert "李书记" in submitted
    assert await hub.told("陈伯") == []

    request = await last_heard(hub, "李书记")
    assert WATER in request
    [approved] = await hub.text("李书记", "1")
    assert "批了" in approved
    assert "批了" in await last_heard(hub, "周文书")
    for name in ("陈伯", "林嫂", "黄明"):
        [heard] = await hub.told(name)
        assert heard == f"【榕溪村】{WATER} 看到请回1。"

    [seen] = await hub.text("陈伯", "１")
    assert "知道您看到了" in seen
    await hub.text("黄明", "收到")
    [ledger] = await hub.text("周文书", "通知26001")
    assert "发完了,共3户:已发3,送到0,没发出去0,说不准0" in ledger
    assert "已回1的2" in ledger


async def test_the_ledger_follows_the_deliveries_and_names_whom_to_visit(hub: Hub) -> None:
    await hub.add_household(2, ("覃奶奶", ""))
    await hub.add_household(2, ("韦叔", "+8613900007021"))
    await hub.text("韦叔", "退订")
    await sent_to_village(hub)
    outcomes = {
        (await hub.contact_of(name)).id: state
        for name, state in (("陈伯", "delivered"), ("林嫂", "failed"), ("黄明", "unknown"))
    }
    async with hub.books() as tx:
        for contact_id, state in outcomes.items():
            its_row = (deliveries.c.contact_id == contact_id, deliveries.c.notice_id.is_not(None))
            await tx.run(deliveries.update().where(*its_row).values(state=state))
    [ledger] = await hub.text("李书记", "通知26001")
    assert "共5户:已发0,送到1,没发出去1,说不准1" in ledger
    assert "不收通知1" in ledger
    assert "没有电话1" in ledger
    assert "要上门的2户:覃奶奶、林嫂" in ledger
    assert "韦叔" not in ledger


async def test_who_opted_out_is_skipped_with_that_reason(hub: Hub) -> None:
    await hub.text("陈伯", "退订")
    heard = len(await hub.told("陈伯"))
    _, offered = await written(hub)
    assert "短信2" in offered
    await hub.text("周文书", "1")
    await hub.text("李书记", "1")
    skipped = [row for row in await hub.heard(hub.sms, hub.numbers["陈伯"]) if row.state == "skipped"]
    assert [row.text for row in skipped] == [""]
    assert len(await hub.told("陈伯")) == heard + 1


async def test_who_opts_out_at_night_gets_no_notice_in_the_morning(hub: Hub) -> None:
    hub.clock.pass_time(hours=10)
    await sent_to_village(hub)
    await hub.text("陈伯", "退订")
    rows = await hub.heard(hub.sms, hub.numbers["陈伯"])
    assert [row.state for row in rows if row.text.endswith(WATER)] == ["skipped"]


async def test_a_dead_number_is_not_tried(hub: Hub) -> None:
    contact = await hub.contact_of("陈伯")
    async with hub.books() as tx:
        await bury_contact(tx, contact.id)
    await sent_to_village(hub)
    [ledger] = await hub.text("周文书", "通知26001")
    assert "号码不通1" in ledger
    assert "要上门的1户:陈伯" in ledger


async def test_a_refusal_needs_a_reason_and_the_author_reads_it(hub: Hub) -> None:
    await written(hub)
    await hub.text("周文书", "1")
    [why] = await hub.text("李书记", "2")
    assert "为什么不批" in why
    [refused] = await hub.text("李书记", "日期写错了,是24号")
    assert "周文书" in refused
    assert "日期写错了,是24号" in await last_heard(hub, "周文书")
    assert await hub.told("陈伯") == []

    hub.clock.pass_time(minutes=5)
    await hub.text("周文书", "通知26001")
    await hub.text("周文书", "3")
    _, offered = await hub.text("周文书", "11月24日8点到17点全村停水。")
    assert "送人批" in offered
    await hub.text("周文书", "1")
    hub.clock.pass_time(minutes=5)
    await hub.text("李书记", "1")
    assert "11月24日" in await last_heard(hub, "陈伯")


async def test_nobody_approves_his_own_notice(hub: Hub) -> None:
    await written(hub)
    await hub.text("周文书", "1")
    [still_waiting] = (await hub.text("周文书", "通知26001"))[-1:]
    assert "批准" not in still_waiting
    async with hub.books() as tx:
        notice = await notice_by_id(tx, 1)
        with pytest.raises(Refusal, match=r"notice\.own"):
            await approved_as_planned(tx, notice, hub.staff["周文书"])
        with pytest.raises(Refusal, match=r"notice\.not_approver"):
            await approved_as_planned(tx, notice, hub.staff["何监委"])
        himself = hub.residents["黄明"]
        await tx.run(staff.update().where(staff.c.id == hub.staff["周文书"].id).values(resident_id=himself))
        in_office = [(Role.PARTY_BRANCH, hub.village)]
        other_office = await add_staff(tx, hub.village, "周文书(支部)", in_office, resident_id=himself)
        with pytest.raises(Refusal, match=r"notice\.own"):
            await approved_as_planned(tx, await notice_by_id(tx, 1), other_office)


async def test_a_draft_that_needs_a_second_person_cannot_be_sent_by_its_author(hub: Hub) -> None:
    async with hub.books() as tx:
        notice = await draft_notice(
            tx, hub.village, Audience(AudienceKind.VILLAGE, hub.village), hub.staff["周文书"], WATER
        )
        plan = await preview_notice(tx, RENDERER, notice)
        with pytest.raises(Refusal, match=r"notice\.own"):
            await release_notice(tx, notice, hub.staff["周文书"], plan, plan.frozen)


async def test_a_changed_notice_needs_a_new_approval(hub: Hub) -> None:
    await written(hub)
    await hub.text("周文书", "1")
    before = await read_notice(hub, 1)
    hub.clock.pass_time(minutes=5)
    await hub.text("李书记", "3")
    await hub.text("周文书", "通知26001")
    await hub.text("周文书", "1")
    _, offered = await hub.text("周文书", "11月25日全村停水,改期了。")
    assert "送人批" in offered

    [refused] = await hub.text("李书记", "1")
    assert "刚被改过" in refused
    async with hub.books() as tx:
        with pytest.raises(Refusal, match=r"notice\.changed_meanwhile"):
            await approved_as_planned(tx, before, hub.staff["李书记"])
    assert await hub.told("陈伯") == []

    await hub.text("周文书", "1")
    hub.clock.pass_time(minutes=5)
    await hub.text("赵工", "1")
    assert "11月25日" in await last_heard(hub, "陈伯")
    [late] = await hub.text("李书记", "通知26001")
    assert "共3户" in late


async def test_a_second_approver_comes_too_late(hub: Hub) -> None:
    await written(hub)
    await hub.text("周文书", "1")
    await hub.text("李书记", "1")
    [late] = await hub.text("赵工", "1")
    assert "批了" in late
    assert len(await hub.told("陈伯")) == 1


async def test_the_hash_is_over_words_and_audience(hub: Hub) -> None:
    """A row that was changed behind the actions' back is not approved."""
    await written(hub)
    await hub.text("周文书", "1")
    async with hub.books() as tx:
        await tx.run(notices.update().values(text="请大家买张三家的米"))
        with pytest.raises(Refusal, match=r"notice\.changed_meanwhile"):
            await approved_as_planned(tx, await notice_by_id(tx, 1), hub.staff["李书记"])


async def test_one_group_needs_no_second_person(hub: Hub) -> None:
    [write] = await hub.text("黄水生", "发通知")
    assert "三组" in write
    _, offered = await hub.text("黄水生", "三组的晒谷场明天翻修,车别停那里。")
    assert "2户3人" in offered
    assert "发出去" in offered
    [sent] = await hub.text("黄水生", "发吧")
    assert "通知26001号发了,2户" in sent
    assert len(await hub.told("陈伯")) == 1
    assert len(await hub.told("林嫂")) == 1
    assert await hub.told("黄明") == []


async def test_a_group_leader_writes_only_to_his_group(hub: Hub) -> None:
    async with hub.books() as tx:
        with pytest.raises(Refusal, match=r"notice\.not_there"):
            await draft_notice(tx, hub.village, Audience(AudienceKind.VILLAGE, hub.village), hub.staff["黄水生"], WATER)
    await written(hub)
    await hub.text("周文书", "1")
    [unknown] = await hub.text("黄水生", "通知26001")
    assert "没有找到" in unknown
    [resident] = await hub.text("陈伯", "发通知")
    assert "发给谁" not in resident


async def test_representatives_are_addressed_one_by_one(hub: Hub) -> None:
    async with hub.books() as tx:
        chosen = [hub.residents[name] for name in ("陈伯", "黄明", "黄老太")]
        await tx.run(residents.update().where(residents.c.id.in_(chosen)).values(representative=True))
    _, offered = await written(hub, "明晚7点半在村委会开代表会。", to="村民代表")
    assert "3位3人" in offered
    assert "联系不上1" in offered
    assert "发出去" in offered
    await hub.text("周文书", "1")
    assert "开代表会" in await last_heard(hub, "黄明")
    assert await hub.told("林嫂") == []


async def test_beyond_the_approval_size_somebody_else_must_agree(hub: Hub) -> None:
    async with hub.books() as tx:
        await change_setting(tx, hub.village.id, "approval_size", 2, actor="test")
        await tx.run(residents.update().values(party_member=True))
    _, offered = await written(hub, "周五党员大会,上午9点。", to="党员")
    assert "送人批" in offered


async def test_chat_goes_before_sms_and_carries_a_button(hub: Hub) -> None:
    async with hub.books() as tx:
        page = await find_or_add_contact(tx, hub.village.id, ContactKind.WEB_CHAT, "huangming7", account_id=hub.chat.id)
        await add_holder(tx, page, hub.residents["黄明"], Proof.CODE)
    _, offered = await written(hub)
    assert "聊天1短信2" in offered
    await hub.text("周文书", "2")
    await hub.text("周文书", "1")
    await hub.text("李书记", "1")
    assert await hub.told("黄明") == []
    [heard] = await hub.heard(hub.chat, "huangming7")
    assert heard.text.startswith("通知26001号")
    assert "周文书" in heard.text
    [seen] = await hub.say(hub.chat, "huangming7", button=heard.press("看到了"))
    assert "知道您看到了" in seen.text
    [ledger] = await hub.text("周文书", "通知26001")
    assert "已回1的1" in ledger


async def test_sms_wait_for_the_morning(hub: Hub) -> None:
    hub.clock.pass_time(hours=10)
    await sent_to_village(hub)
    [ledger] = await hub.text("周文书", "通知26001")
    assert "等着发,共3户" in ledger
    async with hub.books() as tx:
        due = await tx.all(select(deliveries.c.due_at).where(deliveries.c.notice_id == 1))
    assert {row.due_at.astimezone(ZoneInfo("Asia/Shanghai")).hour for row in due} == {7}


async def test_a_text_of_many_parts_knocks(hub: Hub) -> None:
    long = "关于全村自来水管网改造的通知。" * 30
    [shown, offered] = await written(hub, long)
    assert "要听全文打6123456" in shown
    assert "短信1条一份" in offered


async def test_a_notice_that_is_dropped_goes_nowhere(hub: Hub) -> None:
    await written(hub)
    [dropped] = await hub.text("周文书", "4")
    assert "不发了" in dropped
    [stands] = await hub.text("周文书", "通知26001")
    assert "不发了" in stands


async def test_numbers_run_through_the_year_and_notices_are_listed(hub: Hub) -> None:
    await written(hub)
    await written(hub, "周六上午清沟渠,每户来一个人。")
    [listed] = await hub.text("周文书", "通知")
    assert "226002" in listed
    assert "326001" in listed
    shown, _ = await hub.text("周文书", "2")
    assert "清沟渠" in shown
    hub.clock.pass_time(days=60)
    _, offered = await written(hub)
    assert "通知27001号" in offered


async def test_two_villages_hear_nothing_of_each_other(hub: Hub) -> None:
    async with hub.books() as tx:
        town = await area_by_id(tx, hub.village.parent_id or 0)
        other = await add_area(tx, AreaKind.VILLAGE, "竹溪村", town)
        home = await tx.insert(households, area_id=other.id, number="1")
        resident = await tx.insert(residents, **_resident(other.id, home, "邻村人"))
        contact = await find_or_add_contact(tx, other.id, ContactKind.PHONE, "+8613900007041")
        await add_holder(tx, contact, resident, Proof.ROSTER)
        neighbour = await add_staff(tx, other, "竹溪文书", [(Role.FRONT_DESK, other)])
    hub.numbers["邻村人"] = "+8613900007041"
    await sent_to_village(hub)
    assert await hub.told("邻村人") == []
    async with hub.books() as tx:
        notice = await notice_by_id(tx, 1)
        with pytest.raises(Refusal, match=r"notice\.not_approver"):
            await approved_as_planned(tx, notice, neighbour)

    [which] = await hub.text("赵工", "发通知")
    assert {name for _, name in _choices(which)} == {"榕溪村", "竹溪村"}
    [to_whom] = await hub.text("赵工", "竹溪村")
    assert "一组" not in to_whom
    await hub.text("赵工", "1")
    _, offered = await hub.text("赵工", "明天镇里到竹溪村收医保。")
    assert "通知26001号" in offered
    assert "1户1人" in offered


def _resident(village_id: int, household_id: int, name: str) -> dict[str, object]:
    return {
        "area_id": village_id,
        "household_id": household_id,
        "name": name,
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


async def _fill(hub: Hub, count: int) -> None:
    """Households of one, three in four with a phone. The addresses are not sealed: planning must not open them."""
    ids = range(1000, 1000 + count)
    with_phone = [number for number in ids if number % 4]
    async with hub.books() as tx:
        village_id = hub.village.id
        await tx.insert_many(
            households, [{"id": number, "area_id": village_id, "number": f"户{number}"} for number in ids]
        )
        await tx.insert_many(
            residents, [{"id": number, **_resident(village_id, number, f"村民{number}")} for number in ids]
        )
        await tx.insert_many(contacts, [_unopened_phone(number, village_id, hub.clock.now) for number in with_phone])
        await tx.insert_many(
            contact_holders,
            [
                {"contact_id": number, "resident_id": number, "proof": Proof.ROSTER, "verified_at": hub.clock.now}
                for number in with_phone
            ],
        )


def _unopened_phone(number: int, village_id: int, now: datetime) -> dict[str, object]:
    return {
        "id": number,
        "area_id": village_id,
        "kind": ContactKind.PHONE,
        "address": b"never opened",
        "address_index": str(number).encode(),
        "last4_index": b"",
        "display_name": "",
        "language": "zh_CN",
        "created_at": now,
    }


async def test_five_thousand_households_take_a_few_statements(hub: Hub) -> None:
    await _fill(hub, LARGE)
    statements = 0

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1

    engine = hub.database._writing.sync_engine
    async with hub.books() as tx:
        clerk, official = hub.staff["周文书"], hub.staff["赵工"]
        audience = Audience(AudienceKind.VILLAGE, hub.village)
        draft = await draft_notice(tx, hub.village, audience, clerk, WATER)
        asking = await ask_readers(tx, draft, clerk, Asked(AskKind.SEEN))
        plan = await preview_notice(tx, RENDERER, asking)
        submitted = await submit_notice(tx, asking, clerk, plan, plan.frozen)
        notice = await approved_as_planned(tx, submitted, official)
        event.listen(engine, "before_cursor_execute", count)
        preview = await preview_notice(tx, RENDERER, notice)
        await send_notice(tx, RENDERER, notice)
        event.remove(engine, "before_cursor_execute", count)
        ledger = await ledger_of(tx, notice)
        asked = await tx.scalar(select(func.count()).select_from(questions))
    assert preview.households == ledger.households == LARGE + 3
    assert statements <= FEW_STATEMENTS
    assert asked == preview.by_sms


# Help ----------------------------------------------------------------------------------------------------------------


async def sent_to_village(hub: Hub) -> None:
    await written(hub)
    await hub.text("周文书", "1")
    await hub.text("李书记", "1")


async def approved_as_planned(tx: Transaction, notice: Notice, person: Staff) -> Notice:
    """Approved as it is planned at this very moment."""
    plan = await preview_notice(tx, RENDERER, notice)
    return await approve_notice(tx, notice, person, plan, plan.frozen)


async def read_notice(hub: Hub, notice_id: int) -> Notice:
    async with hub.books() as tx:
        return await notice_by_id(tx, notice_id)
