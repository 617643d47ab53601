"""Accounts with providers as people handle them: adding one that could work, and asking a provider who we are.

The command line and the console do both through here.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from notifier.channel import Channel, ChannelUnreachable
from notifier.networks import is_in, networks_in
from notifier.registry import CHANNELS, NEEDED, Surroundings
from store.actions.accounts import add_account
from store.database import Transaction
from store.domain.accounts import Account, AccountKind
from store.domain.areas import Area
from store.domain.errors import Refusal
from store.queries.accounts import all_accounts

CHECK_SECONDS = 15.0
LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Outside:
    """What the settings say of the world: our public address, and whether Telegram may be used."""

    public_url: str = ""
    telegram: bool = False


class Answer(StrEnum):
    """What became of asking a provider. `waits`: the kind has none, its messages wait in the store."""

    ANSWERS = "answers"
    WAITS = "waits"
    OFF = "off"
    UNREACHABLE = "unreachable"
    MISCONFIGURED = "misconfigured"


@dataclass(frozen=True, slots=True)
class Checked:
    """`said` is the provider's own word, or why there was none; it holds no secret."""

    answer: Answer
    said: str = ""


def hook_url(account: Account, outside: Outside) -> str:
    """Where a provider calls us."""
    return f"{outside.public_url.rstrip('/')}/hook/{account.id}/{account.hook_secret}"


def hooks_of(account: Account, outside: Outside) -> list[str]:
    """The names of its webhooks. Raises ValueError or KeyError where its credentials could not work."""
    if account.kind not in CHANNELS:
        return []
    channel = CHANNELS[account.kind](account, Surroundings(hook_url(account, outside)))
    return [route.name for route in channel.routes()]


def may_call(allowed: str, caller: str) -> bool:
    """Whether one of the networks, parted by commas, holds the address; none named allows all.

    Raises ValueError where a network is none.
    """
    networks = networks_in(allowed)
    return not networks or is_in(networks, caller)


async def add_working_account(
    tx: Transaction,
    area: Area,
    kind: str,
    name: str,
    credentials: Mapping[str, str],
    outside: Outside,
    *,
    actor: str,
) -> Account:
    """Add an account whose credentials are whole and make a channel.

    Raises Refusal("channel.kind_unknown"), ("channel.name_wrong"), ("channel.credentials_missing"),
    ("channel.name_taken") and ("channel.credentials_wrong"), which never repeats a credential's value.
    """
    if kind not in set(AccountKind):
        raise Refusal("channel.kind_unknown", kind=kind, known=", ".join(AccountKind))
    if not name.strip() or len(name) > LONGEST_NAME:
        raise Refusal("channel.name_wrong", most=LONGEST_NAME)
    missing = [need for need in NEEDED.get(AccountKind(kind), ()) if not credentials.get(need)]
    if missing:
        raise Refusal("channel.credentials_missing", missing=", ".join(missing))
    if any(account.name == name for account in await all_accounts(tx)):
        raise Refusal("channel.name_taken", name=name)
    account = await add_account(tx, area.id, AccountKind(kind), name, credentials, actor=actor)
    try:
        hooks_of(account, outside)
        may_call(credentials.get("allow", ""), "")
    except (ValueError, KeyError) as error:
        raise Refusal("channel.credentials_wrong", reason=str(error)) from error
    return account


async def check_account(account: Account, outside: Outside) -> Checked:
    """Ask the provider who we are. Outside any transaction: a provider may take its time."""
    if account.kind not in CHANNELS:
        return Checked(Answer.WAITS)
    if account.kind is AccountKind.TELEGRAM and not outside.telegram:
        return Checked(Answer.OFF)
    try:
        async with asyncio.timeout(CHECK_SECONDS), opened(account, outside) as channel:
            return Checked(Answer.ANSWERS, await channel.check())
    except ChannelUnreachable as error:
        return Checked(Answer.UNREACHABLE, str(error))
    except TimeoutError:
        return Checked(Answer.UNREACHABLE)
    except (ValueError, KeyError):
        return Checked(Answer.MISCONFIGURED)


@contextlib.asynccontextmanager
async def opened(account: Account, outside: Outside) -> AsyncIterator[Channel]:
    """A channel of its own, closed in the end. The account's kind must be one that sends."""
    channel = CHANNELS[account.kind](account, Surroundings(hook_url(account, outside)))
    try:
        yield channel
    finally:
        await channel.close()
