"""What a village sets for itself, from the command line."""

import asyncio
import json

from bot.commands.store import books, the_village
from store.actions.settings import set_setting
from store.domain.errors import Refusal
from store.domain.settings import DEFAULTS


def change(name: str, value: str, village: str) -> None:
    if name not in DEFAULTS:
        raise Refusal("setting.unknown", name=name, known=", ".join(DEFAULTS))
    print(asyncio.run(_change(name, _typed(name, value), village)))


def _typed(name: str, value: str) -> object:
    """Texts stay texts, a landline too; numbers and tables are read as JSON."""
    if isinstance(DEFAULTS[name], str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise Refusal("setting.wrong", name=name) from error


async def _change(name: str, value: object, village: str) -> str:
    async with books() as tx:
        area = await the_village(tx, village)
        await set_setting(tx, area, name, value, actor="console")
        return f"{area.name}: {name} = {value}"
