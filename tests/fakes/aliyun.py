"""A strict Dysms API 2017-05-25 on loopback: it looks at signatures, mandatory fields, limits, templates.

What it says in return are the documented shapes and codes. The official SDK talks to it in tests/unit, which proves it.
"""

import asyncio
import hashlib
import hmac
import json
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from aiohttp import web

from tests.fakes.served import Served

KEY_ID, KEY_SECRET = "LTAI5tVillageExample", "secret-of-the-village"
SIGNATURE = "榕溪村"
TEMPLATES = {
    "SMS_26041001": "${kind}通知${number}号:${beginning}。看到请回1。",
    "SMS_26041002": "您说的${what}收到了,编号${number}。",
    "SMS_26041003": "榕树下:这是一条测试消息。",
}

_BEIJING = ZoneInfo("Asia/Shanghai")
_AUTHORIZATION = re.compile(r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})")
_MUST_BE_SIGNED = {
    "host",
    "x-acs-action",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-version",
}


class _Refused(Exception):
    def __init__(self, code: str, status: int = 200, message: str = "refused") -> None:
        super().__init__(code)
        self.code, self.status, self.message = code, status, message


@dataclass(frozen=True, slots=True)
class Sent:
    mobile: str
    text: str
    out_id: str
    biz_id: str
    template: str
    at: datetime


@dataclass
class Aliyun(Served):
    """`refused` are numbers with the code that a call with them gets; `codes` answer the next calls, one each.

    `held` calls are taken, but never answered; with `page` they are taken, and a proxy answers with a page instead.
    """

    refused: dict[str, str] = field(default_factory=dict)
    codes: deque[tuple[int, str, str]] = field(default_factory=deque)
    held: bool = False
    page: bool = False
    sent: list[Sent] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    arrived: set[str] = field(default_factory=set)
    _nonces: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__([web.post("/", self._answer)])

    def report(self, *sent: Sent, success: bool = True, code: str = "DELIVERED") -> bytes:
        """The body of a SmsReport about these."""
        return _json(
            [
                {
                    "phone_number": one.mobile,
                    "send_time": _written(one.at),
                    "report_time": _written(one.at),
                    "success": success,
                    "err_code": code,
                    "err_msg": "用户接收成功" if success else "失败",
                    "sms_size": "1",
                    "biz_id": one.biz_id,
                    "out_id": one.out_id,
                }
                for one in sent
            ]
        )

    async def _answer(self, request: web.Request) -> web.Response:
        action = request.headers.get("x-acs-action", "")
        body = await request.read()
        self.calls.append(action)
        request_id = f"A90E4451-FED7-49D2-87C8-{len(self.calls):012}"
        try:
            self._authenticate(request, body)
            self._refuse_by_script()
            form = {name: str(value) for name, value in (await request.post()).items()} if body else {}
            answer = self._actions[action](dict(request.query), form)
        except _Refused as refused:
            answer = {"Code": refused.code, "Message": refused.message, "RequestId": request_id}
            return web.json_response(answer, status=refused.status)
        if self.held:
            await asyncio.sleep(30)
        if self.page:
            return web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html")
        return web.json_response({"Code": "OK", "Message": "OK", "RequestId": request_id, **answer})

    @property
    def _actions(self) -> dict[str, Callable[[Mapping[str, str], Mapping[str, str]], dict[str, Any]]]:
        return {
            "SendSms": self._send,
            "SendBatchSms": self._send_batch,
            "QuerySendDetails": self._details,
            "QuerySmsTemplateList": self._list,
        }

    def _refuse_by_script(self) -> None:
        if self.codes:
            status, code, message = self.codes.popleft()
            raise _Refused(code, status, message)

    def _authenticate(self, request: web.Request, body: bytes) -> None:
        headers = request.headers
        said = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
        if said is None:
            raise _Refused("IncompleteSignature", 400)
        names = said[2].split(";")
        if not set(names) >= _MUST_BE_SIGNED or names != sorted(names):
            raise _Refused("IncompleteSignature", 400)
        if said[1] != KEY_ID:
            raise _Refused("InvalidAccessKeyId.NotFound", 404)
        at = datetime.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        if abs(datetime.now(UTC) - at) > timedelta(minutes=15):
            raise _Refused("InvalidTimeStamp.Expired", 400)
        if said[3] != _signature(request, names, body):
            raise _Refused("SignatureDoesNotMatch", 400, "server string to sign is: …")
        if headers["x-acs-version"] != "2017-05-25" or headers["x-acs-action"] not in self._actions:
            raise _Refused("InvalidApi.NotFound", 404)
        if headers["x-acs-signature-nonce"] in self._nonces:
            raise _Refused("SignatureNonceUsed", 400)
        self._nonces.add(headers["x-acs-signature-nonce"])

    def _send(self, query: Mapping[str, str], _form: Mapping[str, str]) -> dict[str, Any]:
        numbers = _need(query, "PhoneNumbers").split(",")
        values = _parsed(query.get("TemplateParam", "{}"))
        return self._take(numbers, [_need(query, "SignName")] * len(numbers), [values] * len(numbers), query, 1000)

    def _send_batch(self, query: Mapping[str, str], form: Mapping[str, str]) -> dict[str, Any]:
        names = ("PhoneNumberJson", "SignNameJson", "TemplateParamJson")
        numbers, signatures, values = (_parsed(_need(form, name)) for name in names)
        return self._take(numbers, signatures, values, query, 100)

    def _take(
        self, numbers: list[str], signatures: list[str], values: list[Any], query: Mapping[str, str], most: int
    ) -> dict[str, Any]:
        """All or none: a call has one code."""
        code, out_id = _need(query, "TemplateCode"), query.get("OutId", "")
        if not len(numbers) == len(signatures) == len(values) or len(out_id) >= 256:
            raise _Refused("isv.INVALID_PARAMETERS")
        if len(numbers) > most:
            raise _Refused("isv.MOBILE_COUNT_OVER_LIMIT")
        biz_id = f"{900_000_000_000 + len(self.calls)}^0"
        taken = []
        for number, signature, given in zip(numbers, signatures, values, strict=True):
            mobile = self._number(number)
            text = _rendered(code, signature, given)
            taken.append(Sent(mobile, text, out_id, biz_id, code, datetime.now(_BEIJING)))
        self.sent += taken
        return {"BizId": biz_id}

    def _number(self, number: str) -> str:
        mobile = re.fullmatch(r"(?:\+?86|0086)?(1[3-9]\d{9})", number)
        if mobile is None:
            raise _Refused("isv.MOBILE_NUMBER_ILLEGAL", message=f"{number}invalid mobile number")
        if mobile[1] in self.refused:
            raise _Refused(self.refused[mobile[1]], message="触发天级流控Permits:50")
        return mobile[1]

    def _details(self, query: Mapping[str, str], _form: Mapping[str, str]) -> dict[str, Any]:
        number, day = _need(query, "PhoneNumber"), _need(query, "SendDate")
        size, page = int(_need(query, "PageSize")), int(_need(query, "CurrentPage"))
        if not re.fullmatch(r"\d{8}", day) or not 1 <= size <= 50 or not re.fullmatch(r"1\d{10}", number):
            raise _Refused("isv.INVALID_PARAMETERS")
        found = [sent for sent in self.sent if sent.mobile == number and f"{sent.at:%Y%m%d}" == day]
        chosen = found[(page - 1) * size : page * size]
        return {"TotalCount": len(found), "SmsSendDetailDTOs": {"SmsSendDetailDTO": [*map(self._detail, chosen)]}}

    def _detail(self, sent: Sent) -> dict[str, Any]:
        known: dict[str, Any] = {"SendStatus": 1}
        if sent.out_id in self.arrived:
            known = {"SendStatus": 3, "ErrCode": "DELIVERED"}
        if sent.out_id in self.failed:
            known = {"SendStatus": 2, "ErrCode": "MOBILE_NOT_ON_SERVICE"}
        return {
            "PhoneNum": sent.mobile,
            "OutId": sent.out_id,
            "Content": sent.text,
            "TemplateCode": sent.template,
            "SendDate": _written(sent.at),
            "ReceiveDate": _written(sent.at),
            **known,
        }

    def _list(self, query: Mapping[str, str], _form: Mapping[str, str]) -> dict[str, Any]:
        if not 1 <= int(query.get("PageSize", "10")) <= 50:
            raise _Refused("isv.INVALID_PARAMETERS")
        listed = [
            {"TemplateCode": code, "TemplateContent": text, "AuditStatus": "AUDIT_STATE_PASS"}
            for code, text in TEMPLATES.items()
        ]
        return {"SmsTemplateList": listed[: int(query.get("PageSize", "10"))]}


def reply(mobile: str, content: str, *, older: bool = False) -> dict[str, object]:
    """An entry of a SmsUp: what a person sent."""
    entry: dict[str, object] = {
        "phone_number": mobile,
        "content": content,
        "send_time": "2026-11-23 08:05:00",
        "dest_code": "1234",
        "sequence_id": "1234567890",
    }
    return {**entry, "sign_name": SIGNATURE, "sequence_id": 1234567890} if older else entry


def _signature(request: web.Request, names: list[str], body: bytes) -> str:
    digest = hashlib.sha256(body).hexdigest()
    if request.headers["x-acs-content-sha256"] != digest:
        raise _Refused("SignatureDoesNotMatch", 400)
    query = "&".join(f"{quote(name, '~')}={quote(value, '~')}" for name, value in sorted(request.query.items()))
    lines = [f"{name}:{request.headers[name].strip()}" for name in names]
    canonical = "\n".join([request.method, request.path, query, *lines, "", ";".join(names), digest])
    to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return hmac.new(KEY_SECRET.encode(), to_sign.encode(), hashlib.sha256).hexdigest()


def _rendered(code: str, signature: str, values: Any) -> str:
    if signature != SIGNATURE:
        raise _Refused("isv.SMS_SIGNATURE_ILLEGAL")
    if code not in TEMPLATES:
        raise _Refused("isv.SMS_TEMPLATE_ILLEGAL")
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise _Refused("isv.INVALID_JSON_PARAM")
    if any("http" in value for value in values.values()):
        raise _Refused("isv.PARAM_NOT_SUPPORT_URL")
    if any(not 1 <= len(value) <= 35 for value in values.values()):
        raise _Refused("isv.PARAM_LENGTH_LIMIT")
    try:
        text = re.sub(r"\$\{(\w+)\}", lambda variable: values[variable[1]], TEMPLATES[code])
    except KeyError as error:
        raise _Refused("isv.TEMPLATE_MISSING_PARAMETERS", message=f"缺少{error.args[0]}") from None
    return f"【{signature}】{text}"


def _need(given: Mapping[str, str], name: str) -> str:
    if not given.get(name):
        raise _Refused(f"Missing{name}", 400, f"{name} is mandatory for this action.")
    return given[name]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise _Refused("isv.INVALID_JSON_PARAM") from None


def _written(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
