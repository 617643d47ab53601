"""A button's data comes back from the world: only what was offered, to whom it was offered, counts."""

import pytest
from sqlalchemy import func, select

from notifier.message import InboundMessage
from store.tables import contacts, deliveries, tickets
from tests.acceptance.ledger import count, drain, failures, waiting
from tests.hub import Hub

CHEN, OFFICER = "陈伯", "黄水生"
TOO_LARGE = 2**63

BUTTONS = (
    "f:1:99999999999999999999",
    "q:99999999999999999999:yes",
    f"q:{TOO_LARGE}:yes",
    "q:" + "9" * 50 + ":yes",
    "q:²:yes",
    "q:٣:yes",
    "q:1.5:yes",
    "q:-1:yes",
    "q::yes",
    "q:1",
    "m:nothing_of_ours",
    "m:__class__",
    "f:0:yes",
    "f:1:",
    "v:61:1",
    "share-number",
    "\x00",
    "f:1:\ud800",
    "{{7*7}}",
    "按" * 64,
)


@pytest.mark.parametrize("button", BUTTONS, ids=ascii)
async def test_a_button_that_was_never_offered_is_told_so_and_opens_no_ticket(hub: Hub, button: str) -> None:
    await hub.say(hub.chat, "visitor234", "菜单")
    [said] = await hub.say(hub.chat, "visitor234", button=button)
    assert said.text
    assert (await waiting(hub), await failures(hub)) == (0, 0)
    assert await count(hub, select(func.count()).select_from(tickets)) == 0


QUESTIONS = {
    "菜单": "f:1:nothing",
    "冇水": "f:1:moon",
    "语言": "f:1:klingon",
    "我想说个事情": "f:1:no_category",
}


@pytest.mark.parametrize(("text", "button"), QUESTIONS.items())
async def test_an_answer_that_the_question_did_not_offer_is_not_taken(hub: Hub, text: str, button: str) -> None:
    await hub.say(hub.chat, "visitor234", text)
    assert await hub.say(hub.chat, "visitor234", button=button)
    assert await hub.say(hub.chat, "visitor234", "三组停水了")
    assert (await waiting(hub), await failures(hub)) == (0, 0)
    async with hub.books() as tx:
        assert {row.language for row in await tx.all(select(contacts.c.language))} == {"zh_CN"}


async def test_a_list_of_tickets_takes_only_numbers_that_it_showed(hub: Hub) -> None:
    await hub.text(CHEN, "三组晒谷场边停水了")
    await hub.say(hub.sms, hub.numbers[OFFICER], "待办")
    turn = await count(hub, select(func.max(deliveries.c.id)))
    async with hub.books() as tx:
        row = await tx.first(select(deliveries.c.buttons).where(deliveries.c.id == turn))
    prefix = row.buttons[0][1].rpartition(":")[0]
    for key in ("abc", "99999999999999999999", str(TOO_LARGE), "0"):
        assert await hub.say(hub.sms, hub.numbers[OFFICER], button=f"{prefix}:{key}")
    assert (await waiting(hub), await failures(hub)) == (0, 0)


async def test_of_two_buttons_pressed_at_once_the_first_counts(hub: Hub) -> None:
    [where] = await hub.say(hub.chat, "visitor234", "冇水")
    home, around = where.buttons[0][1], where.buttons[1][1]
    await hub.inbox.receive(
        hub.chat,
        [InboundMessage("a", "visitor234", button=home), InboundMessage("b", "visitor234", button=around)],
    )
    await drain(hub.inbox)
    async with hub.books() as tx:
        assert [row.place for row in await tx.all(select(tickets.c.place))] == ["家里"]
    first, second = (await hub.heard(hub.chat, "visitor234"))[-2:]
    assert "1001" in first.text
    assert "1001" not in second.text


async def test_an_old_button_says_that_it_is_old(hub: Hub) -> None:
    [where] = await hub.say(hub.chat, "visitor234", "冇水")
    await hub.say(hub.chat, "visitor234", "三组晒谷场边")
    before = await count(hub, select(func.count()).select_from(tickets))
    [old] = await hub.say(hub.chat, "visitor234", button=where.buttons[0][1])
    assert old.text
    assert await count(hub, select(func.count()).select_from(tickets)) == before


async def test_nobody_answers_anothers_question(hub: Hub) -> None:
    await hub.text(CHEN, "三组晒谷场边停水了")
    [told] = await hub.heard(hub.sms, hub.numbers[OFFICER])
    [refused] = await hub.say(hub.chat, "visitor234", button=told.buttons[0][1])
    assert refused.text
    async with hub.books() as tx:
        assert (await tx.scalar(select(tickets.c.state))) == "received"
    assert await hub.say(hub.sms, hub.numbers[OFFICER], button=told.buttons[0][1])
    async with hub.books() as tx:
        assert (await tx.scalar(select(tickets.c.state))) == "accepted"
