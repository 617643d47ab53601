"""SMS through a SIM card in a USB modem, driven by gammu-smsd 1.42 with its files backend.

One folder holds smsd's inbox, outbox, sent and error. What smsd has sent or given up is told once and deleted, for the
files hold texts and numbers. The files backend cannot say that a message was delivered: with DeliveryReport = sms a
report is a file like any other, which says "Delivered", names no message, and could as well be a person's own word.
"""

import asyncio
import contextlib
import os
import re
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import structlog

from notifier.channel import ChannelUnreachable, Limits, Receive, Route
from notifier.channels.sms.gammu_spool import (
    Gathered,
    InboxFile,
    delivery_of,
    gather,
    is_inbound,
    outbox_content,
    outbox_name,
)
from notifier.channels.sms.segments import count_parts
from notifier.message import (
    Accepted,
    Asked,
    DeliveryReceipt,
    OutboundMessage,
    ReceiptState,
    Refused,
    SendError,
    SendResult,
    Unknown,
)

_MAX_PARTS = 8
_POLL_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 600.0
_MOST_AT_ONCE = 50
_MOST_OCTETS = 10_000
_ADDRESS = re.compile(r"\+?[0-9]{3,20}")
_FOLDERS = ("inbox", "outbox", "sent", "error")
_STATES = {"outbox": ReceiptState.SENT, "sent": ReceiptState.SENT, "error": ReceiptState.FAILED}

_log = structlog.get_logger()


class GammuChannel:
    """One SIM: `folder` is the spool of its smsd, which this process may read and write.

    A message is accepted when its file is in the outbox, on disk. `per_second`: a modem needs some seconds for each
    part, and carriers block a SIM that sends more than some hundreds of messages an hour.
    """

    kind = "gammu"

    def __init__(self, folder: Path, *, per_second: float = 0.1) -> None:
        self.limits = Limits(text_units=67 * _MAX_PARTS, per_second=per_second, in_flight=1)
        self._folder = folder

    def routes(self) -> Sequence[Route]:
        return ()

    async def send(self, messages: Sequence[OutboundMessage]) -> Sequence[SendResult]:
        return [await asyncio.to_thread(self._send, message) for message in messages]

    async def listen(self, receive: Receive) -> None:
        """Look into the folders each second; what was handed on is deleted."""
        while True:
            try:
                await self._look(receive)
            except Exception as error:  # noqa: BLE001  an unreadable folder and a store that is away both come back
                _log.warning("gammu.look_failed", error=type(error).__name__)
            await asyncio.sleep(_POLL_SECONDS)

    async def look_up(self, asked: Sequence[Asked]) -> Sequence[DeliveryReceipt]:
        """Say in which folder a message is. What is in none was told and deleted, or was never written."""
        try:
            found = await asyncio.to_thread(lambda: {one.delivery_id: one for _, one in self._fates("outbox")})
        except OSError as error:
            raise ChannelUnreachable(f"the spool cannot be read ({type(error).__name__})") from None
        return [found[one.delivery_id] for one in asked if one.delivery_id in found]

    async def check(self) -> str:
        """Whether the folders are ours to use, and whether smsd takes from the outbox what lies there."""
        return await asyncio.to_thread(self._check)

    async def close(self) -> None:
        """Nothing is held open."""

    def _send(self, message: OutboundMessage) -> SendResult:
        parts = count_parts(message.text).parts
        if not _ADDRESS.fullmatch(message.address):
            return Refused(SendError("bad_address"))
        if not message.text:
            return Refused(SendError("empty"))
        if parts > _MAX_PARTS:
            return Refused(SendError("too_long", f"{parts} parts"))
        name = outbox_name(message.delivery_id, message.address, datetime.now(UTC))
        try:
            self._write(name, outbox_content(message.text))
        except OSError as error:
            return Refused(SendError("spool_unwritable", type(error).__name__, retryable=True))
        try:
            _sync_folder(self._folder / "outbox")
        except OSError as error:
            return Unknown(type(error).__name__)
        return Accepted()

    def _write(self, name: str, content: bytes) -> None:
        """Let the file appear whole: smsd passes over names that begin with a dot."""
        hidden = self._folder / "outbox" / f".{name}"
        try:
            # smsd may run as another user of the same group.
            with open(os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o660), "wb") as file:  # noqa: PTH123  a mode of its own
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            hidden.rename(hidden.with_name(name))
        except OSError:
            with contextlib.suppress(OSError):
                hidden.unlink()
            raise

    async def _look(self, receive: Receive) -> None:
        messages, fates = await asyncio.to_thread(self._read)
        if not messages and not fates:
            return
        await receive([one.message for one in messages], [receipt for _, receipt in fates])
        await asyncio.to_thread(self._delete, messages, [path for path, _ in fates])

    def _read(self) -> tuple[list[Gathered], list[tuple[Path, DeliveryReceipt]]]:
        messages = gather(list(self._inbox()), time.time_ns())
        return messages[:_MOST_AT_ONCE], list(self._fates())[:_MOST_AT_ONCE]

    def _inbox(self) -> Iterator[InboxFile]:
        with os.scandir(self._folder / "inbox") as entries:
            for entry in entries:
                if is_inbound(entry.name) and entry.is_file(follow_symlinks=False):
                    with Path(entry.path).open("rb") as file:
                        yield InboxFile(entry.name, entry.stat().st_mtime_ns, file.read(_MOST_OCTETS))

    def _fates(self, *more: str) -> Iterator[tuple[Path, DeliveryReceipt]]:
        """Yield what became of our own messages; another program's files are left alone."""
        for folder in (*more, "sent", "error"):
            for path in sorted((self._folder / folder).iterdir()):
                if (delivery_id := delivery_of(path.name)) is not None:
                    state = _STATES[folder]
                    code = "gammu_error" if state is ReceiptState.FAILED else ""
                    yield path, DeliveryReceipt(state, delivery_id=delivery_id, code=code)

    def _delete(self, messages: Sequence[Gathered], paths: Sequence[Path]) -> None:
        for message in messages:
            # The first part gives the message its name, so it goes last.
            for name in reversed(message.names):
                (self._folder / "inbox" / name).unlink(missing_ok=True)
        for path in paths:
            path.unlink(missing_ok=True)

    def _check(self) -> str:
        for name in _FOLDERS:
            if not os.access(self._folder / name, os.R_OK | os.W_OK | os.X_OK) or not (self._folder / name).is_dir():
                raise ChannelUnreachable(f"the spool has no folder {name} that we may read and write")
        # A look between the list and the file may find smsd faster.
        waiting = [path for path in (self._folder / "outbox").iterdir() if delivery_of(path.name) is not None]
        written = [path.stat().st_mtime for path in waiting if path.exists()]
        oldest = time.time() - min(written, default=time.time())
        if oldest > _LONGEST_WAIT_SECONDS:
            raise ChannelUnreachable(
                f"gammu-smsd takes nothing: {len(written)} messages wait, for {oldest / 60:.0f} minutes"
            )
        return f"spool of gammu-smsd, {len(written)} messages waiting"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
