"""The composition root: the only place that reads settings and puts the parts together."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
from aiohttp import web

from bot.chat_rooms import ChatRooms
from bot.holder import is_gone, new_holder
from bot.inbox import Inbox
from bot.listening import listen_while_leased
from bot.opening import open_database, utc_now
from bot.pages import PageRenderer, static_routes
from bot.pulse import Pulse
from bot.server import AccessLog, Doors, build_application
from bot.settings import ConfigurationError, Settings
from bot.simulator import simulator_routes
from bot.web_chat import web_chat_routes
from console.public import public_application
from notifier.channel import Channel
from notifier.counting import close_and_tell
from notifier.delivery.engine import DeliveryEngine
from notifier.registry import CHANNELS, Surroundings
from notifier.render import TEMPLATES, Renderer
from notifier.scheduler import Chore, Scheduler
from store.actions.leases import end_leases, lease_holders
from store.actions.tickets import lapse_quiet_tickets
from store.database import Database, Transaction
from store.domain.accounts import Account, AccountKind
from store.files import FileStore
from store.queries.accounts import all_accounts
from store.shape import is_at_head

log = structlog.get_logger()

CLOSE_SECONDS = 2
"""How long a stop waits for requests that are under way: a phone in a dead spot may be uploading for minutes."""
STOP_SECONDS = 6
"""How long it then waits for the turn and the calls that are under way. Docker kills after ten seconds."""


@dataclass(frozen=True, slots=True)
class Hub:
    """The parts of one running process."""

    settings: Settings
    database: Database
    files: FileStore
    renderer: Renderer
    pulse: Pulse
    inbox: Inbox
    engine: DeliveryEngine
    rooms: ChatRooms
    channels: dict[int, tuple[Account, Channel]]
    holder: str


@contextlib.asynccontextmanager
async def open_hub(settings: Settings) -> AsyncIterator[Hub]:
    """Put the parts together over an existing store, and take them apart in the end."""
    database = open_database(settings)
    try:
        if not await is_at_head(database):
            raise ConfigurationError("The store at BANYAN_DATABASE_URL is not up to date. Run `banyan init`.")
        holder = new_holder()
        async with database.write(utc_now()) as tx:
            accounts = await all_accounts(tx)
            await end_leases(tx, [other for other in await lease_holders(tx) if is_gone(other, holder)])
        channels = _channels(settings, accounts)
        renderer, pulse, files = Renderer(), Pulse(), FileStore(settings.files)
        engine = DeliveryEngine(database, channels, holder, utc_now)
        inbox = Inbox(database, files, renderer, pulse, engine.send_now)
        rooms = ChatRooms(database, files, inbox.receive, pulse)
        yield Hub(settings, database, files, renderer, pulse, inbox, engine, rooms, channels, holder)
        for _, channel in channels.values():
            await channel.close()
    finally:
        await database.close()


def _channels(settings: Settings, accounts: Sequence[Account]) -> dict[int, tuple[Account, Channel]]:
    """The channels that this process sends and listens through; Telegram only where a setting turned it on."""
    channels = {}
    for account in accounts:
        if account.kind is AccountKind.TELEGRAM and not settings.telegram:
            log.warning("channel.off", account=account.id, setting="BANYAN_TELEGRAM")
            continue
        if account.kind in CHANNELS:
            hook_url = f"{str(settings.public_url).rstrip('/')}/hook/{account.id}/{account.hook_secret}"
            try:
                channels[account.id] = (account, CHANNELS[account.kind](account, Surroundings(hook_url)))
            except (ValueError, KeyError) as error:  # one account's wrong value must not keep the hub from serving
                log.error("channel.misconfigured", account=account.id, reason=str(error))
    return channels


def web_application(hub: Hub) -> web.Application:
    """Everything that this process serves."""
    pages = PageRenderer(TEMPLATES)
    routes = [*static_routes(pages), *web_chat_routes(hub.rooms, pages)]
    if hub.settings.training:
        routes += simulator_routes(hub.rooms, pages)
    doors = Doors(
        channels=hub.channels,
        receive=hub.inbox.receive,
        routes=routes,
        applications={"/v": public_application(hub.database, hub.files)},
    )
    return build_application(hub.database, doors, hub.settings.metrics_token)


async def serve(settings: Settings, announce: Callable[[Hub], Awaitable[str]] | None = None) -> None:
    """Run the hub until it is told to stop. What was accepted is a row by then; a stop lets running turns end.

    `announce` says what the person who started it is to know once it serves.
    """
    async with open_hub(settings) as hub:
        stop = asyncio.Event()
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
        application = web_application(hub)
        application.on_shutdown.append(partial(_close_rooms, hub))
        runner = web.AppRunner(application, access_log_class=AccessLog, shutdown_timeout=CLOSE_SECONDS)
        await runner.setup()
        await web.TCPSite(runner, settings.host, settings.port, reuse_address=True).start()
        log.info("hub.serving", host=settings.host, port=settings.port)
        if announce:
            print(await announce(hub), flush=True)
        scheduler = Scheduler(hub.database, hub.renderer, _chores(hub.renderer), utc_now)
        scheduler.start()
        work = asyncio.create_task(_work(hub))
        await asyncio.wait({work, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
        log.info("hub.stopping")
        scheduler.stop()
        await runner.cleanup()
        await _wind_down(hub, work)


async def _close_rooms(hub: Hub, _application: web.Application) -> None:
    """Open sockets would hold the stop up."""
    hub.rooms.close()


def _chores(renderer: Renderer) -> list[Chore]:
    """What the minute's tick does beside what is due: votes that have run out, tickets that nobody spoke of again."""

    async def close_votes(tx: Transaction, _now: datetime) -> None:
        await close_and_tell(tx, renderer)

    return [close_votes, lapse_quiet_tickets]


async def _work(hub: Hub) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(hub.inbox.run())
        tasks.create_task(hub.engine.run())
        tasks.create_task(hub.pulse.watch(hub.database))
        for account, channel in hub.channels.values():
            receive = partial(hub.inbox.receive, account)
            tasks.create_task(listen_while_leased(hub.database, account, channel, receive, hub.holder))


async def _wind_down(hub: Hub, work: asyncio.Task[None]) -> None:
    hub.inbox.stop()
    hub.engine.stop()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(STOP_SECONDS):
            await asyncio.gather(hub.inbox.stopped.wait(), hub.engine.stopped.wait())
    work.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work
