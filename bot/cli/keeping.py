"""Keeping a hub well: keys, copies, and looking whether all is in order."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.plainly import plainly

app = typer.Typer()


@app.command("send-test")
def send_test(
    channel: Annotated[str, typer.Argument(help="The account's name.")],
    address: Annotated[str, typer.Argument(help="A phone number, or a chat's id.")],
) -> None:
    """Send one test message through an account and say what the provider answered."""
    from bot.commands import channels

    with plainly():
        channels.send_test(channel, address)


@app.command()
def verify() -> None:
    """Check that nobody has touched the audit chains and the votes."""
    from bot.commands import verifying

    with plainly():
        verifying.verify()


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The .tar.gz to write; there must be none of that name.")],
) -> None:
    """Copy the store and the files into one archive while the hub serves. The keys are never inside."""
    from bot.commands import backups

    with plainly():
        backups.backup(file)


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="What `banyan backup` wrote.")]) -> None:
    """Check a backup and put it into an empty store: all of it or nothing."""
    from bot.commands import backups

    with plainly():
        backups.restore(file)


@app.command()
def doctor() -> None:
    """Say in plain words what is configured, what is missing, and what each channel answered."""
    from bot.commands import health

    with plainly():
        health.doctor()


@app.command("rotate-keys")
def rotate_keys() -> None:
    """Make a new key and seal everything anew under it; may be stopped and run again."""
    from bot.commands import keys

    with plainly():
        keys.rotate()
