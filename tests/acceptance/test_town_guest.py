"""A guest of a town's account is asked once where he lives, and what he came for is not forgotten over it."""

from store.actions.accounts import add_account
from store.actions.areas import add_area
from store.domain.accounts import AccountKind
from store.domain.areas import Area, AreaKind
from store.queries.areas import area_by_id
from tests.hub import Hub


async def _town_with_two_villages(hub: Hub) -> Area:
    async with hub.books() as tx:
        town = await area_by_id(tx, hub.village.parent_id or 0)
        await add_area(tx, AreaKind.VILLAGE, "上洞村", town)
        return town


async def test_what_a_guest_said_first_is_answered_once_he_has_chosen_his_village(hub: Hub) -> None:
    town = await _town_with_two_villages(hub)
    async with hub.books() as tx:
        chat = await add_account(tx, town.id, AccountKind.WEB_CHAT, "town", {}, actor="test")
    asked = await hub.say(chat, "guest7001", "三组晒谷场边的路灯坏了")
    assert "哪个村" in asked[-1].text
    again = await hub.say(chat, "guest7001", "不晓得")
    assert "哪个村" in again[-1].text
    texts = [heard.text for heard in await hub.say(chat, "guest7001", "榕溪村")]
    assert "记住了" in texts[0]
    assert "1001" in texts[-1], texts
    assert "路灯" in (await hub.told("黄水生"))[-1]


async def test_a_guest_who_has_a_village_is_heard_once(hub: Hub) -> None:
    await hub.say(hub.chat, "guest7002", "三组晒谷场边的路灯坏了")
    texts = [heard.text for heard in await hub.say(hub.chat, "guest7002", "我的事")]
    assert sum("1001" in text for text in texts) == 1


async def test_an_account_above_the_village_knows_whom_a_village_below_it_knows(hub: Hub) -> None:
    town = await _town_with_two_villages(hub)
    async with hub.books() as tx:
        county = await area_by_id(tx, town.parent_id or 0)
        elsewhere = await add_area(tx, AreaKind.TOWN, "塘口镇", county)
        await add_area(tx, AreaKind.VILLAGE, "塘口村", elsewhere)
        of_town, of_county, of_others = [
            await add_account(tx, area.id, AccountKind.SIMULATOR, area.name, {}, actor="test")
            for area in (town, county, elsewhere)
        ]
    phone = hub.numbers["陈伯"]
    for account in (of_town, of_county):
        heard = await hub.say(account, phone, "三组晒谷场边的路灯坏了")
        assert "哪个村" not in heard[-1].text
    assert "哪个村" in (await hub.say(of_others, phone, "路灯坏了"))[-1].text
