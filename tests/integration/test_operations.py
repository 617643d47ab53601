"""The files that docs/operations.md tells an administrator to write: as they stand there, in the real programs."""

import asyncio
import io
import os
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.fakes.proxies import HOST, running
from tests.real_parts import free_port, require_real_part

DOCUMENT = Path(__file__).parents[2] / "docs" / "operations.md"
_FILE = re.compile(r"^    # (/\S+)\n((?:(?:    (?!# /).*)?\n)+)", re.MULTILINE)
FILES = {name: re.sub(r"^    ", "", text, flags=re.MULTILINE) for name, text in _FILE.findall(DOCUMENT.read_text())}
UNITS = [name for name in FILES if name.startswith("/etc/systemd/system/")]
SECRET = "/hook/3/not-for-logs/inbound"
SETTINGS = {"nginx": "/etc/nginx/conf.d/banyan.conf", "caddy": "/etc/caddy/Caddyfile"}
MEGABYTE = 1024 * 1024
WITHIN = 10


def needs(package: str, program: str) -> None:
    present = shutil.which(program) is not None
    require_real_part(package, present=present, reason=f"not installed (apt-get install {package})")


@pytest.mark.systemd
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    needs("systemd", "systemd-analyze")
    assert len(UNITS) == 6
    for name in UNITS:
        file = tmp_path / Path(name).relative_to("/etc/systemd/system")
        file.parent.mkdir(exist_ok=True)
        file.write_text(FILES[name].replace("/srv/banyan/.venv/bin/banyan", "/bin/true"))
    units = [Path(name).name.replace("@.", "@7.") for name in UNITS if not name.endswith(".conf")]
    checked = subprocess.run(  # noqa: S603 - our own arguments
        [str(shutil.which("systemd-analyze")), "verify", "--man=no", *units],
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
        check=False,
    )
    objections = [line for line in checked.stderr.splitlines() if "banyan" in line]
    assert (checked.returncode, objections) == (0, [])


@dataclass(slots=True)
class Upstream:
    """Two processes' ports, with what the hub's pages need of a proxy behind them."""

    ports: list[int] = field(default_factory=lambda: [free_port(), free_port()])
    told: asyncio.Event = field(default_factory=asyncio.Event)
    runner: web.AppRunner = field(init=False)

    async def start(self) -> None:
        application = web.Application(client_max_size=11 * MEGABYTE)
        application.router.add_get("/healthz", self._headers)
        application.router.add_get("/headers", self._headers)
        application.router.add_get("/socket", self._socket)
        application.router.add_get("/news", self._news)
        application.router.add_post("/photos", self._photos)
        self.runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self.runner.setup()
        for port in self.ports:
            await web.TCPSite(self.runner, "127.0.0.1", port).start()

    async def _headers(self, request: web.Request) -> web.Response:
        return web.json_response(dict(request.headers))

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        answer = web.WebSocketResponse()
        await answer.prepare(request)
        async for frame in answer:
            await answer.send_str(frame.data)
        return answer

    async def _news(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        await answer.prepare(request)
        await answer.write(b"data: first\n\n")
        await self.told.wait()
        return answer

    async def _photos(self, request: web.Request) -> web.Response:
        try:
            return web.Response(text=str(len(await request.read())))
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=413, text="照片太大了")


class Here(AbstractResolver):
    """The village's name leads to this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0),
        ]

    async def close(self) -> None: ...


@asynccontextmanager
async def visitor(folder: Path, port: int) -> AsyncIterator[aiohttp.ClientSession]:
    trusting = ssl.create_default_context(cafile=folder / "fullchain.pem")
    connector = aiohttp.TCPConnector(resolver=Here(), ssl=trusting, family=socket.AF_INET)
    async with aiohttp.ClientSession(f"https://{HOST}:{port}", connector=connector) as session:
        async with asyncio.timeout(WITHIN):
            while not await _answers(session):  # noqa: ASYNC110 - a program that starts rings no bell
                await asyncio.sleep(0.05)
        yield session


async def _answers(session: aiohttp.ClientSession) -> bool:
    try:
        async with session.get("/headers") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


@pytest.mark.proxies
@pytest.mark.parametrize("proxy", SETTINGS)
async def test_a_proxy_hands_on_what_the_hub_needs_and_writes_no_address(tmp_path: Path, proxy: str) -> None:
    needs(proxy, proxy)
    upstream, port = Upstream(), free_port()
    await upstream.start()
    with running(proxy, FILES[SETTINGS[proxy]], tmp_path, port, upstream.ports):
        async with visitor(tmp_path, port) as session, asyncio.timeout(WITHIN):
            async with session.get("/headers", headers={"X-Forwarded-For": "203.0.113.9"}) as answer:
                seen = await answer.json()
                assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
                assert "aiohttp" not in str(answer.headers.getall("Server", []))
            assert (seen["Host"], seen["X-Forwarded-Proto"]) == (f"{HOST}:{port}", "https")
            assert seen["X-Forwarded-For"].rpartition(",")[2].strip() == "127.0.0.1"
            async with session.get("/metrics") as answer:
                assert answer.status == 404
            async with session.ws_connect("/socket") as chat:
                await chat.send_str("停水了")
                assert await chat.receive_str() == "停水了"
            async with session.get("/news") as answer:
                assert await answer.content.readline() == b"data: first\n"
                upstream.told.set()
            for size, said in ((10 * MEGABYTE, f"{10 * MEGABYTE}"), (20 * MEGABYTE, "照片太大了")):
                async with session.post("/photos", data=io.BytesIO(bytes(size))) as answer:
                    assert await answer.text() == said
            await upstream.runner.cleanup()
            async with session.get(f"{SECRET}?from=13900007001&text=hi") as answer:
                assert answer.status in {502, 503}
    assert _logs_that_name_it(tmp_path) == []


def _logs_that_name_it(folder: Path) -> list[str]:
    logs = {file.name: file.read_text() for file in folder.glob("*.log")}
    return [name for name, text in logs.items() if "not-for-logs" in text or "13900007001" in text]
