"""The demo village: made once, then served."""

import asyncio
from pathlib import Path

from rich.console import Console

from bot.commands.serving import configure_process
from bot.commands.setup import make_ready
from bot.demo.load import OFFICER, VILLAGER, load_demo
from bot.demo.village import demo_village
from bot.main import Hub
from bot.main import serve as serve_hub
from bot.opening import open_database, utc_now
from bot.settings import Settings, read_settings
from store.domain.accounts import AccountKind
from store.domain.working_calendar import VILLAGE_ZONE
from store.queries.accounts import all_accounts
from store.queries.areas import all_villages

DEMO = Path("var/demo")
console = Console(stderr=True)


def demo() -> None:
    """The demo village under var/demo, whatever else is configured; what was said there is kept."""
    settings = read_settings()
    settings = settings.model_copy(
        update={
            "database_url": f"sqlite:///{DEMO}/banyan.db",
            "key_file": DEMO / "banyan.key",
            "files": DEMO / "files",
            "training": True,
        }
    )
    make_ready(settings)
    configure_process()
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
