"""Writing what is to be said to people into the delivery ledger, in the words of their language and channel."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from notifier.by_phone import tells_by_phone
from notifier.channels.wechat_text import parts_of
from notifier.render import Medium, Rendered, Renderer, button_rows
from store.actions.deliveries import (
    Draft,
    end_questions,
    put_questions,
    sent_as,
    write_deliveries_for_ids,
    write_delivery,
)
from store.actions.turn import Turn
from store.actions.windows import put_off_questions
from store.database import Transaction
from store.domain.accounts import SMS_KINDS, Account, AccountKind
from store.domain.deliveries import DeliveryState, SkipReason
from store.domain.people import Contact
from store.domain.quiet_hours import QuietHours, next_allowed
from store.domain.settings import AreaSettings
from store.domain.speech import Question, Say, Tell
from store.queries.accounts import account_reaching, accounts_serving
from store.queries.areas import settings_for
from store.queries.people import contacts_by_ids
from store.queries.windows import closed_among

BULK_FROM = 20
"""So many people told at once are a broadcast, which lets conversations pass."""


def medium_of(kind: AccountKind) -> Medium:
    return Medium.SMS if kind in SMS_KINDS else Medium.CHAT


@dataclass(frozen=True, slots=True)
class Written:
    """A row that was written, and the account that will send it (None where none reaches the person)."""

    delivery_id: int
    account_id: int | None


async def write_replies(turn: Turn, renderer: Renderer, says: Sequence[Say], language: str) -> list[Written]:
    """The answers to a message, through the account that it came by, at once: whoever writes at night is awake."""
    contact, settings = turn.speaker.contact, turn.speaker.settings
    written = await _put_buttons_away(turn)
    for say in says:
        rendered = renderer.render(say, language, medium_of(turn.account.kind), settings)
        draft = Draft(
            area_id=contact.area_id,
            contact_id=contact.id,
            account_id=turn.account.id,
            text=rendered.text,
            buttons=button_rows(say.options, rendered.labels, f"f:{turn.session.turn}"),
            due_at=turn.tx.now,
            inbound_id=turn.inbound_id,
            is_receipt=turn.is_vote,
            matter_id=turn.matter_id,
        )
        for part in _in_parts([draft], {turn.account.id} if turn.account.kind is AccountKind.WECHAT else ()):
            written.append(Written(await write_delivery(turn.tx, part), turn.account.id))
    return written


def _in_parts(drafts: Sequence[Draft], wechat: Collection[int]) -> Sequence[Draft]:
    """A text that is too long for one message of WeChat takes several; its choices stand under the last."""
    if not wechat:
        return drafts
    parted = []
    for draft in drafts:
        *first, last = parts_of(draft.text) if draft.account_id in wechat else (draft.text,)
        parted += [replace(draft, text=part, buttons=[]) for part in first]
        parted.append(replace(draft, text=last))
    return parted


@dataclass(frozen=True, slots=True)
class _Addressee:
    contact: Contact
    settings: AreaSettings
    account: Account | None

    @property
    def medium(self) -> Medium:
        return medium_of(self.account.kind) if self.account else Medium.CHAT


async def _put_buttons_away(turn: Turn) -> list[Written]:
    """Telegram shows nothing of a press: the pressed message is edited to say what was chosen, without buttons.

    What a vote chose is not written into it.
    """
    body = turn.body
    if turn.account.kind is not AccountKind.TELEGRAM or not body.button or not body.replaces:
        return []
    pressed = await sent_as(turn.tx, turn.account.id, body.replaces)
    if pressed is None:
        return []
    text, buttons = pressed
    label = next((label for label, data in buttons if data == body.button), "")
    draft = Draft(
        area_id=turn.speaker.contact.area_id,
        contact_id=turn.speaker.contact.id,
        account_id=turn.account.id,
        text=text if turn.is_vote or not label else f"{text}\n» {label}",
        due_at=turn.tx.now,
        inbound_id=turn.inbound_id,
        replaces=body.replaces,
    )
    return [Written(await write_delivery(turn.tx, draft), turn.account.id)]


async def write_tells(tx: Transaction, renderer: Renderer, tells: Sequence[Tell]) -> list[Written]:
    """What is told to people who did not ask just now. What can wait is not sent by SMS in quiet hours.

    Whose chat takes nothing before he writes again is told by his phone; else it waits for that. The statements do not
    grow with the people: a question to a whole village is written like one to a neighbour.
    """
    addressees = await _addressees(tx, sorted({tell.contact_id for tell in tells}))
    closed = await closed_among(tx, [to.contact for to in addressees.values()])
    if closed:
        tells = await tells_by_phone(tx, tells, closed)
        addressees |= await _addressees(tx, sorted({tell.contact_id for tell in tells} - addressees.keys()))
    dormant = {contact.id for contact in closed}
    tells = [tell for tell in tells if not (tell.only_in_chat and addressees[tell.contact_id].medium is Medium.SMS)]
    question_ids = await _ask(tx, tells)
    is_bulk = len(tells) >= BULK_FROM
    rendered: dict[tuple[int, str, Medium, int], Rendered] = {}
    drafts: list[Draft] = []
    for tell in tells:
        to = addressees[tell.contact_id]
        same = (id(tell.say), to.contact.language, to.medium, to.contact.area_id)
        if same not in rendered:
            rendered[same] = renderer.render(tell.say, to.contact.language, to.medium, to.settings)
        question_id = question_ids.get((tell.contact_id, tell.question)) if tell.question else None
        state = DeliveryState.DORMANT if tell.contact_id in dormant else DeliveryState.QUEUED
        drafts.append(_draft(tx.now, tell, to, rendered[same], question_id, state, is_bulk=is_bulk))
    await put_off_questions(
        tx, [question_id for (contact_id, _), question_id in question_ids.items() if contact_id in dormant]
    )
    by_wechat = {to.account.id for to in addressees.values() if to.account and to.account.kind is AccountKind.WECHAT}
    parts = _in_parts(drafts, by_wechat)
    ids = await write_deliveries_for_ids(tx, parts)
    return [
        Written(delivery_id, None if draft.skipped or draft.state is DeliveryState.DORMANT else draft.account_id)
        for delivery_id, draft in zip(ids, parts, strict=True)
    ]


async def _addressees(tx: Transaction, contact_ids: Sequence[int]) -> dict[int, _Addressee]:
    people = await contacts_by_ids(tx, contact_ids)
    areas = sorted({contact.area_id for contact in people})
    settings = {area_id: await settings_for(tx, area_id) for area_id in areas}
    serving = {area_id: await accounts_serving(tx, area_id) for area_id in areas}
    return {
        contact.id: _Addressee(contact, settings[contact.area_id], account_reaching(serving[contact.area_id], contact))
        for contact in people
    }


async def _ask(tx: Transaction, tells: Sequence[Tell]) -> dict[tuple[int, Question], int]:
    """Remember what is asked; the question's id by contact and question."""
    asked: dict[tuple[Question, tuple[str, ...]], list[int]] = {}
    for tell in tells:
        if tell.question:
            keys = tuple(option.key for option in tell.say.options)
            asked.setdefault((tell.question, keys), []).append(tell.contact_id)
    ids: dict[tuple[int, Question], int] = {}
    for (question, keys), contact_ids in asked.items():
        await end_questions(tx, contact_ids, question)
        found = await put_questions(tx, contact_ids, question, keys)
        ids |= {(contact_id, question): question_id for contact_id, question_id in found.items()}
    return ids


def _draft(
    now: datetime,
    tell: Tell,
    to: _Addressee,
    rendered: Rendered,
    question_id: int | None,
    state: DeliveryState,
    *,
    is_bulk: bool,
) -> Draft:
    return Draft(
        area_id=to.contact.area_id,
        contact_id=to.contact.id,
        account_id=to.account.id if to.account else None,
        text=rendered.text,
        buttons=button_rows(tell.say.options, rendered.labels, f"q:{question_id}") if question_id else [],
        due_at=_due_at(now, to.settings, waits=tell.waits_for_day and to.medium is Medium.SMS),
        ticket_id=tell.ticket_id,
        matter_id=tell.matter_id,
        occurrence_id=tell.occurrence_id,
        is_bulk=is_bulk,
        state=state,
        skipped=_why_not(to.contact, to.account),
    )


def _why_not(contact: Contact, account: Account | None) -> SkipReason | None:
    if account is None:
        return SkipReason.NO_ACCOUNT
    return SkipReason.DEAD_CONTACT if contact.dead_at else None


def _due_at(now: datetime, settings: AreaSettings, *, waits: bool) -> datetime:
    return next_allowed(now, settings.zone, QuietHours(settings.quiet_from, settings.quiet_to)) if waits else now
