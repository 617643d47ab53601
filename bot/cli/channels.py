"""`banyan channel`: accounts with the providers that carry messages."""

from typing import Annotated

import typer

from bot.cli.options import AsJson, Village
from bot.cli.plainly import plainly

app = typer.Typer(help="Accounts with the providers that carry messages.", no_args_is_help=True)


@app.command("add")
def channel_add(
    kind: Annotated[
        str,
        typer.Argument(help="telegram, wechat, kannel, aliyun, tencent, twilio, smpp, gammu, web_chat or simulator."),
    ],
    name: Annotated[str, typer.Argument(help="A name of your own for the account.")],
    given: Annotated[
        list[str] | None, typer.Argument(help="Credentials as name=value; - reads them from stdin.")
    ] = None,
    village: Village = "",
) -> None:
    """Add an account; its credentials are sealed. Prints the addresses that the provider is to call."""
    from bot.commands import channels

    with plainly():
        channels.add(kind, name, given or [], village)


@app.command("list")
def channel_list(*, as_json: AsJson = False) -> None:
    """The accounts, and which of them are stopped."""
    from bot.commands import channels

    with plainly():
        channels.show(as_json=as_json)


@app.command("test")
def channel_test(name: Annotated[str, typer.Argument(help="The account's name.")]) -> None:
    """Ask the provider who we are; nothing is sent."""
    from bot.commands import channels

    with plainly():
        channels.test(name)


@app.command("start")
def channel_start(name: Annotated[str, typer.Argument(help="The account's name.")]) -> None:
    """Let a stopped account send again, once what stopped it is mended."""
    from bot.commands import channels

    with plainly():
        channels.start(name)
