"""A real gammu-smsd for tests, with Gammu's dummy phone: a folder is the SIM (apt package gammu-smsd)."""

import asyncio
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from notifier.channels.sms.segments import split

_PHONE_FOLDERS = (*(f"sms/{number}" for number in range(1, 6)), "pbk", "note", "todo", "calendar", "alarm", "fs")
_CONFIGURATION = """[gammu]
model = dummy
connection = none
device = {folder}/phone/

[smsd]
service = files
logfile = {folder}/smsd.log
debuglevel = 1
commtimeout = 1
receivefrequency = 1
loopsleep = 1
inboxpath = {folder}/inbox/
outboxpath = {folder}/outbox/
sentsmspath = {folder}/sent/
errorsmspath = {folder}/error/
inboxformat = unicode
transmitformat = auto
"""
_MESSAGE = """[SMSBackup000]
SMSC = "+8613800100500"
Sent = 20261122T0538{second:02}
State = UnRead
Number = "{number}"
Coding = Unicode_No_Compression
Folder = 1
Length = {length}
Class = -1
PDU = Deliver
{udh}{text}
"""


def missing_smsd() -> str:
    return "" if shutil.which("gammu-smsd") else "gammu-smsd is not installed"


def make_spool(folder: Path) -> None:
    for name in ("inbox", "outbox", "sent", "error"):
        (folder / name).mkdir()


class RealSmsd:
    """The daemon over a spool in `folder`, from `async with` to its end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        make_spool(folder)
        for name in _PHONE_FOLDERS:
            (folder / "phone" / name).mkdir(parents=True)
        (folder / "smsdrc").write_text(_CONFIGURATION.format(folder=folder))

    async def __aenter__(self) -> Self:
        """setpriv has the kernel kill the daemon with this process, however that ends."""
        self._process = await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig", "KILL", "gammu-smsd", "-c", str(self._folder / "smsdrc")),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process:
            self._process.kill()
            await self._process.wait()

    def handset_says(self, number: str, text: str) -> None:
        """Put a message on the SIM, in as many parts as a phone would need."""
        parts = split(text)
        for index, part in enumerate(parts, start=1):
            udh = f"UDH = {bytes([5, 0, 3, 77, len(parts), index]).hex().upper()}\n" if len(parts) > 1 else ""
            octets = part.encode("utf-16-be")
            message = _MESSAGE.format(
                second=index, number=number, length=len(octets) // 2, udh=udh, text="\n".join(_lines(octets.hex()))
            )
            hidden = self._folder / "phone" / f"coming{index}"
            hidden.write_text(message)
            hidden.rename(self._folder / "phone/sms/1" / str(index))

    def log(self) -> str:
        return (self._folder / "smsd.log").read_text(errors="replace")


def _lines(octets: str) -> Iterable[str]:
    return (f"Text{at // 200:02} = {octets[at : at + 200]}" for at in range(0, len(octets), 200))
