"""Making a hub and running it."""

from typing import Annotated

import typer

from bot.cli.plainly import plainly

app = typer.Typer()


@app.command()
def init() -> None:
    """Create the key file and the store, or bring the store up to date."""
    from bot.commands import setup

    with plainly():
        setup.init()


@app.command()
def demo() -> None:
    """Load the demo village into a store of its own and serve it."""
    from bot.commands import demo as demonstration

    with plainly():
        demonstration.demo()


@app.command()
def serve(
    *,
    web_only: Annotated[
        bool, typer.Option("--web-only", help="Leave sending, jobs and the clock to `banyan worker` (PostgreSQL).")
    ] = False,
) -> None:
    """Run the hub."""
    from bot.commands import serving

    with plainly():
        serving.serve(web_only=web_only)


@app.command()
def worker() -> None:
    """Run everything but the web beside `banyan serve`, on PostgreSQL; as many as are wanted."""
    from bot.commands import serving

    with plainly():
        serving.work()
