"""Tencent's own SDK signs the same requests, byte by byte, and talks to our fake: who is wrong would show."""

import asyncio
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from tencentcloud.common.credential import Credential  # type: ignore[import-untyped]
from tencentcloud.common.exception import TencentCloudSDKException  # type: ignore[import-untyped]
from tencentcloud.common.http.request import RequestInternal  # type: ignore[import-untyped]
from tencentcloud.common.profile.client_profile import ClientProfile  # type: ignore[import-untyped]
from tencentcloud.common.profile.http_profile import HttpProfile  # type: ignore[import-untyped]
from tencentcloud.sms.v20210111 import models  # type: ignore[import-untyped]
from tencentcloud.sms.v20210111.sms_client import SmsClient  # type: ignore[import-untyped]

from notifier.channels.sms.tencent_signature import TencentKey, signed_headers
from tests.fakes.tencent import APP_ID, SECRET_ID, SECRET_KEY, SIGNATURE, FakeTencent, Sent

REGION = "ap-guangzhou"
HOST = "sms.tencentcloudapi.com"
KNOCK = {
    "PhoneNumberSet": ["+8613900007001"],
    "SmsSdkAppId": APP_ID,
    "SignName": "榕溪村",
    "TemplateId": "1900001",
    "TemplateParamSet": ["停水", "26041", "11月23日8点到17点😀"],
    "SessionContext": "4f3ea81f",
}


def _client(endpoint: str, protocol: str, secret_key: str = SECRET_KEY) -> Any:
    profile = ClientProfile(httpProfile=HttpProfile(protocol=protocol, endpoint=endpoint, reqTimeout=5))
    return SmsClient(Credential(SECRET_ID, secret_key), REGION, profile)


@pytest.mark.parametrize("host", [HOST, "127.0.0.1:8443"])
@pytest.mark.parametrize("parameters", [KNOCK, {}, {"Limit": 100, "SmsSdkAppId": APP_ID}])
@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 22, 8, 0, 0, 999_999, UTC),
        datetime(2026, 11, 21, 23, 59, 59, tzinfo=UTC),
        datetime(2027, 1, 1, 0, 0, tzinfo=UTC),
        datetime.fromisoformat("2026-11-23T07:30:00+08:00"),
    ],
    ids=str,
)
def test_ours_is_the_signature_that_the_sdk_makes(
    monkeypatch: pytest.MonkeyPatch, host: str, parameters: dict[str, object], now: datetime
) -> None:
    monkeypatch.setattr("tencentcloud.common.abstract_client.time", SimpleNamespace(time=now.timestamp))
    theirs = RequestInternal(host, "POST", "/", header={})
    _client(host, "https")._build_req_with_tc3_signature("SendSms", parameters, theirs)

    payload = theirs.data.encode()
    ours = signed_headers(
        TencentKey(SECRET_ID, SECRET_KEY), host=host, region=REGION, action="SendSms", payload=payload, now=now
    )

    del theirs.header["X-TC-RequestClient"], theirs.header["X-TC-Language"]
    assert ours == theirs.header


def test_the_key_stands_in_no_representation() -> None:
    assert SECRET_KEY not in repr(TencentKey(SECRET_ID, SECRET_KEY))


async def test_the_sdk_sends_through_the_fake() -> None:
    async with FakeTencent() as fake:
        request = models.SendSmsRequest()
        request.from_json_string(json.dumps(KNOCK))
        answer = await asyncio.to_thread(_client(fake.endpoint.removeprefix("http://"), "http").SendSms, request)

        [status] = answer.SendStatusSet
        assert (status.Code, status.PhoneNumber, status.SessionContext) == ("Ok", "+8613900007001", "4f3ea81f")
        [sent] = fake.sent
        assert sent.text == "【榕溪村】停水通知26041号:11月23日8点到17点😀。看到请回1。"
        assert sent.serial == status.SerialNo


async def test_the_sdk_reads_receipts_and_replies_of_the_fake() -> None:
    async with FakeTencent() as fake:
        fake.arrived(Sent("+8613900007001", "停水", "", "2026:1", 1_790_000_000.0))
        fake.says("13900007001", "收到", 1_790_000_100)
        client = _client(fake.endpoint.removeprefix("http://"), "http")
        limit = json.dumps({"Limit": 100, "SmsSdkAppId": APP_ID})
        sent, replies = models.PullSmsSendStatusRequest(), models.PullSmsReplyStatusRequest()
        sent.from_json_string(limit)
        replies.from_json_string(limit)

        [status] = (await asyncio.to_thread(client.PullSmsSendStatus, sent)).PullSmsSendStatusSet
        [reply] = (await asyncio.to_thread(client.PullSmsReplyStatus, replies)).PullSmsReplyStatusSet
        assert (status.SerialNo, status.ReportStatus) == ("2026:1", "SUCCESS")
        assert (reply.PhoneNumber, reply.ReplyContent, reply.SignName) == ("+8613900007001", "收到", SIGNATURE)


async def test_the_fake_refuses_the_sdk_with_another_key() -> None:
    async with FakeTencent() as fake:
        request = models.SendSmsRequest()
        request.from_json_string(json.dumps(KNOCK))
        client = _client(fake.endpoint.removeprefix("http://"), "http", secret_key="stolen")
        with pytest.raises(TencentCloudSDKException) as refused:
            await asyncio.to_thread(client.SendSms, request)
        assert refused.value.get_code() == "AuthFailure.SignatureFailure"
        assert fake.sent == []
