"""A notice that asks one digit back: answered by button, by SMS and late, counted, and reminded of once."""

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.commands.answers import read_answers
from store.actions.answers import answer_notice
from store.actions.contacts import add_holder, find_or_add_contact
from store.domain.errors import Refusal
from store.domain.people import ContactKind, Proof, Role
from store.queries.notices import notice_by_id
from store.sheets import read_sheet
from store.tables import audit_entries, deliveries, notice_answers
from store.workbooks import workbook
from tests.hub import Hub

DITCH = "周六上午8点清三组的沟渠,带锄头。"
FEAST = "重阳节村里摆长桌宴,每家报来吃饭的人数。"


def choice(text: str, name: str) -> str:
    """The digit of a choice: 1发出去 2要回1 → 1."""
    listed = text.partition("回数字:")[2].partition("。")[0]
    return next(word[0] for word in listed.split() if word[1:] == name)


async def asked_of_group(hub: Hub, what: str, text: str = DITCH, own: str = "") -> list[str]:
    """The grid officer writes to his group and asks for an answer; he needs nobody's approval."""
    await hub.text("黄水生", "发通知")
    offered = (await hub.text("黄水生", text))[-1]
    [kinds] = await hub.text("黄水生", choice(offered, "要回别的"))
    said = await hub.text("黄水生", choice(kinds, what))
    if own:
        said = await hub.text("黄水生", own)
    if "发出去" not in said[-1]:
        return said
    return await hub.text("黄水生", "发")


async def last_heard(hub: Hub, name: str) -> str:
    return (await hub.told(name))[-1]


async def test_who_comes_is_counted_by_group_and_household(hub: Hub) -> None:
    [sent] = await asked_of_group(hub, "参加或不参加")
    assert "通知26001号发了,2户" in sent
    assert await last_heard(hub, "陈伯") == f"【榕溪村】{DITCH} 回数字:1参加 2不参加。"
    [kept] = await hub.text("陈伯", "１")
    assert "“参加”记下了" in kept
    [tally] = await hub.text("黄水生", "通知26001 回复")
    assert "不是投票" in tally
    assert "“参加”1,“不参加”0,没回1" in tally
    assert "没回的:林嫂" in tally
    [homes] = await hub.text("黄水生", "三组")
    assert "陈伯参加" in homes
    assert "林嫂没回" in homes
    [ledger] = (await hub.text("黄水生", "通知26001"))[:1]
    assert "回了话的1" in ledger


async def test_the_last_answer_counts_also_by_the_notices_number(hub: Hub) -> None:
    await asked_of_group(hub, "参加或不参加")
    await hub.text("陈伯", "参加")
    [kept] = await hub.text("陈伯", "26001 2")
    assert "“不参加”记下了" in kept
    async with hub.books() as tx:
        rows = await tx.all(select(notice_answers))
    assert [row.answer for row in rows] == ["不参加"]


async def test_a_late_answer_is_taken_after_two_days(hub: Hub) -> None:
    await asked_of_group(hub, "已缴或没缴", "今年的水费收到月底,交给会计。")
    hub.clock.pass_time(hours=60)
    [kept] = await hub.text("林强", "26001 已缴")
    assert "“已缴”记下了" in kept
    [tally] = await hub.text("黄水生", "通知26001 回复")
    assert "“已缴”1" in tally


async def test_a_number_is_typed_and_added_up(hub: Hub) -> None:
    await asked_of_group(hub, "报个数目", FEAST)
    assert "请回几个,比如:3个" in await last_heard(hub, "陈伯")
    await hub.text("陈伯", "2")
    await hub.text("林嫂", "我家来三个人")
    [tally] = await hub.text("黄水生", "通知26001 回复")
    assert "合计5" in tally
    [human] = await hub.text("陈伯", "0")
    assert "记下了" not in human or "“0”" not in human
    await hub.text("陈伯", "26001 0个")
    [tally] = await hub.text("黄水生", "通知26001 回复")
    assert "合计3" in tally


async def test_own_choices_are_typed_and_votes_are_told_apart(hub: Hub) -> None:
    [refused] = await asked_of_group(hub, "自己写几样", own="就一样")
    assert "写2到6样" in refused
    offered = await hub.text("黄水生", "同意 不同意")
    assert "这不是投票" in offered[0]
    await hub.text("黄水生", "发")
    heard = await last_heard(hub, "陈伯")
    assert "回数字:1同意 2不同意。这不是投票。" in heard
    [kept] = await hub.text("陈伯", "1")
    assert "这不是投票" in kept


async def test_an_election_is_no_notice(hub: Hub) -> None:
    [refused] = await asked_of_group(hub, "自己写几样", "三组选新组长,大家看选谁。", own="张三 李四")
    assert "发出去" not in refused
    async with hub.books() as tx:
        assert not (await notice_by_id(tx, 1)).asked.kind


async def test_a_button_can_be_pressed_again(hub: Hub) -> None:
    async with hub.books() as tx:
        page = await find_or_add_contact(tx, hub.village.id, ContactKind.WEB_CHAT, "chenbo7", account_id=hub.chat.id)
        await add_holder(tx, page, hub.residents["陈伯"], Proof.CODE)
    await asked_of_group(hub, "参加或不参加")
    [heard] = await hub.heard(hub.chat, "chenbo7")
    await hub.say(hub.chat, "chenbo7", button=heard.press("参加"))
    [kept] = await hub.say(hub.chat, "chenbo7", button=heard.press("不参加"))
    assert "“不参加”记下了" in kept.text
    [kept_by_phone] = await hub.text("陈伯", "26001 1")
    assert "“参加”记下了" in kept_by_phone
    async with hub.books() as tx:
        assert [row.answer for row in await tx.all(select(notice_answers))] == ["参加"]


async def test_two_homes_on_one_phone_are_asked_which(hub: Hub) -> None:
    await hub.add_household(3, ("韦叔", hub.numbers["陈伯"]))
    await asked_of_group(hub, "参加或不参加")
    [whose] = await hub.text("陈伯", "1")
    assert "哪一家" in whose
    await hub.text("陈伯", choice(whose, "韦叔"))
    [tally] = await hub.text("黄水生", "通知26001 回复")
    assert "没回的:陈伯、林嫂" in tally
    [whose] = await hub.text("陈伯", "26001 2")
    await hub.text("陈伯", choice(whose, "都是"))
    [tally] = await hub.text("黄水生", "通知26001 回复")
    assert "“参加”0,“不参加”2,没回1" in tally


async def test_the_silent_are_reminded_once_at_a_price(hub: Hub) -> None:
    await asked_of_group(hub, "参加或不参加")
    await hub.text("陈伯", "1")
    heard = len(await hub.told("陈伯"))
    [tally] = await hub.text("黄水生", "通知26001 回复")
    [offer] = await hub.text("黄水生", choice(tally, "提醒没回的"))
    assert "还有1个号没回:聊天0,短信1,提醒一次约0.05元" in offer
    [done] = await hub.text("黄水生", "1")
    assert "提醒了1个号" in done
    assert await last_heard(hub, "林嫂") == f"【榕溪村】还等您回一声:{DITCH} 回数字:1参加 2不参加。"
    assert len(await hub.told("陈伯")) == heard
    [kept] = await hub.text("林嫂", "2")
    assert "“不参加”记下了" in kept
    [tally] = await hub.text("黄水生", "通知26001 回复")
    assert "提醒" not in tally
    async with hub.books() as tx:
        facts = await tx.all(select(audit_entries).where(audit_entries.c.action == "notice.reminded"))
        rows = await tx.all(select(deliveries).where(deliveries.c.reminds_id == 1))
    assert len(facts) == 1
    assert [row.notice_id for row in rows] == [None]


async def test_who_opted_out_meanwhile_is_not_reminded(hub: Hub) -> None:
    await asked_of_group(hub, "参加或不参加")
    await hub.text("林嫂", "退订")
    [tally] = await hub.text("黄水生", "通知26001 回复")
    [offer] = await hub.text("黄水生", choice(tally, "提醒没回的"))
    assert "还有1个号没回" in offer


async def test_an_answer_that_was_not_offered_is_refused(hub: Hub) -> None:
    await asked_of_group(hub, "参加或不参加")
    contact = await hub.contact_of("陈伯")
    async with hub.books() as tx:
        notice = await notice_by_id(tx, 1)
        with pytest.raises(Refusal, match=r"answer\.unknown"):
            await answer_notice(tx, notice, contact, [hub.residents["陈伯"]], "也许")


async def test_all_who_were_told_are_in_the_sheet(hub: Hub, tmp_path: Path) -> None:
    await asked_of_group(hub, "参加或不参加")
    await hub.text("陈伯", "1")
    async with hub.books() as tx:
        rows = await read_answers(tx, hub.village, 26001)
        with pytest.raises(Refusal, match=r"notice\.unknown"):
            await read_answers(tx, hub.village, 26002)
    async with hub.books() as tx:
        facts = await tx.all(select(audit_entries).where(audit_entries.c.action == "notice.answers_exported"))
    assert len(facts) == 1
    (tmp_path / "answers.xlsx").write_bytes(workbook("回复", rows))
    [no_vote, _, *kept] = read_sheet(tmp_path / "answers.xlsx")
    assert "不是投票" in str(no_vote[0])
    assert [row[:3] for row in kept] == [["三组", "陈伯", "参加"], ["三组", "林嫂", "没回"]]
    assert [row[3] for row in kept] == ["2026-11-18 12:00", ""]


async def test_two_villages_answer_only_their_own(hub: Hub) -> None:
    other = await hub.neighbour_village("竹溪村")
    await other.add_household(1, ("邻村人", "+8613900007041"))
    await other.add_officer("竹溪文书", "+8613900007042", (Role.FRONT_DESK, other.village))
    await asked_of_group(hub, "参加或不参加")
    [said] = await other.text("邻村人", "26001 1")
    assert "记下了:" in said or "“参加”记下了" not in said
    [unknown] = await other.text("竹溪文书", "通知26001 回复")
    assert "没有找到" in unknown
    async with hub.books() as tx:
        assert await tx.all(select(notice_answers)) == []
