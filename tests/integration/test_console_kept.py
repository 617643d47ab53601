"""A form whose session is over by the time it is sent: nothing that was written is lost, and nothing is done twice."""

import html
import re
from datetime import timedelta

import pytest
from aiohttp import FormData
from sqlalchemy import select

from store.actions.kept_forms import forget_kept_forms, keep_form
from store.actions.sealing import reseal_batch, sealed_with_old_keys
from store.actions.sign_in import PRESSED_FOR, forget_pressed_forms, set_password
from store.actions.staff import hand_over
from store.domain.kept_forms import KEPT_FOR, MOST_KEPT, FilledForm
from store.keyring import with_new_active_key
from store.queries.kept_forms import how_many_kept, kept_forms_of
from store.tables import canned_replies, console_forms, kept_forms, notices
from tests.hub import Hub
from tests.integration.console_parts import Browser, a_browser, give_password, signed_in_by_password
from tests.integration.office_parts import add_administrator
from tests.integration.test_console_matters import open_matter

KEPT, SIGN_IN = "/console/kept", "/console/sign-in"
REPLIES, NOTICE = "/console/tickets/replies", "/console/notices/new"
SEND, DROP = "接着交上去", "不要了"
IS_KEPT = "您写的都留着"


async def kept_of(hub: Hub, name: str) -> list[FilledForm]:
    async with hub.books() as tx:
        return [one.filled for one in await kept_forms_of(tx, hub.staff[name].id)]


async def replies(hub: Hub) -> list[str]:
    async with hub.books() as tx:
        return [row.text for row in await tx.all(select(canned_replies.c.text))]


async def write_reply(browser: Browser, text: str) -> dict[str, str]:
    """The fields of the form, as they are filled in and not sent yet."""
    await browser.get(REPLIES)
    return {**browser.hidden(REPLIES), "name": "电工", "text": text}


def as_it_stands(browser: Browser, action: str) -> dict[str, str]:
    """What the page sends when it is pressed: names with dashes, and values of several lines, too."""
    [found] = re.findall(rf'<form[^>]*action="{re.escape(action)}".*?</form>', browser.page.text, re.DOTALL)
    fields = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', found)
    return {name: html.unescape(value).replace("\n", "\r\n") for name, value in fields}


async def test_what_was_written_waits_for_its_writer_and_is_sent_once(hub: Hub) -> None:
    async with signed_in_by_password(hub, "周文书") as browser:
        fields = await write_reply(browser, "明天上午\n<电工>来")
        hub.clock.pass_time(hours=9)
        late = await browser.post(REPLIES, fields)
        assert (late.status, IS_KEPT in late.text) == (401, True)
        await browser.post(REPLIES, fields)  # a double press
        async with hub.books() as tx:
            assert "电工".encode() not in await tx.scalar(select(kept_forms.c.content))
        page = await browser.enter_password("周文书")
        assert page.path == KEPT
        for words in ("乡亲说的事 · ", "名字", "明天上午\n&lt;电工&gt;来", "现在是周文书在用", f'href="{REPLIES}"'):
            assert words in page.text, words
        assert (page.text.count(SEND), await replies(hub)) == (1, [])
        assert f'href="{KEPT}">您有1份' in (await browser.get("/console/today")).text
        await browser.get(KEPT)
        again = as_it_stands(browser, REPLIES)
        assert (await browser.post(REPLIES, again)).status == 200
        assert await replies(hub) == ["明天上午\n<电工>来"]
        assert "刚才已经按过了" in (await browser.post(REPLIES, again)).text
        assert (await replies(hub), await kept_of(hub, "周文书")) == (["明天上午\n<电工>来"], [])
        assert KEPT not in (await browser.get("/console/today")).text


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_nobody_else_finds_it(hub: Hub) -> None:
    async with signed_in_by_password(hub, "周文书") as browser:
        fields = await write_reply(browser, "周文书写的")
        hub.clock.pass_time(hours=9)
        await browser.post(REPLIES, fields)
        await give_password(hub, "李书记")
        assert (await browser.enter_password("李书记")).path == "/console/today"
        assert "周文书写的" not in (await browser.get(KEPT)).text
        async with hub.books() as tx:
            [kept_id] = [row.id for row in await tx.all(select(kept_forms.c.id))]
        pressed = {**browser.hidden("/console/sign-out"), "form": "1"}
        assert (await browser.post(f"{KEPT}/{kept_id}/drop", pressed)).status == 404
        await browser.post(REPLIES, {**pressed, "name": "x", "text": "y", "kept": str(kept_id)})
    assert [one.fields["text"] for one in await kept_of(hub, "周文书")] == ["周文书写的"]


async def test_what_was_done_before_the_end_is_not_kept_nor_done_again(hub: Hub) -> None:
    async with signed_in_by_password(hub, "周文书") as browser:
        fields = await write_reply(browser, "电工明天来")
        await browser.post(REPLIES, fields)
        hub.clock.pass_time(hours=9)
        assert "刚才已经按过了" in (await browser.post(REPLIES, fields)).text
        assert (await browser.enter_password("周文书")).path == "/console/today"
        token = {**fields, "csrf": browser.hidden("/console/sign-out")["csrf"]}
        assert "刚才已经按过了" in (await browser.post(REPLIES, token)).text
        await browser.get("/console/today")
        stale = {"Origin": str(browser.client.make_url("")).rstrip("/")}
        assert "刚才已经按过了" in (await browser.post(REPLIES, fields, stale)).text
    assert (await replies(hub), await kept_of(hub, "周文书")) == (["电工明天来"], [])


async def test_several_tabs_are_kept_each_and_dropped_each(hub: Hub) -> None:
    async with signed_in_by_password(hub, "周文书") as browser:
        tabs = [await write_reply(browser, f"第{number}页") for number in range(MOST_KEPT + 1)]
        hub.clock.pass_time(hours=9)
        for fields in tabs:
            await browser.post(REPLIES, fields)
        page = await browser.enter_password("周文书")
        assert [f"第{number}页" in page.text for number in (0, 1, MOST_KEPT)] == [False, True, True]
        dropped = re.findall(rf'action="({KEPT}/\d+/drop)"', page.text)[0]
        assert "去掉了" in (await browser.press(dropped)).text
        assert f"第{MOST_KEPT}页" not in browser.page.text
        assert browser.page.text.count(DROP) == MOST_KEPT - 1


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_a_page_of_an_earlier_session_loses_nothing_either(hub: Hub) -> None:
    async with signed_in_by_password(hub, "周文书") as browser:
        fields = await write_reply(browser, "旧页上写的")
        await browser.enter_password("周文书")
        ours = {"Origin": str(browser.client.make_url("")).rstrip("/")}
        for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
            assert (await browser.post(REPLIES, fields, headers)).status == 403
        assert await kept_of(hub, "周文书") == []
        led = await browser.post(REPLIES, fields, ours)
        assert (led.path, "旧页上写的" in led.text, await replies(hub)) == (KEPT, True, [])
        await browser.post(REPLIES, as_it_stands(browser, REPLIES))
    assert await replies(hub) == ["旧页上写的"]


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_what_a_page_asks_for_by_itself_leads_the_whole_page(hub: Hub) -> None:
    """A part that is renewed neither swallows the sign-in nor takes away what stands in its page."""
    htmx = {"HX-Request": "true"}
    async with signed_in_by_password(hub, "周文书") as browser:
        await browser.get(f"{NOTICE}?village={hub.village.id}")
        fields = {**browser.hidden(NOTICE), "text": "明天停水", "kind": "village", "press": "look"}
        hub.clock.pass_time(hours=9)
        async with browser.client.get("/console/tickets", headers=htmx) as renewed:
            assert (renewed.status, renewed.url.path) == (204, "/console/tickets")
        late = await browser.post(NOTICE, fields, htmx)
        assert late.headers["HX-Redirect"] == f"{SIGN_IN}?done=kept"
        assert IS_KEPT in (await browser.get(late.headers["HX-Redirect"])).text
        page = await browser.enter_password("周文书")
        assert ("接着写" in page.text, SEND in page.text) == (True, False)
        written = await browser.post(NOTICE, as_it_stands(browser, NOTICE))
        assert "明天停水</textarea>" in written.text
        await browser.enter_password("周文书")
        stale = {**htmx, "Origin": str(browser.client.make_url("")).rstrip("/")}
        assert (await browser.post(NOTICE, fields, stale)).headers["HX-Redirect"] == KEPT
        browser.client.session.cookie_jar.clear()
        assert (await browser.post(NOTICE, fields, htmx)).status == 204
    async with hub.books() as tx:
        assert await tx.all(select(notices.c.id)) == []


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_a_file_is_chosen_again_and_what_is_refused_stays(hub: Hub) -> None:
    async with signed_in_by_password(hub, "周文书") as browser:
        await browser.get("/console/people/import")
        form = FormData({**browser.hidden("/console/people/import"), "village": str(hub.village.id)})
        form.add_field("file", "姓名\n陈新\n".encode(), filename="册.csv")
        hub.clock.pass_time(hours=9)
        async with browser.client.post("/console/people/import", data=form) as late:
            assert late.status == 401
        page = await browser.enter_password("周文书")
        assert ('type="file"' in page.text, "请再选一次" in page.text, "册.csv" in page.text) == (True, True, False)
        fields = as_it_stands(browser, "/console/people/import")
        assert (await browser.post("/console/people/import", fields)).status == 409
        assert len(await kept_of(hub, "周文书")) == 1
        again = FormData(fields)
        again.add_field("file", "姓名\n陈新\n".encode(), filename="册.csv")
        async with browser.client.post("/console/people/import", data=again) as sent:
            assert (sent.status, "陈新" in await sent.text()) == (200, True)
    assert await kept_of(hub, "周文书") == []


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_neither_secrets_nor_unnamed_votes_are_kept(hub: Hub) -> None:
    """A code, a provider's credentials and the choice of somebody's ballot are in no row."""
    matter, vote = await open_matter(hub)
    await add_administrator(hub)
    paths = {
        "/console/account/totp/confirm": ("code", "123456"),
        f"{matter}/roll/{vote}": ("choice", "agree"),
    }
    async with signed_in_by_password(hub, "陈管理") as browser:
        token = browser.hidden("/console/sign-out")
        hub.clock.pass_time(hours=9)
        for path, (name, value) in paths.items():
            answer = await browser.post(path, {**token, "form": "1", name: value})
            assert (answer.status, "请登录后再按一次" in answer.text) == (401, True), path
        given = {"kind": "aliyun", "name": "阿里云", "access_key_id": "AK", "access_key_secret": "SK"}
        await browser.post("/console/settings/channels/new", {**token, **given, "password": "PW"})
    [kept] = await kept_of(hub, "陈管理")
    assert kept.fields == {"kind": "aliyun", "name": "阿里云"}


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_each_field_is_called_as_its_page_calls_it(hub: Hub) -> None:
    filled = {
        "/console/settings/set/landline": {"value": "6123456", "area": "77"},
        "/console/settings/set/fallback_unknown": {"value": "yes"},
        "/console/days/1/day/2/move": {"to": "2026-12-01"},
        "/console/tickets/1/pass-on": {"to": "4711"},
        "/console/settings/texts": {"code": "SMS_1"},
    }
    async with signed_in_by_password(hub, "周文书") as browser:
        async with hub.books() as tx:
            for path, fields in filled.items():
                await keep_form(tx, hub.staff["周文书"].id, FilledForm(path, path[-32:], fields))
        page = re.sub(r"<input[^>]*>", "", (await browser.get(KEPT)).text)
    for words in ("6123456", "改到哪天", "2026-12-01", "模板编号", "SMS_1", "这里没有写字", 'href="/console/settings"'):
        assert words in page, words
    for hidden in ("77", "yes", "4711"):
        assert f">{hidden}<" not in page, hidden


async def test_it_ends_with_the_day_with_the_office_and_where_a_stranger_may_have_had_the_session(hub: Hub) -> None:
    staff_id = hub.staff["黄水生"].id
    async with signed_in_by_password(hub, "黄水生") as browser:
        fields = {**browser.hidden("/console/sign-out"), "text": "灯杆3号"}
        hub.clock.pass_time(hours=9)
        async with hub.books() as tx:
            await keep_form(tx, staff_id, FilledForm("/console/tickets/1/note", "a", {"text": "早的"}))
            await tx.insert(console_forms, staff_id=staff_id, form="a", pressed_at=tx.now)
            tx.keyring = hub.database.keyring = with_new_active_key(tx.keyring)
            while await sealed_with_old_keys(tx):
                await reseal_batch(tx)
            assert [one.filled.fields["text"] for one in await kept_forms_of(tx, staff_id)] == ["早的"]
        hub.clock.pass_time(seconds=KEPT_FOR.total_seconds() + 1)
        async with hub.books() as tx:
            assert await how_many_kept(tx, staff_id) == 0
            for now in (hub.clock.now, hub.clock.now + PRESSED_FOR - timedelta(days=1)):
                await forget_kept_forms(tx, now)
                await forget_pressed_forms(tx, now)
                assert await tx.all(select(kept_forms.c.id)) == []
                assert len(await tx.all(select(console_forms))) == (1 if now == hub.clock.now else 0)
        await browser.post("/console/tickets/1/note", fields)
        assert len(await kept_of(hub, "黄水生")) == 1
        async with hub.books() as tx:
            await hand_over(tx, hub.staff["黄水生"], hub.staff["周文书"], actor="test")
            assert await tx.all(select(kept_forms.c.id)) == []
        late = await browser.post("/console/tickets/1/note", fields)
        assert (late.status, "灯杆3号" in late.text) == (401, True)


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_a_session_older_than_the_password_keeps_nothing(hub: Hub) -> None:
    async with a_browser(hub) as browser:
        await give_password(hub, "黄水生")
        await browser.enter_password("黄水生")
        fields = {**browser.hidden("/console/sign-out"), "text": "灯杆3号"}
        hub.clock.pass_time(hours=1)
        async with hub.books() as tx:
            await set_password(tx, hub.staff["黄水生"], "x")
        late = await browser.post("/console/tickets/1/note", fields)
    assert ("灯杆3号" in late.text, await kept_of(hub, "黄水生")) == (True, [])
