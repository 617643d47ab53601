"""Making a store, loading the demo, serving."""

import asyncio
import logging
from pathlib import Path

import structlog
from rich.console import Console

from bot.demo.load import OFFICER, VILLAGER, load_demo
from bot.demo.village import demo_village
from bot.inbox import utc_now
from bot.main import Hub, open_database
from bot.main import serve as serve_hub
from bot.settings import Settings, read_settings
from store.domain.accounts import AccountKind
from store.domain.working_calendar import VILLAGE_ZONE
from store.keyring import new_keyring, save_keyring
from store.migrations import migrate_store
from store.queries.accounts import all_accounts
from store.queries.areas import all_villages

console = Console(stderr=True)


def init() -> None:
    """Create what is missing and bring the store up to date; running it twice changes nothing."""
    settings = read_settings()
    _make_ready(settings)
    console.print(
        f"The store is ready. Keep a copy of {settings.key_file} elsewhere: without it nobody's number opens."
    )


def _make_ready(settings: Settings) -> None:
    if not settings.key_file.exists():
        save_keyring(new_keyring(), settings.key_file)
    settings.files.mkdir(parents=True, exist_ok=True)
    migrate_store(settings.database_url)


def serve() -> None:
    configure_logging()
    asyncio.run(serve_hub(read_settings()))


def demo() -> None:
    """The demo village under var/demo, whatever else is configured; what was said there is kept."""
    settings = read_settings()
    folder = Path("var/demo")
    settings = settings.model_copy(
        update={
            "database_url": f"sqlite:///{folder}/banyan.db",
            "key_file": folder / "banyan.key",
            "files": folder / "files",
            "training": True,
        }
    )
    folder.mkdir(parents=True, exist_ok=True)
    _make_ready(settings)
    configure_logging()
    asyncio.run(_demo(settings))


async def _demo(settings: Settings) -> None:
    await _load_where_empty(settings)
    await serve_hub(settings, _demo_addresses)


async def _load_where_empty(settings: Settings) -> None:
    database = open_database(settings)
    async with database.write(utc_now()) as tx:
        if not await all_villages(tx):
            today = tx.now.astimezone(VILLAGE_ZONE).date()
            with console.status("Making the demo village") as status:
                await load_demo(tx, demo_village(today), lambda part: status.update(f"Making the demo village: {part}"))
    await database.close()


async def _demo_addresses(hub: Hub) -> str:
    """Which addresses to open."""
    async with hub.database.read(utc_now()) as tx:
        accounts = {account.kind: account for account in await all_accounts(tx)}
        [village] = await all_villages(tx)
    chat, phones = accounts[AccountKind.WEB_CHAT], accounts[AccountKind.SIMULATOR]
    here = f"http://{hub.settings.host}:{hub.settings.port}"
    links = {
        "A villager's tab": f"{here}{hub.rooms.entry_link(chat.id, VILLAGER)}",
        "The grid officer's tab": f"{here}{hub.rooms.entry_link(chat.id, OFFICER)}",
        "A newcomer's tab": f"{here}/chat/{chat.id}/",
        "Phones that get SMS": f"{here}/phones/{phones.id}/",
        "The public page": f"{here}/v/{village.id}/",
    }
    lines = [f"  {title:<24}{address}" for title, address in links.items()]
    return "\n".join([f"\nBanyan serves the demo village {village.name}. Open side by side:", *lines, ""])


def configure_logging() -> None:
    """JSON lines with ids only; libraries speak from INFO on, Telegram's never of its token."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(),
    )
