"""Requests over kept connections, as fast as a server answers. Several times cheaper than an HTTP client library,
which would be the bottleneck itself."""

import asyncio
import re
import time
from collections.abc import Iterable, Iterator, Mapping

CONNECTIONS = 64
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


def post(path: str, headers: Mapping[str, str], body: str) -> bytes:
    raw = body.encode()
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {path} HTTP/1.1\r\nHost: bench\r\n{lines}Content-Length: {len(raw)}\r\n\r\n".encode() + raw


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()


async def requests_per_second(port: int, requests: list[bytes]) -> float:
    started = time.perf_counter()
    await send_all(port, requests)
    return len(requests) / (time.perf_counter() - started)


async def send_all(port: int, requests: Iterable[bytes]) -> None:
    """Send them over a few connections. Raises RuntimeError at the first answer that is not a success."""
    waiting = iter(requests)
    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(_drive(port, waiting))


async def _drive(port: int, waiting: Iterator[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in waiting:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        await reader.readexactly(int(length[1]) if length else 0)
        if head[9:10] != b"2":
            raise RuntimeError(f"the server answered {head[9:12].decode()}")
    writer.close()
    await writer.wait_closed()
