"""Rotating the keys: a new key seals from now on, and everything old is sealed anew, a batch at a time."""

import asyncio

from rich.progress import Progress

from bot.commands.store import open_store
from bot.opening import utc_now
from bot.settings import read_settings
from store.actions.sealing import BATCH, reseal_batch, sealed_with_old_keys
from store.keyring import load_keyring, save_keyring, with_new_active_key


def rotate() -> None:
    """Stopped in the middle, it goes on where it was: a second run first finishes what the first began."""
    asyncio.run(_rotate())


async def _rotate() -> None:
    settings = read_settings()
    async with open_store(settings) as database, database.read(utc_now()) as tx:
        unfinished = await sealed_with_old_keys(tx)
    if not unfinished:
        save_keyring(with_new_active_key(load_keyring(settings.key_file)), settings.key_file)
    async with open_store(settings) as database:
        async with database.read(utc_now()) as tx:
            total = await sealed_with_old_keys(tx)
        with Progress(transient=True) as progress:
            task = progress.add_task("Sealing anew", total=total)
            while True:
                async with database.write(utc_now()) as tx:
                    done = await reseal_batch(tx)
                progress.advance(task, done)
                if done < BATCH:
                    break
    print(f"{total} values are sealed under the new key. Copy {settings.key_file} to where its copy is kept.")
