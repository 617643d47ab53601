"""Our signature against the official SDK's, and the SDK's own client against the fake that our channel is tested on."""

import string
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from alibabacloud_dysmsapi20170525.client import Client  # type: ignore[import-untyped]
from alibabacloud_dysmsapi20170525.models import (  # type: ignore[import-untyped]
    QuerySendDetailsRequest,
    SendBatchSmsRequest,
    SendSmsRequest,
)
from alibabacloud_tea_openapi.utils import Utils  # type: ignore[import-untyped]
from alibabacloud_tea_openapi.utils_models import Config  # type: ignore[import-untyped]
from darabonba.runtime import RuntimeOptions  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from notifier.channels.sms.aliyun_signature import canonical_query, signed_headers
from tests.fakes.aliyun import KEY_ID, KEY_SECRET, SIGNATURE, Aliyun

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
KNOCK = '{"kind": "停水", "number": "26041", "beginning": "11月23日8点到17点,一至三组"}'


def _ours(
    query: dict[str, str], body: bytes = b"", *, key_id: str = KEY_ID, key_secret: str = KEY_SECRET, nonce: str = "4f1d"
) -> dict[str, str]:
    return signed_headers(
        action="SendSms",
        version="2017-05-25",
        host="dysmsapi.aliyuncs.com",
        query=query,
        body=body,
        key_id=key_id,
        key_secret=key_secret,
        now=NOW,
        nonce=nonce,
    )


def _theirs(headers: dict[str, str], query: dict[str, str]) -> str:
    unsigned = {name: value for name, value in headers.items() if name != "authorization"}
    request = SimpleNamespace(method="POST", pathname="/", query=query, headers=unsigned)
    payload = headers["x-acs-content-sha256"]
    signed: str = Utils.get_authorization(request, "ACS3-HMAC-SHA256", payload, KEY_ID, KEY_SECRET)
    return signed


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ({}, b""),
        ({"PhoneNumbers": "13900007001", "SignName": "榕溪村", "TemplateParam": KNOCK}, b""),
        ({"b": "~-_. *+/?&=%", "a": "", "A": "\n"}, b""),
        ({"TemplateCode": "SMS_1"}, b"PhoneNumberJson=%5B%2213900007001%22%5D"),
    ],
)
def test_it_is_the_sdks_byte_for_byte(query: dict[str, str], body: bytes) -> None:
    headers = _ours(query, body)
    assert headers["authorization"] == _theirs(headers, query)


@given(st.dictionaries(st.text(string.ascii_letters, min_size=1), st.text(st.characters(exclude_categories=["Cs"]))))
def test_it_is_the_sdks_for_every_query(query: dict[str, str]) -> None:
    headers = _ours(query)
    assert headers["authorization"] == _theirs(headers, query)


def test_the_date_is_utc_whatever_the_clock_says() -> None:
    assert _ours({})["x-acs-date"] == "2026-11-23T08:00:00Z"


@pytest.mark.parametrize("headers", [_ours({}, key_secret="another"), _ours({}, nonce="another"), _ours({"a": "b"})])
def test_whatever_is_signed_changes_the_signature(headers: dict[str, str]) -> None:
    assert headers["authorization"] != _ours({})["authorization"]


def test_a_query_goes_out_as_it_was_signed() -> None:
    assert canonical_query({"b": "停 水", "a": "~/"}) == "a=~%2F&b=%E5%81%9C%20%E6%B0%B4"


def _client(fake: Aliyun, secret: str = KEY_SECRET) -> Client:
    endpoint = fake.endpoint.removeprefix("http://")
    config = Config(access_key_id=KEY_ID, access_key_secret=secret, endpoint=endpoint, protocol="http")
    return Client(config)


async def test_the_sdk_sends_through_the_fake() -> None:
    async with Aliyun() as fake:
        client = _client(fake)
        one = SendSmsRequest(
            phone_numbers="13900007001",
            sign_name=SIGNATURE,
            template_code="SMS_26041001",
            template_param=KNOCK,
            out_id="t1",
        )
        answer = await client.send_sms_with_options_async(one, RuntimeOptions())
        assert (answer.body.code, bool(answer.body.biz_id)) == ("OK", True)
        many = SendBatchSmsRequest(
            phone_number_json='["13900007002", "+8613900007003"]',
            sign_name_json=f'["{SIGNATURE}", "{SIGNATURE}"]',
            template_code="SMS_26041001",
            template_param_json=f"[{KNOCK}, {KNOCK}]",
            out_id="t2",
        )
        assert (await client.send_batch_sms_with_options_async(many, RuntimeOptions())).body.code == "OK"
        assert [(sent.mobile, sent.out_id) for sent in fake.sent] == [
            ("13900007001", "t1"),
            ("13900007002", "t2"),
            ("13900007003", "t2"),
        ]
        today = f"{fake.sent[0].at:%Y%m%d}"
        asked = QuerySendDetailsRequest(phone_number="13900007001", send_date=today, page_size=50, current_page=1)
        details = (await client.query_send_details_with_options_async(asked, RuntimeOptions())).body
        [detail] = details.sms_send_detail_dtos.sms_send_detail_dto
        assert (detail.out_id, detail.send_status, detail.content) == ("t1", 1, fake.sent[0].text)


async def test_the_fake_refuses_the_sdk_with_another_secret() -> None:
    async with Aliyun() as fake:
        asked = SendSmsRequest(phone_numbers="13900007001", sign_name=SIGNATURE, template_code="SMS_26041003")
        with pytest.raises(Exception, match="SignatureDoesNotMatch"):
            await _client(fake, "stolen").send_sms_with_options_async(asked, RuntimeOptions())
        assert fake.sent == []
