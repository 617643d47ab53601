"""The receiver's half of SMPP: what the SMSC brings is handed on, and acknowledged only when it is committed."""

import asyncio
import time
from dataclasses import dataclass, field

import structlog

from notifier.channel import Receive
from notifier.channels.sms.smpp_deliver import read_deliver
from notifier.channels.sms.smpp_joining import Joining, Repeats, Whole
from notifier.channels.sms.smpp_pdu import Pdu, Status
from notifier.channels.sms.smpp_receipts import parse_receipt
from notifier.channels.sms.smpp_session import Session
from notifier.message import DeliveryReceipt

_MOST_AT_ONCE = 50

_log = structlog.get_logger()


class Receiving:
    """What one receiver's session brings, until it is lost. `repeats` outlives the session."""

    def __init__(self, session: Session, receive: Receive, repeats: Repeats) -> None:
        self._session = session
        self._receive = receive
        self._repeats = repeats
        self._joining = Joining()

    async def run(self) -> None:
        """Parts that are still held in the end were never acknowledged: the SMSC brings them again."""
        while not self._session.is_lost:
            bundle = _Bundle()
            for request in await self._next():
                self._sort(request, bundle)
            bundle.wholes += self._joining.overdue(time.monotonic())
            await self._commit(bundle)
        self._repeats.lost(time.monotonic())

    async def _next(self) -> list[Pdu]:
        """Return what has come, so that it shares a commit; nothing where held parts are due or the session is lost."""
        delivered = self._session.delivered
        try:
            async with asyncio.timeout(self._joining.seconds_left(time.monotonic())):
                came = [await delivered.get()]
        except TimeoutError:
            return []
        while len(came) < _MOST_AT_ONCE and not delivered.empty():
            came.append(delivered.get_nowait())
        return [request for request in came if request is not None]

    def _sort(self, request: Pdu, bundle: "_Bundle") -> None:
        try:
            delivered = read_deliver(request)
            if delivered.is_receipt or delivered.is_intermediate:
                receipt = parse_receipt(delivered) if delivered.is_receipt else None
                bundle.receipts += [receipt] if receipt else []
                bundle.requests.append(request)
            elif whole := self._joining.add(delivered, request, time.monotonic()):
                bundle.wholes.append(whole)
        except ValueError as error:
            # It would be as malformed the next time: the SMSC is told to keep it.
            _log.warning("smpp.inbound_malformed", reason=str(error))
            self._session.answer(request, Status.PERMANENT)

    async def _commit(self, bundle: "_Bundle") -> None:
        now = time.monotonic()
        messages = [self._repeats.named(whole.message, now) for whole in bundle.wholes]
        status = Status.OK
        try:
            if messages or bundle.receipts:
                await self._receive(messages, bundle.receipts)
            self._repeats.answered(messages, time.monotonic())
        except Exception as error:  # noqa: BLE001  whatever it was, the SMSC must bring them again
            _log.warning("smpp.inbound_failed", error=type(error).__name__)
            self._repeats.expect(messages, now)
            status = Status.TEMPORARY
        for request in [*bundle.requests, *(request for whole in bundle.wholes for request in whole.requests)]:
            self._session.answer(request, status)


@dataclass(slots=True)
class _Bundle:
    """What shares a commit. `requests` are those of receipts; those of messages are in their wholes."""

    wholes: list[Whole] = field(default_factory=list)
    receipts: list[DeliveryReceipt] = field(default_factory=list)
    requests: list[Pdu] = field(default_factory=list)
