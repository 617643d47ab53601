"""A notice on its way: planned and priced before anybody approves it, written into the ledger when he has."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from types import MappingProxyType

from notifier.audience import choose_carriers, count_recipients
from notifier.plan_figures import Figures, next_sms
from notifier.render import Medium, Renderer, button_rows
from notifier.wording import Wording, render_notice, wordings
from store.actions.recipients import QUESTION_ID, Copy, Mailing, Told, tell_nobody, write_recipients
from store.database import Transaction
from store.domain.notices import ANSWER_QUESTION, READ_QUESTION, Notice
from store.domain.plans import Preview, Slot
from store.domain.settings import AreaSettings
from store.domain.speech import Question
from store.queries.accounts import accounts_serving
from store.queries.areas import settings_for
from store.queries.membership import people_meant
from store.queries.planned import backlog, position_of, unreached_names
from store.queries.recipients import Day, Search, find_recipients

NAMED = 10
"""So many of those whom nothing reaches are named in a plan; the rest are counted."""


@dataclass(frozen=True, slots=True)
class NoticePlan:
    """What a notice will do; its recipients stand in the transaction's temporary table until the next one is planned.

    `carriers` are those of the routes, in their order; `held_until` is when second steps are due, if there are any.
    """

    preview: Preview
    carriers: tuple[Wording | None, ...]
    slots: Mapping[int, Sequence[Slot]]
    held_until: datetime | None


async def preview_notice(
    tx: Transaction, renderer: Renderer, notice: Notice, ahead: Mapping[int, int] = MappingProxyType({})
) -> Preview:
    """Whom it would reach now, how, at what price; by when, with so many messages `ahead` of it at each account."""
    return (await plan_notice(tx, renderer, notice, ahead)).preview


async def send_notice(tx: Transaction, renderer: Renderer, notice: Notice, told: Told = tell_nobody) -> datetime:
    """Plan an approved notice and write its deliveries; answers with the moment at which its SMS begin to go out."""
    return await write_notice(tx, notice, await plan_notice(tx, renderer, notice), told)


async def write_notice(tx: Transaction, notice: Notice, plan: NoticePlan, told: Told = tell_nobody) -> datetime:
    """Write the deliveries of a plan that this transaction has just made."""
    copies = [await _copy(tx, notice, plan, number) for number in range(len(plan.carriers))]
    question = question_of(notice) if notice.asked.kind else None
    keys = [option.key for option in notice.asked.options]
    await write_recipients(tx, Mailing(notice.village_id, notice.id, question=question, keys=keys), copies, told)
    return plan.preview.due


def question_of(notice: Notice) -> Question:
    kind = ANSWER_QUESTION if notice.asked.wants_answer else READ_QUESTION
    return Question(kind, notice.id, str(notice.number))


async def _copy(tx: Transaction, notice: Notice, plan: NoticePlan, number: int) -> Copy:
    wording = plan.carriers[number]
    if wording is None:
        return Copy(None, "", (), [(0, tx.now)])
    dues = []
    for slot in plan.slots.get(number, ()):
        row = await position_of(tx, number, slot.first) if slot.first else 0
        dues.append((row or 0, slot.due))
    buttons = button_rows(notice.asked.options, wording.rendered.labels, f"q:{QUESTION_ID}")
    return Copy(wording.account.id, wording.rendered.text, buttons, dues or [(0, tx.now)], plan.held_until)


async def plan_notice(
    tx: Transaction, renderer: Renderer, notice: Notice, ahead: Mapping[int, int] = MappingProxyType({})
) -> NoticePlan:
    """Find the recipients, choose the account and the words for each kind of address, and count.

    `ahead` are messages by account that will wait there besides those that do. Some statements, whatever the size;
    writes nothing but the temporary table.
    """
    settings = await settings_for(tx, notice.village_id)
    word = partial(wordings, renderer, notice, settings)
    carriage = choose_carriers(await accounts_serving(tx, notice.village_id), word)
    due, today = next_sms(tx.now, settings), tx.now.astimezone(settings.zone).date()
    search = Search(notice.audience, carriage.routes, today, _day(due, settings))
    await find_recipients(tx, search, fallback=notice.fallback.minutes > 0)
    counted = await count_recipients(tx, carriage.carriers)
    figures = Figures(notice, settings, tx.now, counted, Counter(await backlog(tx)) + Counter(ahead))
    preview = figures.preview(
        render_notice(renderer, notice, settings.language, Medium.SMS, settings).text,
        await people_meant(tx, notice.audience, today),
        await unreached_names(tx, NAMED),
        carriage.objected,
    )
    slots = {number: figures.slots(number)[0] for number in range(len(carriage.routes))}
    minutes = notice.fallback.minutes
    held_until = next_sms(tx.now + timedelta(minutes=minutes), settings) if minutes else None
    return NoticePlan(preview, carriage.carriers, slots, held_until)


def _day(due: datetime, settings: AreaSettings) -> Day:
    midnight = datetime.combine(due.astimezone(settings.zone).date(), time(), settings.zone)
    return Day(midnight, midnight + timedelta(days=1), settings.daily_messages)
