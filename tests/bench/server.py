"""The servers that are measured, each a process of its own.

`python -m tests.bench.server PORT` is the bare one; with a FOLDER it serves the webhooks of the store in it, and with
`answer` behind that it takes the turns of what came and sends the answers.
"""

import asyncio
import sys
from pathlib import Path

from aiohttp import web

from bot.callers import caller_by
from bot.commands.serving import configure_process
from bot.inbox import Inbox
from bot.opening import utc_now
from bot.server import AccessLog, Doors, build_application
from notifier.delivery.engine import DeliveryEngine
from notifier.pulse import Pulse
from notifier.registry import CHANNELS, Surroundings
from notifier.render import Renderer
from store.database import Database
from store.files import FileStore
from store.keyring import load_keyring
from store.queries.accounts import all_accounts
from tests.bench.village import KEY_FILE, STORE


async def _ok(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(text="ok")


async def _sendsms(request: web.Request) -> web.Response:
    """What Kannel says to a message that it takes."""
    await request.read()
    return web.Response(status=202, text="0: Accepted for delivery")


async def serve_bare(port: int) -> None:
    application = web.Application(client_max_size=2**24)
    application.add_routes([web.route("*", "/ok", _ok), web.post("/cgi-bin/sendsms", _sendsms)])
    await serve(web.AppRunner(application, access_log=None), port)


async def serve_hooks(port: int, folder: Path, *, answers: bool) -> None:
    configure_process()
    database, renderer = Database(f"sqlite:///{folder / STORE}", load_keyring(folder / KEY_FILE)), Renderer()
    async with database.read(utc_now()) as tx:
        accounts = [account for account in await all_accounts(tx) if account.kind in CHANNELS]
    channels = {one.id: (one, CHANNELS[one.kind](one, Surroundings("http://127.0.0.1"))) for one in accounts}
    engine = DeliveryEngine(database, channels, "bench", utc_now)
    inbox = Inbox(database, FileStore(folder / "files"), renderer, Pulse(), engine.send_soon)
    application = build_application(database, Doors(channels, inbox.receive, caller_by("127.0.0.1"), (), {}), "")
    async with asyncio.TaskGroup() as tasks:
        if answers:
            tasks.create_task(inbox.run())
            tasks.create_task(engine.run())
        tasks.create_task(serve(web.AppRunner(application, access_log_class=AccessLog), port))


async def serve(runner: web.AppRunner, port: int) -> None:
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    at, *rest = sys.argv[1:]
    asyncio.run(serve_hooks(int(at), Path(rest[0]), answers="answer" in rest) if rest else serve_bare(int(at)))
