"""Settings at the console: what each means, what is refused, who may, and channels whose secrets never come out."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from notifier.registry import NEEDED
from store.actions.accounts import add_account, keep_template, stop_account
from store.actions.settings import set_own_days
from store.domain.accounts import Account, AccountKind
from store.domain.settings import DEFAULTS, AreaSettings
from store.queries.accounts import account_by_id, all_accounts
from store.queries.areas import area_by_id, settings_for
from store.queries.people import staff_on_duty
from store.tables import audit_entries, setting_changes
from tests.hub import Hub, parent_of
from tests.integration.console_parts import Browser, signed_in
from tests.integration.office_parts import add_administrator

SECRET = "s3cr3t7"


@pytest.fixture
async def secretary(hub: Hub) -> AsyncIterator[Browser]:
    async with signed_in(hub, "李书记") as browser:
        yield browser


@pytest.fixture
async def administrator(hub: Hub) -> AsyncIterator[Browser]:
    await add_administrator(hub)
    async with signed_in(hub, "陈管理") as browser:
        yield browser


async def settings_of(hub: Hub) -> AreaSettings:
    async with hub.books() as tx:
        return await settings_for(tx, hub.village.id)


async def actions(hub: Hub) -> list[str]:
    async with hub.books() as tx:
        rows = await tx.all(select(audit_entries.c.action).order_by(audit_entries.c.id))
    return [row.action for row in rows]


async def test_a_change_is_told_in_plain_words_and_kept_with_what_stood_before(hub: Hub, secretary: Browser) -> None:
    await secretary.get("/console/settings")
    page = await secretary.press("/console/settings/set/disclosure_day", value="15")
    assert "改好了。每月几号公开：15号。每个月15号公开上个月的账，从下一次起算。" in page.text
    assert (await settings_of(hub)).disclosure_day == 15
    await secretary.get("/console/settings")
    await secretary.press("/console/settings/set/landline", value="0768-6999999")
    changes = (await secretary.get("/console/settings/changes")).text
    assert "李书记把每月几号公开从“没有设”改成“15号”。" in changes
    assert "李书记把村委会电话从“6123456”改成“0768-6999999”。" in changes
    assert (await actions(hub)).count("setting.changed") == 3


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("disclosure_day", "31", "请填1到28之间的数"),
        ("disclosure_day", "十号", "请填1到28之间的数"),
        ("quiet_from", "23:30", "不能这样设"),
        ("landline", "打前台", "不能这样设"),
        ("approval_size", "5000", "不能比要镇里批的"),
    ],
)
async def test_what_makes_no_sense_is_refused_and_what_was_typed_is_kept(
    hub: Hub, secretary: Browser, name: str, value: str, said: str
) -> None:
    before = await settings_of(hub)
    await secretary.get("/console/settings")
    refused = await secretary.press(f"/console/settings/set/{name}", value=value)
    assert (refused.status, said in refused.text, f'value="{value}"' in refused.text) == (409, True, True)
    assert await settings_of(hub) == before


async def test_whatever_may_be_set_is_set_here_too(hub: Hub, secretary: Browser, administrator: Browser) -> None:
    """`banyan set` knows the same names; the village's own days stand in the calendar."""
    page = await administrator.get(f"/console/settings?area={hub.village.id}")
    assert set(re.findall(r'action="/console/settings/set/(\w+)"', page.text)) == {*DEFAULTS} - {"own_days"}
    assert "北京时间" in (await administrator.press("/console/settings/set/zone", value="Asia/Shanghai")).text
    await secretary.get("/console/settings")
    ticked = await secretary.press("/console/settings/set/disclosure_monthly", tick_works="1", tick_levy="1")
    assert "每个月都公开哪几类：财务收支、工程项目、一事一议。" in ticked.text
    assert re.findall(r'name="tick_(\w+)" value="1" checked', ticked.text) == ["works", "levy"]
    assert "公示几天：15天" in (await secretary.press("/console/settings/set/posted_days", value="15")).text
    assert "rongxi_bot" in (await secretary.press("/console/settings/set/telegram_name", value="@rongxi_bot")).text
    kept = await settings_of(hub)
    assert kept.disclosure_monthly == ("finance", "works", "levy")
    assert (kept.posted_days, kept.telegram_name) == (15, "rongxi_bot")


async def test_a_double_press_and_the_same_value_change_nothing(hub: Hub, secretary: Browser) -> None:
    await secretary.get("/console/settings")
    fields = secretary.hidden("/console/settings/set/daily_messages")
    for said in ("改好了", "刚才已经按过了"):
        assert said in (await secretary.post("/console/settings/set/daily_messages", {**fields, "value": "7"})).text
    await secretary.get("/console/settings")
    assert "和原来一样" in (await secretary.press("/console/settings/set/daily_messages", value="7")).text
    async with hub.books() as tx:
        rows = await tx.all(select(setting_changes.c.after).where(setting_changes.c.name == "daily_messages"))
    assert [row.after for row in rows] == [7]


async def test_the_town_sets_what_a_village_may_not(hub: Hub, secretary: Browser) -> None:
    page = await secretary.get("/console/settings")
    assert "/console/settings/set/town_approval_size" not in page.text
    fields = secretary.hidden("/console/settings/set/landline")
    refused = await secretary.post("/console/settings/set/town_approval_size", {**fields, "value": "900000"})
    assert (refused.status, "不归您改" in refused.text) == (409, True)
    async with signed_in(hub, "赵工") as town:
        await town.get("/console/settings")
        assert "榕溪镇" in (await town.press("/console/settings/set/town_approval_size", value="1000")).text
    assert (await settings_of(hub)).town_approval_size == 1000
    assert "这里没有另外设，用的是：榕溪镇" in (await secretary.get("/console/settings")).text


async def test_a_town_goes_not_below_what_a_village_of_its_settles_by_itself(hub: Hub, secretary: Browser) -> None:
    await secretary.get("/console/settings")
    await secretary.press("/console/settings/set/approval_size", value="900")
    async with signed_in(hub, "赵工") as town:
        await town.get("/console/settings")
        refused = await town.press("/console/settings/set/town_approval_size", value="800")
        assert (refused.status, "榕溪村：要第二个人批的人数(900)" in refused.text) == (409, True)
        await town.get("/console/settings")
        assert "改好了" in (await town.press("/console/settings/set/town_approval_size", value="900")).text
    assert (await settings_of(hub)).town_approval_size == 900


async def test_the_front_desk_sees_and_does_not_set(hub: Hub) -> None:
    async with signed_in(hub, "周文书") as browser:
        page = await browser.get("/console/settings")
        assert ("6123456" in page.text, "/console/settings/set/" in page.text) == (True, False)
        fields = {**browser.hidden("/console/sign-out"), "area": str(hub.village.id), "value": "1"}
        assert (await browser.post("/console/settings/set/landline", fields)).status == 409
        assert (await browser.post("/console/settings/name", {**fields, "name": "新名字"})).status == 409
        assert (await browser.post("/console/settings/calendar", {**fields, "day": "2026-12-01"})).status == 404
    assert (await settings_of(hub)).landline == "6123456"


async def test_names_are_changed_and_stand_before_every_sms(hub: Hub, secretary: Browser) -> None:
    page = await secretary.get("/console/settings")
    group = re.findall(r'name="which" value="(\d+)"', page.text)[1]
    fields = {**secretary.hidden("/console/settings/name"), "which": group}
    assert "名字改好了" in (await secretary.post("/console/settings/name", {**fields, "name": "上围组"})).text
    for name, said in (("", "名字要有"), ("【村】", "不能带括号"), ("二组", "已经有一个二组了")):
        refused = await secretary.post("/console/settings/name", {**fields, "name": name})
        assert (refused.status, said in refused.text) == (409, True), name
    async with hub.books() as tx:
        assert (await area_by_id(tx, int(group))).name == "上围组"
    await secretary.get("/console/settings")
    await secretary.press("/console/settings/name", which=str(hub.village.id), name="新榕溪村")
    assert (await hub.text("陈伯", "三组晒谷场边的路灯坏了"))[-1].startswith("【新榕溪村】")


async def test_own_days_win_over_the_nations(hub: Hub, secretary: Browser) -> None:
    page = await secretary.get("/console/settings/calendar?month=2026-10")
    assert page.text.count('class="rests"') >= 8
    answer = await secretary.press("/console/settings/calendar", day="2026-11-24", works="free")
    assert "这一天设好了" in answer.text
    assert 'class="rests own">24' in answer.text
    assert (await settings_of(hub)).own_days == {date(2026, 11, 24): False}
    await secretary.press("/console/settings/calendar", day="2026-11-24", works="nation")
    assert (await settings_of(hub)).own_days == {}
    assert "请选哪一天" in (await secretary.press("/console/settings/calendar", day="nonsense", works="free")).text
    assert "2028年的放假安排还没有公布" not in page.text
    assert "还没有公布" in (await secretary.get("/console/settings/calendar?month=2027-12")).text


async def test_the_towns_days_go_on_arriving_where_a_village_has_some_of_its_own(hub: Hub) -> None:
    first, own, later = (date(2026, 11, day) for day in (23, 24, 25))
    async with hub.books() as tx:
        town = await parent_of(tx, hub.village)
        await set_own_days(tx, town, {first: False, own: False}, actor="test")
        await set_own_days(tx, hub.village, {own: True}, actor="test")
        await set_own_days(tx, town, {first: None, later: False}, actor="test")
    assert (await settings_of(hub)).own_days == {own: True, later: False}


async def test_the_roster_changes_only_the_days_that_were_changed(hub: Hub) -> None:
    today = hub.clock().date()
    names = ("周文书", "黄水生")
    async with signed_in(hub, "周文书") as one, signed_in(hub, "李书记") as other:
        await one.get("/console/settings/roster")
        await other.get("/console/settings/roster")
        for browser, name, ahead in ((one, names[0], 1), (other, names[1], 2)):
            fields = dict(re.findall(r'name="(was-[\d-]+)" value="(\d*)"', browser.page.text))
            day = today + timedelta(days=ahead)
            days = {f"day-{today + timedelta(days=number)}": "" for number in range(28)}
            days[f"day-{day}"] = str(hub.staff[name].id)
            kept = await browser.press("/console/settings/roster", **{**fields, **days})
            assert "值班排好了" in kept.text
        await one.get("/console/settings/roster")
        was = {f"was-{today + timedelta(days=1)}": str(hub.staff[names[0]].id)}
        await one.press("/console/settings/roster", **was, **{f"day-{today + timedelta(days=1)}": ""})
        stranger = await one.press("/console/settings/roster", **{f"day-{today}": "999999"})
        assert stranger.status == 404
    async with hub.books() as tx:
        on_duty = [await staff_on_duty(tx, hub.village.id, today + timedelta(days=ahead)) for ahead in (0, 1, 2)]
    assert on_duty == [None, None, hub.staff[names[1]].id]
    assert [action for action in await actions(hub) if action.startswith("duty.")] == [
        "duty.taken",
        "duty.taken",
        "duty.left_open",
    ]


async def test_it_says_who_gets_what_and_what_nobody_has(secretary: Browser) -> None:
    page = await secretary.get("/console/settings/roles")
    for shown in ("矛盾纠纷调解员", "黄水生", "没有人管，都交给村委会值守：周文书", "反映干部的事", "何监委、赵工"):
        assert shown in page.text


async def add_telegram(hub: Hub, **more: str) -> Account:
    async with hub.books() as tx:
        return await add_account(
            tx, hub.village.id, AccountKind.TELEGRAM, "榕溪机器人", {"token": SECRET, **more}, actor="test"
        )


async def test_channels_show_how_they_fare_and_a_stopped_one_is_started(hub: Hub, administrator: Browser) -> None:
    account = await add_telegram(hub)
    async with hub.books() as tx:
        await stop_account(tx, account, "401")
    page = await administrator.get(f"/console/settings/channels?area={hub.village.id}")
    for shown in ("榕溪机器人", "密钥不对，或者被收回了", "攒着", "7天发出"):
        assert shown in page.text
    started = await administrator.press(f"/console/settings/channels/{account.id}/start")
    assert "攒着的短信接着发" in started.text
    async with hub.books() as tx:
        assert (await account_by_id(tx, account.id)).stopped_reason == ""


async def test_a_test_asks_the_provider_and_is_the_same_as_on_the_command_line(
    hub: Hub, administrator: Browser
) -> None:
    account = await add_telegram(hub)
    await administrator.get(f"/console/settings/channels?area={hub.village.id}")
    off = await administrator.press(f"/console/settings/channels/{account.id}/test")
    assert "服务器上没有打开这一种" in off.text
    waits = await administrator.press(f"/console/settings/channels/{hub.sms.id}/test")
    assert "不用平台" in waits.text
    assert (await actions(hub)).count("channel.tested") == 2


async def test_a_provider_that_does_not_answer_is_said_to_be_away(
    hub: Hub, administrator: Browser, free_port: int
) -> None:
    url = f"http://127.0.0.1:{free_port}/"
    given = {"send_url": url, "username": "a", "password": SECRET, "sender": "c"}
    async with hub.books() as tx:
        account = await add_account(tx, hub.village.id, AccountKind.KANNEL, "网关", given, actor="test")
    await administrator.get(f"/console/settings/channels?area={hub.village.id}")
    away = await administrator.press(f"/console/settings/channels/{account.id}/test")
    assert ("不通" in away.text, SECRET in away.text) == (True, False)


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", [AccountKind.SMPP, AccountKind.ALIYUN, AccountKind.WECHAT, AccountKind.WEB_CHAT])
async def test_an_account_is_added_sealed_and_shown_nowhere(
    hub: Hub, administrator: Browser, kind: AccountKind
) -> None:
    form = f"/console/settings/channels/new?area={hub.village.id}&kind={kind}"
    await administrator.get(form)
    given = dict.fromkeys(NEEDED.get(kind, ()), SECRET)
    given |= {name: "smpp://127.0.0.1:9" for name in given if name == "endpoint"}
    added = await administrator.press("/console/settings/channels/new", name=f"新{kind}", **given)
    assert "添好了" in added.text
    for path in (form, "/console/settings/changes", f"/console/settings/channels?area={hub.village.id}"):
        assert SECRET not in (await administrator.get(path)).text
    async with hub.books() as tx:
        [account] = [one for one in await all_accounts(tx) if one.name == f"新{kind}"]
    assert dict(account.credentials) == given


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_a_wechat_account_may_be_in_safe_mode_and_says_what_to_enter_there(
    hub: Hub, administrator: Browser
) -> None:
    form = f"/console/settings/channels/new?area={hub.village.id}&kind=wechat"
    given = {"name": "公众号", "app_id": "wx1", "token": SECRET, "app_secret": SECRET}
    await administrator.get(form)
    refused = await administrator.press("/console/settings/channels/new", **given | {"app_secret": ""})
    assert ("还缺:开发者密码" in refused.text, SECRET in refused.text) == (True, False)
    await administrator.get(form)
    wrong = await administrator.press("/console/settings/channels/new", **given, aes_key="太短")
    assert ("有一项填得不对" in wrong.text, "太短" in wrong.text) == (True, False)
    await administrator.get(form)
    added = await administrator.press("/console/settings/channels/new", **given, aes_key="a" * 43)
    assert ("添好了" in added.text, "a" * 43 in added.text) == (True, False)
    async with hub.books() as tx:
        [account] = [one for one in await all_accounts(tx) if one.name == "公众号"]
    assert f"/hook/{account.id}/{account.hook_secret}/updates" in added.text
    assert account.credentials["aes_key"] == "a" * 43


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "新", "endpoint": "nonsense", "system_id": "a", "sender": "c", "password": SECRET}, "有一项填得不对"),
        ({"name": "新", "endpoint": "smpp://127.0.0.1:9", "system_id": "a", "sender": "c"}, "还缺:密码"),
        (
            {"name": "phones", "endpoint": "smpp://127.0.0.1:9", "system_id": "a", "sender": "c", "password": SECRET},
            "用过了",
        ),
        (
            {"name": "", "endpoint": "smpp://127.0.0.1:9", "system_id": "a", "sender": "c", "password": SECRET},
            "请起个名字",
        ),
    ],
)
async def test_an_account_that_could_not_work_is_refused_without_its_secret(
    hub: Hub, administrator: Browser, given: dict[str, str], said: str
) -> None:
    await administrator.get(f"/console/settings/channels/new?area={hub.village.id}&kind=smpp")
    refused = await administrator.press("/console/settings/channels/new", **given)
    assert (refused.status, said in refused.text, SECRET in refused.text) == (409, True, False)
    assert 'value="a"' in refused.text
    async with hub.books() as tx:
        assert len(await all_accounts(tx)) == 2


@pytest.fixture
async def gateway(hub: Hub) -> Account:
    given = {"access_key_id": "k", "access_key_secret": SECRET, "signature": "榕溪村", "template.SMS_1": "${day}停水"}
    async with hub.books() as tx:
        return await add_account(tx, hub.village.id, AccountKind.ALIYUN, "阿里云", given, actor="test")


async def test_templates_are_shown_with_what_the_gateway_will_object_to(
    hub: Hub, administrator: Browser, gateway: Account
) -> None:
    path = f"/console/settings/texts?area={hub.village.id}"
    page = await administrator.get(path)
    assert "<mark>day</mark>停水" in page.text
    kept = await administrator.press(
        "/console/settings/texts", text="请加微信群${name}", code="SMS_2", account=str(gateway.id)
    )
    assert ("模板记下了" in kept.text, "写了加群加微信" in kept.text) == (True, True)
    gone = await administrator.press("/console/settings/texts", text="", code="SMS_1", account=str(gateway.id))
    assert ("模板去掉了" in gone.text, "<mark>day</mark>" in gone.text) == (True, False)
    wrong = await administrator.press("/console/settings/texts", text="停水", code="../x", account=str(gateway.id))
    assert (wrong.status, "模板编号不对" in wrong.text, ">停水</textarea>" in wrong.text) == (409, True, True)
    async with hub.books() as tx:
        credentials = (await account_by_id(tx, gateway.id)).credentials
    assert {name for name in credentials if name.startswith("template.")} == {"template.SMS_2"}
    assert credentials["access_key_secret"] == SECRET


async def test_of_templates_that_are_kept_at_once_none_is_lost(hub: Hub, gateway: Account) -> None:
    async def keep(number: int) -> None:
        async with hub.books() as tx:
            account = await account_by_id(tx, gateway.id)
            await keep_template(tx, account, f"SMS_{number}", "${day}停电", actor="test")

    await asyncio.gather(*map(keep, range(2, 8)))
    async with hub.books() as tx:
        credentials = (await account_by_id(tx, gateway.id)).credentials
    assert {f"template.SMS_{number}" for number in range(1, 8)} <= set(credentials)


@pytest.mark.usefixtures("gateway")
async def test_a_text_is_tried_against_the_templates(secretary: Browser) -> None:
    fits = await secretary.get("/console/settings/texts?text=11月23日停水")
    assert "用的是模板SMS_1" in fits.text
    fails = await secretary.get("/console/settings/texts?text=请党员来开会")
    assert ("没有对得上的模板" in fails.text, "写了党政" in fails.text) == (True, True)
    assert ("记一个批过的模板" in fits.text, SECRET in fits.text) == (False, False)
