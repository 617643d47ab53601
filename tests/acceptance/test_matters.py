"""Conversations about what a village decides: from somebody's proposal to what was done, and every way to vote."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from notifier.counting import close_and_tell
from notifier.render import Renderer
from notifier.telling import write_tells
from store.actions.contacts import add_holder, find_or_add_contact
from store.actions.inbound import record_inbound
from store.actions.matters import Publication, close_matter, open_voting, propose_matter, publish_matter
from store.database import Transaction
from store.domain.deliberation import MatterRecord, RollKind
from store.domain.floods import Floods
from store.domain.inbound import InboundArrival, InboundBody
from store.domain.matter_tells import asking_tells
from store.domain.people import ContactKind, Proof
from store.domain.receipts import new_receipt
from store.queries.matters import contacts_to_ask, matter_with_code
from store.tables import ballot_box, ballot_keys, casts, deliveries, matters, metadata, sessions
from tests.hub import Heard, Hub

CLOSES = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)
"""28 November, 18:00 in the village."""
POND = "四组鱼塘续包5年,年租8万,每年年初交齐"
LEARNED = ("陈伯", "林嫂", "黄明")


async def text(hub: Hub, name: str, said: str) -> list[str]:
    """An SMS, a moment after the one before: nobody here types as fast as a flood."""
    hub.clock.pass_time(seconds=6)
    return await hub.text(name, said)


async def published(hub: Hub, *, named: bool = False) -> int:
    """陈伯 proposes, the secretary puts it to the village for comment; its code."""
    contact = await hub.contact_of("陈伯")
    async with hub.books() as tx:
        proposed = await propose_matter(tx, hub.village, POND, contact)
        what = Publication(proposed.title, proposed.plan, None, named)
        matter = await publish_matter(tx, proposed, what, hub.staff["李书记"])
    assert matter.code
    return matter.code


async def voting(hub: Hub, roll: RollKind = RollKind.ADULTS, *, named: bool = False) -> int:
    """The same, and the vote is open until the 28th, 18:00; everybody who may vote was told."""
    code = await published(hub, named=named)
    async with hub.books() as tx:
        matter = await open_voting(tx, await _matter(tx, hub, code), roll, CLOSES, hub.staff["李书记"])
        contact_ids, _ = await contacts_to_ask(tx, matter.id)
        await write_tells(tx, Renderer(), asking_tells(matter, contact_ids))
    return code


async def closed(hub: Hub, code: int) -> str:
    """The count, in a line."""
    async with hub.books() as tx:
        matter = await close_matter(tx, await _matter(tx, hub, code), actor="system")
    tally = matter.tally
    assert tally
    return f"有票{matter.roll_size},投了{tally.votes_cast},同意{tally.agree},不同意{tally.disagree},弃权{tally.abstain}"


async def _matter(tx: Transaction, hub: Hub, code: int) -> MatterRecord:
    found = await matter_with_code(tx, hub.village.id, code)
    assert found
    return found


async def chat_of(hub: Hub, name: str, address: str) -> None:
    """The resident of that name is known in web chat, too."""
    async with hub.books() as tx:
        contact = await find_or_add_contact(
            tx, hub.village.id, ContactKind.WEB_CHAT, address, account_id=hub.chat.id, language="zh_CN"
        )
        await add_holder(tx, contact, hub.residents[name], Proof.CODE)


def last(heard: list[Heard]) -> Heard:
    return heard[-1]


async def test_from_a_proposal_to_what_was_done(hub: Hub) -> None:
    await text(hub, "陈伯", "提建议")
    [noted] = await text(hub, "陈伯", POND)
    assert "已告诉议事会" in noted
    assert POND in (await hub.told("李书记"))[-1]

    [listed] = await text(hub, "李书记", "议事")
    assert POND[:10] in listed
    [shown] = await text(hub, "李书记", "1")
    assert "1征求意见 2不往下议" in shown
    for key in ("1", "1", "1", "1"):
        [asked] = await text(hub, "李书记", key)
    assert "记名还是不记名" in asked
    [out] = await text(hub, "李书记", "1")
    code = await _code(hub)
    assert f"{code}号事开始征求意见" in out
    assert f"{code}号事" in (await hub.told("陈伯"))[-1]

    [shown] = await text(hub, "李书记", str(code))
    assert "1开投" in shown
    [whom] = await text(hub, "李书记", "1")
    assert "1户籍村民一人一票" in whom
    [until] = await text(hub, "李书记", "2")
    assert "户籍户,一户一票,现在有3票" in until
    assert "没看懂" in (await text(hub, "李书记", "过几天吧"))[0]
    [sure] = await text(hub, "李书记", "28日18点")
    assert "11月28日18点止" in sure
    [opened] = await text(hub, "李书记", "1")
    assert "有票3。发给3个联系人" in opened
    asked = (await hub.told("黄明"))[-1]
    assert f"同意回{code}1,不同意回{code}2,弃权回{code}3" in asked
    assert "投不投随您" in asked
    assert "回数字" not in asked

    for name, digit in (("陈伯", 1), ("林嫂", 2), ("黄明", 1)):
        [receipt] = await text(hub, name, f"{code}{digit}")
        assert "您这一票投上了" in receipt
    await _the_count_and_the_meeting(hub, code)
    await text(hub, "李书记", str(code))
    await text(hub, "李书记", "1")
    [done] = await text(hub, "李书记", "签了合同,租金每两年议一次。")
    assert "办了" in done
    assert "租金每两年议一次" in (await hub.told("陈伯"))[-1]


async def _the_count_and_the_meeting(hub: Hub, code: int) -> None:
    await text(hub, "李书记", str(code))
    await text(hub, "李书记", "1")
    [result] = await text(hub, "李书记", "1")
    assert "有票3,投了3,同意2,不同意1,弃权0" in result
    for name in LEARNED:
        told = (await hub.told(name))[-1]
        assert f"{code}号事征求意见结果,不是决议" in told
        assert "通过" not in told

    [rule] = await text(hub, "李书记", str(code)) and await text(hub, "李书记", "1")
    assert "2村民会议按户" in rule
    await text(hub, "李书记", "2")
    await text(hub, "李书记", "1")
    [lacks] = await text(hub, "李书记", "11月18日开会 同意2")
    assert "还差:应到多少、到会多少" in lacks
    [early] = await text(hub, "李书记", "11月18日开会 11月17日通知 应到3 到会2 同意2 反对0")
    assert "开会前10天的通知日期" in early
    [worked_out] = await text(hub, "李书记", "11月18日开会 11月5日通知 应到3 到会2 同意2 反对0")
    assert "应到3户,要3分之2以上就是2户到场,实有2" in worked_out
    assert "到会2户,要超过2分之1就是2户同意,实有2。通过" in worked_out
    await text(hub, "李书记", "1")
    assert "通过" in (await hub.told("黄明"))[-1]


async def _code(hub: Hub) -> int:
    async with hub.books() as tx:
        return int(await tx.scalar(select(matters.c.code)))


@pytest.mark.parametrize(
    ("proposal", "reason"),
    [
        ("我们想选新的村主任", "选举"),
        ("罢免三组组长", "罢免"),
        ("请村民代表给村干部打分", "评议干部"),
    ],
)
async def test_what_belongs_on_paper_is_refused_with_the_reason(hub: Hub, proposal: str, reason: str) -> None:
    await text(hub, "陈伯", "提建议")
    [refused] = await text(hub, "陈伯", proposal)
    assert reason in refused
    assert "村民委员会组织法" in refused
    async with hub.books() as tx:
        assert await tx.first(select(matters)) is None


async def test_a_title_that_turns_into_an_election_is_not_published(hub: Hub) -> None:
    await text(hub, "陈伯", "提建议")
    await text(hub, "陈伯", "三组的事大家商量下")
    for said in ("议事", "1", "1", "推举新的三组组长", "1", "1"):
        await text(hub, "李书记", said)
    [refused] = await text(hub, "李书记", "1")
    assert "选举" in refused


async def test_a_proposal_may_be_turned_down_with_a_reason(hub: Hub) -> None:
    await text(hub, "陈伯", "提建议")
    await text(hub, "陈伯", "村口修个五星级宾馆")
    for said in ("议事", "1", "2"):
        await text(hub, "李书记", said)
    await text(hub, "李书记", "村里没有这笔钱")
    assert "没有往下议:村里没有这笔钱" in (await hub.told("陈伯"))[-1]


@pytest.mark.parametrize("said", ["{code}1", "{code}号同意", "同意{code}", "{code} 赞成"])
async def test_the_ways_to_say_yes(hub: Hub, said: str) -> None:
    code = await voting(hub)
    [receipt] = await text(hub, "陈伯", said.format(code=code))
    assert "您这一票投上了。回执" in receipt
    assert "11月28日18点前想改,重发一次就行" in receipt
    assert "同意1" in await closed(hub, code)


async def test_a_vote_does_not_disturb_another_conversation(hub: Hub) -> None:
    code = await voting(hub)
    await text(hub, "陈伯", "冇水")
    [receipt] = await text(hub, "陈伯", f"{code}2")
    assert "投上了" in receipt
    [received] = await text(hub, "陈伯", "2")
    assert "收到了,编号1001" in received


async def test_a_changed_vote_keeps_its_receipt_and_the_last_counts(hub: Hub) -> None:
    code = await voting(hub)
    [first] = await text(hub, "陈伯", f"{code}1")
    [second] = await text(hub, "陈伯", f"{code}2")
    [again] = await text(hub, "陈伯", f"{code}2")
    assert _receipt(first) == _receipt(second) == _receipt(again)
    assert "早就在了" in again
    assert "投了1,同意0,不同意1" in await closed(hub, code)


def _receipt(text: str) -> str:
    return text.partition("回执")[2].partition(",")[0]


async def test_who_shares_a_phone_says_who_he_is(hub: Hub) -> None:
    code = await voting(hub)
    [who] = await text(hub, "林嫂", f"{code}1")
    assert "1林嫂 2林强" in who
    [receipt] = await text(hub, "林嫂", "2")
    assert "投上了" in receipt
    [changed] = await text(hub, "林嫂", f"{code}2")
    assert "投上了" in changed
    hub.clock.pass_time(minutes=31)
    [who] = await text(hub, "林嫂", f"{code}1")
    assert "您是哪一位" in who
    await text(hub, "林嫂", "林嫂")
    assert "投了2,同意1,不同意1" in await closed(hub, code)


async def test_a_home_has_one_vote_and_nobody_asks_who_speaks(hub: Hub) -> None:
    code = await voting(hub, RollKind.HOUSEHOLDS)
    [receipt] = await text(hub, "林嫂", f"{code}1")
    assert "投上了" in receipt
    assert "有票3,投了1,同意1" in await closed(hub, code)


async def test_votes_by_button_may_be_pressed_again(hub: Hub) -> None:
    await chat_of(hub, "陈伯", "web-chen")
    code = await voting(hub)
    asked = last(await hub.heard(hub.chat, "web-chen"))
    assert [label for label, _ in asked.buttons] == ["同意", "不同意", "弃权"]
    for label in ("同意", "弃权"):
        receipt = last(await hub.say(hub.chat, "web-chen", button=asked.press(label)))
        assert "投上了" in receipt.text
    shown = last(await hub.say(hub.chat, "web-chen", f"{code}号事"))
    assert "投上了" in last(await hub.say(hub.chat, "web-chen", button=shown.press("不同意"))).text
    assert "投了1,同意0,不同意1,弃权0" in await closed(hub, code)
    late = last(await hub.say(hub.chat, "web-chen", button=asked.press("同意")))
    assert "已经截止" in late.text


@pytest.mark.parametrize("said", ["1", "同意", "２"])
async def test_a_bare_digit_or_word_is_no_vote(hub: Hub, said: str) -> None:
    code = await voting(hub)
    [hint] = await text(hub, "陈伯", said)
    assert f"投票要回三个数字:{code}号事" in hint
    assert "投了0" in await closed(hub, code)


async def test_n_inside_a_vote_is_asked_about(hub: Hub) -> None:
    code = await voting(hub)
    [asked] = await text(hub, "陈伯", "N")
    assert f"{code}号事投“不同意”,还是不想再收通知" in asked
    [receipt] = await text(hub, "陈伯", "1")
    assert "投上了" in receipt
    assert "不同意1" in await closed(hub, code)
    assert (await hub.contact_of("陈伯")).opted_out_at is None


async def test_who_may_not_vote_is_told_kindly(hub: Hub) -> None:
    await hub.add_household(2, ("杨外来", "+8613900007021"), registered=False)
    code = await voting(hub)
    [not_on_roll] = await text(hub, "杨外来", f"{code}1")
    assert "这一件您没有票" in not_on_roll
    assert f"写“{code}号”加您的话" in not_on_roll
    [sign] = await text(hub, "杨外来", f"{code}号 我们租房的也走那条路")
    assert "记进" in sign
    [kept] = await text(hub, "杨外来", "2")
    assert "第1条" in kept
    guest = last(await hub.say(hub.sms, "+8613900007099", f"{code}1"))
    assert "请回“认证”" in guest.text
    assert "投了0" in await closed(hub, code)


async def test_where_everybody_who_lives_here_is_asked_a_tenant_has_a_vote(hub: Hub) -> None:
    await hub.add_household(2, ("杨外来", "+8613900007021"), registered=False)
    code = await voting(hub, RollKind.DWELLERS)
    [receipt] = await text(hub, "杨外来", f"{code}1")
    assert "投上了" in receipt


async def test_a_late_vote_is_told_the_result(hub: Hub) -> None:
    code = await voting(hub)
    await text(hub, "陈伯", f"{code}1")
    hub.clock.now = CLOSES
    [counting] = await text(hub, "黄明", f"{code}2")
    assert "正在数票,这一票没有算进去" in counting
    async with hub.books() as tx:
        await close_and_tell(tx, Renderer())
    assert "征求意见结果,不是决议" in (await hub.told("黄明"))[-1]
    [late] = await text(hub, "黄明", f"{code}2")
    assert "已经截止,这一票没有算进去" in late
    assert "同意1,不同意0" in late
    hub.clock.pass_time(days=31)
    [unknown] = await text(hub, "黄明", f"{code}2")
    assert f"没有{code}号事" in unknown


async def test_an_opinion_is_kept_with_a_name_without_or_not_at_all(hub: Hub) -> None:
    code = await voting(hub)
    for said, digit, answer in (
        ("隔壁村都12万 我们凭啥8万", "1", "第1条"),
        (f"{code}号 租金年年要涨", "2", "第2条"),
        ("算了不想说了这些", "3", "不记"),
    ):
        [asked] = await text(hub, "黄明", said)
        assert f"这句记进{code}号事的意见吗" in asked
        [kept] = await text(hub, "黄明", digit)
        assert answer in kept
    await chat_of(hub, "陈伯", "web-chen")
    shown = last(await hub.say(hub.chat, "web-chen", f"{code}号事怎么样"))
    assert "1. 黄明:隔壁村都12万 我们凭啥8万" in shown.text
    assert f"2. {code}号 租金年年要涨" in shown.text
    assert "算了" not in shown.text


async def test_a_report_after_a_question_is_still_a_report(hub: Hub) -> None:
    await voting(hub)
    [where] = await text(hub, "陈伯", "三组路灯坏了")
    assert "记进" not in where
    assert "路灯" in where


async def test_words_about_a_neighbour_are_no_opinion_if_he_says_so(hub: Hub) -> None:
    await voting(hub)
    await text(hub, "陈伯", "隔壁家的牛又踩了我的菜地")
    [taken] = await text(hub, "陈伯", "3")
    assert "不记" not in taken


async def test_what_is_talked_over_can_be_asked_for(hub: Hub) -> None:
    assert "现在没有在议的事" in (await text(hub, "陈伯", "有什么议题"))[0]
    code = await published(hub)
    [listed] = await text(hub, "陈伯", "有什么议题")
    assert f"{code}号四组鱼塘" in listed
    [shown] = await text(hub, "陈伯", f"{code}号事")
    assert "正在征求意见" in shown
    [not_yet] = await text(hub, "陈伯", f"{code}1")
    assert "还没开始投" in not_yet


async def test_a_receipt_finds_its_vote(hub: Hub) -> None:
    code = await voting(hub)
    receipt = _receipt((await text(hub, "陈伯", f"{code}2"))[0])
    [waiting] = await text(hub, "陈伯", f"回执{receipt}")
    assert "票已经收好" in waiting
    assert "不同意" not in waiting
    await closed(hub, code)
    [counted] = await text(hub, "陈伯", f"回执{receipt}")
    assert "算进去的是“不同意”" in counted
    wrong = f"{receipt[:-1]}{(int(receipt[-1]) + 1) % 10}"
    assert "抄错了一位" in (await text(hub, "陈伯", f"回执{wrong}"))[0]
    other = new_receipt(lambda _below: 12345678)
    assert "没有查到" in (await text(hub, "陈伯", f"回执{other}"))[0]


async def test_a_named_vote_says_so(hub: Hub) -> None:
    code = await voting(hub, named=True)
    assert "记名。" in (await hub.told("陈伯"))[-1]
    [receipt] = await text(hub, "陈伯", f"{code}1")
    assert "投上了:同意(记名)" in receipt


async def test_nothing_but_the_box_knows_an_unnamed_choice(hub: Hub) -> None:
    """Neither what was typed or pressed, nor the waiting conversation, nor the answer that carried the receipt."""
    await chat_of(hub, "陈伯", "web-chen")
    code = await voting(hub)
    asked = last(await hub.heard(hub.chat, "web-chen"))
    pressed = last(await hub.say(hub.chat, "web-chen", button=asked.press("弃权")))
    await text(hub, "林嫂", f"{code}2")
    async with hub.books() as tx:
        [held] = [row.data["held"] for row in await tx.all(select(sessions)) if "held" in row.data]
        assert len(held) > 40
    [shared] = await text(hub, "林嫂", "1")
    [typed] = await text(hub, "黄明", f"{code}号反对")
    receipts = [_receipt(text) for text in (pressed.text, shared, typed)]
    await closed(hub, code)
    await text(hub, "陈伯", f"{code}3")

    async with hub.books() as tx:
        assert await tx.first(select(ballot_keys)) is None
        assert {row.receipt for row in await tx.all(select(ballot_box))} == set(receipts)
        assert {row.choice for row in await tx.all(select(casts))} == {None}
        for table in metadata.sorted_tables:
            if table is not ballot_box:
                kept = repr(await tx.all(select(table)))
                assert not [receipt for receipt in receipts if receipt in kept], table.name
                assert f"{code}号反对" not in kept, table.name
                if table is not deliveries:
                    assert f"'{code}2'" not in kept, table.name
                    assert not [data for _, data in asked.buttons if data in kept], table.name
    page = [heard.text for heard in await hub.heard(hub.chat, "web-chen")]
    assert "[receipt]" in page


async def test_a_flood_does_not_spell_out_a_vote(hub: Hub) -> None:
    code = await voting(hub)
    for number in range(14):
        await hub.text("陈伯", f"第{number}句话")
    await hub.text("陈伯", f"{code}2")
    hub.clock.pass_time(seconds=59)
    await text(hub, "陈伯", "好了")
    async with hub.books() as tx:
        for table in metadata.sorted_tables:
            assert f"'{code}2'" not in repr(await tx.all(select(table))), table.name


async def test_the_providers_repeat_is_no_second_vote(hub: Hub) -> None:
    code = await voting(hub)
    arrival = InboundArrival("same-id", hub.numbers["陈伯"], "", InboundBody(text=f"{code}1"))
    for _ in range(2):
        async with hub.books() as tx:
            await record_inbound(tx, [(hub.sms, arrival)], Floods())
        while await hub.inbox.answer_next():
            pass
    async with hub.books() as tx:
        assert len(await tx.all(select(casts))) == 1


async def test_too_short_a_time_is_refused_in_plain_words(hub: Hub) -> None:
    code = await published(hub)
    await text(hub, "李书记", str(code))
    for said in ("1", "1", "今天18点"):
        await text(hub, "李书记", said)
    [refused] = await text(hub, "李书记", "1")
    assert "至少留12个小时给大家投" in refused
    for said in (str(code), "1", "4", "28日18点"):
        await text(hub, "李书记", said)
    [refused] = await text(hub, "李书记", "1")
    assert "名册上没有够数的人" in refused


async def test_closing_early_is_asked_about(hub: Hub) -> None:
    code = await voting(hub)
    await text(hub, "李书记", str(code))
    [asked] = await text(hub, "李书记", "1")
    assert "和大家说好的是11月28日18点" in asked
    await text(hub, "李书记", "2")
    [receipt] = await text(hub, "陈伯", f"{code}1")
    assert "投上了" in receipt


async def test_who_holds_no_such_office_sees_what_residents_see(hub: Hub) -> None:
    code = await published(hub)
    [listed] = await text(hub, "黄水生", "议事")
    assert f"{code}号四组鱼塘" in listed
    [shown] = await text(hub, "黄水生", f"{code}号事")
    assert "开投" not in shown


async def test_a_meeting_that_says_no_leaves_it_undecided(hub: Hub) -> None:
    code = await voting(hub)
    await closed(hub, code)
    for said in (str(code), "1", "3", "1", "11月18日开会 应到46 到会39 同意18 反对19 弃权2"):
        [worked_out] = await text(hub, "李书记", said)
    assert "没有通过" in worked_out
    await text(hub, "李书记", "1")
    assert "没有通过" in (await hub.told("陈伯"))[-1]
    async with hub.books() as tx:
        matter = await _matter(tx, hub, code)
    assert matter.state == "counted"
    assert matter.minutes


async def test_a_villages_interests_need_the_partys_discussion_and_a_mandate(hub: Hub) -> None:
    code = await voting(hub)
    await closed(hub, code)
    for said in (str(code), "1", "3", "2"):
        await text(hub, "李书记", said)
    [wants] = await text(hub, "李书记", "11月18日开会 应到46 到会39 同意33 反对4 弃权2")
    assert "1.村民会议授权的日期;2.党组织研究的日期" in wants
    [right] = await text(hub, "李书记", "11月18日开会 应到46 到会39 同意33 反对4 弃权2 党组织11月1日研究 3月12日授权")
    assert "通过。对就记下" in right


async def test_the_opted_out_are_not_asked_and_may_still_vote(hub: Hub) -> None:
    await text(hub, "黄明", "退订")
    before = len(await hub.told("黄明"))
    code = await voting(hub)
    assert len(await hub.told("黄明")) == before
    [receipt] = await text(hub, "黄明", f"{code}1")
    assert "投上了" in receipt


async def test_the_deadline_is_not_missed_by_a_minute(hub: Hub) -> None:
    code = await voting(hub)
    hub.clock.now = CLOSES - timedelta(seconds=30)
    assert "投上了" in (await text(hub, "陈伯", f"{code}1"))[0]
