"""Conversations about a resident's own matters, from the first word to the rating."""

from tests.hub import Hub


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
