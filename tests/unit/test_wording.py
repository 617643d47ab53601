"""A notice's words as each account can carry them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from notifier.render import Renderer
from notifier.wording import Wording, cheapest, wordings
from store.domain.accounts import Account, AccountKind
from store.domain.answers import Asked, AskKind
from store.domain.areas import Area, AreaKind
from store.domain.audiences import Audience, AudienceKind
from store.domain.notices import Notice, NoticeState
from store.domain.plans import Fallback, Objected
from store.domain.settings import settings_of

VILLAGE = Area(1, AreaKind.VILLAGE, "榕溪村", "/1/")
SETTINGS = settings_of(VILLAGE, "榕溪村", {"landline": "6123456", "notice_parts": 2})
RENDERER = Renderer()
NOTICE = Notice(
    id=1,
    village_id=1,
    village_name="榕溪村",
    number=26001,
    text="11月23日8点到17点全村停水,请先存好水。",
    audience=Audience(AudienceKind.VILLAGE, VILLAGE),
    asked=Asked(),
    fallback=Fallback(),
    state=NoticeState.DRAFT,
    frozen_hash="",
    plan_hash="",
    drafted_by=1,
    drafter_name="周文书",
    drafter_resident_id=None,
    refusal="",
    drafted_at=datetime(2026, 11, 18, 4, tzinfo=UTC),
)
LONG = replace(NOTICE, text="关于全村自来水管网改造的通知。" * 30)
WHOLE = {"template.SMS_1": "${when}全村停水,请先存好水。"}
KNOCK = {"template.SMS_2": "通知${number}号:${beginning}…要听全文打${phone},公开栏也贴了。"}


def account(kind: AccountKind, **credentials: str) -> Account:
    return Account(1, 1, kind, "it", "", {"signature": "榕溪村", **credentials})


def worded(notice: Notice, to: Account) -> Wording:
    found = wordings(RENDERER, notice, SETTINGS, to, "zh_CN")
    assert isinstance(found, Wording)
    return found


@pytest.mark.parametrize(
    ("notice", "to", "whole", "parts"),
    [
        (NOTICE, account(AccountKind.KANNEL), True, 1),
        (LONG, account(AccountKind.KANNEL), False, 1),
        (LONG, account(AccountKind.WEB_CHAT), True, 0),
        (NOTICE, account(AccountKind.ALIYUN, **WHOLE, **KNOCK), True, 1),
        (NOTICE, account(AccountKind.ALIYUN, **KNOCK), False, 1),
        (LONG, account(AccountKind.ALIYUN, **KNOCK), False, 1),
    ],
    ids=[
        "a gateway takes any text",
        "a long one knocks by SMS",
        "and stands whole in a chat",
        "an approved template takes the whole",
        "else the knock where that is approved",
        "a long one is tried as a knock only",
    ],
)
def test_the_fullest_text_that_an_account_takes(notice: Notice, to: Account, whole: bool, parts: int) -> None:  # noqa: FBT001
    found = worded(notice, to)
    assert (found.whole, found.parts) == (whole, parts)
    assert found.price_fen == parts * SETTINGS.sms_price_fen


def test_the_price_is_the_accounts_own_where_it_says_one() -> None:
    two_parts = replace(NOTICE, text="请到村委会二楼领表,带上户口本和身份证。" * 4)
    found = worded(two_parts, account(AccountKind.KANNEL, price_fen="4"))
    assert (found.parts, found.price_fen) == (2, 8)


@pytest.mark.parametrize("kind", [AccountKind.ALIYUN, AccountKind.TENCENT])
def test_what_no_template_takes_is_refused_with_the_reasons(kind: AccountKind) -> None:
    found = wordings(RENDERER, replace(NOTICE, text="周五上午9点开党员大会。"), SETTINGS, account(kind), "zh_CN")
    assert isinstance(found, list)
    assert Objected("it", kind, "no_template", "") in found
    assert Objected("it", kind, "party_and_government", "党员") in found
    assert len(set(found)) == len(found)


def test_what_is_asked_for_stands_in_the_text() -> None:
    found = worded(replace(NOTICE, asked=Asked(AskKind.SEEN)), account(AccountKind.KANNEL))
    assert found.rendered.text.endswith("看到请回1。")


def test_the_cheapest_is_chosen_and_the_nearest_of_equals() -> None:
    near, far = (worded(NOTICE, replace(account(AccountKind.KANNEL), name=name)) for name in ("near", "far"))
    cheap = worded(NOTICE, account(AccountKind.KANNEL, price_fen="3"))
    stopped = replace(cheap, account=replace(cheap.account, stopped_reason="balance"))
    assert cheapest([near, far]) is near
    assert cheapest([near, cheap]) is cheap
    assert cheapest([near, stopped]) is near
    assert cheapest([stopped]) is stopped
    assert cheapest([]) is None
