"""Signing in with an authenticator app instead of an SMS."""

import re
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from sqlalchemy import select

from store.actions.sealing import reseal_batch, sealed_with_old_keys
from store.domain.totp import link_for_app, new_secret
from store.keyring import with_new_active_key
from store.tables import audit_entries, staff_totp
from tests.hub import Hub
from tests.integration.console_parts import PASSWORD, Browser, a_browser, full_width, link_code, signed_in_by_password

ACCOUNT = "/console/account"


def now_code(hub: Hub, secret: str, steps: int = 0) -> str:
    totp = pyotp.TOTP(secret)
    return totp.generate_otp(totp.timecode(hub.clock()) + steps)


async def set_up(browser: Browser, hub: Hub) -> str:
    """The secret that the app has read."""
    await browser.get(ACCOUNT)
    shown = await browser.press(f"{ACCOUNT}/totp/begin")
    assert "<svg" in shown.text
    [typed] = re.findall(r'class="secret">([A-Z2-7 ]+)<', shown.text)
    secret = str(typed).replace(" ", "")
    done = await browser.press(f"{ACCOUNT}/totp/confirm", code=now_code(hub, secret))
    assert "设好了" in done.text
    return secret


async def enter_password(browser: Browser, hub: Hub, name: str) -> None:
    await browser.get("/console/sign-in")
    await browser.press("/console/sign-in", phone=hub.numbers[name], password=PASSWORD)


async def test_no_sms_is_sent_and_each_code_is_good_once(hub: Hub) -> None:
    async with signed_in_by_password(hub, "周文书") as browser:
        secret = await set_up(browser, hub)
        told = await hub.told("周文书")
        await enter_password(browser, hub, "周文书")
        assert "验证码程序" in browser.page.text
        used = await browser.press("/console/code", code=now_code(hub, secret))
        assert used.status == 403  # it confirmed the app just now
        hub.clock.pass_time(seconds=30)
        code = now_code(hub, secret)
        assert (await browser.press("/console/code", code=code)).path == "/console/today"
        await enter_password(browser, hub, "周文书")
        assert (await browser.press("/console/code", code=code)).status == 403
        hub.clock.pass_time(seconds=30)
        typed = full_width(now_code(hub, secret, 1))
        assert (await browser.press("/console/code", code=typed)).path == "/console/today"
        assert await hub.told("周文书") == told


async def test_a_clock_may_be_one_step_off_and_tries_are_counted(hub: Hub) -> None:
    async with signed_in_by_password(hub, "周文书") as browser:
        secret = await set_up(browser, hub)
        hub.clock.pass_time(minutes=5)
        await enter_password(browser, hub, "周文书")
        assert (await browser.press("/console/code", code=now_code(hub, secret, -2))).status == 403
        assert (await browser.press("/console/code", code=now_code(hub, secret, 2))).status == 403
        for wrong in ("", "abcdef", "１２３４５６"):
            assert (await browser.press("/console/code", code=wrong)).status == 403
        locked = await browser.press("/console/code", code=now_code(hub, secret))
        assert (locked.status, "验证码程序" in locked.text) == (403, True)
        hub.clock.pass_time(minutes=16)
        await enter_password(browser, hub, "周文书")
        assert (await browser.press("/console/code", code=now_code(hub, secret, -1))).path == "/console/today"


async def test_a_right_password_gives_no_more_tries_at_the_code(hub: Hub) -> None:
    async with signed_in_by_password(hub, "周文书") as browser:
        await set_up(browser, hub)
        for _ in range(5):
            await enter_password(browser, hub, "周文书")
            assert (await browser.press("/console/code", code="000000")).status == 403
        await enter_password(browser, hub, "周文书")
        assert "试错太多次了" in browser.page.text


async def test_it_is_given_up_with_its_own_code_only(hub: Hub) -> None:
    async with signed_in_by_password(hub, "周文书") as browser:
        secret = await set_up(browser, hub)
        assert (await browser.press(f"{ACCOUNT}/totp/drop", code="000000")).text.count("数字不对") == 1
        again = await browser.post(f"{ACCOUNT}/totp/begin", browser.hidden("/console/sign-out"))
        assert (again.status, secret[:4] in again.text) == (409, False)
        hub.clock.pass_time(minutes=1)
        await browser.get(ACCOUNT)
        dropped = await browser.press(f"{ACCOUNT}/totp/drop", code=now_code(hub, secret))
        assert "还用短信" in dropped.text
        before = len(await hub.told("周文书"))
        assert (await browser.enter_password("周文书")).path == "/console/today"
        assert len(await hub.told("周文书")) == before + 1


async def test_whoever_lost_the_phone_is_let_in_by_a_code_of_the_administrator(hub: Hub) -> None:
    async with signed_in_by_password(hub, "周文书") as browser:
        await set_up(browser, hub)
    async with a_browser(hub) as browser:
        code = await link_code(hub, "周文书")
        await browser.get("/console/start")
        await browser.press("/console/start", code=code, password=PASSWORD, again=PASSWORD)
        assert (await browser.enter_password("周文书")).path == "/console/today"
    async with hub.books() as tx:
        assert await tx.all(select(staff_totp)) == []
        facts = {row.action for row in await tx.all(select(audit_entries.c.action))}
    assert {"console.totp_set", "console.totp_dropped"} <= facts


async def test_who_needs_no_code_sets_none_and_a_slow_one_begins_anew(hub: Hub) -> None:
    async with signed_in_by_password(hub, "黄水生") as browser:
        page = await browser.get(ACCOUNT)
        assert "只用手机号和密码" in page.text
        fields = browser.hidden("/console/sign-out")
        assert (await browser.post(f"{ACCOUNT}/totp/begin", fields)).status == 404
        assert "数字不对" in (await browser.post(f"{ACCOUNT}/totp/confirm", {**fields, "code": "123456"})).text
    async with signed_in_by_password(hub, "周文书") as browser:
        await browser.get(ACCOUNT)
        shown = await browser.press(f"{ACCOUNT}/totp/begin")
        [old] = re.findall(r'class="secret">([A-Z2-7 ]+)<', shown.text)
        hub.clock.pass_time(minutes=31)
        assert old not in (await browser.get(ACCOUNT)).text
        secret = await set_up(browser, hub)
        assert secret != old.replace(" ", "")


async def test_the_secret_is_sealed_and_its_key_can_be_changed(hub: Hub) -> None:
    async with signed_in_by_password(hub, "周文书") as browser:
        secret = await set_up(browser, hub)
        async with hub.books() as tx:
            assert secret.encode() not in await tx.scalar(select(staff_totp.c.secret))
            tx.keyring = hub.database.keyring = with_new_active_key(tx.keyring)
            while await sealed_with_old_keys(tx):
                await reseal_batch(tx)
        hub.clock.pass_time(minutes=1)
        await enter_password(browser, hub, "周文书")
        assert (await browser.press("/console/code", code=now_code(hub, secret))).path == "/console/today"


@pytest.mark.parametrize("name", ["周文书", "O'Neil & Söhne", "甲" * 40])
def test_an_app_reads_what_the_picture_says(name: str) -> None:
    secret = new_secret()
    link = urlsplit(link_for_app(secret, name, "榕溪村"))
    asked = parse_qs(link.query)
    assert (link.scheme, link.netloc, asked["secret"], asked["issuer"]) == ("otpauth", "totp", [secret], ["榕溪村"])
