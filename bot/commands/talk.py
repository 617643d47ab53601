"""Talking to the dialogue from a terminal, as the resident whose phone it is. What is said is really said."""

import asyncio
import logging
import secrets
import sys
from collections.abc import Sequence

import structlog

from bot.commands.store import open_store, the_village
from bot.inbox import Inbox
from bot.opening import utc_now
from bot.settings import read_settings
from notifier.channels.sms.inbound_text import normalise_number
from notifier.message import InboundMessage
from notifier.pulse import Pulse
from notifier.render import Renderer
from notifier.telling import Written
from store.actions.accounts import add_account
from store.database import Database, Transaction
from store.domain.accounts import Account, AccountKind
from store.files import FileStore
from store.queries.accounts import accounts_serving
from store.queries.deliveries import texts_of

TERMINAL = "terminal"
"""The simulator account through which a terminal's messages come and go: nothing of them reaches a real phone."""


def chat(as_phone: str, village: str) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    asyncio.run(_chat(normalise_number(as_phone), village))


async def _chat(number: str, village: str) -> None:
    async with open_store() as database:
        async with database.write(utc_now()) as tx:
            account = await _terminal(tx, village)
        heard: list[int] = []

        def hear(written: Sequence[Written]) -> None:
            heard.extend(one.delivery_id for one in written)

        inbox = Inbox(database, FileStore(read_settings().files), Renderer(), Pulse(), hear)
        prompt = "> " if sys.stdin.isatty() else ""
        while line := await asyncio.to_thread(_read_line, prompt):
            heard.clear()
            await inbox.receive(account, [InboundMessage(secrets.token_hex(8), number, line.strip())])
            while await inbox.answer_next():
                pass
            await _print(database, heard, number)


def _read_line(prompt: str) -> str:
    if prompt:
        sys.stdout.write(prompt)
        sys.stdout.flush()
    return sys.stdin.readline()


async def _terminal(tx: Transaction, village: str) -> Account:
    area = await the_village(tx, village)
    for account in await accounts_serving(tx, area.id):
        if account.kind is AccountKind.SIMULATOR:
            return account
    return await add_account(tx, area.id, AccountKind.SIMULATOR, TERMINAL, {}, actor="console")


async def _print(database: Database, delivery_ids: Sequence[int], number: str) -> None:
    async with database.read(utc_now()) as tx:
        for text in await texts_of(tx, delivery_ids, number):
            print(text, flush=True)
