"""A real Kannel for tests: Debian's bearerbox and smsbox; the telephone network behind them is played here.

The handset's side speaks the line protocol of bearerbox's `smsc = fake` driver, the one that fakesmsc speaks. fakesmsc
itself takes its messages from its command line only, so it could not answer in the middle of a test. That driver writes
7-bit texts as they are, so one with a line break in it cannot be read here.
"""

import asyncio
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import quote_from_bytes, unquote_to_bytes

from notifier.channels.sms.segments import split
from tests.real_parts import free_port

USERNAME = "hub"
PASSWORD = "hubpw"
SERVICE_NUMBER = "10690"
UNROUTABLE_PREFIX = "+888"
START_TIMEOUT_SECONDS = 20.0
FULL_UCS2_PART_OCTETS = 134

_PROGRAMS = ("bearerbox", "smsbox")
# The first two groups are bearerbox's, the rest smsbox's; a blank line ends a group, so there is none at the front.
_CONFIGURATION = """group = core
admin-port = {admin_port}
admin-password = admin
smsbox-port = {smsbox_port}
box-allow-ip = 127.0.0.1
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = FAKE
host = 127.0.0.1
port = {handset_port}
connect-allow-ip = 127.0.0.1
denied-prefix = {unroutable}

group = smsbox
bearerbox-host = 127.0.0.1
smsbox-id = box1
sendsms-port = {sendsms_port}
mo-recode = {mo_recode}
http-request-retry = 5
http-queue-delay = 1

group = smsbox-route
smsbox-id = box1
smsc-id = FAKE

group = sendsms-user
username = {username}
password = {password}
concatenation = true
max-messages = 10

group = sms-service
keyword = default
catch-all = true
max-messages = 0
omit-empty = true
send-sender = true
{service_url}
"""


def missing_programs() -> str:
    """Name what of Debian's package kannel is not installed here; "" when all of it is."""
    return ", ".join(name for name in _PROGRAMS if _find(name) is None)


def _find(program: str) -> str | None:
    """Debian keeps them in /usr/sbin, which an ordinary user's PATH lacks."""
    return shutil.which(program) or shutil.which(program, path="/usr/sbin")


class Sms(NamedTuple):
    sender: str
    receiver: str
    text: str


class RealKannel:
    """Bearerbox, smsbox and every handset behind them, from `async with` to its end; up in a fifth of a second.

    `inbound_url` is called for what a handset says: by post-url, or with `by_get` by get-url. With `mo_recode` Kannel
    hands Chinese over as UTF-8, without it as UTF-16BE. A call that is not answered with 2xx is repeated each second.
    """

    def __init__(self, *, inbound_url: str, by_get: bool = False, mo_recode: bool = True) -> None:
        self._service_url = _service_url(inbound_url, by_get=by_get)
        self._mo_recode = mo_recode
        self._folder = TemporaryDirectory(prefix="banyan-kannel-")
        self._programs: list[asyncio.subprocess.Process] = []
        self._reading: asyncio.Task[None] | None = None
        self._handset: asyncio.StreamWriter | None = None
        self._reference = 0
        self._half_read: dict[tuple[str, str, int], dict[int, bytes]] = {}
        self._arrived = asyncio.Condition()
        self._sendsms_port, self._handset_port = free_port(), free_port()
        self.handset_received: list[Sms] = []
        self.parts_received = 0

    @property
    def send_url(self) -> str:
        return f"http://127.0.0.1:{self._sendsms_port}/cgi-bin/sendsms"

    def call(self, inbound_url: str) -> None:
        """Say, before the start, where inbound messages go: the hub's address is known once `send_url` is."""
        self._service_url = _service_url(inbound_url, by_get=False)

    async def __aenter__(self) -> Self:
        try:
            async with asyncio.timeout(START_TIMEOUT_SECONDS):
                await self._start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def handset_says(self, number: str, text: str) -> None:
        """Send a person's text to the service number, in as many parts as a phone would need."""
        parts = split(text)
        if len(parts) == 1:
            await self.handset_sends(number, f"ucs2 {quote_from_bytes(text.encode('utf-16-be'))}")
            return
        self._reference += 1
        for index, part in enumerate(parts, start=1):
            header = quote_from_bytes(bytes([5, 0, 3, self._reference % 256, len(parts), index]))
            # This driver knows no UCS-2 with a header: the parts go as text, which is UTF-8 inside Kannel.
            await self.handset_sends(number, f"udh-text {header} {part}")

    async def handset_sends(self, number: str, message: str) -> None:
        """Send a message as the fake driver writes it: "text …", "ucs2 …" or "udh-text … …", no line break in it."""
        if self._handset is None:
            raise RuntimeError("Kannel is not running")
        self._handset.write(f"{number} {SERVICE_NUMBER} {message}\n".encode())
        await self._handset.drain()

    async def handset_gets(self, count: int, timeout_seconds: float = 10.0) -> list[Sms]:
        """Wait until `count` whole messages have reached a handset since the start."""
        async with asyncio.timeout(timeout_seconds), self._arrived:
            await self._arrived.wait_for(lambda: len(self.handset_received) >= count)
        return self.handset_received

    async def _start(self) -> None:
        folder = Path(self._folder.name)
        configuration = _CONFIGURATION.format(
            admin_port=free_port(),
            smsbox_port=free_port(),
            handset_port=self._handset_port,
            sendsms_port=self._sendsms_port,
            mo_recode=str(self._mo_recode).lower(),
            unroutable=UNROUTABLE_PREFIX,
            username=USERNAME,
            password=PASSWORD,
            service_url=self._service_url,
        )
        (folder / "kannel.conf").write_text(configuration)
        await self._run("bearerbox")
        handset = await self._connect()
        self._handset = handset[1]
        self._reading = asyncio.create_task(self._read(handset[0]))
        await self._run("smsbox")
        # smsbox opens its HTTP port before it knows bearerbox, and a message in between would be lost.
        await self._wait_for_log("smsbox", "Connected to bearerbox")

    async def _run(self, program: str) -> None:
        """setpriv has the kernel kill the program with this process, however that ends."""
        found = _find(program)
        if found is None:
            raise RuntimeError(f"{program} is missing: apt-get install kannel")
        with (Path(self._folder.name) / f"{program}.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *("setpriv", "--pdeathsig", "KILL", found, "-v", "1", "kannel.conf"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder.name,
            )
        self._programs.append(process)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while True:
            self._insist_on_running()
            try:
                return await asyncio.open_connection("127.0.0.1", self._handset_port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)

    async def _wait_for_log(self, program: str, line: str) -> None:
        while line not in self._log_of(program):
            self._insist_on_running()
            await asyncio.sleep(0.05)

    def _insist_on_running(self) -> None:
        if any(program.returncode is not None for program in self._programs):
            logs = "\n".join(self._log_of(name)[-2000:] for name in _PROGRAMS)
            raise RuntimeError(f"Kannel did not start:\n{logs}")

    def _log_of(self, program: str) -> str:
        log = Path(self._folder.name) / f"{program}.log"
        return log.read_text(errors="replace") if log.exists() else ""

    async def _read(self, reader: asyncio.StreamReader) -> None:
        async for line in reader:
            async with self._arrived:
                self._take(line.rstrip(b"\n"))
                self._arrived.notify_all()

    def _take(self, line: bytes) -> None:
        sender, receiver, kind, data = line.split(b" ", 3)
        ends = sender.decode(), receiver.decode()
        self.parts_received += 1
        if kind == b"udh":
            self._take_part(*ends, data)
        else:
            text = data.decode() if kind == b"text" else _unquoted(data).decode("utf-16-be")
            self.handset_received.append(Sms(*ends, text))

    def _take_part(self, sender: str, receiver: str, data: bytes) -> None:
        """`data` is a header that says reference, count and index, the word "data", and the part itself."""
        header, _, payload = data.split(b" ", 2)
        reference, count, index = unquote_to_bytes(header)[3:6]
        parts = self._half_read.setdefault((sender, receiver, reference), {})
        parts[index] = _unquoted(payload)
        if len(parts) == count:
            del self._half_read[sender, receiver, reference]
            whole = b"".join(parts[number] for number in sorted(parts))
            # The driver does not name the alphabet, but Kannel fills a UCS-2 part to 134 octets, a 7-bit one higher.
            alphabet = "utf-16-be" if len(parts[1]) == FULL_UCS2_PART_OCTETS else "utf-8"
            self.handset_received.append(Sms(sender, receiver, whole.decode(alphabet)))

    async def _stop(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])
        if self._handset is not None:
            self._handset.close()
            with suppress(ConnectionError):
                await self._handset.wait_closed()
        for program in reversed(self._programs):
            if program.returncode is None:
                program.kill()
            await program.wait()
        self._folder.cleanup()


def _unquoted(data: bytes) -> bytes:
    return unquote_to_bytes(data.replace(b"+", b" "))


def _service_url(inbound_url: str, *, by_get: bool) -> str:
    if by_get:
        return f'get-url = "{inbound_url}?from=%p&to=%P&text=%b&charset=%C&id=%I&ts=%T"'
    return f'post-url = "{inbound_url}?id=%I"'
