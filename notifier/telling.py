"""Writing what is to be said to people into the delivery ledger, in the words of their language and channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.render import Medium, Renderer, button_rows
from store.actions.deliveries import Draft, count_ticket_sms, put_question, write_delivery
from store.actions.turn import Turn
from store.database import Transaction
from store.domain.accounts import Account, AccountKind
from store.domain.deliveries import SkipReason
from store.domain.people import Contact
from store.domain.quiet_hours import QuietHours, next_allowed
from store.domain.settings import AreaSettings
from store.domain.speech import Say, Tell
from store.queries.accounts import account_reaching, accounts_serving
from store.queries.areas import settings_for
from store.queries.people import contact_by_id

SMS_KINDS = frozenset({AccountKind.KANNEL, AccountKind.SIMULATOR})
SMS_PER_TICKET = 3
"""An SMS resident gets at most three messages a ticket: received, one answer or question, done."""


def medium_of(kind: AccountKind) -> Medium:
    return Medium.SMS if kind in SMS_KINDS else Medium.CHAT


@dataclass(frozen=True, slots=True)
class Written:
    """A row that was written, and the account that will send it (None where none reaches the person)."""

    delivery_id: int
    account_id: int | None


async def write_replies(turn: Turn, renderer: Renderer, says: Sequence[Say]) -> list[Written]:
    """The answers to a message, through the account that it came by, at once: whoever writes at night is awake.

    The last one edits the message whose button was pressed, where there was one and the channel can.
    """
    contact, settings = turn.speaker.contact, turn.speaker.settings
    written = []
    for say in says:
        rendered = renderer.render(say, contact.language, medium_of(turn.account.kind), settings)
        draft = Draft(
            area_id=contact.area_id,
            contact_id=contact.id,
            account_id=turn.account.id,
            text=rendered.text,
            buttons=button_rows(say.options, rendered.labels, f"f:{turn.session.turn}"),
            due_at=turn.tx.now,
            inbound_id=turn.inbound_id,
            is_receipt=turn.is_vote,
        )
        written.append(Written(await write_delivery(turn.tx, draft), turn.account.id))
    return written


async def write_tells(tx: Transaction, renderer: Renderer, tells: Sequence[Tell]) -> list[Written]:
    """What is told to people who did not ask just now. What can wait is not sent by SMS in quiet hours."""
    written = []
    for tell in tells:
        contact = await contact_by_id(tx, tell.contact_id)
        settings = await settings_for(tx, contact.area_id)
        account = account_reaching(await accounts_serving(tx, contact.area_id), contact)
        written.append(await _write_tell(tx, renderer, tell, contact, settings, account))
    return written


async def _write_tell(
    tx: Transaction, renderer: Renderer, tell: Tell, contact: Contact, settings: AreaSettings, account: Account | None
) -> Written:
    medium = medium_of(account.kind) if account else Medium.CHAT
    rendered = renderer.render(tell.say, contact.language, medium, settings)
    prefix = ""
    if tell.question:
        question_id = await put_question(tx, contact, tell.question, [option.key for option in tell.say.options])
        prefix = f"q:{question_id}"
    skipped = _why_not(contact, account)
    if not skipped and medium is Medium.SMS and tell.ticket_id:
        count = await count_ticket_sms(tx, tell.ticket_id)
        skipped = SkipReason.TICKET_SPOKEN_FOR if count > SMS_PER_TICKET else None
    draft = Draft(
        area_id=contact.area_id,
        contact_id=contact.id,
        account_id=account.id if account else None,
        text=rendered.text,
        buttons=button_rows(tell.say.options, rendered.labels, prefix) if prefix else [],
        due_at=_due_at(tx.now, settings, waits=tell.waits_for_day and medium is Medium.SMS),
        ticket_id=tell.ticket_id,
        matter_id=tell.matter_id,
        occurrence_id=tell.occurrence_id,
        skipped=skipped,
    )
    return Written(await write_delivery(tx, draft), None if skipped else draft.account_id)


def _why_not(contact: Contact, account: Account | None) -> SkipReason | None:
    if account is None:
        return SkipReason.NO_ACCOUNT
    return SkipReason.DEAD_CONTACT if contact.dead_at else None


def _due_at(now: datetime, settings: AreaSettings, *, waits: bool) -> datetime:
    return next_allowed(now, settings.zone, QuietHours(settings.quiet_from, settings.quiet_to)) if waits else now
