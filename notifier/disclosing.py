"""Publishing what a village discloses: a chat message to whoever chats, an SMS to one phone of every household.

The public page shows a month from the moment that it is marked published; nothing here writes a page.
"""

from dataclasses import replace
from datetime import date, datetime

from notifier.audience import choose_carriers, count_recipients
from notifier.plan_figures import next_sms
from notifier.render import SMS_PARTS, Medium, Rendered, Renderer
from notifier.telling import medium_of
from notifier.wording import Wording, as_carried
from store.actions.disclosures import add_urgent_item, mark_published
from store.actions.recipients import Copy, Mailing, write_recipients
from store.database import Transaction
from store.domain.accounts import Account
from store.domain.areas import Area
from store.domain.audiences import Audience, AudienceKind
from store.domain.disclosures import Disclosure, DisclosureItem, Entry, digest_facts, item_facts
from store.domain.people import Staff
from store.domain.plans import Objected
from store.domain.settings import AreaSettings
from store.domain.speech import Option, Say
from store.queries.accounts import accounts_serving
from store.queries.areas import area_by_id, settings_for
from store.queries.recipients import Search, find_readers

_OPEN = Option("disclosure", label="disclosure_open")
"""The menu's own button: it opens the month in the conversation."""


async def publish_disclosure(
    tx: Transaction, renderer: Renderer, village_id: int, month: date, by: Staff | None = None
) -> int:
    """Publish a month and tell the village; by how many messages, 0 where that was done before by anybody.

    Raises Refusal("disclosure.empty") where nothing was entered.
    """
    village = await area_by_id(tx, village_id)
    disclosure = await mark_published(tx, village, month, actor=f"staff:{by.id}" if by else "system")
    if disclosure is None:
        return 0
    return await _tell_village(tx, renderer, village, Say("disclosure.digest", digest_facts(disclosure), (_OPEN,)))


def digest_by_sms(renderer: Renderer, disclosure: Disclosure, settings: AreaSettings) -> str:
    """The SMS that goes out when the month is published, within the parts that the village pays for."""
    say = Say("disclosure.digest", digest_facts(disclosure))
    return _rendered(renderer, say, settings.language, Medium.SMS, settings).text


async def publish_urgent_item(
    tx: Transaction, renderer: Renderer, village: Area, entry: Entry, by: Staff
) -> tuple[DisclosureItem, int]:
    """Enter an item that does not wait for its month, and tell the village by so many messages.

    Raises Refusal as `check_entry` does.
    """
    item = await add_urgent_item(tx, village, entry, by)
    return item, await _tell_village(tx, renderer, village, Say("disclosure.urgent", item_facts(item), (_OPEN,)))


async def _tell_village(tx: Transaction, renderer: Renderer, village: Area, say: Say) -> int:
    """How many messages go out."""
    settings = await settings_for(tx, village.id)

    def word(account: Account, language: str) -> Wording | list[Objected]:
        rendered = _rendered(renderer, say, language, medium_of(account.kind), settings)
        return as_carried(account, language, rendered, settings)

    carriage = choose_carriers(await accounts_serving(tx, village.id), word)
    today = tx.now.astimezone(settings.zone).date()
    await find_readers(tx, Search(Audience(AudienceKind.VILLAGE, village), carriage.routes, today))
    await write_recipients(tx, Mailing(village.id), [_copy(one, tx.now, settings) for one in carriage.carriers])
    return (await count_recipients(tx, carriage.carriers)).units


def _rendered(renderer: Renderer, say: Say, language: str, medium: Medium, settings: AreaSettings) -> Rendered:
    """An SMS offers no choice: whoever has a question writes it."""
    said = say if medium is Medium.CHAT else replace(say, options=())
    return renderer.render(said, language, medium, settings, min(SMS_PARTS, settings.notice_parts))


def _copy(wording: Wording | None, now: datetime, settings: AreaSettings) -> Copy:
    if wording is None:
        return Copy(None, "", (), [(0, now)])
    text, labels = wording.rendered.text, wording.rendered.labels
    if wording.is_sms:
        return Copy(wording.account.id, text, (), [(0, next_sms(now, settings))])
    return Copy(wording.account.id, text, [[labels[0], f"m:{_OPEN.key}"]], [(0, now)])
