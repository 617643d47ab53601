"""Copying the books and putting a copy back."""

import asyncio
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from bot.commands.store import open_store
from bot.jobs import prepare_jobs
from bot.opening import utc_now
from bot.settings import Settings, read_settings
from store.actions.backups import note_backup
from store.backup.making import make_backup
from store.backup.manifest import Manifest
from store.backup.restoring import restore_backup
from store.files import FileStore
from store.keyring import load_keyring
from store.queries.backups import MADE, RESTORED

console = Console(stderr=True)


def backup(target: Path) -> None:
    """Made while the hub serves; the audit chain says so once it is whole."""
    settings = read_settings()
    asyncio.run(_require_head(settings))
    with Progress(console=console, transient=True) as shown:
        task = shown.add_task("Copying", total=None)
        manifest = make_backup(
            settings.database_url,
            load_keyring(settings.key_file),
            FileStore(settings.files),
            target,
            utc_now(),
            lambda done, total: shown.update(task, completed=done, total=total),
        )
    asyncio.run(_note(settings, MADE, manifest))
    print(f"{manifest.rows} rows and {manifest.files} files are in {target}. The key file is not: keep its copy apart.")


def restore(archive: Path) -> None:
    """Checked whole before anything is written. What waited in the copy may have gone out since it was made."""
    settings = read_settings()
    keyring = load_keyring(settings.key_file)
    twice = 2 * archive.stat().st_size if archive.exists() else None
    with Progress(console=console, transient=True) as shown:
        task = shown.add_task("Checking and restoring", total=twice)
        manifest = restore_backup(
            settings.database_url,
            keyring,
            FileStore(settings.files),
            archive,
            lambda position: shown.update(task, completed=position),
        )
    prepare_jobs(settings.database_url)
    asyncio.run(_note(settings, RESTORED, manifest))
    print(f"{manifest.rows} rows and {manifest.files} files are as they were at {manifest.made_at:%Y-%m-%d %H:%M} UTC.")
    print(
        "Channels that send are stopped: what waited may have gone out since. Look, then `banyan channel start NAME`."
    )


async def _require_head(settings: Settings) -> None:
    async with open_store(settings):
        """Opening refuses a store that is missing or not up to date."""


async def _note(settings: Settings, action: str, manifest: Manifest) -> None:
    async with open_store(settings) as database, database.write(utc_now()) as tx:
        await note_backup(tx, action, manifest.rows)
