"""A month's accounts: entered, published to every household, read, and asked about."""

from datetime import date

from sqlalchemy import event, func, select

from notifier.disclosing import publish_disclosure
from notifier.render import Renderer
from store.actions.contacts import opt_out
from store.actions.disclosures import add_item, state_opening
from store.domain.disclosures import DisclosureCategory, Entry, Flow
from store.domain.tickets import Category
from store.queries.tickets import ticket_numbered
from store.tables import deliveries
from tests.hub import Hub

OCTOBER = date(2026, 10, 1)
DIGEST = "【榕溪村】10月账:收48620元,支31205元,余206318元。修三组水渠12600元。全账见公开栏。有疑问,直接回这条短信。"

OCTOBERS_ITEMS = (
    Entry(DisclosureCategory.FINANCE, "镇里拨村级运转经费", Flow.INCOME, 24_620_00),
    Entry(DisclosureCategory.ASSETS, "后山林地租金,半年", Flow.INCOME, 24_000_00),
    Entry(
        DisclosureCategory.WORKS, "修三组水渠120米,每米105元", Flow.EXPENDITURE, 12_600_00, "3家比价,双龙施工队最低。"
    ),
    Entry(DisclosureCategory.WORKS, "五组抽水泵维修", Flow.EXPENDITURE, 6_205_00),
    Entry(DisclosureCategory.FINANCE, "保洁员3人工资", Flow.EXPENDITURE, 12_400_00),
    Entry(DisclosureCategory.RELIEF, "发放低保金,24户", Flow.POSTED, 11_760_00),
)


async def publish(hub: Hub) -> int:
    async with hub.books() as tx:
        return await publish_disclosure(tx, Renderer(), hub.village.id, OCTOBER)


async def enter_october(hub: Hub) -> None:
    async with hub.books() as tx:
        await state_opening(tx, hub.village, OCTOBER, 188_903_00, hub.staff["周文书"])
        for entry in OCTOBERS_ITEMS:
            await add_item(tx, hub.village, OCTOBER, entry, hub.staff["周文书"])


async def published_october(hub: Hub) -> int:
    await enter_october(hub)
    return await publish(hub)


async def test_every_household_gets_one_line_of_the_month(hub: Hub) -> None:
    written = await published_october(hub)
    assert await hub.told("陈伯") == [DIGEST]
    assert await hub.told("林嫂") == [DIGEST], "two who share a phone hear of it once"
    assert written == 3, "three households have a phone"


async def test_it_is_published_once(hub: Hub) -> None:
    await published_october(hub)
    assert await publish(hub) == 0
    assert await hub.told("陈伯") == [DIGEST]


async def test_whoever_opted_out_is_not_told(hub: Hub) -> None:
    elder = await hub.contact_of("陈伯")
    async with hub.books() as tx:
        await opt_out(tx, elder)
    await published_october(hub)
    assert await hub.told("陈伯") == []
    assert await hub.told("黄明") == [DIGEST]


async def test_a_chat_gets_the_month_with_a_way_to_its_items(hub: Hub) -> None:
    await hub.say(hub.chat, "visitor", "你好")
    await hub.add_household(2, ("罗秀", ""))
    await _is_of(hub, "visitor", "罗秀")
    await published_october(hub)
    [digest] = [heard for heard in await hub.heard(hub.chat, "visitor") if "结余" in heard.text]
    assert "206318元" in digest.text
    [month] = await hub.say(hub.chat, "visitor", button=digest.press("看明细"))
    [items] = await hub.say(hub.chat, "visitor", button=month.press("工程项目"))
    assert "支出12600元" in items.text
    assert [label for label, _ in items.buttons] == ["修三组水渠", "五组抽水泵维修"]
    [item] = await hub.say(hub.chat, "visitor", button=items.press("修三组水渠"))
    assert "双龙施工队最低" in item.text


async def _is_of(hub: Hub, address: str, name: str) -> None:
    from store.actions.contacts import add_holder
    from store.domain.people import ContactKind, Proof
    from store.queries.people import ADDRESS, contact_at

    async with hub.books() as tx:
        index = tx.keyring.index(address, context=ADDRESS)
        contact = await contact_at(tx, hub.village.id, ContactKind.WEB_CHAT, index)
        assert contact
        await add_holder(tx, contact, hub.residents[name], Proof.STAFF)


async def test_an_elder_asks_about_an_item_by_digits(hub: Hub) -> None:
    await published_october(hub)
    [month] = await hub.text("陈伯", "村里的账")
    assert "3工程项目" in month
    [items] = await hub.text("陈伯", "3")
    assert "1修三组水渠12600元" in items
    [item] = await hub.text("陈伯", "１")
    assert "每米105元" in item
    await hub.text("陈伯", "1")
    [asked] = await hub.text("陈伯", "三组水渠我看只有八十米,咋算成一百二")
    assert "1001" in asked
    assert "监委会" in asked
    [told] = await hub.told("何监委")
    assert "1001" in told
    async with hub.books() as tx:
        ticket = await ticket_numbered(tx, hub.village.id, 1001)
    assert ticket
    assert (ticket.category, ticket.assignee_id) == (Category.DISCLOSURE, hub.staff["何监委"].id)
    [case] = await hub.text("何监委", "1001")
    assert "八十米" in case
    assert "陈伯" not in case, "a text may be read over a shoulder"


async def test_the_question_may_be_written_without_choosing_to_ask(hub: Hub) -> None:
    await published_october(hub)
    for said in ("查账", "3", "2"):
        await hub.text("陈伯", said)
    [asked] = await hub.text("陈伯", "这个咋这么贵")
    assert "1001" in asked


async def test_a_question_that_accuses_goes_past_those_in_office(hub: Hub) -> None:
    await published_october(hub)
    for said in ("查账", "3", "1", "1"):
        await hub.text("陈伯", said)
    await hub.text("陈伯", "会计和施工队吃回扣,报假账")
    async with hub.books() as tx:
        ticket = await ticket_numbered(tx, hub.village.id, 1001)
    assert ticket
    assert ticket.about_staff


async def test_what_is_unpublished_is_not_shown(hub: Hub) -> None:
    async with hub.books() as tx:
        await add_item(tx, hub.village, OCTOBER, OCTOBERS_ITEMS[2], hub.staff["周文书"])
    [answer] = await hub.text("陈伯", "村里的账")
    assert "还没有公开" in answer


async def test_a_clerk_enters_an_item_in_conversation(hub: Hub) -> None:
    [books] = await hub.text("周文书", "记账")
    assert "10月账还没记" in books
    [category] = await hub.text("周文书", "1")
    assert "3工程项目" in category
    await hub.text("周文书", "3")
    [refused] = await hub.text("周文书", "抽水泵维修,找老罗13900007009")
    assert "手机号" in refused
    await hub.text("周文书", "五组抽水泵维修")
    await hub.text("周文书", "2")
    [unclear] = await hub.text("周文书", "一千九左右吧")
    assert "没看懂" in unclear
    [sure] = await hub.text("周文书", "1,950元")
    assert "支出1950元" in sure
    [entered, shown] = await hub.text("周文书", "1")
    assert "第1项" in entered
    assert "支1950元" in shown
    [which] = await hub.text("周文书", "3")
    assert "五组抽水泵维修" in which
    [taken, shown] = await hub.text("周文书", "1")
    assert "撤掉了" in taken
    assert "还没记" in shown


async def test_an_urgent_item_reaches_the_village_at_once(hub: Hub) -> None:
    for said in ("公开", "2", "5", "七组2户新建房,镇里已批", "3"):
        await hub.text("周文书", said)
    [sure] = await hub.text("周文书", "没有")
    assert "马上公开" in sure
    assert await hub.told("陈伯") == []
    [announced, _] = await hub.text("周文书", "1")
    assert "发出3条" in announced
    [told] = await hub.told("陈伯")
    assert "宅基地公开:七组2户新建房,镇里已批" in told
    [month] = await hub.text("陈伯", "村务公开")
    assert "1刚公开的" in month


async def test_others_in_office_do_not_enter_items(hub: Hub) -> None:
    [answer] = await hub.text("黄水生", "记账")
    assert "会计" in answer


async def test_the_digests_are_written_in_few_statements(hub: Hub) -> None:
    """And nobody is read into memory for it: a prefecture has two million people."""
    for number in range(40):
        await hub.add_household(1, (f"罗{number}", f"+86139000079{number:02}"))
    await enter_october(hub)
    statements: list[str] = []

    def note(*told: object) -> None:
        statements.append(str(told[2]))

    engine = hub.database._writing.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    written = await publish(hub)
    event.remove(engine, "before_cursor_execute", note)
    async with hub.books() as tx:
        assert await tx.scalar(select(func.count()).select_from(deliveries)) == written == 43
    assert len(statements) <= 30
    assert not [one for one in statements if one.startswith("SELECT") and "FROM residents" in one]
