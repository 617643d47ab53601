"""The servers that are measured, each a process of its own.

`python -m tests.bench.server PORT` is the bare one; with a FOLDER it serves the webhooks of the store in it, and with
`answer` behind that it takes the turns of what came.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from bot.commands.serving import configure_logging
from bot.inbox import Inbox
from bot.opening import utc_now
from bot.pulse import Pulse
from bot.server import AccessLog, Doors, build_application
from notifier.registry import CHANNELS, Surroundings
from notifier.render import Renderer
from notifier.telling import Written
from store.database import Database
from store.files import FileStore
from store.keyring import load_keyring
from store.queries.accounts import all_accounts
from tests.bench.village import KEY_FILE, STORE

REPLY = "知道了,已补记到编号1001。"


async def _ok(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(text="ok")


async def _reply(request: web.Request) -> web.Response:
    """A bot without a store: it reads the text and answers it."""
    text = await request.text()
    return web.Response(text=REPLY if text else "")


async def _sendsms(request: web.Request) -> web.Response:
    """What Kannel says to a message that it takes."""
    await request.read()
    return web.Response(status=202, text="0: Accepted for delivery")


async def serve_bare(port: int) -> None:
    application = web.Application()
    application.add_routes(
        [web.route("*", "/ok", _ok), web.post("/reply", _reply), web.post("/cgi-bin/sendsms", _sendsms)]
    )
    await _serve(web.AppRunner(application, access_log=None), port)


async def serve_hooks(port: int, folder: Path, *, answers: bool) -> None:
    """Replies are written and not sent: sending is measured by itself."""
    configure_logging()
    database = Database(f"sqlite:///{folder / STORE}", load_keyring(folder / KEY_FILE))
    inbox = Inbox(database, FileStore(folder / "files"), Renderer(), Pulse(), _leave_written)
    async with database.read(utc_now()) as tx:
        accounts = [account for account in await all_accounts(tx) if account.kind in CHANNELS]
    channels = {one.id: (one, CHANNELS[one.kind](one, Surroundings("http://127.0.0.1"))) for one in accounts}
    application = build_application(database, Doors(channels, inbox.receive, (), {}), "")
    async with asyncio.TaskGroup() as tasks:
        if answers:
            tasks.create_task(inbox.run())
        tasks.create_task(_serve(web.AppRunner(application, access_log_class=AccessLog), port))


async def _leave_written(_written: Sequence[Written]) -> None:
    """The rows are there."""


async def _serve(runner: web.AppRunner, port: int) -> None:
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    at, *rest = sys.argv[1:]
    asyncio.run(serve_hooks(int(at), Path(rest[0]), answers="answer" in rest) if rest else serve_bare(int(at)))
