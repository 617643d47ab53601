"""Accounts with providers, from the command line."""

import asyncio
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from bot.commands.saying import print_json
from bot.commands.store import books, open_store, the_village
from bot.opening import utc_now
from bot.settings import ConfigurationError, Settings, read_settings
from notifier.accounts import (
    Answer,
    Checked,
    Outside,
    add_working_account,
    check_account,
    hook_url,
    hooks_of,
    opened,
)
from notifier.channels.sms.linter import template_objections
from notifier.channels.sms.templates import templates_of
from notifier.message import Accepted, OutboundMessage, Refused, SendResult
from store.actions.accounts import start_account
from store.domain.accounts import Account, AccountKind
from store.domain.errors import NotFound
from store.queries.accounts import all_accounts


def add(kind: str, name: str, given: Sequence[str], village: str) -> None:
    settings = read_settings()
    account = asyncio.run(_add(settings, kind, name, given, village))
    print(f"Account {account.id} ({account.kind}) is added.")
    for line in _objections(account):
        print(line)
    outside = outside_of(settings)
    for hook in hooks_of(account, outside):
        print(f"  {hook}: {hook_url(account, outside)}/{hook}")
    if account.kind is AccountKind.TELEGRAM and not settings.telegram:
        print("Telegram's messages leave the country. Set BANYAN_TELEGRAM=true to let it work.")


async def _add(settings: Settings, kind: str, name: str, given: Sequence[str], village: str) -> Account:
    lines = sys.stdin.read().split() if list(given) == ["-"] else given
    credentials = dict(line.partition("=")[::2] for line in lines)
    async with books() as tx:
        area = await the_village(tx, village)
        return await add_working_account(tx, area, kind, name, credentials, outside_of(settings), actor="console")


def outside_of(settings: Settings) -> Outside:
    return Outside(str(settings.public_url), settings.telegram)


def _objections(account: Account) -> list[str]:
    """What the gateway would not approve in the templates that were given."""
    return [
        f"Template {template.code}: {objection.reason} {objection.words}".rstrip()
        for template in templates_of(account.credentials)
        for objection in template_objections(account.kind, template)
    ]


def start(name: str) -> None:
    asyncio.run(_start(name))
    print(f"{name} sends again.")


async def _start(name: str) -> None:
    async with books() as tx:
        account = next((one for one in await all_accounts(tx) if one.name == name), None)
        if account is None:
            raise NotFound("account.unknown")
        await start_account(tx, account, actor="console")


def show(*, as_json: bool) -> None:
    accounts = asyncio.run(_accounts())
    rows = [
        {"id": account.id, "kind": account.kind.value, "name": account.name, "stopped": account.stopped_reason}
        for account in accounts
    ]
    if as_json:
        print_json(rows)
        return
    table = Table("Id", "Kind", "Name", "Stopped")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    Console().print(table)


async def _accounts() -> list[Account]:
    async with open_store() as database, database.read(utc_now()) as tx:
        return await all_accounts(tx)


def send_test(name: str, address: str) -> None:
    """A message outside the ledger, to see that the account works at all."""
    print(asyncio.run(_send_test(name, address)))


async def _send_test(name: str, address: str) -> str:
    account, outside = await _account_named(name), outside_of(read_settings())
    checked = await check_account(account, outside)
    if checked.answer is not Answer.ANSWERS:
        return _checked_in_words(checked)
    async with opened(account, outside) as channel:
        [result] = await channel.send([OutboundMessage(0, address, "榕树下:这是一条测试消息。")])
    return f"{checked.said}: {_in_words(result)}"


def test(name: str) -> None:
    """Who the provider says we are."""
    print(asyncio.run(_test(name)))


async def _test(name: str) -> str:
    return _checked_in_words(await check_account(await _account_named(name), outside_of(read_settings())))


async def _account_named(name: str) -> Account:
    account = next((one for one in await _accounts() if one.name == name), None)
    if account is None:
        raise NotFound("account.unknown")
    return account


def _checked_in_words(checked: Checked) -> str:
    """Raises ConfigurationError where the provider could not be asked."""
    if checked.answer is Answer.WAITS:
        return "This account sends nothing: its messages wait in the store until a page reads them."
    if checked.answer is Answer.OFF:
        raise ConfigurationError("Telegram is off: its messages leave the country. Set BANYAN_TELEGRAM=true.")
    if checked.answer is not Answer.ANSWERS:
        raise ConfigurationError(f"The provider cannot be reached: {checked.said or checked.answer}")
    return checked.said


def _in_words(result: SendResult) -> str:
    if isinstance(result, Accepted):
        return f"accepted, the provider's number is {result.provider_id or 'not given'}."
    if isinstance(result, Refused):
        return f"refused ({result.error.code}): {result.error.detail}"
    return f"nobody can say whether it was taken: {result.detail}"
