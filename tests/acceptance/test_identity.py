"""Who is speaking: codes, shared numbers, links of staff; and that a stranger learns nothing."""

import re

from store.actions.identity import new_link_code
from store.domain.people import Role
from tests.hub import Hub

VISITOR = "guest22222"


async def test_a_code_by_sms_proves_a_web_chat_visitor(hub: Hub) -> None:
    [asked] = await hub.say(hub.chat, VISITOR, "绑定")
    assert "手机号" in asked.text
    [sent] = await hub.say(hub.chat, VISITOR, "139 0000 7001")
    [code_sms] = await hub.told("陈伯")
    assert "村干部不会向您要" in code_sms
    code = re.search(r"\d{6}", code_sms)
    assert code
    [proved] = await hub.say(hub.chat, VISITOR, code[0])
    assert "陈*" in proved.text
    [known] = await hub.say(hub.chat, VISITOR, "绑定")
    assert "认证过" in known.text
    assert "登记过" in sent.text


async def test_a_stranger_cannot_tell_who_is_on_the_roster(hub: Hub) -> None:
    await hub.say(hub.chat, VISITOR, "绑定")
    [known] = await hub.say(hub.chat, VISITOR, "13900007001")
    await hub.say(hub.chat, "other22222", "绑定")
    [unknown] = await hub.say(hub.chat, "other22222", "13900007998")
    assert known.text == unknown.text


async def test_tries_are_limited(hub: Hub) -> None:
    await hub.say(hub.chat, VISITOR, "绑定")
    await hub.say(hub.chat, VISITOR, "13900007001")
    for guess in range(5):
        [wrong] = await hub.say(hub.chat, VISITOR, f"00000{guess}")
        assert "不对" in wrong.text
    [stopped] = await hub.say(hub.chat, VISITOR, "000009")
    assert "试得太多" in stopped.text
    code = re.search(r"\d{6}", (await hub.told("陈伯"))[0])
    assert code
    [still] = await hub.say(hub.chat, VISITOR, code[0])
    assert "试得太多" in still.text


async def test_strangers_cannot_flood_a_phone_with_codes(hub: Hub) -> None:
    for visitor in ("aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc", "dddddddddd", "eeeeeeeeee"):
        await hub.say(hub.chat, visitor, "绑定")
        [answer] = await hub.say(hub.chat, visitor, "13900007001")
        assert "登记过" in answer.text
    assert len(await hub.told("陈伯")) == 3


async def test_a_code_expires(hub: Hub) -> None:
    await hub.say(hub.chat, VISITOR, "绑定")
    await hub.say(hub.chat, VISITOR, "13900007001")
    code = re.search(r"\d{6}", (await hub.told("陈伯"))[0])
    assert code
    hub.clock.pass_time(minutes=11)
    [late] = await hub.say(hub.chat, VISITOR, code[0])
    assert "不对" in late.text


async def test_a_shared_number_is_a_proof(hub: Hub) -> None:
    [proved] = await hub.say(hub.chat, VISITOR, shared_number="+8613900007002")
    assert "林*" in proved.text
    [stranger] = await hub.say(hub.chat, "other22222", shared_number="+8613900007997")
    assert "还没有登记" in stranger.text


async def test_a_link_code_works_once(hub: Hub) -> None:
    async with hub.books() as tx:
        code = await new_link_code(tx, hub.staff["周文书"], actor="system")
    [linked] = await hub.say(hub.chat, VISITOR, f"关联{code}")
    assert "周文书" in linked.text
    [again] = await hub.say(hub.chat, "other22222", f"关联{code}")
    assert "不对" in again.text
    [nothing] = await hub.say(hub.chat, VISITOR, "待办")
    assert "没有要办的事" in nothing.text


async def test_two_villages_see_nothing_of_each_other(hub: Hub) -> None:
    await hub.text("陈伯", "三组晒谷场边的路灯坏了")
    other = await hub.neighbour_village("竹溪村")
    await other.add_officer("竹溪文书", "+8613900007301", (Role.FRONT_DESK, other.village))
    [refused] = await other.text("竹溪文书", "1001")
    assert "没有找到" in refused
    [nothing] = await other.text("竹溪文书", "待办")
    assert "没有要办的事" in nothing
    [own] = await other.say(other.sms, "+8613900007001", "我们村口路灯不亮")
    assert "1001" in own.text  # numbers are a village's own
