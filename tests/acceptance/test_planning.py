"""Whom a notice is for, typed as people say it; what it costs and through whom, before anybody approves it."""

import pytest
from sqlalchemy import select

from notifier.notices import plan_notice, preview_notice, send_notice
from store.actions.accounts import add_account
from store.actions.areas import change_setting
from store.actions.contacts import bury_contact
from store.actions.notices import draft_notice
from store.actions.tags import add_tag
from store.domain.accounts import AccountKind
from store.domain.audiences import Audience, AudienceKind
from store.domain.errors import Refusal
from store.domain.people import Role
from store.domain.plans import Preview
from store.tables import channel_accounts, deliveries, households, resident_tags, residents, tags
from tests.acceptance.test_notices import WATER, last_heard, written
from tests.hub import RENDERER, Hub

ALIYUN = {"access_key_id": "k", "access_key_secret": "s", "signature": "榕溪村"}
KANNEL = {"send_url": "http://127.0.0.1:1/", "username": "u", "password": "p", "sender": "10690"}


async def typed(hub: Hub, audience: str, text: str = WATER, *, by: str = "周文书") -> list[str]:
    """A notice to whom is typed; what its author reads of it, the question for its words last but the offer."""
    await hub.text(by, "发通知")
    asked = await hub.text(by, audience)
    return [*asked, *(await hub.text(by, text))]


async def mark(hub: Hub, name: str, **columns: object) -> None:
    async with hub.books() as tx:
        await tx.run(residents.update().where(residents.c.id == hub.residents[name]).values(**columns))


async def tag(hub: Hub, name: str, *bearers: str) -> None:
    async with hub.books() as tx:
        tag_id = await add_tag(tx, hub.village, name, hub.staff["周文书"])
        await tx.insert_many(resident_tags, [{"tag_id": tag_id, "resident_id": hub.residents[one]} for one in bearers])


# To whom -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("audience", "in_words", "size"),
    [
        ("一组和三组", "一组、三组", "3户5人"),
        ("三组60岁以上的人", "三组60岁以上的人", "2户3人"),
        ("户主", "户主", "3位3人"),
        ("三组户主", "三组的户主", "2位2人"),
        ("一组户主 按户", "一组的户主", "1户1人"),
        ("全村每人一条", "全村", "5位5人"),
        ("名单 陈伯 13900007003", "名单上的人", "2位2人"),
        ("名单 陈伯 按户", "名单上的人", "1户1人"),
        ("议事会成员", "议事会", "2位2人"),
        ("三组的议事会成员和种植户", "三组的种植户、议事会", "1位1人"),
        ("监委会成员", "监委会", "0位0人"),
    ],
)
async def test_an_audience_is_typed(hub: Hub, audience: str, in_words: str, size: str) -> None:
    await tag(hub, "议事会", "陈伯", "黄明")
    await tag(hub, "种植户", "陈伯")
    [write, _, offered] = await typed(hub, audience)
    assert f"发给{in_words}。" in write
    assert size in offered


async def test_what_is_not_understood_to_its_end_is_no_audience(hub: Hub) -> None:
    await hub.text("周文书", "发通知")
    [reply] = await hub.text("周文书", "三组养猪的那几家")
    assert "写通知的内容" not in reply
    async with hub.books() as tx:
        assert await tx.scalar(select(deliveries.c.id).where(deliveries.c.notice_id.is_not(None))) is None


async def test_unknown_names_are_named_and_the_others_go_on(hub: Hub) -> None:
    await hub.add_household(2, ("陈伯", ""))
    [missing, _, _, offered] = await typed(hub, "名单 林嫂、张三,陈伯 13900007099")
    assert "没找到:张三、+8613900007099" in missing
    assert "有几个同名,请写电话:陈伯" in missing
    assert "找到1人" in missing
    assert "1位1人" in offered


async def test_a_list_of_nobody_is_refused(hub: Hub) -> None:
    await hub.text("周文书", "发通知")
    assert "都没找到" in (await hub.text("周文书", "名单 张三 李四"))[0]


async def test_my_households_are_those_of_the_grid_officers_groups(hub: Hub) -> None:
    await hub.add_officer("韦网格", "+8613900007031", *((Role.GRID_OFFICER, hub.groups[n]) for n in (0, 2)))
    [write, _, offered] = await typed(hub, "我的户", by="韦网格")
    assert "一组、三组" in write
    assert "3户5人" in offered
    await hub.text("周文书", "发通知")
    assert "没有分管的户" in (await hub.text("周文书", "我管的户"))[0]


async def test_of_a_part_of_the_village_an_officer_of_a_group_gets_his_own(hub: Hub) -> None:
    """He writes 户主 and means those of his group; a name of another group is in nobody's books there."""
    [write, _, offered] = await typed(hub, "户主", by="黄水生")
    assert "发给三组的户主。" in write
    assert "2位2人" in offered
    await hub.text("黄水生", "发通知")
    missing = (await hub.text("黄水生", "名单 陈伯 黄明"))[0]
    assert "没找到:黄明。找到1人" in missing
    [_, refused] = await typed(hub, "全村", by="黄水生")
    assert "不归您管" in refused


async def test_a_household_is_listed_by_its_number(hub: Hub) -> None:
    async with hub.books() as tx:
        home = residents.c.household_id == households.c.id
        number = await tx.scalar(select(households.c.number).join(residents, home).where(residents.c.name == "陈伯"))
    [_, shown, offered] = await typed(hub, f"名单 {number} 黄明")
    assert "2位2人" in offered
    assert "没找到" not in shown


async def test_a_tag_is_frozen_with_the_notice_and_its_bearers_with_the_plan(hub: Hub) -> None:
    async with hub.books() as tx:
        await change_setting(tx, hub.village.id, "approval_size", 0, actor="test")
    await tag(hub, "议事会", "陈伯")
    await typed(hub, "议事会成员")
    await hub.text("周文书", "1")
    assert "给议事会" in await last_heard(hub, "李书记")
    async with hub.books() as tx:
        tag_id = await tx.scalar(select(tags.c.id))
        await tx.insert(resident_tags, tag_id=tag_id, resident_id=hub.residents["黄明"])
    hub.clock.pass_time(minutes=5)
    assert "变了" in (await hub.text("李书记", "1"))[0]
    await hub.text("李书记", "通知26001")
    assert "批了" in (await hub.text("李书记", "1"))[0]
    assert [len(await hub.told(name)) for name in ("陈伯", "黄明", "林嫂")] == [1, 1, 0]


async def test_several_groups_want_somebody_who_serves_each(hub: Hub) -> None:
    await hub.add_officer("韦网格", "+8613900007031", *((Role.GRID_OFFICER, hub.groups[n]) for n in (0, 1)))
    [_, refused] = await typed(hub, "一组和三组", by="韦网格")
    assert "不归您管" in refused


async def test_a_mark_stays_with_those_who_work_with_it(hub: Hub) -> None:
    await mark(hub, "陈伯", flags=["hardship"])
    await hub.add_household(2, ("覃奶奶", ""))
    await mark(hub, "覃奶奶", flags=["hardship"])
    await hub.add_officer("韦帮扶", "+8613900007032", (Role.WELFARE, hub.village))
    [write, shown, offered] = await typed(hub, "困难户", "周五来村委会领慰问品。", by="韦帮扶")
    assert "困难户" in write
    assert "2户2人" in offered
    assert "覃奶奶" in (await hub.text("韦帮扶", "全文"))[0]
    async with hub.books() as tx:
        await change_setting(tx, hub.village.id, "approval_size", 0, actor="test")
    await hub.text("韦帮扶", "通知26001")
    await hub.text("韦帮扶", "1")
    request = await last_heard(hub, "李书记")
    assert "名单上的人" in request
    assert "困难" not in request
    approving = [text for said in ("通知26001", "全文", "1", "通知26001") for text in await hub.text("李书记", said)]
    assert "要上门的1户" in approving[-1]
    assert all("困难" not in text and "覃奶奶" not in text for text in approving)
    assert "没有找到" in (await hub.text("李书记", "通知26001 回复"))[0]
    assert "没有要大家回话" in (await hub.text("韦帮扶", "通知26001 回复"))[0]
    [listed] = (await hub.text("赵工", "通知"))[:1]
    assert "困难" not in listed
    assert "困难" not in shown

    hub.staff["赵工"] = await hub.add_officer("韦会计", "+8613900007033", (Role.ACCOUNTANT, hub.village))
    [_, refused] = await typed(hub, "困难户", by="韦会计")
    assert "管帮扶的干部" in refused


async def test_what_is_frozen_is_the_audience_too(hub: Hub) -> None:
    async with hub.books() as tx:
        clerk, village = hub.staff["周文书"], hub.village
        narrowed = [
            Audience(AudienceKind.VILLAGE, village),
            Audience(AudienceKind.VILLAGE, village, age_from=60),
            Audience(AudienceKind.VILLAGE, village, units=False),
            Audience(AudienceKind.VILLAGE, village, (hub.groups[0], hub.groups[2])),
        ]
        found = [await draft_notice(tx, village, one, clerk, WATER) for one in narrowed]
        assert [one.audience for one in found] == narrowed
    assert len({one.content_hash for one in found}) == len(found)


# What it may not say -------------------------------------------------------------------------------------------------


async def test_a_notice_that_sells_is_refused(hub: Hub) -> None:
    refused = (await typed(hub, "全村", "低息贷款当天放款,要的回1。"))[-1]
    assert "“低息贷款”像是在卖东西" in refused
    warned = (await written(hub, "谨防低息贷款诈骗,不要点陌生链接。"))[-1]
    assert "通知26001号" in warned


# Through whom, at what price -----------------------------------------------------------------------------------------


async def planned(hub: Hub, text: str = WATER, audience: Audience | None = None) -> Preview:
    async with hub.books() as tx:
        whole = audience or Audience(AudienceKind.VILLAGE, hub.village)
        notice = await draft_notice(tx, hub.village, whole, hub.staff["周文书"], text)
        return await preview_notice(tx, RENDERER, notice)


async def carried_by(hub: Hub, kind: AccountKind, name: str, credentials: dict[str, str]) -> None:
    async with hub.books() as tx:
        await add_account(tx, hub.village.id, kind, name, credentials, actor="test")


async def test_the_cheapest_account_carries_it(hub: Hub) -> None:
    await carried_by(hub, AccountKind.KANNEL, "gateway", {**KANNEL, "price_fen": "4"})
    plan = await planned(hub)
    [one] = plan.carried
    assert (one.account, one.messages, one.parts, one.price_fen) == ("gateway", 3, 3, 12)
    assert plan.price_fen == 12


async def test_a_stopped_account_carries_nothing_where_there_is_another(hub: Hub) -> None:
    await carried_by(hub, AccountKind.KANNEL, "gateway", {**KANNEL, "price_fen": "4"})
    async with hub.books() as tx:
        stopped = channel_accounts.c.name == "gateway"
        await tx.run(channel_accounts.update().where(stopped).values(stopped_reason="balance"))
    assert [one.account for one in (await planned(hub)).carried] == ["phones"]


async def only_aliyun(hub: Hub, **templates: str) -> None:
    """The village's phones are reached through approved templates only."""
    credentials = {**ALIYUN, **{f"template.{code}": text for code, text in templates.items()}}
    async with hub.books() as tx:
        sealed = await add_account(tx, hub.village.id, AccountKind.ALIYUN, "cloud", credentials, actor="test")
        away = channel_accounts.c.id == hub.sms.id
        await tx.run(channel_accounts.update().where(away).values(area_id=hub.groups[0].id))
    assert sealed.kind is AccountKind.ALIYUN


async def test_a_template_gateway_takes_what_fits_a_template(hub: Hub) -> None:
    await only_aliyun(hub, SMS_1="${when}全村停水,请先存好水。")
    plan = await planned(hub)
    assert [(one.account, one.whole, one.messages) for one in plan.carried] == [("cloud", True, 3)]
    assert (plan.objected, plan.text_refused) == ((), 0)


async def test_else_the_short_text_where_that_fits(hub: Hub) -> None:
    await only_aliyun(hub, SMS_2="通知${number}号:${beginning}…要听全文打${phone},公开栏也贴了。")
    plan = await planned(hub, "三组的晒谷场周六翻修,车别停那里,稻谷也请先收好。")
    assert [(one.account, one.whole, one.messages) for one in plan.carried] == [("cloud", False, 3)]


async def test_else_nobody_gets_an_sms_and_the_plan_says_why(hub: Hub) -> None:
    await only_aliyun(hub)
    plan = await planned(hub, "周五上午9点开党员大会。")
    assert (plan.text_refused, plan.by_sms, plan.unreachable) == (3, 0, 3)
    assert {(one.reason, one.words) for one in plan.objected} >= {("no_template", ""), ("party_and_government", "党员")}
    assert len(plan.names) == 3


async def test_the_objections_are_read_in_words(hub: Hub) -> None:
    async with hub.books() as tx:
        await change_setting(tx, hub.village.id, "daily_messages", 1, actor="test")
    await typed(hub, "三组")
    await hub.text("周文书", "发吧")
    await written(hub)
    [whole] = await hub.text("周文书", "全文")
    assert "今天短信发满2户" in whole
    assert "要上门2户:陈伯、林嫂" in whole


async def test_when_it_will_be_out(hub: Hub) -> None:
    """A modem takes one in ten seconds."""
    async with hub.books() as tx:
        away = channel_accounts.c.id == hub.sms.id
        await tx.run(channel_accounts.update().where(away).values(area_id=hub.groups[0].id))
    await carried_by(hub, AccountKind.GAMMU, "modem", {"folder": "/nowhere", "per_second": "0.1"})
    plan = await planned(hub)
    assert (plan.done_at - hub.clock()).total_seconds() == 30


async def test_what_does_not_fit_before_the_night_goes_out_in_the_morning(hub: Hub) -> None:
    async with hub.books() as tx:
        away = channel_accounts.c.id == hub.sms.id
        await tx.run(channel_accounts.update().where(away).values(area_id=hub.groups[0].id))
        await change_setting(tx, hub.village.id, "quiet_from", "12:01", actor="test")
    await carried_by(hub, AccountKind.GAMMU, "modem", {"folder": "/nowhere", "per_second": "0.02"})
    async with hub.books() as tx:
        whole = Audience(AudienceKind.VILLAGE, hub.village)
        notice = await draft_notice(tx, hub.village, whole, hub.staff["周文书"], WATER)
        await send_notice(tx, RENDERER, notice)
        rows = await tx.all(select(deliveries.c.due_at).where(deliveries.c.notice_id == 1).order_by(deliveries.c.id))
    assert len({row.due_at for row in rows}) == 2
    assert rows[-1].due_at.hour == 23


# What an approval is given to ----------------------------------------------------------------------------------------


async def test_a_plan_that_changed_is_looked_at_again(hub: Hub) -> None:
    await written(hub)
    await hub.text("周文书", "1")
    await hub.add_household(2, ("韦叔", "+8613900007021"))
    hub.clock.pass_time(minutes=5)
    [changed] = await hub.text("李书记", "1")
    assert "收件人或价钱变了,现在4份,最多约0.20元" in changed
    assert await hub.told("陈伯") == []
    await hub.text("李书记", "通知26001")
    [approved] = await hub.text("李书记", "1")
    assert "批了" in approved
    assert len(await hub.told("韦叔")) == 1


async def test_another_price_is_another_plan(hub: Hub) -> None:
    await written(hub)
    await hub.text("周文书", "1")
    async with hub.books() as tx:
        await change_setting(tx, hub.village.id, "sms_price_fen", 8, actor="test")
    hub.clock.pass_time(minutes=5)
    [changed] = await hub.text("李书记", "1")
    assert "约0.24元" in changed


async def test_the_drafter_too_sends_what_he_saw(hub: Hub) -> None:
    await typed(hub, "三组", by="周文书")
    phone = await hub.contact_of("陈伯")
    async with hub.books() as tx:
        await bury_contact(tx, phone.id)
    assert "变了" in (await hub.text("周文书", "发吧"))[0]


async def test_a_large_notice_is_for_the_town(hub: Hub) -> None:
    async with hub.books() as tx:
        await change_setting(tx, hub.village.id, "town_approval_size", 2, actor="test")
    await written(hub)
    [submitted] = await hub.text("周文书", "1")
    assert "赵工" in submitted
    assert "李书记" not in submitted
    stands = (await hub.text("李书记", "通知26001"))[-1]
    assert "批准" not in stands
    hub.clock.pass_time(minutes=5)
    [approved] = await hub.text("赵工", "1")
    assert "批了" in approved


async def test_two_plans_of_one_transaction_do_not_mix(hub: Hub) -> None:
    async with hub.books() as tx:
        clerk, village = hub.staff["周文书"], hub.village
        whole = await draft_notice(tx, village, Audience(AudienceKind.VILLAGE, village), clerk, WATER)
        first = await draft_notice(tx, village, Audience(AudienceKind.GROUP, hub.groups[0]), clerk, WATER)
        sizes = [(await plan_notice(tx, RENDERER, one)).preview.households for one in (whole, first, whole)]
    assert sizes == [3, 1, 3]


async def test_two_villages_plan_for_their_own_people(hub: Hub) -> None:
    other = await hub.neighbour_village("竹溪村")
    async with hub.books() as tx:
        everybody = Audience(AudienceKind.VILLAGE, other.village)
        with pytest.raises(Refusal, match=r"notice\.not_there"):
            await draft_notice(tx, other.village, everybody, hub.staff["周文书"], WATER)
        theirs = await draft_notice(tx, other.village, everybody, hub.staff["赵工"], WATER)
        plan = await preview_notice(tx, RENDERER, theirs)
    assert (plan.households, plan.people, plan.names) == (0, 0, ())
