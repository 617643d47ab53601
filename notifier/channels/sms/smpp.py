"""SMS over SMPP 3.4 to a carrier's or an aggregator's SMSC: a transmitter's bind to send, a receiver's to listen.

Two binds, so that every process may send while only the holder of the account's lease listens.
"""

import asyncio
import re
import time
from collections.abc import Sequence

import structlog

from notifier.channel import ChannelUnreachable, Limits, Receive, Route
from notifier.channels.sms.segments import count_parts
from notifier.channels.sms.smpp_inbound import Receiving
from notifier.channels.sms.smpp_joining import Repeats
from notifier.channels.sms.smpp_pdu import Command, Pdu, Status, c_string, submit_bodies
from notifier.channels.sms.smpp_session import (
    Backoff,
    BindRefused,
    Endpoint,
    NotBound,
    Session,
    SessionError,
    Unanswered,
    open_session,
)
from notifier.message import (
    Accepted,
    Asked,
    DeliveryReceipt,
    OutboundMessage,
    Refused,
    SendError,
    SendResult,
    Unknown,
)

_MAX_PARTS = 8
_ADDRESS = re.compile(r"\+?[0-9]{3,20}")
_RETRYABLE = frozenset(
    {Status.SYSTEM_ERROR, Status.QUEUE_FULL, Status.THROTTLED, Status.TEMPORARY, Status.WRONG_BIND_STATE}
)
# Every message would be refused as this one was: the sender is the account's, and so are the bind's names.
_STOPPING = frozenset(
    {
        Status.INVALID_SOURCE,
        Status.BIND_FAILED,
        Status.INVALID_PASSWORD,
        Status.INVALID_SYSTEM_ID,
        Status.INVALID_SYSTEM_TYPE,
    }
)
# After a power cut the SMSC may hold our old session until its own timer ends: a person could only wait as well.
_ALREADY_BOUND_SECONDS = 60.0
# The pace counts messages and SMSCs count parts: a later part that is one too many is only held back.
_THROTTLED_PAUSES_SECONDS = (1.0, 2.0, 4.0)

_log = structlog.get_logger()


class SmppChannel:
    """One account at one SMSC. `sender` is the number or name that people see; `window` the requests in flight.

    `per_second` counts messages. A message is accepted when every part of it was, and its provider_id is the
    message_id of the last part, the one whose receipt is asked for.
    """

    kind = "smpp"

    def __init__(self, endpoint: Endpoint, *, sender: str, per_second: float = 10.0, window: int = 10) -> None:
        self.limits = Limits(text_units=67 * _MAX_PARTS, per_second=per_second, burst=4, in_flight=window)
        self._endpoint = endpoint
        self._sender = sender
        self._session: Session | None = None
        self._binding = asyncio.Lock()
        self._backoff = Backoff()
        self._not_before = 0.0

    def routes(self) -> Sequence[Route]:
        return ()

    async def send(self, messages: Sequence[OutboundMessage]) -> Sequence[SendResult]:
        return [await self._send(message) for message in messages]

    async def listen(self, receive: Receive) -> None:
        """Hold a receiver's bind, and bind again whenever it is lost."""
        backoff, repeats = Backoff(), Repeats()
        while True:
            try:
                session = await open_session(self._endpoint, Command.BIND_RECEIVER)
            except SessionError as error:
                _log.warning("smpp.receiver_not_bound", reason=str(error))
                await asyncio.sleep(backoff.failed())
                continue
            backoff.succeeded()
            try:
                await Receiving(session, receive, repeats).run()
            finally:
                await session.close()
            # An SMSC that binds us and hangs up at once must not be asked without a rest.
            await asyncio.sleep(backoff.failed())

    async def look_up(self, asked: Sequence[Asked]) -> Sequence[DeliveryReceipt]:
        """query_sm asks by message_id, which a message of unknown fate lacks."""
        del asked
        return ()

    async def check(self) -> str:
        """Bind, and ask whether anybody is there."""
        try:
            await (await self._bound()).ask(Command.ENQUIRE_LINK)
        except SessionError as error:
            raise ChannelUnreachable(f"SMPP: {error}") from None
        return f"SMSC at {self._endpoint.host} as {self._endpoint.system_id}, from {self._sender}"

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _send(self, message: OutboundMessage) -> SendResult:
        parts = count_parts(message.text).parts
        if not _ADDRESS.fullmatch(message.address):
            return Refused(SendError("bad_address"))
        if parts > _MAX_PARTS:
            return Refused(SendError("too_long", f"{parts} parts"))
        # By our own id two long messages to one phone differ, and one that is tried again does not.
        bodies = submit_bodies(self._sender, message.address, message.text, message.delivery_id % 256)
        result: SendResult = Unknown()
        for number, body in enumerate(bodies):
            result = await (self._submit_later(body) if number else self._submit(body))
            if not isinstance(result, Accepted):
                return _in_midst(result, number) if number else result
        return result

    async def _submit_later(self, body: bytes) -> SendResult:
        """Submit a part that is not the first: half a message is worse than one a few seconds late."""
        for pause in _THROTTLED_PAUSES_SECONDS:
            result = await self._submit(body)
            if not (isinstance(result, Refused) and result.error.retryable):
                return result
            await asyncio.sleep(pause)
        return await self._submit(body)

    async def _submit(self, body: bytes) -> SendResult:
        try:
            session = await self._bound()
            answer = await session.ask(Command.SUBMIT_SM, body)
        except BindRefused as error:
            return _refused(error.status)
        except NotBound as error:
            wait = max(0.0, self._not_before - time.monotonic())
            return Refused(SendError("not_connected", str(error), retryable=True, retry_after_seconds=wait))
        except Unanswered as error:
            return Unknown(str(error))
        if answer.status == Status.WRONG_BIND_STATE:
            await session.close()
        return _result_of(answer)

    async def _bound(self) -> Session:
        """Return the session to send by, bound anew where it was lost. Raises NotBound and BindRefused."""
        async with self._binding:
            if self._session is not None and not self._session.is_lost:
                return self._session
            if time.monotonic() < self._not_before:
                raise NotBound("resting after a failed bind")
            if self._session is not None:
                await self._session.close()
            try:
                self._session = await open_session(self._endpoint, Command.BIND_TRANSMITTER)
            except SessionError:
                self._not_before = time.monotonic() + self._backoff.failed()
                raise
            self._backoff.succeeded()
            return self._session


def _result_of(answer: Pdu) -> SendResult:
    if answer.status != Status.OK:
        return _refused(answer.status)
    if answer.command != Pdu(Command.SUBMIT_SM, 0).answer().command:
        return Unknown(f"answered by 0x{answer.command:08X}")
    return Accepted(c_string(answer.body))


def _refused(status: int) -> Refused:
    return Refused(
        SendError(
            f"0x{status:02X}",
            retryable=status in _RETRYABLE or status == Status.ALREADY_BOUND,
            retry_after_seconds=_ALREADY_BOUND_SECONDS if status == Status.ALREADY_BOUND else 0.0,
            stops_channel=status in _STOPPING,
        )
    )


def _in_midst(result: Refused | Unknown, taken: int) -> Unknown:
    """The parts before were taken, and nobody can call them back."""
    why = result.error.code if isinstance(result, Refused) else result.detail
    return Unknown(f"{taken} parts were taken, then: {why}")
