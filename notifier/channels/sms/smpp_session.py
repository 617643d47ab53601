"""One SMPP session over TCP: a bind, requests with their answers, the link kept alive.

Ours and not smpp34's: that one acknowledges a deliver_sm before anybody has stored it, and does not tell a request that
was never written from one that was not answered.

SessionError
├── NotBound     nothing was written: no connection, no answer to the bind, or the session had ended before
├── BindRefused  the SMSC answered the bind with a status
└── Unanswered   written, and no answer came: nobody can say whether it was taken
"""

import asyncio
import contextlib
import itertools
import random
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from notifier.channels.sms.smpp_pdu import HEADER_OCTETS, Command, Pdu, Status, bind_body, read_header

_PORTS = {"smpp": 2775, "smpps": 3550}
_CONNECT_SECONDS = 5.0
_ENQUIRE_SECONDS = 30.0
_UNBIND_SECONDS = 1.0
_MOST_UNREAD = 500
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0


class SessionError(Exception):
    """The text is for a person and holds no secret."""


class NotBound(SessionError): ...


class BindRefused(SessionError):
    def __init__(self, status: int) -> None:
        super().__init__(f"the SMSC refused the bind: 0x{status:02X}")
        self.status = status


class Unanswered(SessionError): ...


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An account at an SMSC. `answer_seconds` is how long it may take to answer one request."""

    host: str
    port: int
    tls: bool
    system_id: str
    password: str = field(repr=False)
    system_type: str = ""
    answer_seconds: float = 30.0


def endpoint_of(address: str, system_id: str, password: str, system_type: str) -> Endpoint:
    """Read smpp://host:port, or smpps://host:port for TLS; the ports are 2775 and 3550 where none is named.

    Raises ValueError for any other address.
    """
    url = urlsplit(address)
    if url.scheme not in _PORTS or not url.hostname:
        raise ValueError("the endpoint of SMPP is smpp://host:port or smpps://host:port")
    return Endpoint(
        url.hostname, url.port or _PORTS[url.scheme], url.scheme == "smpps", system_id, password, system_type
    )


class Session:
    """A bound session, made by `open_session`. `delivered` holds the SMSC's deliver_sm; None is the end of it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer_seconds: float) -> None:
        self.delivered: asyncio.Queue[Pdu | None] = asyncio.Queue(_MOST_UNREAD)
        self._reader = reader
        self._writer = writer
        self._answer_seconds = answer_seconds
        self._sequence = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Pdu]] = {}
        self._lost = False
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._keep_alive())]

    @property
    def is_lost(self) -> bool:
        return self._lost

    async def ask(self, command: Command, body: bytes = b"") -> Pdu:
        """Send a request and wait for its answer, whatever that says. Raises NotBound and Unanswered."""
        if self._lost:
            raise NotBound("the session had ended")
        sequence = next(self._sequence)
        answer: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
        self._waiting[sequence] = answer
        try:
            async with asyncio.timeout(self._answer_seconds):
                self._writer.write(Pdu(command, sequence, body=body).encode())
                return await answer
        except TimeoutError:
            raise Unanswered(f"no answer to {command.name} in {self._answer_seconds:g} s") from None
        finally:
            del self._waiting[sequence]

    def answer(self, request: Pdu, status: int = Status.OK) -> None:
        """Answer the SMSC's request; nothing where the session is lost, for then it will bring it again."""
        if not self._lost:
            self._writer.write(request.answer(status).encode())

    async def close(self) -> None:
        """End the session, with an unbind where there still is somebody to hear it. Twice is harmless."""
        if not self._lost:
            with contextlib.suppress(SessionError, TimeoutError):
                async with asyncio.timeout(_UNBIND_SECONDS):
                    await self.ask(Command.UNBIND)
        self._end()
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(_UNBIND_SECONDS):
                await self._writer.wait_closed()

    async def _read(self) -> None:
        try:
            while not self._lost:
                head, octets = read_header(await self._reader.readexactly(HEADER_OCTETS))
                await self._hear(Pdu(head.command, head.sequence, head.status, await self._reader.readexactly(octets)))
        except (OSError, EOFError, ValueError):
            # A connection that broke and a stream that lost its framing come to the same.
            pass
        finally:
            self._end()

    async def _hear(self, pdu: Pdu) -> None:
        if pdu.is_answer:
            waiting = self._waiting.get(pdu.sequence)
            if waiting and not waiting.done():
                waiting.set_result(pdu)
        elif pdu.command == Command.DELIVER_SM:
            # Where nobody fetches them the SMSC waits: reading stops here.
            await self.delivered.put(pdu)
        elif pdu.command in {Command.ENQUIRE_LINK, Command.UNBIND}:
            self.answer(pdu)
            if pdu.command == Command.UNBIND:
                self._end()
        else:
            self.answer(Pdu(Command.GENERIC_NACK, pdu.sequence), Status.INVALID_COMMAND)

    async def _keep_alive(self) -> None:
        with contextlib.suppress(SessionError):
            while True:
                await asyncio.sleep(_ENQUIRE_SECONDS)
                await self.ask(Command.ENQUIRE_LINK)
        self._end()

    def _end(self) -> None:
        if self._lost:
            return
        self._lost = True
        self._writer.close()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(Unanswered("the connection broke"))
        if self.delivered.full():
            # It was not acknowledged, so it comes again.
            self.delivered.get_nowait()
        self.delivered.put_nowait(None)


async def open_session(endpoint: Endpoint, command: Command) -> Session:
    """Connect and bind. Raises NotBound and BindRefused."""
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(
                endpoint.host, endpoint.port, ssl=True if endpoint.tls else None
            )
    except (OSError, TimeoutError, ValueError) as error:
        raise NotBound(f"no connection ({type(error).__name__})") from None
    session = Session(reader, writer, endpoint.answer_seconds)
    try:
        await _bind(session, endpoint, command)
    except BaseException:
        await session.close()
        raise
    return session


async def _bind(session: Session, endpoint: Endpoint, command: Command) -> None:
    try:
        answer = await session.ask(command, bind_body(endpoint.system_id, endpoint.password, endpoint.system_type))
    except Unanswered:
        raise NotBound("the bind was not answered") from None
    if answer.status != Status.OK:
        raise BindRefused(answer.status)
    if answer.command != Pdu(command, 0).answer().command:
        raise NotBound("this is no SMSC")


class Backoff:
    """How long to rest before connecting again: doubling up to a minute, spread so that not all come at once."""

    def __init__(self) -> None:
        self._failures = 0

    def failed(self) -> float:
        """Return the seconds to wait."""
        pause = min(_FIRST_PAUSE_SECONDS * 2.0**self._failures, _LONGEST_PAUSE_SECONDS)
        self._failures = min(self._failures + 1, 10)
        return pause * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret

    def succeeded(self) -> None:
        self._failures = 0
