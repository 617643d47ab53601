"""SMS through Tencent Cloud, both halves (cloud.tencent.com/document/product/382, SMS API of 2021-01-11).

Only texts of approved templates go out, and only to numbers of the mainland: a template for these is refused abroad,
and one number of the other kind would spoil a request for all in it. Tencent knows no idempotency: what a lost answer
leaves open is never sent again, but asked for by number (`look_up`).
"""

import asyncio
import json
import re
import secrets
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import structlog

from notifier.channel import ChannelUnreachable, Limits, Receive, Route, WebRequest, WebResponse
from notifier.channels.sms.beijing_time import BEIJING
from notifier.channels.sms.templates import MOST_TEXT_CHARACTERS, Template, fit, split_signature
from notifier.channels.sms.tencent_answer import TencentRefusal, result_of_code, result_of_row, rows_of
from notifier.channels.sms.tencent_api import TencentApi
from notifier.channels.sms.tencent_callback import message_of_row, parse_reply, parse_report, receipt_of_row
from notifier.message import (
    Asked,
    DeliveryReceipt,
    InboundMessage,
    OutboundMessage,
    Refused,
    SendError,
    SendResult,
    Unknown,
)

_MOST_NUMBERS = 200
_MOST_ROWS = 100
_POLL_SECONDS = 10.0
_LONGEST_WAIT_SECONDS = 60.0
# Its clock and ours differ; its books go back seven days.
_CLOCK_SLACK = timedelta(minutes=1)
_BOOKS = timedelta(days=7) - timedelta(minutes=5)
_PACKAGE_LIFE = timedelta(days=730)
_MAINLAND = re.compile(r"(?:\+86)?(1[0-9]{10})")

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Content:
    """What all numbers of one request are sent."""

    signature: str
    template: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Prepared:
    number: str
    content: _Content


class TencentChannel:
    """One application (SdkAppId) of one Tencent Cloud account.

    `signatures`, at least one, are without brackets; a text that has none goes out under the first. With `pull`
    receipts and replies are asked for every ten seconds, which Tencent allows only on request; without it, it calls
    the routes "report" and "inbound".
    """

    kind = "tencent"

    def __init__(
        self, api: TencentApi, *, signatures: Sequence[str], templates: Sequence[Template], pull: bool = False
    ) -> None:
        self.limits = Limits(
            text_units=MOST_TEXT_CHARACTERS, per_second=100.0, burst=4, batch=_MOST_NUMBERS, in_flight=5
        )
        self._api = api
        self._signatures = signatures
        self._templates = templates
        self._pulls = pull

    def routes(self) -> Sequence[Route]:
        return (Route("report", ("POST",), self._report), Route("inbound", ("POST",), self._inbound))

    async def send(self, messages: Sequence[OutboundMessage]) -> Sequence[SendResult]:
        """One SendSms for all messages that are the same template with the same values, all of them at once."""
        results: dict[int, SendResult] = {}
        requests: defaultdict[tuple[_Content, int], dict[str, int]] = defaultdict(dict)
        written = Counter[_Prepared]()
        for index, message in enumerate(messages):
            prepared = self._prepared(message)
            if isinstance(prepared, SendError):
                results[index] = Refused(prepared)
                continue
            # Answers are told apart by their number, so that each stands once in a request.
            earlier = written[prepared]
            requests[prepared.content, earlier][prepared.number] = index
            written[prepared] += 1
        answers = await asyncio.gather(*(self._send(content, list(to)) for (content, _), to in requests.items()))
        for to, answered in zip(requests.values(), answers, strict=True):
            results |= {index: answered[number] for number, index in to.items()}
        return [results[index] for index in range(len(messages))]

    async def listen(self, receive: Receive) -> None:
        """Ask for receipts and replies until cancelled; return at once where Tencent calls us."""
        failures = 0
        while self._pulls:
            try:
                more = await self._pull(receive)
            except (aiohttp.ClientError, TimeoutError, ValueError, TencentRefusal) as error:
                failures += 1
                _log.warning("tencent.pull_failed", error=_name_of(error), failures=failures)
                await asyncio.sleep(min(_LONGEST_WAIT_SECONDS, _POLL_SECONDS * failures))
            else:
                failures = 0
                await asyncio.sleep(0 if more else _POLL_SECONDS)

    async def look_up(self, asked: Sequence[Asked]) -> Sequence[DeliveryReceipt]:
        """Ask for each number's messages since then.

        Tencent repeats our SessionContext only where that was opened for the account; then it is the message itself.
        Else the receipts carry number and SerialNo, as its callbacks do.
        """
        receipts: list[DeliveryReceipt] = []
        for one in asked:
            rows = await self._sent_to(one)
            exact = [row for row in rows if one.provider_id and row.get("SessionContext") == one.provider_id]
            anonymous = [row for row in rows if not row.get("SessionContext")]
            receipts += filter(None, (receipt_of_row(row, one.delivery_id) for row in exact))
            receipts += filter(None, (receipt_of_row(row) for row in ([] if exact else anonymous)))
        return receipts

    async def check(self) -> str:
        """Ask for the prepaid messages, which needs the same key and application as sending."""
        now = datetime.now(BEIJING)
        times = {"BeginTime": f"{now - _PACKAGE_LIFE:%Y%m%d%H}", "EndTime": f"{now:%Y%m%d%H}"}
        response = await self._api.ask("SmsPackagesStatistics", {**times, "Limit": 500, "Offset": 0})
        try:
            packages = rows_of(response, "SmsPackagesStatisticsSet")
            valid = [row for row in packages if int(row["PackageExpiredTime"]) > now.timestamp()]
            left = sum(int(row["PackageAmount"]) - int(row["CurrentUsage"]) for row in valid)
        except (ValueError, TypeError, KeyError):
            raise ChannelUnreachable("this is not Tencent's SMS API") from None
        return f"Tencent SMS, application {self._api.app_id}, {left} prepaid messages left"

    async def close(self) -> None:
        await self._api.close()

    def _prepared(self, message: OutboundMessage) -> _Prepared | SendError:
        number = _number_of(message.address)
        signature, body = split_signature(message.text)
        signature = signature or self._signatures[0]
        if not number:
            return SendError("bad_address")
        if signature not in self._signatures:
            return SendError("other_signature")
        fitting = fit(body, self._templates)
        if fitting is None:
            return SendError("no_template")
        # Tencent's variables are numbers, and its parameters stand in their order.
        ordered = sorted(fitting.values.items(), key=lambda value: (len(value[0]), value[0]))
        return _Prepared(number, _Content(signature, fitting.template.code, tuple(value for _, value in ordered)))

    async def _send(self, content: _Content, numbers: Sequence[str]) -> Mapping[str, SendResult]:
        token = secrets.token_hex(16)
        parameters = {
            "PhoneNumberSet": numbers,
            "SignName": content.signature,
            "TemplateId": content.template,
            "TemplateParamSet": content.values,
            "SessionContext": token,
        }
        for_all: SendResult
        try:
            rows = rows_of(await self._api.call("SendSms", parameters), "SendStatusSet")
        except TencentRefusal as refusal:
            for_all = result_of_code(refusal.code, token)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            for_all = Refused(SendError("not_connected", type(error).__name__, retryable=True))
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            for_all = Unknown(type(error).__name__, token)
        else:
            answered = {str(row.get("PhoneNumber")): result_of_row(row, token) for row in rows}
            return {number: answered.get(number, Unknown("not in the answer", token)) for number in numbers}
        return dict.fromkeys(numbers, for_all)

    async def _sent_to(self, asked: Asked) -> list[Mapping[str, Any]]:
        number = _number_of(asked.address)
        begin = max(asked.sent_at - _CLOCK_SLACK, datetime.now(UTC) - _BOOKS)
        if not number:
            return []
        parameters = {
            "BeginTime": int(begin.timestamp()),
            "Offset": 0,
            "Limit": _MOST_ROWS,
            "PhoneNumber": number,
        }
        response = await self._api.ask("PullSmsSendStatusByPhoneNumber", parameters)
        try:
            return rows_of(response, "PullSmsSendStatusSet")
        except ValueError:
            raise ChannelUnreachable("this is not Tencent's SMS API") from None

    async def _pull(self, receive: Receive) -> bool:
        """Fetch one page of each; whether there is more.

        Tencent hands a row out once, so a page is kept here until it is committed.
        """
        limit = {"Limit": _MOST_ROWS}
        sent = rows_of(await self._api.call("PullSmsSendStatus", limit), "PullSmsSendStatusSet")
        await _hand_over([], [receipt for row in sent if (receipt := receipt_of_row(row))], receive)
        replies = rows_of(await self._api.call("PullSmsReplyStatus", limit), "PullSmsReplyStatusSet")
        await _hand_over([message for row in replies if (message := message_of_row(row))], [], receive)
        return _MOST_ROWS in {len(sent), len(replies)}

    async def _report(self, request: WebRequest, receive: Receive) -> WebResponse:
        try:
            receipts = parse_report(request.body)
        except ValueError as error:
            _log.warning("tencent.report_malformed", reason=type(error).__name__)
            return _answer(400)
        return await _taken([], receipts, receive)

    async def _inbound(self, request: WebRequest, receive: Receive) -> WebResponse:
        try:
            message = parse_reply(request.body)
        except ValueError as error:
            _log.warning("tencent.reply_malformed", reason=type(error).__name__)
            return _answer(400)
        return await _taken([message], [], receive)


async def _taken(
    messages: Sequence[InboundMessage], receipts: Sequence[DeliveryReceipt], receive: Receive
) -> WebResponse:
    try:
        await receive(messages, receipts)
    except Exception as error:  # noqa: BLE001  whatever it was, Tencent must bring it again
        _log.warning("tencent.callback_failed", error=type(error).__name__)
        return _answer(503)
    return _answer(200)


async def _hand_over(messages: Sequence[InboundMessage], receipts: Sequence[DeliveryReceipt], receive: Receive) -> None:
    failures = 0
    while messages or receipts:
        try:
            await receive(messages, receipts)
        except Exception as error:  # noqa: BLE001  whatever it was, nobody but us has these rows now
            failures += 1
            _log.warning("tencent.pulled_not_taken", error=type(error).__name__, failures=failures)
            await asyncio.sleep(min(_LONGEST_WAIT_SECONDS, 2.0**failures))
        else:
            return


def _number_of(address: str) -> str:
    mainland = _MAINLAND.fullmatch(address)
    return f"+86{mainland[1]}" if mainland else ""


def _answer(status: int) -> WebResponse:
    """Tencent reads `result` rather than the status."""
    said = {"result": 0, "errmsg": "OK"} if status == 200 else {"result": status, "errmsg": "FAIL"}  # noqa: PLR2004
    return WebResponse(status, json.dumps(said), "application/json")


def _name_of(error: Exception) -> str:
    return error.code if isinstance(error, TencentRefusal) else type(error).__name__
