"""Tencent Cloud's SMS API of 2021-01-11 as far as we use it, as strict as its document; Tencent's own SDK judges it."""

import asyncio
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from aiohttp import ClientSession, web
from tencentcloud.common.sign import Sign  # type: ignore[import-untyped]

from tests.fakes.served import Served

SECRET_ID = "AKID-of-the-village"
SECRET_KEY = "key-of-the-village"
APP_ID = "1400006666"
SIGNATURE = "榕溪村"
TEMPLATES = {
    "1900001": "{1}通知{2}号:{3}。看到请回1。",
    "1900002": "您说的{1}收到了,编号{2}。急了打村委会6123456。",
}
MOST_NUMBERS = 200
CLOCK_SECONDS = 300

_SEND_FIELDS = {"PhoneNumberSet", "SmsSdkAppId", "TemplateId", "SignName", "TemplateParamSet", "SessionContext"}
_FIELDS = {
    "SendSms": (_SEND_FIELDS - {"TemplateParamSet", "SessionContext"}, _SEND_FIELDS),
    "PullSmsSendStatusByPhoneNumber": (
        {"BeginTime", "Offset", "Limit", "PhoneNumber", "SmsSdkAppId"},
        {"BeginTime", "Offset", "Limit", "PhoneNumber", "SmsSdkAppId", "EndTime"},
    ),
    "PullSmsSendStatus": ({"Limit", "SmsSdkAppId"}, {"Limit", "SmsSdkAppId"}),
    "PullSmsReplyStatus": ({"Limit", "SmsSdkAppId"}, {"Limit", "SmsSdkAppId"}),
    "SmsPackagesStatistics": (
        {"Limit", "Offset", "BeginTime", "EndTime", "SmsSdkAppId"},
        {"Limit", "Offset", "BeginTime", "EndTime", "SmsSdkAppId"},
    ),
}
"""Of each action: what must be there, and what may be."""


class Sent(NamedTuple):
    number: str
    text: str
    context: str
    serial: str
    at: float


class Fault(Exception):
    """Answers the whole request with this code."""


class FakeTencent(Served):
    """One account with one application.

    `codes` answers a number with another code than Ok, `fault` a whole request. `trouble` is what happens after a
    request was taken: "late", "broken", or an HTTP status. `echoes_context` is what Tencent opens on request only.
    """

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.requests = 0
        self.codes: dict[str, str] = {}
        self.left_out: set[str] = set()
        self.fault = ""
        self.trouble = ""
        self.echoes_context = False
        self.pull_allowed = True
        self.reports: list[dict[str, Any]] = []
        self.replies: list[dict[str, Any]] = []
        self.before_answer: Callable[[Sent], Any] | None = None
        super().__init__([web.post("/", self._serve)])

    def arrived(self, sent: Sent, *, status: str = "SUCCESS", code: str = "DELIVRD") -> None:
        """The carrier's receipt: from now on it may be pulled."""
        self.reports.append(
            {
                "UserReceiveTime": int(sent.at),
                "CountryCode": "86",
                "SubscriberNumber": sent.number.removeprefix("+86"),
                "PhoneNumber": sent.number,
                "SerialNo": sent.serial,
                "ReportStatus": status,
                "Description": code,
                "SessionContext": sent.context if self.echoes_context else "",
            }
        )

    def says(self, mobile: str, text: str, at: int) -> None:
        """A person's reply: from now on it may be pulled."""
        self.replies.append(
            {
                "ExtendCode": "",
                "CountryCode": "86",
                "PhoneNumber": f"+86{mobile}",
                "SubscriberNumber": mobile,
                "SignName": SIGNATURE,
                "ReplyContent": text,
                "ReplyTime": at,
            }
        )

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        body = await request.read()
        try:
            action = _authenticate(request, body)
            answer = await self._act(action, _parameters(action, body))
        except Fault as fault:
            answer = {"Error": {"Code": str(fault), "Message": "…"}}
        if self.trouble == "late":
            await asyncio.sleep(30)
        if self.trouble == "broken" and request.transport:
            request.transport.abort()
        if self.trouble.isdecimal():
            return web.Response(status=int(self.trouble), text="<html>")
        said = {"Response": {**answer, "RequestId": "a0aabda6-cf91-4f3e-a81f-9198114a2279"}}
        # Without a charset: by any other type the SDK does not see that this is an error.
        return web.Response(body=json.dumps(said).encode(), content_type="application/json")

    async def _act(self, action: str, given: dict[str, Any]) -> dict[str, Any]:
        if self.fault:
            raise Fault(self.fault)
        if action == "SendSms":
            return {"SendStatusSet": await self._send(given)}
        if action == "PullSmsSendStatusByPhoneNumber":
            rows = [row for row in self.reports if row["PhoneNumber"] == given["PhoneNumber"]]
            return {"PullSmsSendStatusSet": [row for row in rows if row["UserReceiveTime"] >= given["BeginTime"]]}
        if action == "SmsPackagesStatistics":
            valid = {"PackageAmount": 1000, "CurrentUsage": 380, "PackageExpiredTime": int(time.time()) + 86_400}
            expired = {"PackageAmount": 500, "CurrentUsage": 0, "PackageExpiredTime": int(time.time()) - 86_400}
            return {"SmsPackagesStatisticsSet": [expired, valid]}
        if not self.pull_allowed:
            raise Fault("UnauthorizedOperation.RequestPermissionDeny")
        kept, name = (
            (self.reports, "PullSmsSendStatusSet")
            if action == "PullSmsSendStatus"
            else (self.replies, "PullSmsReplyStatusSet")
        )
        page = kept[: given["Limit"]]
        del kept[: given["Limit"]]
        return {name: page}

    async def _send(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        numbers = given["PhoneNumberSet"]
        if not numbers:
            raise Fault("MissingParameter.EmptyPhoneNumberSet")
        if len(numbers) > MOST_NUMBERS:
            raise Fault("LimitExceeded.PhoneNumberCountLimit")
        if len(given.get("SessionContext", "").encode()) >= 512:
            raise Fault("InvalidParameterValue")
        if len({number.startswith("+86") for number in numbers}) > 1:
            raise Fault("UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber")
        rows = [await self._send_one(number, given) for number in numbers]
        return [row for row in rows if row["PhoneNumber"] not in self.left_out]

    async def _send_one(self, number: str, given: dict[str, Any]) -> dict[str, Any]:
        code = self.codes.get(number) or _complaint(number, given)
        serial = "" if code else f"2026:{len(self.sent) + 1:026d}"
        context = given.get("SessionContext", "")
        if not code:
            sent = Sent(number, _rendered(given), context, serial, time.time())
            self.sent.append(sent)
            if self.before_answer:
                await self.before_answer(sent)
        return {
            "SerialNo": serial,
            "PhoneNumber": number,
            "Fee": 0 if code else 1,
            "SessionContext": context,
            "Code": code or "Ok",
            "Message": "…" if code else "send success",
            "IsoCode": "CN",
        }


def report(sent: Sent, *, status: str = "SUCCESS", code: str = "DELIVRD") -> dict[str, str]:
    """A row of the status callback."""
    return {
        "user_receive_time": "2026-11-22 08:03:04",
        "nationcode": "86",
        "mobile": sent.number.removeprefix("+86"),
        "report_status": status,
        "errmsg": code,
        "description": "用户短信送达成功",
        "sid": sent.serial,
    }


def reply(mobile: str, text: str, at: int) -> dict[str, object]:
    """The reply callback."""
    return {"extend": "", "mobile": mobile, "nationcode": "86", "sign": SIGNATURE, "text": text, "time": at}


async def post(url: str, said: object) -> tuple[int, dict[str, Any]]:
    async with ClientSession() as session, session.post(url, json=said) as answer:
        return answer.status, await answer.json()


def _authenticate(request: web.Request, body: bytes) -> str:
    """Verify as the document of TC3-HMAC-SHA256 says, with the SDK's arithmetic; the action that was called."""
    headers = request.headers
    given = re.fullmatch(
        r"TC3-HMAC-SHA256 Credential=([^/]+)/([0-9-]{10})/sms/tc3_request, "
        r"SignedHeaders=content-type;host, Signature=([0-9a-f]{64})",
        headers.get("Authorization", ""),
    )
    if given is None:
        raise Fault("AuthFailure.InvalidAuthorization")
    timestamp = int(headers["X-TC-Timestamp"])
    date = datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")
    if given[1] != SECRET_ID:
        raise Fault("AuthFailure.SecretIdNotFound")
    if abs(time.time() - timestamp) > CLOCK_SECONDS or given[2] != date:
        raise Fault("AuthFailure.SignatureExpire")
    signed = f"content-type:{headers['Content-Type'].lower()}\nhost:{headers['Host'].lower()}\n"
    canonical = f"POST\n/\n\n{signed}\ncontent-type;host\n{hashlib.sha256(body).hexdigest()}"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"TC3-HMAC-SHA256\n{timestamp}\n{date}/sms/tc3_request\n{digest}"
    if not hmac.compare_digest(Sign.sign_tc3(SECRET_KEY, date, "sms", to_sign), given[3]):
        raise Fault("AuthFailure.SignatureFailure")
    if headers.get("X-TC-Version") != "2021-01-11":
        raise Fault("NoSuchVersion")
    if headers.get("X-TC-Region") != "ap-guangzhou":
        raise Fault("UnsupportedRegion")
    return headers["X-TC-Action"]


def _parameters(action: str, body: bytes) -> dict[str, Any]:
    if action not in _FIELDS:
        raise Fault("InvalidAction")
    given: dict[str, Any] = json.loads(body)
    needed, allowed = _FIELDS[action]
    if needed - given.keys():
        raise Fault("MissingParameter")
    if given.keys() - allowed:
        raise Fault("UnknownParameter")
    if given["SmsSdkAppId"] != APP_ID:
        raise Fault("UnauthorizedOperation.SmsSdkAppIdVerifyFail")
    if given.get("Limit", 1) > (500 if action == "SmsPackagesStatistics" else 100):
        raise Fault("InvalidParameterValue.LimitVerifyFail")
    return given


def _complaint(number: str, given: dict[str, Any]) -> str:
    template, values = TEMPLATES.get(given["TemplateId"]), given.get("TemplateParamSet") or []
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number):
        return "InvalidParameterValue.IncorrectPhoneNumber"
    if given["SignName"] != SIGNATURE:
        return "FailedOperation.SignatureIncorrectOrUnapproved"
    if template is None:
        return "FailedOperation.TemplateIncorrectOrUnapproved"
    if len(values) != len(set(re.findall(r"\{\d\}", template))):
        return "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
    if any("http" in value for value in values):
        return "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter"
    return ""


def _rendered(given: dict[str, Any]) -> str:
    values = given.get("TemplateParamSet") or []
    text = re.sub(r"\{(\d)\}", lambda variable: str(values[int(variable[1]) - 1]), TEMPLATES[given["TemplateId"]])
    return f"【{given['SignName']}】{text}"
