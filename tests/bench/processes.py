"""Starting what is measured as a process of its own, on this machine's loopback."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tests.real_parts import free_port

START_TIMEOUT_SECONDS = 60.0


@asynccontextmanager
async def serving(*arguments: str, module: str = "tests.bench.server") -> AsyncIterator[int]:
    """A server as a process of its own; its port once it answers."""
    port = free_port()
    async with running(sys.executable, "-m", module, str(port), *arguments) as process:
        await until_open(process, port)
        yield port


@asynccontextmanager
async def running(
    *command: str,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    stdin: int | None = None,
    stdout: int = DEVNULL,
) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(*command, stdin=stdin, stdout=stdout, env=environment, cwd=folder)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def until_open(process: Process, port: int) -> None:
    """Return once something listens at the port. Raises RuntimeError where the process ended instead."""
    async with asyncio.timeout(START_TIMEOUT_SECONDS):
        while process.returncode is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionError:
                await asyncio.sleep(0.005)
                continue
            writer.close()
            await writer.wait_closed()
            return
    raise RuntimeError(f"the server did not start: it ended with {process.returncode}")
