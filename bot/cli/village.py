"""A village's settings, its conversations and its clock."""

from datetime import datetime
from typing import Annotated

import typer

from bot.cli.options import AsJson, Village
from bot.cli.plainly import plainly

app = typer.Typer()


@app.command("set")
def set_(
    name: Annotated[str, typer.Argument(help="landline, quiet_from, quiet_to, disclosure_day, approval_size …")],
    value: Annotated[str, typer.Argument(help="The value; a time as 21:00.")],
    village: Village = "",
) -> None:
    """Set what a village sets for itself, such as the telephone number that texts tell people to ring."""
    from bot.commands import villages

    with plainly():
        villages.change(name, value, village)


@app.command()
def chat(
    as_phone: Annotated[str, typer.Option("--as", help="The phone number of the resident who speaks.")],
    village: Village = "",
) -> None:
    """Talk to the dialogue as that resident, a line at a time, also from a pipe."""
    from bot.commands import talk

    with plainly():
        talk.chat(as_phone, village)


@app.command()
def due(
    at: Annotated[
        datetime | None,
        typer.Option(
            "--at",
            formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"],
            help="The village's time; now where it is left out.",
        ),
    ] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be released.")] = False,
    as_json: AsJson = False,
) -> None:
    """What falls due by that time: reminders, service days, disclosure days; without --dry-run it is released.

    What ends by the clock (votes, tickets, files) is never ended ahead of its time: the running hub does that.
    """
    from bot.commands import times

    with plainly():
        times.due(at, dry_run=dry_run, as_json=as_json)
