"""Who gets in at the console, who does not, and what a stranger learns."""

import asyncio
import html
import re
import tomllib

import pytest
from sqlalchemy import select

from notifier.render import TEMPLATES
from store.actions.sign_in import begin_attempt
from store.actions.staff import hand_over
from store.domain.errors import Refusal
from store.domain.sign_in import TRIES_OF_ACCOUNT, TRIES_OF_ADDRESS
from store.tables import audit_entries, console_sessions, contacts, staff_passwords
from tests.hub import Hub
from tests.integration.console_parts import (
    PASSWORD,
    Browser,
    a_browser,
    full_width,
    give_password,
    link_code,
    signed_in_by_password,
)

WRONG = "手机号或密码不对"
LOCKED = "试错太多次了"


async def try_password(browser: Browser, number: str, password: str) -> str:
    await browser.get("/console/sign-in")
    return (await browser.press("/console/sign-in", phone=number, password=password)).text


async def facts(hub: Hub) -> list[str]:
    async with hub.books() as tx:
        rows = await tx.all(select(audit_entries.c.action).order_by(audit_entries.c.id))
    return [row.action for row in rows if row.action.startswith("console.")]


async def test_a_grid_officer_needs_a_password_only(hub: Hub) -> None:
    async with signed_in_by_password(hub, "黄水生") as browser:
        assert "乡亲说的事" in browser.page.text
        assert await facts(hub) == ["console.signed_in"]


async def test_whoever_sends_or_approves_gets_a_code_by_sms(hub: Hub) -> None:
    await give_password(hub, "周文书")
    async with a_browser(hub) as browser:
        await browser.get("/console/sign-in")
        waiting = await browser.press("/console/sign-in", phone="139 0000 7012", password=PASSWORD)
        assert waiting.path == "/console/code"
        assert (await browser.get("/console/tickets")).path == "/console/sign-in"
        await browser.get("/console/code")
        assert "码不对" in (await browser.press("/console/code", code="000000")).text
        sms = (await hub.told("周文书"))[-1]
        assert "谁来要都别给" in sms
        code = re.search(r"\d{6}", sms)
        assert code
        assert (await browser.press("/console/code", code=full_width(code[0]))).path == "/console/today"
    assert await facts(hub) == ["console.sign_in_failed", "console.signed_in"]


async def test_the_code_opens_the_session_under_another_cookie_and_only_once(hub: Hub) -> None:
    await give_password(hub, "周文书")
    async with a_browser(hub) as browser, a_browser(hub) as other:
        for one in (browser, other):
            await one.get("/console/sign-in")
            await one.press("/console/sign-in", phone=hub.numbers["周文书"], password=PASSWORD)
        code = re.findall(r"\d{6}", (await hub.told("周文书"))[-1])[0]
        before = browser.client.session.cookie_jar.filter_cookies(browser.client.make_url("/console/"))
        assert (await browser.press("/console/code", code=code)).path == "/console/today"
        after = browser.client.session.cookie_jar.filter_cookies(browser.client.make_url("/console/"))
        assert before["banyan_office"].value != after["banyan_office"].value
        assert "码不对" in (await other.press("/console/code", code=code)).text


async def test_a_stranger_is_told_the_same_whether_a_number_exists_or_not(hub: Hub) -> None:
    await give_password(hub, "黄水生")
    numbers = (hub.numbers["黄水生"], "13900007099", "13900007001", "not a number", "")
    async with a_browser(hub) as browser:
        told = [await try_password(browser, number, "瞎猜的密码") for number in numbers]
    assert WRONG in told[0]
    assert len(set(told)) == 1
    assert await facts(hub) == ["console.sign_in_failed"] * len(numbers)


@pytest.mark.parametrize("number", ["13900007013", "13900007099"])
async def test_five_wrong_tries_lock_an_account_for_a_quarter_of_an_hour(hub: Hub, number: str) -> None:
    await give_password(hub, "黄水生")
    async with a_browser(hub) as browser:
        for _ in range(5):
            assert WRONG in await try_password(browser, number, "瞎猜的密码")
            hub.clock.pass_time(minutes=1)
        assert LOCKED in await try_password(browser, number, PASSWORD)
        hub.clock.pass_time(minutes=13)
        assert LOCKED in await try_password(browser, number, PASSWORD)
        hub.clock.pass_time(minutes=2)
        assert LOCKED not in await try_password(browser, number, PASSWORD)


async def test_an_address_that_tries_many_numbers_is_locked(hub: Hub) -> None:
    await give_password(hub, "黄水生")
    async with a_browser(hub) as browser:
        for last in range(20):
            assert WRONG in await try_password(browser, f"139000071{last:02}", "瞎猜的密码")
        assert LOCKED in await try_password(browser, hub.numbers["黄水生"], PASSWORD)


async def test_of_many_tries_at_once_none_gets_past_the_count(hub: Hub) -> None:
    async def is_taken(number: str, address: str) -> bool:
        try:
            async with hub.books() as tx:
                await begin_attempt(tx, number, address)
        except Refusal:
            return False
        return True

    of_account = [is_taken("13900007013", f"192.0.2.{last}") for last in range(15)]
    of_address = [is_taken(f"139000071{last}", "198.51.100.1") for last in range(10, 40)]
    taken = [sum(await asyncio.gather(*tries)) for tries in (of_account, of_address[:15], of_address[15:])]
    assert taken == [TRIES_OF_ACCOUNT, 15, TRIES_OF_ADDRESS - 15]


async def test_a_right_password_forgets_the_wrong_ones(hub: Hub) -> None:
    await give_password(hub, "黄水生")
    async with a_browser(hub) as browser:
        for _ in range(4):
            await try_password(browser, hub.numbers["黄水生"], "瞎猜的密码")
        await browser.enter_password("黄水生")
        for _ in range(4):
            assert WRONG in await try_password(browser, hub.numbers["黄水生"], "瞎猜的密码")


async def test_a_link_code_sets_a_password_once_and_links_a_phone_too(hub: Hub) -> None:
    code = await link_code(hub, "何监委")
    async with a_browser(hub) as browser:
        await browser.get("/console/start")
        different = await browser.press("/console/start", code=code, password=PASSWORD, again="另外一个密码呀")
        assert "两遍密码不一样" in different.text
        done = await browser.press("/console/start", code=full_width(code), password=PASSWORD, again=PASSWORD)
        assert "密码设好了" in done.text
        assert (await browser.enter_password("何监委")).path == "/console/today"
        await browser.get("/console/start")
        again = await browser.press("/console/start", code=code, password=PASSWORD, again=PASSWORD)
        assert "码不对" in again.text
    assert "码" not in (await hub.text("何监委", f"关联{code}"))[0]


async def test_an_easy_password_is_refused(hub: Hub) -> None:
    code = await link_code(hub, "何监委")
    async with a_browser(hub) as browser:
        await browser.get("/console/start")
        assert (
            "太好猜" in (await browser.press("/console/start", code=code, password="12345678", again="12345678")).text
        )
    async with hub.books() as tx:
        assert await tx.all(select(staff_passwords)) == []


async def test_an_idle_session_ends(hub: Hub) -> None:
    async with signed_in_by_password(hub, "黄水生") as browser:
        hub.clock.pass_time(hours=7)
        assert (await browser.get("/console/tickets")).path == "/console/tickets"
        hub.clock.pass_time(hours=9)
        assert (await browser.get("/console/tickets")).path == "/console/sign-in"


async def test_no_session_outlives_a_week_however_much_it_is_used(hub: Hub) -> None:
    async with signed_in_by_password(hub, "黄水生") as browser:
        for _ in range(7 * 4 - 1):
            hub.clock.pass_time(hours=6)
            assert (await browser.get("/console/tickets")).path == "/console/tickets"
        hub.clock.pass_time(hours=7)
        assert (await browser.get("/console/tickets")).path == "/console/sign-in"


async def test_signing_out_ends_the_session_for_good(hub: Hub) -> None:
    async with signed_in_by_password(hub, "黄水生") as browser:
        cookies = browser.client.session.cookie_jar.filter_cookies(browser.client.make_url("/console/"))
        kept = {"banyan_office": cookies["banyan_office"].value}
        assert (await browser.press("/console/sign-out")).path == "/console/sign-in"
        async with browser.client.get("/console/tickets", cookies=kept) as response:
            assert response.url.path == "/console/sign-in"
    assert await facts(hub) == ["console.signed_in", "console.signed_out"]


async def test_a_change_of_office_ends_the_leavers_sessions(hub: Hub) -> None:
    async with signed_in_by_password(hub, "黄水生") as browser:
        async with hub.books() as tx:
            await hand_over(tx, hub.staff["黄水生"], hub.staff["周文书"], actor="test")
        assert (await browser.get("/console/tickets")).path == "/console/sign-in"
    async with hub.books() as tx:
        assert (await tx.first(select(console_sessions.c.ended_at))).ended_at


async def test_what_was_typed_is_given_back_where_nobody_knows_whose_it_is(hub: Hub) -> None:
    async with signed_in_by_password(hub, "周文书") as browser:
        await browser.get("/console/disclosures/new?month=2026-10")
        browser.client.session.cookie_jar.clear()
        typed = {"title": "修三组<水渠>120米", "amount": "1.26万元", "list": "陈*强", "text": "三家比价"}
        answer = await browser.press("/console/disclosures/new", **typed, category="works", password="晒谷场边")
    assert answer.status == 401
    for words in (*typed.values(), "项目", "金额", "传的文件，要再来一遍"):
        assert html.escape(words) in answer.text, words
    for hidden in ("works", "2026-10", "晒谷场边"):
        assert hidden not in answer.text, hidden


def test_whatever_is_typed_has_a_name_when_it_is_given_back() -> None:
    """But for the sign-in, what is searched for, and what is named by where it is written: a setting, a day, a code."""
    typed = re.compile(
        r'<textarea[^>]*? name="(\w+)"|\bline\((?:[^,()]+, )?"(\w+)", words'
        r'|<input(?![^>]*type="(?:hidden|radio|checkbox|file|search|password)")[^>]*? name="(\w+)"'
    )
    pages = (path.read_text("utf-8") for path in (TEMPLATES / "console").glob("*.html"))
    names = {next(filter(None, found)) for page in pages for found in typed.findall(page)}
    for language in ("zh_CN", "en"):
        words = tomllib.loads((TEMPLATES / language / "pages" / "console.toml").read_text("utf-8"))["typed"]
        assert names - set(words) == {"code", "since", "to", "value"}


async def test_forms_of_other_sites_and_old_tokens_are_refused(hub: Hub) -> None:
    async with signed_in_by_password(hub, "黄水生") as browser:
        await browser.get("/console/tickets")
        fields = browser.hidden("/console/sign-out")
        foreign = {"Origin": "https://evil.example"}
        assert (await browser.post("/console/sign-out", fields, foreign)).status == 403
        assert (await browser.post("/console/sign-out", {"csrf": "0" * 64})).status == 403
        assert (await browser.post("/console/sign-out", {})).status == 403
        assert (await browser.get("/console/tickets")).status == 200
    async with a_browser(hub) as browser:
        assert (await browser.post("/console/sign-in", {"phone": "1", "password": "2"})).status == 403


async def test_pages_and_cookies_let_nothing_in_from_outside(hub: Hub) -> None:
    async with signed_in_by_password(hub, "黄水生") as browser:
        page = await browser.get("/console/tickets")
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"<script>|<script(?! src=\"/static/)|<style|style=|\son\w+=", page.text)
        for cookie in browser.client.session.cookie_jar:
            assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/console")


async def test_whoever_no_sms_reaches_is_told_so_and_not_let_in(hub: Hub) -> None:
    await give_password(hub, "周文书")
    phone = await hub.contact_of("周文书")
    async with hub.books() as tx:
        await tx.run(contacts.update().where(contacts.c.id == phone.id).values(dead_at=tx.now))
    async with a_browser(hub) as browser:
        assert "短信发不到您的手机" in await try_password(browser, hub.numbers["周文书"], PASSWORD)
        assert (await browser.get("/console/code")).path == "/console/sign-in"
