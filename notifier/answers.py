"""The one reminder to those who have not answered a notice: priced before a person says yes, then written."""

from datetime import datetime

from notifier.channels.sms.segments import count_parts
from notifier.notices import question_of
from notifier.render import Medium, Rendered, Renderer, button_rows
from notifier.telling import medium_of
from store.actions.answers import begin_reminder
from store.actions.deliveries import Draft, end_questions, put_questions, write_deliveries
from store.database import Transaction
from store.domain.answers import ReminderPreview, looks_like_vote
from store.domain.errors import Refusal
from store.domain.notices import Notice, NoticeState
from store.domain.people import Staff
from store.domain.quiet_hours import QuietHours, next_allowed
from store.domain.settings import AreaSettings
from store.domain.speech import Say
from store.queries.answers import SilentContact, silent_contacts
from store.queries.areas import settings_for

_SHORT = 40
"""Characters: so much of the notice stands in the reminder, which says its number."""


def counted(notice: Notice) -> Notice:
    """Raises Refusal where it has not gone out, or asks for nothing to count."""
    if notice.state is not NoticeState.APPROVED:
        raise Refusal("notice.not_now", number=notice.number, notice_state=notice.state.value)
    if not notice.asked.wants_answer:
        raise Refusal("answer.not_asked", number=notice.number)
    return notice


async def preview_reminder(tx: Transaction, renderer: Renderer, notice: Notice) -> ReminderPreview:
    settings = await settings_for(tx, notice.village_id)
    silent = await silent_contacts(tx, notice)
    texts = _texts(renderer, notice, silent, settings)
    by_sms = [one.language for one in silent if medium_of(one.account_kind) is Medium.SMS]
    parts = sum(count_parts(texts[language, Medium.SMS].text).parts for language in by_sms)
    return ReminderPreview(len(silent) - len(by_sms), len(by_sms), parts * settings.sms_price_fen)


async def remind_silent(tx: Transaction, renderer: Renderer, notice: Notice, person: Staff) -> tuple[int, datetime]:
    """Write the reminders; how many, and when the SMS go out. Raises as `begin_reminder` does."""
    await begin_reminder(tx, notice, person)
    settings = await settings_for(tx, notice.village_id)
    silent = await silent_contacts(tx, notice)
    texts = _texts(renderer, notice, silent, settings)
    contact_ids, question = [one.contact_id for one in silent], question_of(notice)
    await end_questions(tx, contact_ids, question)
    ids = await put_questions(tx, contact_ids, question, [option.key for option in notice.asked.options])
    quiet = QuietHours(settings.quiet_from, settings.quiet_to)
    due = {Medium.CHAT: tx.now, Medium.SMS: next_allowed(tx.now, settings.zone, quiet)}
    await write_deliveries(tx, [_draft(notice, one, texts, due, ids[one.contact_id]) for one in silent])
    return len(silent), due[Medium.SMS]


Texts = dict[tuple[str, Medium], Rendered]


def _texts(renderer: Renderer, notice: Notice, silent: list[SilentContact], settings: AreaSettings) -> Texts:
    facts = {
        "number": notice.number,
        "text": notice.text[:_SHORT],
        "whole": len(notice.text) <= _SHORT,
        "asks": notice.asked.kind,
        "no_vote": looks_like_vote(notice.asked, notice.text),
    }
    say = Say("notice.reminder", facts, notice.asked.options)
    wanted = {(one.language, medium_of(one.account_kind)) for one in silent}
    return {(language, medium): renderer.render(say, language, medium, settings) for language, medium in wanted}


def _draft(notice: Notice, one: SilentContact, texts: Texts, due: dict[Medium, datetime], question_id: int) -> Draft:
    medium = medium_of(one.account_kind)
    rendered = texts[one.language, medium]
    return Draft(
        area_id=notice.village_id,
        contact_id=one.contact_id,
        account_id=one.account_id,
        resident_id=one.resident_id,
        reminds_id=notice.id,
        is_bulk=True,
        text=rendered.text,
        buttons=button_rows(notice.asked.options, rendered.labels, f"q:{question_id}"),
        due_at=due[medium],
    )
