"""A notice on its way: planned and priced before anybody approves it, written into the ledger when he has."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from notifier.audience import Plan, Recipient, plan
from notifier.channels.sms.segments import count_parts
from notifier.render import Medium, Rendered, Renderer, button_rows
from store.actions.deliveries import Draft, put_questions, write_deliveries
from store.database import Transaction
from store.domain.deliveries import SkipReason
from store.domain.notices import Notice, Preview, needs_second_person
from store.domain.quiet_hours import QuietHours, next_allowed
from store.domain.settings import AreaSettings
from store.domain.speech import Option, Question, Say
from store.queries.accounts import accounts_serving
from store.queries.areas import settings_for
from store.queries.audience import ways_to

QUESTION = "notice"
_SEEN = (Option("yes", label="notice_seen"),)
_UNCUT = 99
"""SMS parts: a notice is never cut where it ends, it is said more shortly."""
_KNOCK_CHARACTERS = 24
"""So much of a long text stands in the short SMS that says where to hear it whole."""
_THANKS_PARTS = 1


async def plan_notice(tx: Transaction, notice: Notice, settings: AreaSettings) -> Plan:
    today = tx.now.astimezone(settings.zone).date()
    accounts = await accounts_serving(tx, notice.village_id)
    return plan(await ways_to(tx, notice.audience, today), accounts)


async def preview_notice(tx: Transaction, renderer: Renderer, notice: Notice) -> Preview:
    """Whom it would reach now, how, and at what price. Writes nothing."""
    settings = await settings_for(tx, notice.village_id)
    planned = await plan_notice(tx, notice, settings)
    parts = {
        language: count_parts(render_notice(renderer, notice, language, Medium.SMS, settings).text).parts
        for language in {settings.language, *planned.sms_languages}
    }
    replies = planned.by_sms * _THANKS_PARTS * settings.sms_price_fen
    return Preview(
        text=render_notice(renderer, notice, settings.language, Medium.SMS, settings).text,
        parts=parts[settings.language],
        households=len(planned.recipients),
        people=planned.people,
        by_chat=planned.by_chat,
        by_sms=planned.by_sms,
        shared=planned.skipped(SkipReason.SHARED_ADDRESS),
        opted_out=planned.skipped(SkipReason.OPTED_OUT),
        unreachable=planned.unreachable,
        price_fen=planned.price_fen(parts, settings.sms_price_fen),
        replies_fen=replies if notice.asks_confirmation else 0,
        needs_second_person=needs_second_person(notice.audience.kind, len(planned.recipients), settings.approval_size),
    )


async def send_notice(tx: Transaction, renderer: Renderer, notice: Notice) -> datetime:
    """Write the deliveries of an approved notice: a few statements, whatever its size.

    SMS wait for the end of the quiet hours; answers with the moment at which they go out.
    """
    settings = await settings_for(tx, notice.village_id)
    planned = await plan_notice(tx, notice, settings)
    questions = await _ask_all(tx, notice, planned) if notice.asks_confirmation else {}
    quiet = QuietHours(settings.quiet_from, settings.quiet_to)
    due = {Medium.CHAT: tx.now, Medium.SMS: next_allowed(tx.now, settings.zone, quiet)}
    texts = {
        (language, medium): render_notice(renderer, notice, language, medium, settings)
        for language, medium in {(recipient.language, recipient.medium) for recipient in planned.written_to}
    }
    press = _Writing(notice, texts, due, questions)
    await write_deliveries(tx, [press.draft(recipient) for recipient in planned.recipients])
    return due[Medium.SMS]


async def _ask_all(tx: Transaction, notice: Notice, planned: Plan) -> Mapping[int, int]:
    contact_ids = [recipient.contact_id for recipient in planned.written_to if recipient.contact_id]
    question = Question(QUESTION, notice.id, str(notice.number))
    return await put_questions(tx, contact_ids, question, [option.key for option in _SEEN])


@dataclass(frozen=True, slots=True)
class _Writing:
    notice: Notice
    texts: Mapping[tuple[str, Medium], Rendered]
    due: Mapping[Medium, datetime]
    questions: Mapping[int, int]

    def draft(self, recipient: Recipient) -> Draft:
        """The row of one household; of one that is skipped without a text."""
        rendered = Rendered("", ()) if recipient.skipped else self.texts[recipient.language, recipient.medium]
        question_id = self.questions.get(recipient.contact_id or 0)
        asks = question_id is not None and not recipient.skipped
        return Draft(
            area_id=self.notice.village_id,
            contact_id=recipient.contact_id,
            account_id=recipient.account_id,
            resident_id=recipient.resident_id,
            notice_id=self.notice.id,
            is_bulk=True,
            text=rendered.text,
            buttons=button_rows(_SEEN, rendered.labels, f"q:{question_id}") if asks else (),
            due_at=self.due[recipient.medium],
            skipped=recipient.skipped,
        )


def render_notice(
    renderer: Renderer, notice: Notice, language: str, medium: Medium, settings: AreaSettings
) -> Rendered:
    """The words as they go out. An SMS of more parts than the village allows says where to hear the whole."""
    facts = {
        "number": notice.number,
        "text": notice.text,
        "sender": notice.drafter_name,
        "asks": notice.asks_confirmation,
        "whole": True,
    }
    choices = _SEEN if notice.asks_confirmation else ()
    rendered = renderer.render(Say("notice", facts, choices), language, medium, settings, _UNCUT)
    if medium is Medium.CHAT or count_parts(rendered.text).parts <= settings.notice_parts:
        return rendered
    beginning = notice.text[:_KNOCK_CHARACTERS].rstrip("0123456789.:-")
    return renderer.render(
        Say("notice", {**facts, "text": beginning, "whole": False}, choices), language, medium, settings
    )
