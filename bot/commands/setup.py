"""Making a store."""

from rich.console import Console

from bot.jobs import prepare_jobs
from bot.settings import Settings, read_settings
from store.keyring import new_keyring, save_keyring
from store.migrations import migrate_store

console = Console(stderr=True)


def init() -> None:
    """Create what is missing and bring the store up to date; running it twice changes nothing."""
    settings = read_settings()
    make_ready(settings)
    console.print(
        f"The store is ready. Keep a copy of {settings.key_file} elsewhere: without it nobody's number opens."
    )


def make_ready(settings: Settings) -> None:
    if not settings.key_file.exists():
        save_keyring(new_keyring(), settings.key_file)
    settings.files.mkdir(parents=True, exist_ok=True)
    migrate_store(settings.database_url)
    prepare_jobs(settings.database_url)
