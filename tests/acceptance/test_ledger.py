"""A notice that is out, as conversations: stopped, sent again, put into groups, read out, and proven."""

import pytest
from sqlalchemy import func, select

from store.actions.notice_controls import hold_back
from store.domain.accounts import AccountKind
from store.queries.certificate import households_reached
from store.queries.notices import notice_by_id
from store.queries.reach import reach_of
from store.tables import audit_entries, channel_accounts, contacts, deliveries, notice_postings, notices
from tests.acceptance.test_notices import WATER, sent_to_village
from tests.hub import Hub

LONG = "供水站换总阀,请各户先存好水。" * 30


async def choose(hub: Hub, name: str, label: str, *, notice: str = "通知26001") -> list[str]:
    """The ledger is opened and one of its choices taken."""
    [ledger] = await hub.text(name, notice)
    listed = ledger.partition("回数字:")[2].split()
    digit = next(choice[0] for choice in listed if choice[1:] == label)
    return await hub.text(name, digit)


async def offered(hub: Hub, name: str) -> str:
    return (await hub.text(name, "通知26001"))[-1].partition("回数字:")[2]


async def set_states(hub: Hub, **states: str) -> None:
    """What the gateway said of the notice's messages, by the name of whom they went to."""
    for name, state in states.items():
        contact = await hub.contact_of(name)
        async with hub.books() as tx:
            its_row = (deliveries.c.contact_id == contact.id, deliveries.c.notice_id.is_not(None))
            await tx.run(deliveries.update().where(*its_row).values(state=state, sent_at=hub.clock.now))


async def states_of(hub: Hub) -> list[str]:
    async with hub.books() as tx:
        rows = await tx.all(
            select(deliveries.c.state).where(deliveries.c.notice_id.is_not(None)).order_by(deliveries.c.id)
        )
    return [row.state for row in rows]


async def at_night(hub: Hub) -> None:
    """At ten in the evening: SMS wait for the morning, and can still be stopped."""
    hub.clock.pass_time(hours=10)
    await sent_to_village(hub)


# Stopping and going on -----------------------------------------------------------------------------------------------


async def test_a_notice_is_paused_and_goes_on(hub: Hub) -> None:
    await at_night(hub)
    [paused] = await choose(hub, "周文书", "暂停")
    assert "暂停了,还没发的3条先留着" in paused
    assert await states_of(hub) == ["paused"] * 3
    hub.clock.pass_time(hours=10)
    [ledger] = await hub.text("周文书", "通知26001")
    assert "通知26001号暂停了" in ledger
    assert "等着发3" in ledger
    assert "暂停" not in ledger.partition("回数字:")[2]
    [resumed] = await choose(hub, "李书记", "接着发")
    assert "接着发,还有3条" in resumed
    assert await states_of(hub) == ["queued"] * 3


async def test_what_is_queued_anew_of_a_paused_notice_is_held_back(hub: Hub) -> None:
    """A retry comes back to the queue after the pause."""
    await at_night(hub)
    await choose(hub, "周文书", "暂停")
    async with hub.books() as tx:
        await tx.run(deliveries.update().where(deliveries.c.id == 1).values(state="queued"))
        await tx.run(deliveries.update().where(deliveries.c.notice_id == 1).values(state="queued"))
        await hold_back(tx, tx.now)
    assert await states_of(hub) == ["paused"] * 3


async def test_what_is_out_is_out(hub: Hub) -> None:
    await at_night(hub)
    await set_states(hub, 陈伯="delivered")
    [sure] = await choose(hub, "周文书", "不发了")
    assert "收不回来" in sure
    [cancelled] = await hub.text("周文书", "1")
    assert "没发的2条不发了" in cancelled
    assert sorted(await states_of(hub)) == ["delivered", "skipped", "skipped"]
    assert "暂停" not in await offered(hub, "周文书")
    assert "没发出去的再发" not in await offered(hub, "周文书")


async def test_who_thinks_better_of_it_calls_nothing_off(hub: Hub) -> None:
    await at_night(hub)
    await choose(hub, "周文书", "不发了")
    await hub.text("周文书", "2")
    assert await states_of(hub) == ["queued"] * 3


async def test_only_the_drafter_and_approvers_steer(hub: Hub) -> None:
    await at_night(hub)
    choices = await offered(hub, "何监委")
    assert "暂停" not in choices
    assert "送达情况" in choices


# Sending again -------------------------------------------------------------------------------------------------------


async def test_failed_ones_are_sent_again_and_nobody_else(hub: Hub) -> None:
    await sent_to_village(hub)
    await set_states(hub, 陈伯="delivered", 林嫂="failed", 黄明="unknown")
    before = {name: len(await hub.told(name)) for name in ("陈伯", "林嫂", "黄明")}
    [resent] = await choose(hub, "周文书", "没发出去的再发")
    assert "给1户发了一次" in resent
    after = {name: len(await hub.told(name)) for name in ("陈伯", "林嫂", "黄明")}
    assert after == {**before, "林嫂": before["林嫂"] + 1}
    assert (await hub.told("林嫂"))[-1].endswith(WATER)
    assert "没发出去的再发" not in await offered(hub, "周文书")


async def test_who_opted_out_meanwhile_is_not_sent_to_again(hub: Hub) -> None:
    await sent_to_village(hub)
    await set_states(hub, 林嫂="failed", 陈伯="delivered", 黄明="delivered")
    await hub.text("林嫂", "退订")
    assert "没发出去的再发" not in await offered(hub, "周文书")


async def test_the_unknown_are_sent_again_only_to_who_names_their_number(hub: Hub) -> None:
    await sent_to_village(hub)
    await set_states(hub, 陈伯="unknown", 林嫂="unknown", 黄明="delivered")
    [sure] = await choose(hub, "周文书", "说不准的再发")
    assert "2户说不准" in sure
    before = await states_of(hub)
    await hub.text("周文书", "返回")
    assert await states_of(hub) == before
    await choose(hub, "周文书", "说不准的再发")
    [resent] = await hub.text("周文书", "2")
    assert "给2户发了一次" in resent
    assert sorted(await states_of(hub)) == ["delivered", "queued", "queued", "unknown", "unknown"]


async def test_a_number_that_is_another_by_now_sends_nothing(hub: Hub) -> None:
    await sent_to_village(hub)
    await set_states(hub, 陈伯="unknown", 林嫂="unknown", 黄明="delivered")
    await choose(hub, "周文书", "说不准的再发")
    await set_states(hub, 林嫂="delivered")
    [refused] = await hub.text("周文书", "2")
    assert "刚被改过" in refused
    assert len(await states_of(hub)) == 3


async def test_each_act_leaves_a_fact(hub: Hub) -> None:
    await at_night(hub)
    await choose(hub, "周文书", "暂停")
    await choose(hub, "周文书", "接着发")
    await choose(hub, "周文书", "不发了")
    await hub.text("周文书", "1")
    async with hub.books() as tx:
        rows = await tx.all(select(audit_entries.c.action).order_by(audit_entries.c.id))
    actions = [row.action for row in rows if row.action.startswith("notice.")]
    assert actions[-3:] == ["notice.paused", "notice.resumed", "notice.cancelled"]


# Chat groups and loudspeakers ----------------------------------------------------------------------------------------


async def test_a_notice_is_put_into_a_group_by_hand(hub: Hub) -> None:
    await sent_to_village(hub)
    text, how = await hub.text("周文书", "复制到群 26001")
    assert WATER in text
    assert "已发群" in how
    [which] = await hub.text("周文书", "1")
    assert "哪个群" in which
    [posted] = await hub.text("周文书", "榕溪一家亲")
    assert "“榕溪一家亲”,一共发了1个群" in posted
    await hub.text("李书记", "群26001")
    [which] = await hub.text("李书记", "已发群")
    assert "1榕溪一家亲" in which
    [posted] = await hub.text("李书记", "1")
    assert "一共发了2个群" in posted
    async with hub.books() as tx:
        reach = await reach_of(tx, 1)
        assert await tx.scalar(select(func.count()).select_from(notice_postings)) == 2
    assert [posting.by_name for posting in reach.postings] == ["周文书", "李书记"]
    assert reach.proven == 0


@pytest.mark.parametrize("name", ["广" * 31, "群"])
async def test_what_is_no_groups_name_is_read_as_something_else(hub: Hub, name: str) -> None:
    await sent_to_village(hub)
    await hub.text("周文书", "复制到群26001")
    await hub.text("周文书", "1")
    await hub.text("周文书", name)
    async with hub.books() as tx:
        assert await tx.scalar(select(func.count()).select_from(notice_postings)) == 0


async def test_a_text_for_a_group_and_a_reading_are_short(hub: Hub) -> None:
    await sent_to_village(hub)
    contact = (await hub.contact_of("周文书")).id
    async with hub.books() as tx:
        await tx.run(notices.update().values(text=LONG))
        account = channel_accounts.c.kind == AccountKind.WEB_CHAT
        account_id = await tx.scalar(select(channel_accounts.c.id).where(account))
        await tx.run(contacts.update().where(contacts.c.id == contact).values(kind="web_chat", account_id=account_id))
    group_text, how = [one.text for one in await hub.say(hub.chat, hub.numbers["周文书"], "复制到群26001")]
    assert len(group_text) <= 200
    assert "26001" in group_text
    assert f"/v/{hub.village.id}/notices/26001/group.png" in how
    [horn] = [one.text for one in await hub.say(hub.chat, hub.numbers["周文书"], "喇叭26001")]
    heading, said = horn.split("\n")
    assert "念两遍" in heading
    assert len(said) <= 200
    assert said.endswith("六幺二三四五六。")


async def test_a_reading_by_sms_is_whole(hub: Hub) -> None:
    await sent_to_village(hub)
    [horn] = await hub.text("周文书", "喇叭26001")
    assert "十一月二十三日八点到十七点全村停水" in horn


async def test_of_a_draft_there_is_nothing_to_spread(hub: Hub) -> None:
    from tests.acceptance.test_notices import written

    await written(hub)
    [refused] = await hub.text("周文书", "喇叭26001")
    assert "现在不能" in refused or "不能这样做" in refused


# The certificate -----------------------------------------------------------------------------------------------------


async def test_the_certificate_counts_every_household_once(hub: Hub) -> None:
    await hub.add_household(2, ("覃奶奶", ""))
    await hub.add_household(2, ("韦叔", "+8613900007021"))
    await hub.text("韦叔", "退订")
    await sent_to_village(hub)
    await set_states(hub, 陈伯="delivered", 林嫂="failed", 黄明="sent")
    [certificate] = await hub.text("李书记", "送达26001")
    assert "共5户:收到1,上门告诉0,合20.0%" in certificate
    assert "没回执1" in certificate
    assert "自己不收1" in certificate
    assert "没送到2" in certificate
    async with hub.books() as tx:
        lines = [line async for line in households_reached(tx, 1)]
    assert [(line.name, line.outcome.value, line.reason) for line in lines] == [
        ("黄明", "sent", ""),
        ("覃奶奶", "unreached", "no_contact"),
        ("韦叔", "opted_out", ""),
        ("陈伯", "reached", ""),
        ("林嫂", "unreached", "failed"),
    ]


async def test_a_neighbour_on_the_same_phone_shares_its_fate(hub: Hub) -> None:
    await hub.add_household(3, ("林家老二", hub.numbers["林嫂"]))
    await sent_to_village(hub)
    await set_states(hub, 陈伯="delivered", 黄明="delivered")
    contact = await hub.contact_of("林嫂")
    for state, proven in (("failed", 2), ("delivered", 4)):
        async with hub.books() as tx:
            main = (deliveries.c.contact_id == contact.id, deliveries.c.notice_id == 1, deliveries.c.text != "")
            await tx.run(deliveries.update().where(*main).values(state=state))
            assert (await reach_of(tx, 1)).proven == proven


async def test_two_villages_see_nothing_of_each_other(hub: Hub) -> None:
    await sent_to_village(hub)
    other = await hub.neighbour_village("竹溪村")
    from store.domain.people import Role

    await other.add_officer("钟书记", "+8613900007031", (Role.PARTY_BRANCH, other.village))
    for said in ("送达26001", "喇叭26001", "复制到群26001", "通知26001"):
        [answer] = await other.text("钟书记", said)
        assert WATER not in answer
        assert "没有" in answer
    async with hub.books() as tx:
        assert (await notice_by_id(tx, 1)).village_id == hub.village.id
