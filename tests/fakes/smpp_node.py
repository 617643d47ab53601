"""An SMSC that is not ours: npm's smpp, run by Node (tests/fakes/smpp_server.js)."""

import asyncio
import json
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Self

_FOLDER = Path(__file__).parent
_START_SECONDS = 20.0


def missing_node() -> str:
    """Name what is not installed here; "" when all of it is."""
    if shutil.which("node") is None:
        return "node is missing"
    return "" if (_FOLDER / "node_modules/smpp").is_dir() else "run `npm ci` in tests/fakes"


class NodeSmsc:
    """The server, from `async with` to its end. `read` holds the whole messages that it was given."""

    def __init__(self) -> None:
        self.port = 0
        self.read: list[dict[str, str]] = []
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """setpriv has the kernel kill the server with this process, however that ends."""
        self._process = await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig", "KILL", "node", "smpp_server.js"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            cwd=_FOLDER,
        )
        assert self._process.stdout
        async with asyncio.timeout(_START_SECONDS):
            self.port = json.loads(await self._process.stdout.readline())["port"]
        self._reading = asyncio.create_task(self._read(self._process.stdout))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        if self._reading:
            await self._reading

    async def _read(self, lines: asyncio.StreamReader) -> None:
        async for line in lines:
            self.read.append(json.loads(line))
