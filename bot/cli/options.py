"""Options that several commands have."""

from typing import Annotated

import typer

Village = Annotated[str, typer.Option("--village", help="The village's name; needed where the store has several.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
