"""`banyan staff`: people in office."""

from typing import Annotated

import typer

from bot.cli.options import AsJson, Village
from bot.cli.plainly import plainly

app = typer.Typer(help="People in office.", no_args_is_help=True)


@app.command("add")
def staff_add(
    name: Annotated[str, typer.Argument(help="The person's name.")],
    role: Annotated[
        list[str], typer.Option("--role", help="A role such as front_desk or grid_officer; repeat for more.")
    ],
    village: Village = "",
    group: Annotated[int, typer.Option("--group", help="The villagers' group, for a grid officer.")] = 0,
    *,
    town: Annotated[bool, typer.Option("--town", help="The roles are the town's, over all its villages.")] = False,
) -> None:
    """Add a person in office and print the code that links his phone."""
    from bot.commands import people

    with plainly():
        people.add(name, role, village, group, of_town=town)


@app.command("list")
def staff_list(village: Village = "", *, as_json: AsJson = False) -> None:
    """Who holds which role, and whose phone is linked."""
    from bot.commands import people

    with plainly():
        people.show(village, as_json=as_json)


@app.command("link-code")
def staff_link_code(name: Annotated[str, typer.Argument(help="The person's name.")], village: Village = "") -> None:
    """Print a new code that links a phone to this person, once, within a day."""
    from bot.commands import people

    with plainly():
        people.link_code(name, village)
