"""The composition root: the only place that reads settings and puts the parts together."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

import structlog
from aiohttp import web

from bot.callers import caller_by
from bot.chat_rooms import ChatRooms
from bot.ending import end_task
from bot.holder import is_gone, new_holder
from bot.inbox import Inbox
from bot.jobs import open_jobs
from bot.open_channels import OpenChannels
from bot.opening import open_database, utc_now
from bot.pages import chat_pages, static_routes
from bot.server import AccessLog, Doors, build_application, watching_application
from bot.settings import ConfigurationError, Settings
from bot.simulator import simulator_routes
from bot.web_chat import web_chat_routes
from console.office import Surroundings as ConsoleSurroundings
from console.office import console_application, console_pages
from console.public.site import public_application, robots_routes
from console.work import console_jobs
from notifier.accounts import Outside
from notifier.counting import close_and_tell
from notifier.delivery.engine import DeliveryEngine
from notifier.notice_jobs import notice_job
from notifier.pulse import Pulse
from notifier.render import Renderer
from notifier.roster_jobs import roster_job
from notifier.scheduler import Chore, Scheduler
from notifier.transfers import call_silent
from notifier.visiting import follow_up
from store.actions.fallbacks import release_second_steps
from store.actions.flags import end_flags_that_ran_out
from store.actions.kept_files import forget_files
from store.actions.kept_forms import forget_kept_forms
from store.actions.leases import end_leases, lease_holders
from store.actions.notice_controls import hold_back
from store.actions.progress import defer_unfinished
from store.actions.roster_uploads import forget_uploads
from store.actions.sign_in import forget_pressed_forms
from store.actions.tickets import lapse_quiet_tickets
from store.database import Database, Transaction
from store.domain.jobs import JobHandler, JobName, JobWorker
from store.files import FileStore
from store.shape import is_at_head

log = structlog.get_logger()

CLOSE_SECONDS = 2
"""How long a stop waits for requests that are under way: a phone in a dead spot may be uploading for minutes."""
STOP_SECONDS = 6
"""How long it then waits for the turn and the calls that are under way. Docker kills after ten seconds."""
AGAIN_SECONDS = 0.5


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
    channels: OpenChannels
    jobs: JobWorker
    holder: str


class Part(Protocol):
    """What runs until it is stopped and then ends what it has under way."""

    stopped: asyncio.Event

    def stop(self) -> None: ...


@contextlib.asynccontextmanager
async def open_hub(settings: Settings) -> AsyncIterator[Hub]:
    """Put the parts together over an existing store, and take them apart in the end."""
    database = open_database(settings)
    try:
        if not await is_at_head(database):
            raise ConfigurationError("The store at BANYAN_DATABASE_URL is not up to date. Run `banyan init`.")
        holder = new_holder()
        async with database.write(utc_now()) as tx:
            await end_leases(tx, [other for other in await lease_holders(tx) if is_gone(other, holder)])
        renderer, pulse, files = Renderer(public_url=_address(settings)), Pulse(), FileStore(settings.files)
        engine = DeliveryEngine(database, {}, holder, utc_now)
        inbox = Inbox(database, files, renderer, pulse, engine.send_soon)
        channels = OpenChannels(database, _outside(settings), engine, inbox.receive, holder)
        await channels.take_up()
        rooms = ChatRooms(database, files, inbox.receive, pulse)
        handlers: dict[str, JobHandler] = {
            JobName.SEND_NOTICE: notice_job(database, renderer, utc_now, engine.wake),
            JobName.IMPORT_ROSTER: roster_job(database, utc_now),
            **console_jobs(database, files, console_pages(), utc_now),
        }
        jobs = database.queue = await open_jobs(database, handlers, holder)
        yield Hub(settings, database, files, renderer, pulse, inbox, engine, rooms, channels, jobs, holder)
        await jobs.close()
        await channels.close()
    finally:
        await database.close()


def _outside(settings: Settings) -> Outside:
    return Outside(_address(settings), settings.telegram)


def _address(settings: Settings) -> str:
    return str(settings.public_url).rstrip("/")


def web_application(hub: Hub) -> web.Application:
    """Everything that this process serves."""
    pages = chat_pages()
    routes = [*static_routes(), *robots_routes(), *web_chat_routes(hub.rooms, pages)]
    if hub.settings.training:
        routes += simulator_routes(hub.rooms, pages)
    doors = Doors(
        channels=hub.channels.by_account,
        receive=hub.inbox.receive,
        caller=caller_by(hub.settings.proxies),
        routes=routes,
        applications={
            "/v": public_application(hub.database, hub.files, _address(hub.settings)),
            "/console": console_application(hub.database, hub.files, _around_console(hub)),
        },
    )
    return build_application(hub.database, doors, hub.settings.metrics_token)


def _around_console(hub: Hub) -> ConsoleSurroundings:
    secure = hub.settings.public_url.scheme == "https"
    return ConsoleSurroundings(
        hub.renderer, console_pages(), caller_by(hub.settings.proxies), secure, hub.pulse, _outside(hub.settings)
    )


async def serve(
    settings: Settings, announce: Callable[[Hub], Awaitable[str]] | None = None, *, web_only: bool = False
) -> None:
    """Run the hub until it is told to stop. What was accepted is a row by then; a stop lets running turns end.

    `announce` says what the person who started it is to know once it serves. With `web_only` it takes and answers what
    comes through the web, and leaves the rest to workers.
    """
    async with open_hub(settings) as hub:
        stop = _told_to_stop()
        application = web_application(hub)
        application.on_shutdown.append(partial(_close_rooms, hub))
        runner = await _listening(application, settings.host, settings.port)
        log.info("hub.serving", host=settings.host, port=settings.port)
        if announce:
            print(await announce(hub), flush=True)
        await _run_until(stop, hub, web_only=web_only, runner=runner)


async def work(settings: Settings) -> None:
    """Everything but the web, until it is told to stop: sending, listening, jobs, the minute's tick."""
    async with open_hub(settings) as hub:
        stop, runner = _told_to_stop(), None
        if settings.worker_port:
            watching = watching_application(hub.database, settings.metrics_token)
            runner = await _listening(watching, settings.host, settings.worker_port)
        log.info("worker.working", accounts=len(hub.channels.by_account))
        await _run_until(stop, hub, runner=runner)


async def _listening(application: web.Application, host: str, port: int) -> web.AppRunner:
    """Raises ConfigurationError where the address is not to be had."""
    runner = web.AppRunner(application, access_log_class=AccessLog, shutdown_timeout=CLOSE_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, reuse_address=True).start()
    except OSError as error:
        await runner.cleanup()
        reason = str(error.strerror).rpartition(": ")[2]  # asyncio's own words begin with the address once more
        raise ConfigurationError(f"Nothing can listen on {host}:{port}: {reason}.") from error
    return runner


def _told_to_stop() -> asyncio.Event:
    stop = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    return stop


async def _run_until(
    stop: asyncio.Event, hub: Hub, *, web_only: bool = False, runner: web.AppRunner | None = None
) -> None:
    running = asyncio.create_task(_answer(hub) if web_only else _work(hub))
    await asyncio.wait({running, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
    log.info("hub.stopping")
    if runner:
        await runner.cleanup()
    parts: list[Part] = [hub.inbox] if web_only else [hub.inbox, hub.engine, hub.jobs]
    await _wind_down(parts, running)


async def _close_rooms(hub: Hub, _application: web.Application) -> None:
    """Open sockets would hold the stop up."""
    hub.rooms.close()


def _chores(renderer: Renderer, files: FileStore) -> list[Chore]:
    """What the minute's tick does beside what is due: votes that have run out, tickets that nobody spoke of again."""

    async def close_votes(tx: Transaction, _now: datetime) -> None:
        await close_and_tell(tx, renderer)

    async def follow_notices(tx: Transaction, _now: datetime) -> None:
        await follow_up(tx, renderer)

    async def call_silent_homes(tx: Transaction, _now: datetime) -> None:
        await call_silent(tx, renderer)

    async def forget_exported(tx: Transaction, now: datetime) -> None:
        await forget_files(tx, files, now)

    return [
        defer_unfinished,
        call_silent_homes,
        hold_back,
        release_second_steps,
        follow_notices,
        close_votes,
        lapse_quiet_tickets,
        end_flags_that_ran_out,
        forget_uploads,
        forget_kept_forms,
        forget_pressed_forms,
        forget_exported,
    ]


async def _answer(hub: Hub) -> None:
    """What a process that serves the web only does beside: the turns of what it took, and waking open pages.

    It takes up accounts too, whose webhooks it serves.
    """
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(hub.inbox.run())
        tasks.create_task(hub.channels.follow())
        tasks.create_task(hub.pulse.watch(hub.database))


async def _work(hub: Hub) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_answer(hub))
        tasks.create_task(hub.engine.run())
        tasks.create_task(hub.jobs.run())
        tasks.create_task(_tick(hub))
        tasks.create_task(hub.channels.listen())


async def _tick(hub: Hub) -> None:
    scheduler = Scheduler(hub.database, hub.renderer, _chores(hub.renderer, hub.files), utc_now)
    scheduler.start()
    try:
        await asyncio.Event().wait()
    finally:
        scheduler.stop()


async def _wind_down(parts: Sequence[Part], running: asyncio.Task[None]) -> None:
    for part in parts:
        part.stop()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(STOP_SECONDS):
            await asyncio.gather(*(part.stopped.wait() for part in parts))
    await end_task(running, AGAIN_SECONDS)
