"""The command line. Each command imports what it needs when it is called: `banyan --help` is instant."""

import typer

from bot.cli import channels, keeping, running, sheets, staff, village

app = typer.Typer(
    help="Banyan: a village and its residents talk to each other.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for part in (running, sheets, village, keeping):
    app.add_typer(part.app)
app.add_typer(staff.app, name="staff")
app.add_typer(channels.app, name="channel")


def run() -> None:
    app()
