"""A notice on its way: planned and priced before anybody approves it, written into the ledger when he has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from notifier.audience import RANKS
from notifier.plan_figures import Figures, next_sms
from notifier.render import Medium, Renderer, button_rows
from notifier.wording import Wording, cheapest, render_notice, wordings
from store.actions.recipients import QUESTION_ID, Copy, write_recipients
from store.database import Transaction
from store.domain.accounts import REACHES, Account
from store.domain.notices import ANSWER_QUESTION, READ_QUESTION, Notice
from store.domain.people import ContactKind
from store.domain.plans import Objected, Preview, Slot
from store.domain.settings import LANGUAGES, AreaSettings
from store.domain.speech import Question
from store.queries.accounts import accounts_serving
from store.queries.areas import settings_for
from store.queries.membership import people_meant
from store.queries.planned import backlog, position_of, tally_recipients, unreached_names
from store.queries.recipients import Day, Route, find_recipients

NAMED = 10
"""So many of those whom nothing reaches are named in a plan; the rest are counted."""


@dataclass(frozen=True, slots=True)
class NoticePlan:
    """What a notice will do; its recipients stand in the transaction's temporary table until the next one is planned.

    `carriers` belong to the routes, in their order: the words that recipients of that route get, None where nobody
    takes them.
    """

    preview: Preview
    routes: tuple[Route, ...]
    carriers: tuple[Wording | None, ...]
    slots: Mapping[int, Sequence[Slot]]
    held_until: datetime


async def preview_notice(tx: Transaction, renderer: Renderer, notice: Notice) -> Preview:
    """Whom it would reach now, how, and at what price."""
    return (await plan_notice(tx, renderer, notice)).preview


async def send_notice(tx: Transaction, renderer: Renderer, notice: Notice) -> datetime:
    """Plan an approved notice and write its deliveries; answers with the moment at which its SMS begin to go out."""
    return await write_notice(tx, notice, await plan_notice(tx, renderer, notice))


async def write_notice(tx: Transaction, notice: Notice, plan: NoticePlan) -> datetime:
    """Write the deliveries of a plan that this transaction has just made."""
    copies = [await _copy(tx, notice, plan, number) for number in range(len(plan.routes))]
    asks = bool(notice.asked.kind)
    keys = [option.key for option in notice.asked.options]
    await write_recipients(tx, notice, copies, question_of(notice) if asks else None, keys)
    return plan.preview.due


def question_of(notice: Notice) -> Question:
    kind = ANSWER_QUESTION if notice.asked.wants_answer else READ_QUESTION
    return Question(kind, notice.id, str(notice.number))


async def _copy(tx: Transaction, notice: Notice, plan: NoticePlan, number: int) -> Copy:
    wording = plan.carriers[number]
    if wording is None:
        return Copy(None, "", (), [(0, tx.now)], tx.now)
    dues = []
    for slot in plan.slots.get(number, ()):
        row = await position_of(tx, number, slot.first) if slot.first else 0
        dues.append((row or 0, slot.due))
    buttons = button_rows(notice.asked.options, wording.rendered.labels, f"q:{QUESTION_ID}")
    return Copy(wording.account.id, wording.rendered.text, buttons, dues or [(0, tx.now)], plan.held_until)


async def plan_notice(tx: Transaction, renderer: Renderer, notice: Notice) -> NoticePlan:
    """Find the recipients, choose the account and the words for each kind of address, and count.

    Some statements, whatever the size; writes nothing but the temporary table.
    """
    settings = await settings_for(tx, notice.village_id)
    accounts = await accounts_serving(tx, notice.village_id)
    routes, carriers, objected = _choose(renderer, notice, accounts, settings)
    due, today = next_sms(tx.now, settings), tx.now.astimezone(settings.zone).date()
    with_second = notice.fallback.minutes > 0
    await find_recipients(tx, notice.audience, routes, _day(due, settings), today, fallback=with_second)
    tallies, waiting = await tally_recipients(tx), await backlog(tx)
    figures = Figures(notice, settings, tx.now, routes, carriers, tallies, waiting)
    preview = figures.preview(
        render_notice(renderer, notice, settings.language, Medium.SMS, settings).text,
        await people_meant(tx, notice.audience, today),
        await unreached_names(tx, NAMED),
        objected,
    )
    slots = {number: figures.slots(number)[0] for number in range(len(routes))}
    held_until = next_sms(tx.now + timedelta(minutes=notice.fallback.minutes), settings)
    return NoticePlan(preview, routes, carriers, slots, held_until)


def _day(due: datetime, settings: AreaSettings) -> Day:
    midnight = datetime.combine(due.astimezone(settings.zone).date(), time(), settings.zone)
    return Day(midnight, midnight + timedelta(days=1), settings.daily_messages)


def _choose(
    renderer: Renderer, notice: Notice, accounts: Sequence[Account], settings: AreaSettings
) -> tuple[tuple[Route, ...], tuple[Wording | None, ...], tuple[Objected, ...]]:
    """The account and the words for each kind of address in each language, and what gateways object to."""
    routes: list[Route] = []
    carriers: list[Wording | None] = []
    objected: list[Objected] = []
    phones = [account for account in accounts if REACHES[account.kind] is ContactKind.PHONE]
    for language in LANGUAGES:
        for account in accounts:
            if account not in phones:
                found = wordings(renderer, notice, account, language, settings)
                wording = found if isinstance(found, Wording) else None
                routes.append(_route(REACHES[account.kind], account.id, language, wording))
                carriers.append(wording)
        tried = [wordings(renderer, notice, account, language, settings) for account in phones]
        objected += [one for found in tried if isinstance(found, list) for one in found]
        if phones:
            carriers.append(cheapest([found for found in tried if isinstance(found, Wording)]))
            routes.append(_route(ContactKind.PHONE, None, language, carriers[-1]))
    return tuple(routes), tuple(carriers), tuple(dict.fromkeys(objected))


def _route(kind: ContactKind, own: int | None, language: str, wording: Wording | None) -> Route:
    account_id = wording.account.id if wording else None
    return Route(kind, own, language, account_id, kind is ContactKind.PHONE, RANKS[kind])
