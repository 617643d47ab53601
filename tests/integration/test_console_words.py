"""A village's own words at the console: what is kept is said, what would mislead is not, a town's words serve."""

from collections.abc import AsyncIterator

import pytest

from store.actions.accounts import add_account
from store.actions.areas import change_setting
from store.domain.accounts import AccountKind
from store.queries.areas import settings_for
from tests.hub import Hub, parent_of
from tests.integration.console_parts import Browser, signed_in

WORDS = "/console/settings/words"
RECEIVED = "zh_CN/ticket.received/sms"
PATH = f"{WORDS}/{RECEIVED}"
OWN = "乡亲,{什么事}收到啦,编号{编号},{几时前}前回您。"


@pytest.fixture
async def secretary(hub: Hub) -> AsyncIterator[Browser]:
    async with signed_in(hub, "李书记") as browser:
        yield browser


async def own_texts(hub: Hub) -> dict[str, str]:
    async with hub.books() as tx:
        return dict((await settings_for(tx, hub.village.id)).own_texts)


async def test_a_village_says_it_so_until_it_wants_the_standard_words_again(hub: Hub, secretary: Browser) -> None:
    page = await secretary.get(PATH)
    assert "您说的{什么事}收到了,编号{编号}。" in page.text
    kept = await secretary.press(PATH, text=OWN, press="keep")
    assert ("从现在起就这样说" in kept.text, "村里自己写的" in kept.text) == (True, True)
    assert "【榕溪村】乡亲,停水收到啦,编号3127,11月23日18点前回您。" in kept.text
    said = (await hub.text("陈伯", "三组晒谷场边的路灯坏了"))[-1]
    assert said.startswith("【榕溪村】乡亲,")
    assert "收到啦,编号1001," in said
    await secretary.get(PATH)
    assert "不另写的话" in secretary.page.text
    again = await secretary.press(PATH, press="standard")
    assert "村里不再另写" in again.text
    assert await own_texts(hub) == {}
    changes = (await secretary.get("/console/settings/changes")).text
    assert f"李书记把“收到您说的事”的说法（中文短信）从“没有设”改成“{OWN}”。" in changes
    assert f"从“{OWN}”改成“没有设”。" in changes
    async with signed_in(hub, "何监委") as supervisor:
        assert "“收到您说的事”的说法（中文短信）" in (await supervisor.get("/console/audit")).text


async def test_what_would_mislead_is_not_kept_and_stands_there_again(hub: Hub, secretary: Browser) -> None:
    await secretary.get(PATH)
    refused = await secretary.press(PATH, text="收到了,{票号}。<b>", press="keep")
    assert refused.status == 409
    for shown in ("还不能这样说", "认不得这个空：{票号}", "少了{几时前}{编号}", "收到了,{票号}。&lt;b&gt;</textarea>"):
        assert shown in refused.text
    for text in ("", "长" * 501, "\u202e收到了,编号{编号},{几时前}前回您。"):
        await secretary.get(PATH)
        assert "请写1到500个字" in (await secretary.press(PATH, text=text, press="keep")).text
    looked = await secretary.press(PATH, text=OWN + "多谢您的话。" * 10, press="look")
    assert (looked.status, "短信算2条" in looked.text, "短信，一份2条" in looked.text) == (200, True, True)
    assert await own_texts(hub) == {}


async def test_the_standard_words_typed_anew_are_no_own_ones(hub: Hub, secretary: Browser) -> None:
    await secretary.get(PATH)
    standard = secretary.page.text.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0]
    assert "和原来一样" in (await secretary.press(PATH, text=standard, press="keep")).text
    assert await own_texts(hub) == {}


async def test_a_towns_words_serve_its_villages_and_a_village_may_have_its_own(hub: Hub, secretary: Browser) -> None:
    async with hub.books() as tx:
        town = await parent_of(tx, hub.village)
    async with signed_in(hub, "赵工") as official:
        await official.get(f"{WORDS}/zh_CN/thanks/chat?area={town.id}")
        await official.press(f"{WORDS}/zh_CN/thanks/chat", text="镇里谢谢您。", press="keep")
    assert "用的是榕溪镇写的说法" in (await secretary.get(WORDS)).text
    assert (await hub.text("陈伯", "谢谢"))[-1] == "【榕溪村】镇里谢谢您。"
    await secretary.get(f"{WORDS}/zh_CN/thanks/chat")
    await secretary.press(f"{WORDS}/zh_CN/thanks/chat", text="客气啥。", press="keep")
    assert (await hub.text("陈伯", "谢谢"))[-1] == "【榕溪村】客气啥。"
    await secretary.get(f"{WORDS}/zh_CN/thanks/chat")
    assert "镇里谢谢您。" in secretary.page.text
    await secretary.press(f"{WORDS}/zh_CN/thanks/chat", press="standard")
    assert await own_texts(hub) == {"zh_CN/thanks/chat": "镇里谢谢您。"}


async def test_words_that_an_upgrade_has_left_behind_are_marked_and_the_standard_is_said(
    hub: Hub, secretary: Browser
) -> None:
    async with hub.books() as tx:
        await change_setting(tx, hub.village.id, RECEIVED, "收到{旧的空}", actor="test")
        await change_setting(tx, hub.village.id, "zh_CN/gone.message/chat", "没有这条了", actor="test")
    assert "您说的路灯收到了" in (await hub.text("陈伯", "三组晒谷场边的路灯坏了"))[-1]
    assert (await secretary.get(WORDS)).text.count("现在发的是原来的说法") == 1
    assert "认不得这个空：{旧的空}" in (await secretary.get(PATH)).text
    assert (await secretary.get("/console/settings/changes")).status == 200


async def test_a_gateway_of_approved_templates_says_what_it_will_not_send(hub: Hub, secretary: Browser) -> None:
    given = {"access_key_id": "k", "access_key_secret": "s", "signature": "榕溪村"}
    given["template.SMS_1"] = (
        "您说的${what}收到了,编号${number}。${until}前回您。有话补充,直接回这条短信。急了打${phone}。"
    )
    async with hub.books() as tx:
        await add_account(tx, hub.village.id, AccountKind.ALIYUN, "阿里云", given, actor="test")
    assert "阿里云发不出去" not in (await secretary.get(PATH)).text
    looked = await secretary.press(PATH, text=OWN + "维权找律师。", press="look")
    for reason in ("没有批过的模板", "写了法律维权“维权”", "写了法律维权“律师”"):
        assert f"阿里云发不出去：{reason}" in looked.text


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_only_what_a_village_may_word_has_a_page_and_only_some_may_change_it(
    hub: Hub, secretary: Browser
) -> None:
    for name in ("zh_CN/opted_out/chat", "fr/thanks/chat", "zh_CN/thanks/sms", "zh_CN/thanks/x", "en/../../chat"):
        assert (await secretary.get(f"{WORDS}/{name}")).status == 404, name
    assert "Hello. Just write" in (await secretary.get(f"{WORDS}?language=en")).text
    async with signed_in(hub, "周文书") as clerk:
        page = await clerk.get(PATH)
        assert ("readonly" in page.text, "就这样说" in page.text) == (True, False)
        fields = {**clerk.hidden(PATH), "text": OWN, "press": "keep"}
        assert (await clerk.post(PATH, fields)).status == 409
    assert await own_texts(hub) == {}
