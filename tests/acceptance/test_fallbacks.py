"""A chat message that nobody reads is followed by an SMS: in its time, once, and only where it is of use."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from store.actions.accounts import add_account
from store.actions.areas import change_setting
from store.actions.contacts import add_holder, find_or_add_contact, opt_out
from store.actions.fallbacks import release_second_steps
from store.actions.notice_controls import pause_notice, resume_notice
from store.domain.accounts import AccountKind
from store.domain.deliveries import DeliveryState
from store.domain.people import ContactKind, Proof
from store.queries.notices import ledger_of, notice_by_id
from store.tables import deliveries
from tests.acceptance.test_notices import WATER, last_heard, written
from tests.hub import Hub

PAGE = "huangming7"


async def chats(hub: Hub, name: str, address: str = PAGE) -> None:
    """This resident has a web chat beside his phone."""
    async with hub.books() as tx:
        page = await find_or_add_contact(tx, hub.village.id, ContactKind.WEB_CHAT, address, account_id=hub.chat.id)
        await add_holder(tx, page, hub.residents[name], Proof.CODE)


async def sent(hub: Hub, *typed: str) -> None:
    """The clerk writes to the village, types what is given, and the secretary approves."""
    await written(hub)
    for text in (*typed, "1"):
        await hub.text("周文书", text)
    hub.clock.pass_time(seconds=5)
    await hub.text("李书记", "1")


async def tick(hub: Hub, **later: float) -> None:
    hub.clock.pass_time(**later)
    async with hub.books() as tx:
        await release_second_steps(tx, tx.now)


async def steps(hub: Hub, name: str = "黄明") -> list[tuple[str, str]]:
    """State and reason of each step to this household."""
    async with hub.books() as tx:
        rows = await tx.all(
            select(deliveries)
            .where(deliveries.c.notice_id.is_not(None), deliveries.c.resident_id == hub.residents[name])
            .order_by(deliveries.c.id)
        )
    return [(row.state, row.reason) for row in rows]


async def first_becomes(hub: Hub, state: str, reason: str = "") -> None:
    async with hub.books() as tx:
        row = await tx.scalar(select(deliveries.c.falls_back_from_id).where(deliveries.c.state == DeliveryState.HELD))
        assert row
        await tx.run(deliveries.update().where(deliveries.c.id == row).values(state=state, reason=reason))


async def test_the_plan_says_so_and_what_it_may_cost(hub: Hub) -> None:
    await chats(hub, "黄明")
    _, offered = await written(hub)
    assert "聊天1短信2,约0.10元,补短信最多再加0.05元" in offered
    [whole] = await hub.text("周文书", "全文")
    assert "1户聊天没看到会补短信" in whole
    assert "补短信" not in (await hub.text("周文书", "不补短信"))[-1]
    assert "最多再加0.05元" in (await hub.text("周文书", "30分钟后补短信"))[-1]


async def test_a_chat_that_nobody_opens_is_followed_after_two_hours(hub: Hub) -> None:
    await chats(hub, "黄明")
    await sent(hub, "2")
    await tick(hub, minutes=119)
    assert await hub.told("黄明") == []
    await tick(hub, minutes=2)
    assert await last_heard(hub, "黄明") == f"【榕溪村】{WATER} 看到请回1。"
    [seen] = await hub.text("黄明", "1")
    assert "知道您看到了" in seen
    [ledger] = (await hub.text("周文书", "通知26001"))[:1]
    assert "共3户" in ledger
    async with hub.books() as tx:
        found = await ledger_of(tx, await notice_by_id(tx, 1))
    assert (found.households, found.confirmed, found.held) == (3, 1, 0)


async def test_half_an_hour_where_the_drafter_says_so(hub: Hub) -> None:
    await chats(hub, "黄明")
    await sent(hub, "半小时后补")
    await tick(hub, minutes=31)
    assert len(await hub.told("黄明")) == 1


async def test_a_chat_that_was_read_needs_no_sms(hub: Hub) -> None:
    await chats(hub, "黄明")
    await sent(hub)
    async with hub.books() as tx:
        assert (await ledger_of(tx, await notice_by_id(tx, 1))).held == 1
    await first_becomes(hub, "delivered")
    await tick(hub, minutes=1)
    assert await steps(hub) == [("delivered", ""), ("skipped", "reached")]
    async with hub.books() as tx:
        found = await ledger_of(tx, await notice_by_id(tx, 1))
    assert (found.households, found.delivered, found.held) == (3, 1, 0)


@pytest.mark.parametrize(("state", "reason"), [("failed", "403"), ("skipped", "dead_contact")])
async def test_a_chat_that_fails_is_followed_at_once(hub: Hub, state: str, reason: str) -> None:
    await chats(hub, "黄明")
    await sent(hub)
    await first_becomes(hub, state, reason)
    await tick(hub, seconds=30)
    assert [state for state, _ in await steps(hub)] == [state, "queued"]


@pytest.mark.parametrize(("village_says", "state"), [(False, "held"), (True, "queued")])
async def test_one_whose_fate_is_unknown_is_followed_only_where_the_village_says_so(
    hub: Hub,
    village_says: bool,  # noqa: FBT001
    state: str,
) -> None:
    async with hub.books() as tx:
        await change_setting(tx, hub.village.id, "fallback_unknown", village_says, actor="test")
    await chats(hub, "黄明")
    await sent(hub)
    await first_becomes(hub, "unknown")
    await tick(hub, hours=3)
    assert await steps(hub) == [("unknown", ""), (state, "")]


async def test_it_waits_for_the_morning(hub: Hub) -> None:
    hub.clock.pass_time(hours=8)
    await chats(hub, "黄明")
    await sent(hub)
    await first_becomes(hub, "failed")
    await tick(hub, hours=2)
    async with hub.books() as tx:
        row = await tx.first(select(deliveries).where(deliveries.c.falls_back_from_id.is_not(None)))
    due: datetime = row.due_at.astimezone(ZoneInfo("Asia/Shanghai"))
    assert (row.state, due.day, due.hour) == ("queued", 19, 7)


async def test_who_opts_out_meanwhile_gets_no_sms(hub: Hub) -> None:
    await chats(hub, "黄明")
    await sent(hub)
    phone = await hub.contact_of("黄明")
    async with hub.books() as tx:
        await opt_out(tx, phone)
    await tick(hub, hours=3)
    assert (await steps(hub))[1] == ("skipped", "opted_out")


async def test_a_paused_notice_sends_no_second_steps(hub: Hub) -> None:
    await chats(hub, "黄明")
    hub.clock.pass_time(hours=10)
    await sent(hub)
    async with hub.books() as tx:
        await pause_notice(tx, await notice_by_id(tx, 1), hub.staff["周文书"])
    await tick(hub, hours=12)
    assert (await steps(hub))[1] == ("held", "")
    async with hub.books() as tx:
        await resume_notice(tx, await notice_by_id(tx, 1), hub.staff["周文书"])
    await tick(hub, minutes=1)
    assert (await steps(hub))[1] == ("queued", "")


async def test_two_households_that_share_a_phone_get_one_sms(hub: Hub) -> None:
    """Each has a chat of its own that nobody opens."""
    await hub.add_household(2, ("韦叔", "+8613900007003"))
    await chats(hub, "黄明")
    await chats(hub, "韦叔", "weishu77")
    await sent(hub)
    await tick(hub, hours=3)
    await tick(hub, minutes=1)
    outcomes = [(await steps(hub, name))[1] for name in ("黄明", "韦叔")]
    assert sorted(outcomes) == [("queued", ""), ("skipped", "shared_address")]


@pytest.mark.parametrize(("asks", "follows"), [(False, False), (True, True)])
async def test_telegram_gives_no_receipts(hub: Hub, asks: bool, follows: bool) -> None:  # noqa: FBT001
    """Taken is arrived, unless the notice asks for an answer and none comes."""
    async with hub.books() as tx:
        robot = await add_account(tx, hub.village.id, AccountKind.TELEGRAM, "robot", {"token": "1:t"}, actor="test")
        chat = await find_or_add_contact(tx, hub.village.id, ContactKind.TELEGRAM, "7003", account_id=robot.id)
        await add_holder(tx, chat, hub.residents["黄明"], Proof.CODE)
    await sent(hub, *(["2"] if asks else []))
    await first_becomes(hub, "sent")
    await tick(hub, hours=3)
    assert (await steps(hub))[1][0] == ("queued" if follows else "skipped")


async def test_nobody_without_a_chat_has_a_second_step(hub: Hub) -> None:
    await sent(hub)
    await tick(hub, hours=3)
    for name in ("陈伯", "林嫂", "黄明"):
        assert await steps(hub, name) == [("queued", "")]
