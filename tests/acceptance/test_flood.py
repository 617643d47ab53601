"""Many messages from one phone: all are kept, the sender is told once, and nobody else waits for them."""

from collections.abc import Sequence

import pytest

from notifier.message import InboundMessage
from tests.acceptance.ledger import drain, failures, kept_texts, waiting
from tests.hub import Hub

CHEN, HUANG, OFFICER = "陈伯", "黄明", "黄水生"


async def flood(hub: Hub, name: str, texts: Sequence[str]) -> None:
    for text in texts:
        await hub.inbox.receive(hub.sms, [InboundMessage(f"f{hub.clock()}", hub.numbers[name], text)])
        hub.clock.pass_time(seconds=1)


async def until_idle(hub: Hub) -> None:
    for _ in range(120):
        await drain(hub.inbox)
        if not await waiting(hub):
            return
        hub.clock.pass_time(seconds=2)
    pytest.fail("messages are still waiting")


async def test_a_flood_is_kept_whole_told_once_and_holds_nobody_up(hub: Hub) -> None:
    texts = [f"第{number}条,快来人" for number in range(40)]
    await flood(hub, CHEN, texts)
    await hub.inbox.receive(hub.sms, [InboundMessage("other", hub.numbers[HUANG], "一组路灯不亮了")])
    answered_before = 0
    while not await hub.told(HUANG):
        assert await hub.inbox.answer_next()
        answered_before += 1
    assert answered_before < 40
    assert await waiting(hub) > 0
    await until_idle(hub)
    assert await failures(hub) == 0
    kept = "\n".join(await kept_texts(hub))
    assert [text for text in texts if text not in kept] == []
    assert sum("太快" in said for said in await hub.told(CHEN)) == 1


async def test_after_a_flood_the_conversation_goes_on(hub: Hub) -> None:
    await flood(hub, CHEN, [f"第{number}条" for number in range(20)])
    await until_idle(hub)
    hub.clock.pass_time(minutes=2)
    assert "太快" not in (await hub.text(CHEN, "菜单"))[0]


async def test_a_flood_of_an_officer_with_a_case_open_is_kept_too(hub: Hub) -> None:
    await hub.text(CHEN, "三组晒谷场边停水了")
    await hub.text(OFFICER, "1001")
    await hub.text(OFFICER, "2")
    texts = [f"我去看过了,第{number}处漏水" for number in range(30)]
    await flood(hub, OFFICER, ["1001"] * 14 + texts)
    await until_idle(hub)
    kept = "\n".join(await kept_texts(hub))
    assert [text for text in texts if text not in kept] == []
