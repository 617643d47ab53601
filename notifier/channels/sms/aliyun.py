"""SMS through Aliyun's Short Message Service, both halves (Dysms API 2017-05-25; no call of it is idempotent).

It sends only texts that are instances of an approved template, under an approved signature. OutId, a random token of
ours for each call, comes back in receipts and queries: with the number it names a message before there is an answer.
"""

import json
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp
import structlog
from yarl import URL

from notifier.channel import ChannelUnreachable, Limits, Receive, Route, WebRequest, WebResponse
from notifier.channels.sms.aliyun_answer import blames_one, read_answer, result_of
from notifier.channels.sms.aliyun_callback import (
    mainland_mobile,
    name_message,
    parse_messages,
    parse_reports,
    receipt_of_detail,
)
from notifier.channels.sms.aliyun_signature import canonical_query, signed_headers
from notifier.channels.sms.beijing_time import BEIJING, read_time
from notifier.channels.sms.templates import MOST_TEXT_CHARACTERS, Fit, Template, fit, split_signature
from notifier.message import (
    Accepted,
    Asked,
    DeliveryReceipt,
    InboundMessage,
    OutboundMessage,
    Refused,
    SendError,
    SendResult,
    Unknown,
)

ENDPOINT = "https://dysmsapi.aliyuncs.com"
_VERSION = "2017-05-25"
_CONNECT_TIMEOUT_SECONDS = 5.0
_PAGE = 50
# When Aliyun took a message, against when we sent it: a slow call, or a clock of ours that is fast.
_EARLIER, _LATER = timedelta(minutes=2), timedelta(minutes=5)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A message that Aliyun can take; `index` is its place in the call."""

    index: int
    mobile: str
    signature: str
    fit: Fit

    @property
    def values(self) -> dict[str, str]:
        return dict(self.fit.values)


class AliyunChannel:
    """One AccessKey with its approved signatures and templates.

    `signatures`, at least one, are without brackets; a text that has none goes out under the first.
    `timeout_seconds` is for one answer; Aliyun asks for at least one.
    """

    kind = "aliyun"

    def __init__(
        self,
        *,
        access_key_id: str,
        access_key_secret: str,
        signatures: Sequence[str],
        templates: Sequence[Template],
        endpoint: str = ENDPOINT,
        timeout_seconds: float = 10.0,
    ) -> None:
        self.limits = Limits(text_units=MOST_TEXT_CHARACTERS, per_second=100.0, burst=4, batch=100, in_flight=5)
        self._key_id = access_key_id
        self._key_secret = access_key_secret
        self._signatures = tuple(signatures)
        self._templates = tuple(templates)
        self._endpoint = endpoint.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds, sock_connect=_CONNECT_TIMEOUT_SECONDS)
        self._session: aiohttp.ClientSession | None = None

    def routes(self) -> Sequence[Route]:
        return (Route("report", ("POST",), self._report), Route("inbound", ("POST",), self._inbound))

    async def send(self, messages: Sequence[OutboundMessage]) -> Sequence[SendResult]:
        """One call for each signature and template among them, and for each further message to the same number."""
        results: dict[int, SendResult] = {}
        groups: dict[tuple[str, str, int], list[_Prepared]] = {}
        turns: Counter[str] = Counter()
        for index, message in enumerate(messages):
            prepared = self._prepare(index, message)
            if isinstance(prepared, Refused):
                results[index] = prepared
                continue
            # A number twice in a call would have one name for two messages.
            turns[prepared.mobile] += 1
            group = (prepared.signature, prepared.fit.template.code, turns[prepared.mobile])
            groups.setdefault(group, []).append(prepared)
        for together in groups.values():
            results |= await self._send_group(together)
        return [results[index] for index in range(len(messages))]

    async def listen(self, receive: Receive) -> None:
        """Return at once: Aliyun calls us."""

    async def look_up(self, asked: Sequence[Asked]) -> Sequence[DeliveryReceipt]:
        """Ask number by number. Of a message without a name, whatever went to the number about then is handed over."""
        return [receipt for one in asked for receipt in await self._look_up(one)]

    async def check(self) -> str:
        """Ask for the templates: it costs nothing, and Aliyun looks at the credentials first."""
        answer = await self._ask("QuerySmsTemplateList", {"PageIndex": "1", "PageSize": "1"})
        if not isinstance(answer.get("SmsTemplateList"), list):
            raise ChannelUnreachable("this is not Aliyun's SMS service: its answer holds no templates")
        return f"Aliyun SMS as {self._key_id}, signed {', '.join(self._signatures)}, {len(self._templates)} templates"

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _prepare(self, index: int, message: OutboundMessage) -> _Prepared | Refused:
        mobile = mainland_mobile(message.address)
        if mobile is None:
            return Refused(SendError("bad_address"))
        signature, body = split_signature(message.text)
        signature = signature or self._signatures[0]
        if signature not in self._signatures:
            return Refused(SendError("other_signature"))
        fitting = fit(body, self._templates)
        if fitting is None:
            return Refused(SendError("no_template"))
        return _Prepared(index, mobile, signature, fitting)

    async def _send_group(self, group: Sequence[_Prepared]) -> dict[int, SendResult]:
        """Send what shares signature and template. Where one refused message had all refused, halving finds it."""
        out_id = secrets.token_hex(16)
        result = await self._send_call(group, out_id)
        if isinstance(result, Refused) and len(group) > 1 and blames_one(result.error):
            middle = len(group) // 2
            return await self._send_group(group[:middle]) | await self._send_group(group[middle:])
        if isinstance(result, Refused):
            return {one.index: result for one in group}
        names = {one.index: name_message(out_id, one.mobile) for one in group}
        if isinstance(result, Unknown):
            return {index: Unknown(result.detail, name) for index, name in names.items()}
        return {index: Accepted(name) for index, name in names.items()}

    async def _send_call(self, group: Sequence[_Prepared], out_id: str) -> SendResult:
        """Make one call; what is known of it holds for all of the group."""
        try:
            if len(group) == 1:
                status, answer = await self._call("SendSms", self._single(group[0], out_id))
            else:
                query = {"TemplateCode": group[0].fit.template.code, "OutId": out_id}
                status, answer = await self._call("SendBatchSms", query, self._form(group))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return Refused(SendError("not_connected", type(error).__name__, retryable=True))
        except (aiohttp.ClientError, TimeoutError) as error:
            return Unknown(type(error).__name__)
        return result_of(status, answer)

    @staticmethod
    def _single(message: _Prepared, out_id: str) -> dict[str, str]:
        return {
            "PhoneNumbers": message.mobile,
            "SignName": message.signature,
            "TemplateCode": message.fit.template.code,
            "TemplateParam": json.dumps(message.values),
            "OutId": out_id,
        }

    @staticmethod
    def _form(group: Sequence[_Prepared]) -> dict[str, str]:
        return {
            "PhoneNumberJson": json.dumps([message.mobile for message in group]),
            "SignNameJson": json.dumps([message.signature for message in group]),
            "TemplateParamJson": json.dumps([message.values for message in group]),
        }

    async def _look_up(self, asked: Asked) -> list[DeliveryReceipt]:
        mobile = mainland_mobile(asked.address)
        if mobile is None:
            return []
        first, last = asked.sent_at - _EARLIER, asked.sent_at + _LATER
        days = sorted({f"{moment.astimezone(BEIJING):%Y%m%d}" for moment in (first, last)})
        details = [detail for day in days for detail in await self._details(mobile, day)]
        found = [(detail, receipt_of_detail(detail)) for detail in details]
        return [receipt for detail, receipt in found if receipt and _is_about(asked, receipt, detail)]

    async def _details(self, mobile: str, day: str) -> list[dict[str, Any]]:
        query = {"PhoneNumber": mobile, "SendDate": day, "PageSize": str(_PAGE), "CurrentPage": "1"}
        details = (await self._ask("QuerySendDetails", query)).get("SmsSendDetailDTOs")
        entries = details.get("SmsSendDetailDTO") if isinstance(details, dict) else None
        return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []

    async def _ask(self, action: str, query: Mapping[str, str]) -> dict[str, Any]:
        try:
            status, answer = await self._call(action, query)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ChannelUnreachable(f"Aliyun did not answer ({type(error).__name__})") from None
        if answer is None:
            raise ChannelUnreachable(f"this is not Aliyun's SMS service: HTTP {status}")
        if answer["Code"] != "OK":
            raise ChannelUnreachable(f"Aliyun refuses: {answer['Code'][:60]}")
        return answer

    async def _call(
        self, action: str, query: Mapping[str, str], form: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, Any] | None]:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        body = urlencode(form).encode() if form else b""
        headers = signed_headers(
            action=action,
            version=_VERSION,
            host=urlsplit(self._endpoint).netloc,
            query=query,
            body=body,
            key_id=self._key_id,
            key_secret=self._key_secret,
            now=datetime.now(UTC),
            nonce=secrets.token_hex(16),
        )
        # What was signed must go out as it was written: no second encoding.
        url = URL(f"{self._endpoint}/?{canonical_query(query)}", encoded=True)
        async with self._session.post(url, data=body or None, headers=headers, allow_redirects=False) as response:
            return response.status, read_answer(await response.read())

    async def _report(self, request: WebRequest, receive: Receive) -> WebResponse:
        try:
            receipts, skipped = parse_reports(request.body)
        except ValueError as error:
            _log.warning("aliyun.report_malformed", reason=str(error))
            return WebResponse(400)
        if skipped:
            _log.info("aliyun.report_skipped", count=skipped)
        return await _hand_over(receive, (), receipts)

    async def _inbound(self, request: WebRequest, receive: Receive) -> WebResponse:
        try:
            messages, skipped = parse_messages(request.body)
        except ValueError as error:
            _log.warning("aliyun.inbound_malformed", reason=str(error))
            return WebResponse(400)
        if skipped:
            _log.warning("aliyun.inbound_skipped", count=skipped)
        return await _hand_over(receive, messages, ())


async def _hand_over(
    receive: Receive, messages: Sequence[InboundMessage], receipts: Sequence[DeliveryReceipt]
) -> WebResponse:
    try:
        if messages or receipts:
            await receive(messages, receipts)
    except Exception as error:  # noqa: BLE001  whatever it was, Aliyun must bring them again
        _log.warning("aliyun.callback_failed", error=type(error).__name__)
        return WebResponse(503)
    return WebResponse(200, '{"code":0,"msg":"接收成功"}', "application/json")


def _is_about(asked: Asked, receipt: DeliveryReceipt, detail: Mapping[str, Any]) -> bool:
    if asked.provider_id:
        return receipt.provider_id == asked.provider_id
    sent_at = read_time(str(detail.get("SendDate", "")))
    return sent_at is not None and asked.sent_at - _EARLIER <= sent_at <= asked.sent_at + _LATER
