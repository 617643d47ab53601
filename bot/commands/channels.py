"""Accounts with providers, from the command line."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence

from rich.console import Console
from rich.table import Table

from bot.callers import may_call
from bot.commands.saying import print_json
from bot.commands.store import books, open_store, the_village
from bot.opening import utc_now
from bot.settings import ConfigurationError, Settings, read_settings
from notifier.channel import Channel, ChannelUnreachable
from notifier.channels.sms.linter import template_objections
from notifier.channels.sms.templates import templates_of
from notifier.message import Accepted, OutboundMessage, Refused, SendResult
from notifier.registry import CHANNELS, NEEDED, Surroundings
from store.actions.accounts import add_account, start_account
from store.domain.accounts import Account, AccountKind
from store.domain.errors import NotFound, Refusal
from store.queries.accounts import all_accounts


def add(kind: str, name: str, given: Sequence[str], village: str) -> None:
    settings = read_settings()
    account = asyncio.run(_add(settings, kind, name, given, village))
    print(f"Account {account.id} ({account.kind}) is added.")
    for line in _objections(account):
        print(line)
    for hook in _hooks(settings, account):
        print(f"  {hook}: {hook_url(settings, account)}/{hook}")
    if account.kind is AccountKind.TELEGRAM and not settings.telegram:
        print("Telegram's messages leave the country. Set BANYAN_TELEGRAM=true to let it work.")


async def _add(settings: Settings, kind: str, name: str, given: Sequence[str], village: str) -> Account:
    if kind not in list(AccountKind):
        raise Refusal("channel.kind_unknown", kind=kind, known=", ".join(AccountKind))
    lines = sys.stdin.read().split() if list(given) == ["-"] else given
    credentials = dict(line.partition("=")[::2] for line in lines)
    missing = [need for need in NEEDED.get(AccountKind(kind), ()) if not credentials.get(need)]
    if missing:
        raise Refusal("channel.credentials_missing", missing=", ".join(missing))
    async with books() as tx:
        area = await the_village(tx, village)
        if any(account.name == name for account in await all_accounts(tx)):
            raise Refusal("channel.name_taken", name=name)
        account = await add_account(tx, area.id, AccountKind(kind), name, credentials, actor="console")
        try:
            _hooks(settings, account)
            may_call(credentials.get("allow", ""), "")
        except (ValueError, KeyError) as error:
            raise Refusal("channel.credentials_wrong", reason=str(error)) from error
        return account


def _objections(account: Account) -> list[str]:
    """What the gateway would not approve in the templates that were given."""
    return [
        f"Template {template.code}: {objection.reason} {objection.words}".rstrip()
        for template in templates_of(account.credentials)
        for objection in template_objections(account.kind, template)
    ]


def _hooks(settings: Settings, account: Account) -> list[str]:
    if account.kind not in CHANNELS:
        return []
    channel = CHANNELS[account.kind](account, Surroundings(hook_url(settings, account)))
    return [route.name for route in channel.routes()]


def hook_url(settings: Settings, account: Account) -> str:
    return f"{str(settings.public_url).rstrip('/')}/hook/{account.id}/{account.hook_secret}"


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

    async def send(channel: Channel) -> str:
        who = await channel.check()
        [result] = await channel.send([OutboundMessage(0, address, "榕树下:这是一条测试消息。")])
        return f"{who}: {_in_words(result)}"

    print(asyncio.run(_with_channel(name, send)))


def test(name: str) -> None:
    """Who the provider says we are."""
    print(asyncio.run(_with_channel(name, lambda channel: channel.check())))


async def _with_channel(name: str, act: Callable[[Channel], Awaitable[str]]) -> str:
    account = next((one for one in await _accounts() if one.name == name), None)
    if account is None:
        raise NotFound("account.unknown")
    if account.kind not in CHANNELS:
        return "This account sends nothing: its messages wait in the store until a page reads them."
    settings = read_settings()
    if account.kind is AccountKind.TELEGRAM and not settings.telegram:
        raise ConfigurationError("Telegram is off: its messages leave the country. Set BANYAN_TELEGRAM=true.")
    channel = CHANNELS[account.kind](account, Surroundings(hook_url(settings, account)))
    try:
        return await act(channel)
    except ChannelUnreachable as error:
        raise ConfigurationError(f"The provider cannot be reached: {error}") from error
    finally:
        await channel.close()


def _in_words(result: SendResult) -> str:
    if isinstance(result, Accepted):
        return f"accepted, the provider's number is {result.provider_id or 'not given'}."
    if isinstance(result, Refused):
        return f"refused ({result.error.code}): {result.error.detail}"
    return f"nobody can say whether it was taken: {result.detail}"
