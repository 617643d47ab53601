"""Providers for the contract suite that speak no HTTP: SMSCs, and the spool of a modem."""

import struct
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from notifier.channel import Channel
from notifier.channels.sms.gammu import GammuChannel
from notifier.channels.sms.smpp import SmppChannel
from notifier.channels.sms.smpp_deliver import text_of
from notifier.channels.sms.smpp_session import Endpoint
from tests.fakes.smpp import ENQUIRE_LINK, OK, SERVICE_NUMBER, Smsc, Talk, Wire, scripted_smsc, silent


def smpp_at(base_url: str) -> Channel:
    port = int(base_url.rpartition(":")[2])
    endpoint = Endpoint("127.0.0.1", port, tls=False, system_id="village", password="s3cret", answer_seconds=0.2)
    return SmppChannel(endpoint, sender=SERVICE_NUMBER)


def gammu_at(base_url: str) -> Channel:
    return GammuChannel(Path(base_url))


@asynccontextmanager
async def smpp_served() -> AsyncIterator[tuple[Channel, Callable[[], list[str]]]]:
    async with Smsc() as smsc:
        channel = smpp_at(f"smpp://127.0.0.1:{smsc.port}")
        yield channel, lambda: [text_of(submit.data_coding, submit.short_message) for submit in smsc.submitted]
        await channel.close()


@asynccontextmanager
async def gammu_served() -> AsyncIterator[tuple[Channel, Callable[[], list[str]]]]:
    async with _spool() as folder:
        written = Path(folder, "outbox")
        yield gammu_at(folder), lambda: [path.read_bytes().decode("utf-16") for path in written.iterdir()]


@asynccontextmanager
async def _spool(spoil: Callable[[Path], None] | None = None) -> AsyncIterator[str]:
    with TemporaryDirectory(prefix="banyan-spool-") as folder:
        _make_spool(Path(folder))
        if spoil:
            spoil(Path(folder))
        yield folder


def _make_spool(folder: Path) -> None:
    for name in ("inbox", "outbox", "sent", "error"):
        (folder / name).mkdir()


def _remove_all(folder: Path) -> None:
    for path in folder.iterdir():
        path.rmdir()


def _remove_outbox(folder: Path) -> None:
    (folder / "outbox").rmdir()


def _make_outbox_a_file(folder: Path) -> None:
    _remove_outbox(folder)
    (folder / "outbox").write_text("")


def _lead_outbox_nowhere(folder: Path) -> None:
    _remove_outbox(folder)
    (folder / "outbox").symlink_to(folder / "gone")


@asynccontextmanager
async def _at_port(talk: Talk) -> AsyncIterator[str]:
    async with scripted_smsc(talk) as port:
        yield f"smpp://127.0.0.1:{port}"


def _says(octets: bytes, *, bound: bool) -> Talk:
    async def talk(wire: Wire) -> None:
        if bound:
            await wire.answer()
        await wire.read()
        wire.write_raw(octets)
        await silent(wire)

    return talk


async def _hangs_up(wire: Wire) -> None:
    await wire.read()


async def _binds_and_hangs_up(wire: Wire) -> None:
    await wire.answer()


async def _binds_and_unbinds(wire: Wire) -> None:
    await wire.answer()
    wire.write(0x06, OK, 1)
    await silent(wire)


async def _only_asks(wire: Wire) -> None:
    await wire.answer()
    for sequence in range(1, 500):
        wire.write(ENQUIRE_LINK, OK, sequence)
    await silent(wire)


async def _answers_all_too_late(wire: Wire) -> None:
    await wire.answer()
    _, _, sequence, _ = await wire.read()
    wire.write(0x80000004, OK, sequence + 7, b"m1\0")
    await silent(wire)


async def _refuses(wire: Wire) -> None:
    while True:
        await wire.answer(0x0D, b"")


_TALKS: dict[str, Talk] = {
    "hangs": silent,
    "hangs up": _hangs_up,
    "refuses": _refuses,
    "binds and hangs": _says(b"", bound=True),
    "binds and hangs up": _binds_and_hangs_up,
    "binds and unbinds": _binds_and_unbinds,
    "only asks": _only_asks,
    "answers another": _answers_all_too_late,
    "speaks HTTP": _says(b"HTTP/1.1 200 OK\r\n\r\n", bound=False),
    "speaks another protocol": _says(b"\x00\x01SSH-2.0-OpenSSH\r\n\r\n", bound=False),
    "an endless PDU": _says(b"\xff" * 16, bound=True),
    "a PDU of nothing": _says(bytes(16), bound=True),
    "breaks off": _says(struct.pack(">IIII", 99, 0x80000004, 0, 2), bound=True),
    "answers the bind as a submit": _says(struct.pack(">IIII", 16, 0x80000004, 0, 1), bound=False),
    "nacks": _says(struct.pack(">IIII", 16, 0x80000000, 3, 1), bound=False),
}

DISHONEST_SMSCS: dict[str, Callable[[], AbstractAsyncContextManager[str]]] = {
    name: partial(_at_port, talk) for name, talk in _TALKS.items()
}

BROKEN_SPOOLS: dict[str, Callable[[], AbstractAsyncContextManager[str]]] = {
    "no folders": partial(_spool, _remove_all),
    "no outbox": partial(_spool, _remove_outbox),
    "an outbox that is a file": partial(_spool, _make_outbox_a_file),
    "an outbox that leads nowhere": partial(_spool, _lead_outbox_nowhere),
}
