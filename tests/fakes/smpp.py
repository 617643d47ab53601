"""SMSCs for tests: smpp34's server takes what we send, one of our own brings messages, a third says what it is told.

smpp34's server (1.5.0) takes every bind, never hears a receiver's answers, and refuses a deliver_sm_resp with the
message_id that the specification (4.6.2) demands: so bringing is not its part here. Its codec makes what is brought.
"""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Self

import smpp34

from notifier.channels.sms.smpp_session import Endpoint
from tests.real_parts import free_port

SERVICE_NUMBER = "10690"
OK, THROTTLED = 0x00, 0x58
SUBMIT_SM, DELIVER_SM, ENQUIRE_LINK = 0x04, 0x05, 0x15


def endpoint_at(port: int, *, answer_seconds: float = 0.5) -> Endpoint:
    return Endpoint("127.0.0.1", port, tls=False, system_id="village", password="s3cret", answer_seconds=answer_seconds)


class Smsc:
    """An SMSC by smpp34.Server. `statuses` are given to the coming submits, one each; after them all are taken.

    A None among them is no answer at all.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.submitted: list[smpp34.SubmitSmEvent] = []
        self.statuses: list[int | None] = []
        self._unanswered: list[smpp34.SubmitSmEvent] = []
        self._server = smpp34.Server("127.0.0.1", self.port, system_id="fake")
        self._running: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._server.start()
        self._running = asyncio.create_task(self._serve())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._running:
            self._running.cancel()
            await asyncio.wait([self._running])
        await self._server.stop()

    async def _serve(self) -> None:
        while True:
            self._take(await self._server.next())

    def _take(self, event: smpp34.Esme | smpp34.SubmitSmEvent | smpp34.Unbound) -> None:
        if isinstance(event, smpp34.SubmitSmEvent):
            self.submitted.append(event)
            status = self.statuses.pop(0) if self.statuses else OK
            if status is None:
                self._unanswered.append(event)
            elif status == OK:
                event.accept(f"m{len(self.submitted)}")
            else:
                event.reject(status)


class Wire:
    """One connection to the SMSC that says what it is told. A PDU is (command, status, sequence, body)."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self) -> tuple[int, int, int, bytes]:
        length, command, status, sequence = struct.unpack(">IIII", await self._reader.readexactly(16))
        return command, status, sequence, await self._reader.readexactly(length - 16)

    def write(self, command: int, status: int, sequence: int, body: bytes = b"") -> None:
        self.write_raw(struct.pack(">IIII", 16 + len(body), command, status, sequence) + body)

    def write_raw(self, octets: bytes) -> None:
        self._writer.write(octets)

    async def answer(self, status: int = OK, body: bytes = b"fake\0") -> int:
        """Answer the next request, whatever it is; its command."""
        command, _, sequence, _ = await self.read()
        self.write(command | 0x80000000, status, sequence, body)
        return command


Talk = Callable[[Wire], Awaitable[None]]


@asynccontextmanager
async def scripted_smsc(talk: Talk) -> AsyncIterator[int]:
    """The port of an SMSC that talks so on each connection, and then hangs up."""
    async with AsyncExitStack() as stack:
        writers: list[asyncio.StreamWriter] = []

        async def one_call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers.append(writer)
            with suppress(OSError, EOFError, asyncio.CancelledError):
                await talk(Wire(reader, writer))
            writer.close()

        server = await asyncio.start_server(one_call, "127.0.0.1", 0)
        stack.callback(server.close)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            for writer in writers:
                writer.close()
            await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)


async def silent(wire: Wire) -> None:
    while True:
        await wire.read()


class BringingSmsc:
    """An SMSC that takes every bind and brings what it is told to; asked about the link, it answers."""

    def __init__(self) -> None:
        self.port = free_port()
        self.binds: list[bytes] = []
        self._bound = asyncio.Event()
        self._wire: Wire | None = None
        self._answers: dict[int, asyncio.Future[int]] = {}
        self._sequence = 0
        self._connections: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server:
            self._server.close()
        self.hang_up()
        await asyncio.gather(*(one.wait_closed() for one in self._connections), return_exceptions=True)

    def hang_up(self) -> None:
        self._bound.clear()
        for connection in self._connections:
            connection.close()

    async def deliver(
        self, sender: str, octets: bytes, *, coding: int = 8, esm_class: int = 0, tlvs: Sequence[smpp34.Tlv] = ()
    ) -> int:
        """Bring something; the status by which it was acknowledged."""
        pdu = smpp34.DeliverSm(
            sender,
            SERVICE_NUMBER,
            octets,
            source_addr_ton=1,
            source_addr_npi=1,
            data_coding=coding,
            esm_class=esm_class,
            tlvs=list(tlvs),
        )
        return await self.ask(DELIVER_SM, pdu.encode()[16:])

    async def ask(self, command: int, body: bytes = b"") -> int:
        """Send any request; the status of its answer. Raises ConnectionError where the connection ends first."""
        async with asyncio.timeout(5):
            await self._bound.wait()
            assert self._wire
            self._sequence += 1
            answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            self._answers[self._sequence] = answer
            self._wire.write(command, OK, self._sequence, body)
            return await answer

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.append(writer)
        wire = Wire(reader, writer)
        with suppress(OSError, EOFError, asyncio.CancelledError):
            while True:
                command, status, sequence, body = await wire.read()
                if command & 0x80000000:
                    self._answers.pop(sequence).set_result(status)
                    continue
                wire.write(command | 0x80000000, OK, sequence, b"fake\0" if body else b"")
                if body:
                    self._wire = wire
                    self.binds.append(body)
                    self._bound.set()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ConnectionError("the connection ended"))
        self._answers.clear()
        writer.close()
