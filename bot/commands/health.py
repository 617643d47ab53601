"""The doctor: what is configured, what is missing, what a channel answered; in plain words."""

import asyncio

from rich.console import Console

from bot.commands.channels import outside_of
from bot.commands.store import open_store
from bot.opening import utc_now
from bot.settings import Settings, read_settings
from notifier.accounts import Answer, check_account
from store.actions.turn import waiting_messages
from store.domain.accounts import Account, AccountKind
from store.domain.working_calendar import VILLAGE_ZONE
from store.queries.accounts import all_accounts
from store.queries.areas import all_villages, settings_for
from store.queries.backups import last_backup_at

console = Console()


def doctor() -> None:
    asyncio.run(_doctor(read_settings()))


async def _doctor(settings: Settings) -> None:
    async with open_store(settings) as database:
        async with database.read(utc_now()) as tx:
            accounts = await all_accounts(tx)
            villages = await all_villages(tx)
            landlines = {village.name: (await settings_for(tx, village.id)).landline for village in villages}
            waiting = await waiting_messages(tx)
            copied_at = await last_backup_at(tx)
        _good(f"The store answers ({database.url.get_backend_name()}), {len(villages)} village(s).")
        _good(f"The key file is {settings.key_file}. Is there a copy of it elsewhere? Backups never hold it.")
        _warn_if(waiting > 0, f"{waiting} message(s) wait to be answered. Is `banyan serve` running?")
        _warn_if(copied_at is None, "There was no backup yet: `banyan backup FILE`.")
        if copied_at:
            _good(f"The last backup was made on {copied_at.astimezone(VILLAGE_ZONE):%Y-%m-%d at %H:%M}.")
        for name, landline in landlines.items():
            _warn_if(not landline, f"{name} has no landline: texts tell people to ring it.")
        _warn_if(not accounts, "No channel has been added: `banyan channel add`.")
        for account in accounts:
            await _examine(settings, account)
    _warn_if(settings.training, "Training mode is on: the phone simulator is open to whoever reaches this address.")


async def _examine(settings: Settings, account: Account) -> None:
    title = f"Channel {account.name} ({account.kind})"
    _warn_if(bool(account.stopped_reason), f"{title} is stopped: {account.stopped_reason}.")
    if account.kind is AccountKind.TELEGRAM:
        console.print("  Telegram's messages leave the country; never let it be the only way.")
    checked = await check_account(account, outside_of(settings))
    if checked.answer is Answer.OFF:
        console.print(f"[yellow]-[/] {title} is off. BANYAN_TELEGRAM=true turns it on.")
    elif checked.answer is Answer.WAITS:
        _good(f"{title} needs no provider.")
    elif checked.answer is Answer.ANSWERS:
        _good(f"{title} answers: {checked.said}")
    else:
        console.print(f"[red]✗[/] {title} does not answer: {checked.said or checked.answer}")


def _good(text: str) -> None:
    console.print(f"[green]✓[/] {text}")


def _warn_if(holds: bool, text: str) -> None:  # noqa: FBT001 - reads as a sentence
    if holds:
        console.print(f"[yellow]![/] {text}")
