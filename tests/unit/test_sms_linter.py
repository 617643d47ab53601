"""What the gateways will refuse, said before approval."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.channels.sms.linter import Objection, Reason, objections, template_objections
from notifier.channels.sms.templates import Template
from store.domain.accounts import AccountKind

ALIYUN, TENCENT, KANNEL = AccountKind.ALIYUN, AccountKind.TENCENT, AccountKind.KANNEL
ACCOUNT = {
    "signature": "榕溪村",
    "template.SMS_1": "${kind}通知${number}号:${beginning}…全文请回${number}或看村里公开栏。",
    "template.SMS_2": "{1}:{2}。看到请回1。",
}
KNOCK = "【榕溪村】停水通知26041号:11月23日8点到17点…全文请回26041或看村里公开栏。"


def saying(beginning: str) -> str:
    return KNOCK.replace("11月23日8点到17点", beginning)


def reasons(kind: AccountKind, text: str) -> set[Reason]:
    return {objection.reason for objection in objections(kind, ACCOUNT, text)}


@pytest.mark.parametrize("kind", [ALIYUN, TENCENT])
def test_an_approved_knock_goes_out(kind: AccountKind) -> None:
    assert objections(kind, ACCOUNT, KNOCK) == ()


@pytest.mark.parametrize(
    ("text", "objection"),
    [
        (KNOCK.replace("榕溪村", "桃源村"), Objection(Reason.OTHER_SIGNATURE, "桃源村")),
        ("【榕溪村】明天8点到17点停水。", Objection(Reason.NO_TEMPLATE)),
        (KNOCK.replace("26041或", "26042或"), Objection(Reason.NO_TEMPLATE)),
        (saying("很" * 36), Objection(Reason.NO_TEMPLATE)),
        (saying("请大家都看https://a.cn/1"), Objection(Reason.LINK_IN_VARIABLE, "https://")),
        (saying("见rongxi.gov.cn"), Objection(Reason.LINK_IN_VARIABLE, "gov.cn")),
        (saying("打13900007001找老陈"), Objection(Reason.PERSONAL_NUMBER, "13900007001")),
        (saying("打+86 139-0000-7001"), Objection(Reason.PERSONAL_NUMBER, "+86 139-0000-7001")),
        (saying("加我微信领表"), Objection(Reason.JOIN_US, "加我微信")),
        (saying("扫码进微信群"), Objection(Reason.JOIN_US, "微信群")),
        (saying("全体党员今晚开会"), Objection(Reason.PARTY_AND_GOVERNMENT, "党员")),
        (saying("王律师来接待"), Objection(Reason.LEGAL_RIGHTS, "律师")),
        (saying("给阿秀家捐款"), Objection(Reason.DONATION, "捐款")),
        (saying("请填满意度调查"), Objection(Reason.QUESTIONNAIRE, "满意度调查")),
    ],
)
def test_both_clouds_object(text: str, objection: Objection) -> None:
    assert objection in objections(ALIYUN, ACCOUNT, text)
    assert objection in objections(TENCENT, ACCOUNT, text)


@pytest.mark.parametrize(
    ("beginning", "reason", "kinds"),
    [
        ("不想收请回R退订", Reason.OPT_OUT, {ALIYUN}),
        ("上门调解水渠的事", Reason.LEGAL_RIGHTS, {ALIYUN}),
        ("周三义诊", Reason.MEDICAL, {TENCENT}),
        ("镇上美容店招人", Reason.MEDICAL, {ALIYUN, TENCENT}),
    ],
)
def test_where_the_clouds_differ(beginning: str, reason: Reason, kinds: set[AccountKind]) -> None:
    assert {kind for kind in (ALIYUN, TENCENT) if reason in reasons(kind, saying(beginning))} == kinds


@pytest.mark.parametrize(
    "beginning",
    [
        "请参加群众大会",
        "打村委会6123456",
        "三组12月3日修渠,14点到17点",
        "编号139000070011",
        "用水加压,群里说过",
        "1.5吨一车",
    ],
)
def test_what_a_village_says_every_day_is_fine(beginning: str) -> None:
    assert objections(ALIYUN, ACCOUNT, saying(beginning)) == ()
    assert objections(TENCENT, ACCOUNT, saying(beginning)) == ()


def test_what_an_approved_template_says_itself_is_not_objected_to() -> None:
    account = {"signature": "榕溪村", "template.SMS_3": "党员大会${when}召开,请准时。"}
    assert objections(ALIYUN, account, "【榕溪村】党员大会今晚8点召开,请准时。") == ()
    assert reasons(ALIYUN, "【榕溪村】党员大会今晚8点召开,请准时。") == {
        Reason.NO_TEMPLATE,
        Reason.PARTY_AND_GOVERNMENT,
    }


def test_a_text_without_a_signature_goes_out_under_the_accounts_first() -> None:
    assert objections(ALIYUN, ACCOUNT, KNOCK.removeprefix("【榕溪村】")) == ()


def test_an_account_that_names_no_signature_takes_every() -> None:
    account = {name: text for name, text in ACCOUNT.items() if name != "signature"}
    assert objections(TENCENT, account, KNOCK) == ()


@pytest.mark.parametrize(
    ("kind", "longest"),
    [
        (ALIYUN, 500),
        (TENCENT, 500),
        (KANNEL, 8 * 67),
        (AccountKind.SMPP, 8 * 67),
        (AccountKind.GAMMU, 8 * 67),
        (AccountKind.TWILIO, 1600),
    ],
)
def test_length(kind: AccountKind, longest: int) -> None:
    assert Reason.TOO_LONG not in reasons(kind, "【榕溪村】" + "水" * (longest - 5))
    assert Reason.TOO_LONG in reasons(kind, "【榕溪村】" + "水" * (longest - 4))


@pytest.mark.parametrize("kind", [KANNEL, AccountKind.SMPP, AccountKind.GAMMU, AccountKind.TWILIO])
def test_a_gateway_without_templates_objects_to_no_words(kind: AccountKind) -> None:
    assert objections(kind, {}, "【榕溪村】全体党员今晚8点开会,有事打13900007001,见https://a.cn。") == ()
    assert template_objections(kind, Template("1", "${a}${b}")) == ()


@given(st.sampled_from(AccountKind), st.text(max_size=600))
def test_nothing_that_is_typed_breaks_it(kind: AccountKind, text: str) -> None:
    found = objections(kind, ACCOUNT, text)
    assert all(objection.words in text for objection in found)


@pytest.mark.parametrize(
    ("kind", "text", "objection"),
    [
        (ALIYUN, "${kind}${number}号通知", Objection(Reason.ADJACENT_VARIABLES, "kind number")),
        (TENCENT, "通知{1}{2}", Objection(Reason.ADJACENT_VARIABLES, "1 2")),
        (ALIYUN, "${a},${b}。", Objection(Reason.ALL_VARIABLES)),
        (ALIYUN, "${content}", Objection(Reason.ALL_VARIABLES)),
        (ALIYUN, "通知{1}号", Objection(Reason.FOREIGN_VARIABLE, "{1}")),
        (TENCENT, "通知${number}号", Objection(Reason.FOREIGN_VARIABLE, "${number}")),
        (ALIYUN, "详见www.${site}.cn", Objection(Reason.LINK_IN_VARIABLE, "www.${")),
        (TENCENT, "详见https://a.cn/{1}", Objection(Reason.LINK_IN_VARIABLE, "https://a.cn/{")),
        (ALIYUN, "【榕溪村】通知${number}号", Objection(Reason.SIGNATURE_BRACKETS, "【")),
        (ALIYUN, "通知${number}号,退订回R", Objection(Reason.OPT_OUT, "退订")),
        (TENCENT, "党支部通知{1}号", Objection(Reason.PARTY_AND_GOVERNMENT, "党支部")),
        (ALIYUN, "有事打13900007001,${what}", Objection(Reason.PERSONAL_NUMBER, "13900007001")),
        (ALIYUN, "水" * 501, Objection(Reason.TOO_LONG)),
    ],
)
def test_a_template_that_would_not_be_approved(kind: AccountKind, text: str, objection: Objection) -> None:
    assert objection in template_objections(kind, Template("SMS_1", text))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (ALIYUN, ACCOUNT["template.SMS_1"]),
        (ALIYUN, "您说的${what}收到了,编号${number}。急了打村委会6123456。"),
        (TENCENT, "您说的{1}收到了,编号{2}。全文见https://rongxi.example.cn/n。"),
        (ALIYUN, "今晚8点开会。"),
    ],
)
def test_a_template_that_may_be_approved(kind: AccountKind, text: str) -> None:
    assert template_objections(kind, Template("SMS_1", text)) == ()
