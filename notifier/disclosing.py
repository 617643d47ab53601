"""Publishing what a village discloses: a chat message to whoever chats, an SMS to one phone of every household.

The public page shows a month from the moment that it is marked published; nothing here writes a page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from notifier.audience import Recipient, plan
from notifier.render import SMS_PARTS, Medium, Rendered, Renderer
from notifier.telling import Written
from store.actions.deliveries import Draft, write_deliveries_for_ids
from store.actions.disclosures import add_urgent_item, mark_published
from store.database import Transaction
from store.domain.accounts import REACHES, Account
from store.domain.areas import Area
from store.domain.audiences import Audience, AudienceKind
from store.domain.disclosures import Disclosure, DisclosureItem, Entry, digest_facts, item_facts
from store.domain.people import ContactKind, Staff
from store.domain.quiet_hours import QuietHours, next_allowed
from store.domain.settings import AreaSettings
from store.domain.speech import Option, Say
from store.queries.accounts import accounts_serving
from store.queries.areas import area_by_id, settings_for
from store.queries.audience import Way, ways_to

_OPEN = Option("disclosure", label="disclosure_open")
"""The menu's own button: it opens the month in the conversation."""


async def publish_disclosure(
    tx: Transaction, renderer: Renderer, village_id: int, month: date, by: Staff | None = None
) -> list[Written]:
    """Publish a month and tell the village; [] where it was published before, by hand or by another scheduler.

    Raises Refusal("disclosure.empty") where nothing was entered.
    """
    village = await area_by_id(tx, village_id)
    disclosure = await mark_published(tx, village, month, actor=f"staff:{by.id}" if by else "system")
    if disclosure is None:
        return []
    return await _tell_village(tx, renderer, village, Say("disclosure.digest", digest_facts(disclosure), (_OPEN,)))


def digest_by_sms(renderer: Renderer, disclosure: Disclosure, settings: AreaSettings) -> str:
    """The SMS that goes out when the month is published, within the parts that the village pays for."""
    say = Say("disclosure.digest", digest_facts(disclosure))
    return _rendered(renderer, say, settings.language, Medium.SMS, settings).text


async def publish_urgent_item(
    tx: Transaction, renderer: Renderer, village: Area, entry: Entry, by: Staff
) -> tuple[DisclosureItem, list[Written]]:
    """Enter an item that does not wait for its month, and tell the village. Raises Refusal as `check_entry` does."""
    item = await add_urgent_item(tx, village, entry, by)
    return item, await _tell_village(tx, renderer, village, Say("disclosure.urgent", item_facts(item), (_OPEN,)))


async def _tell_village(tx: Transaction, renderer: Renderer, village: Area, say: Say) -> list[Written]:
    settings = await settings_for(tx, village.id)
    today = tx.now.astimezone(settings.zone).date()
    ways = await ways_to(tx, Audience(AudienceKind.VILLAGE, village), today)
    accounts = await accounts_serving(tx, village.id)
    recipients = [*_chats(ways, accounts), *_phones(ways, accounts)]
    texts = {
        (language, medium): _rendered(renderer, say, language, medium, settings)
        for language, medium in {(one.language, one.medium) for one in recipients}
    }
    drafts = [_draft(tx.now, village, settings, one, texts[one.language, one.medium]) for one in recipients]
    ids = await write_deliveries_for_ids(tx, drafts)
    return [Written(key, draft.account_id) for key, draft in zip(ids, drafts, strict=True)]


def _rendered(renderer: Renderer, say: Say, language: str, medium: Medium, settings: AreaSettings) -> Rendered:
    """An SMS offers no choice: whoever has a question writes it."""
    said = say if medium is Medium.CHAT else replace(say, options=())
    return renderer.render(said, language, medium, settings, min(SMS_PARTS, settings.notice_parts))


def _chats(ways: Iterable[Way], accounts: Sequence[Account]) -> list[Recipient]:
    """Every chat of an adult, once, though several people hold it."""
    of_account = {account.id: account for account in accounts}
    found: dict[int, Recipient] = {}
    for way in ways:
        account = of_account.get(way.account_id or 0)
        if account and way.contact_id and way.is_adult and not way.opted_out and not way.dead:
            found.setdefault(
                way.contact_id,
                Recipient(way.unit_id, way.resident_id, way.contact_id, account.id, Medium.CHAT, way.language),
            )
    return list(found.values())


def _phones(ways: Iterable[Way], accounts: Sequence[Account]) -> list[Recipient]:
    """One phone of every household that has one and wants to hear."""
    carriers = [account for account in accounts if REACHES[account.kind] is ContactKind.PHONE]
    return plan([way for way in ways if way.kind is ContactKind.PHONE], carriers).written_to


def _draft(now: datetime, village: Area, settings: AreaSettings, one: Recipient, rendered: Rendered) -> Draft:
    quiet = QuietHours(settings.quiet_from, settings.quiet_to)
    is_sms = one.medium is Medium.SMS
    return Draft(
        area_id=village.id,
        contact_id=one.contact_id,
        account_id=one.account_id,
        resident_id=one.resident_id,
        text=rendered.text,
        is_bulk=True,
        buttons=() if is_sms else [[rendered.labels[0], f"m:{_OPEN.key}"]],
        due_at=next_allowed(now, settings.zone, quiet) if is_sms else now,
    )
