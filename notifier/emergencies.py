"""An emergency notice on its way: it asks nobody's leave, minds no quiet hours and no opt-out, passes broadcasts."""

from collections.abc import Sequence
from datetime import datetime

from notifier.audience import WAKING_FIRST, Counted, choose_carriers, count_recipients
from notifier.channels.sms.segments import count_parts
from notifier.render import Medium, Renderer, button_rows
from notifier.telling import medium_of
from notifier.wording import Wording, as_carried
from store.actions.emergencies import ROLL_QUESTION, close_roll, declare_emergency, open_roll
from store.actions.recipients import QUESTION_ID, Copy, Mailing, write_recipients
from store.database import Transaction
from store.domain.accounts import Account
from store.domain.areas import Area
from store.domain.audiences import Audience
from store.domain.emergencies import Emergency, EmergencyPlan, Warned
from store.domain.errors import NotFound, Refusal
from store.domain.notices import UNREACHED_REASONS, Notice
from store.domain.people import Staff
from store.domain.plans import Objected
from store.domain.settings import AreaSettings
from store.domain.speech import Option, Question, Say
from store.domain.transfers import Reply, officer_of_the_rest, officers_of
from store.queries.accounts import accounts_serving
from store.queries.areas import groups_of, settings_for
from store.queries.emergencies import emergency_of
from store.queries.notices import notice_by_id
from store.queries.people import staff_of_village
from store.queries.recipients import Search, find_recipients, find_told
from store.queries.transfers import counts_of_rolls

GOING_OR_FETCH = (Option(Reply.GOING, label="transfer_going"), Option(Reply.FETCH, label="transfer_fetch"))
ROLL_ANSWERS = (Reply.GOING, Reply.FETCH, Reply.STAYING, "unclear")
"""What may be answered: two by a digit, the rest in words."""


async def plan_emergency(
    tx: Transaction, renderer: Renderer, village_id: int, audience: Audience, warned: Warned, text: str, *, asks: bool
) -> EmergencyPlan:
    """Whom it would reach and what it costs. Writes nothing, in a transaction that may write: see `find_recipients`."""
    settings = await settings_for(tx, village_id)
    say = _say(warned, text, asks=asks)
    counted = await _find(tx, renderer, audience, say, settings)
    return _plan(renderer, say, settings, counted)


def _plan(renderer: Renderer, say: Say, settings: AreaSettings, counted: Counted) -> EmergencyPlan:
    sms = renderer.render(say, settings.language, Medium.SMS, settings).text
    chat = renderer.render(say, settings.language, Medium.CHAT, settings)
    return EmergencyPlan(
        text=sms,
        parts=count_parts(sms).parts,
        chat=chat.text,
        buttons=chat.labels,
        households=counted.units,
        by_chat=counted.by_medium(is_sms=False),
        by_sms=counted.by_medium(is_sms=True),
        unreached=counted.skipped(UNREACHED_REASONS),
        price_fen=counted.price_fen,
    )


async def _find(tx: Transaction, renderer: Renderer, audience: Audience, say: Say, settings: AreaSettings) -> Counted:
    """One message a household."""
    search, carriers = await _search(tx, renderer, audience, say, settings)
    await find_recipients(tx, search)
    return await count_recipients(tx, carriers)


async def _search(
    tx: Transaction, renderer: Renderer, audience: Audience, say: Say, settings: AreaSettings
) -> tuple[Search, Sequence[Wording | None]]:
    """By which routes people get these words, opted out or not, and whatever their number has had today."""

    def word(account: Account, language: str) -> Wording | list[Objected]:
        return as_carried(
            account, language, renderer.render(say, language, medium_of(account.kind), settings), settings
        )

    carriage = choose_carriers(await accounts_serving(tx, settings.area.id), word, WAKING_FIRST)
    today = tx.now.astimezone(settings.zone).date()
    return Search(audience, carriage.routes, today, despite_opt_out=True), carriage.carriers


def _say(warned: Warned, text: str, *, asks: bool) -> Say:
    return Say("emergency", {**_facts(warned, text), "asks": asks}, GOING_OR_FETCH if asks else ())


def _facts(warned: Warned, text: str) -> dict[str, object]:
    return {
        "source": warned.source,
        "issuer": warned.issuer,
        "issued": warned.issued_at,
        "hazard": warned.hazard,
        "level": warned.level,
        "text": text,
    }


async def warn(
    tx: Transaction,
    renderer: Renderer,
    village: Area,
    audience: Audience,
    person: Staff,
    warned: Warned,
    text: str,
    *,
    with_roll: bool,
    circular_id: int | None = None,
) -> tuple[Notice, int]:
    """An emergency notice, sent; to how many households. Raises as `declare_emergency` does."""
    notice = await declare_emergency(tx, village, audience, person, warned, text, circular_id=circular_id)
    return notice, await _send(tx, renderer, notice, warned, person, with_roll=with_roll)


async def _send(
    tx: Transaction, renderer: Renderer, notice: Notice, warned: Warned, person: Staff, *, with_roll: bool
) -> int:
    """Write its deliveries, and its transfer list where one is wanted; how many households. All is due now."""
    settings = await settings_for(tx, notice.village_id)
    say = _say(warned, notice.text, asks=with_roll)
    counted = await _find(tx, renderer, notice.audience, say, settings)
    question = Question(ROLL_QUESTION, notice.id, str(notice.number)) if with_roll else None
    mailing = Mailing(notice.village_id, notice.id, is_bulk=False, question=question, keys=ROLL_ANSWERS)
    await write_recipients(tx, mailing, [_copy(one, say, tx.now) for one in counted.carriers])
    if with_roll:
        await _open_roll(tx, notice, person, settings)
    return counted.units


def _copy(wording: Wording | None, say: Say, now: datetime) -> Copy:
    if wording is None:
        return Copy(None, "", (), [(0, now)])
    buttons = button_rows(say.options, wording.rendered.labels, f"q:{QUESTION_ID}")
    return Copy(wording.account.id, wording.rendered.text, buttons, [(0, now)])


async def _open_roll(tx: Transaction, notice: Notice, person: Staff, settings: AreaSettings) -> None:
    groups = await groups_of(tx, notice.village_id)
    staff = await staff_of_village(tx, settings.area.path)
    rest_id = officer_of_the_rest(staff, person.id)
    await open_roll(tx, notice, person, officers_of(groups, staff, rest_id), rest_id, settings.silence_minutes)


async def plan_all_clear(tx: Transaction, renderer: Renderer, emergency: Emergency, warned: Warned) -> EmergencyPlan:
    """What the all-clear says, to how many addresses, and what it costs. Writes nothing, as `plan_emergency` does."""
    settings = await settings_for(tx, emergency.village_id)
    say = _all_clear(emergency, warned)
    return _plan(renderer, say, settings, await _find_told(tx, renderer, emergency, say, settings))


async def give_all_clear(
    tx: Transaction,
    renderer: Renderer,
    emergency: Emergency,
    person: Staff,
    warned: Warned,
    circular_id: int | None = None,
) -> tuple[int, int]:
    """Say it to everybody whom the emergency notice was sent to, and end its transfer list.

    How many households of that are not known to be safe, and to how many addresses it goes. Raises as
    `declare_emergency` does, and Refusal("emergency.over") where it was said before.
    """
    await tx.hold(f"all-clear:{emergency.notice_id}")
    emergency = await emergency_of(tx, emergency.notice_id)  # somebody else may have said it meanwhile
    if emergency.lifted:
        raise Refusal("emergency.over")
    settings = await settings_for(tx, emergency.village_id)
    audience = (await notice_by_id(tx, emergency.notice_id)).audience
    text = f"{emergency.warned.hazard or '紧急情况'}解除了(应急通知{emergency.number}号)"
    notice = await declare_emergency(
        tx, settings.area, audience, person, warned, text, lifts=emergency, circular_id=circular_id
    )
    left = sum(counts.left for counts in await counts_of_rolls(tx, [emergency.notice_id]))
    await close_roll(tx, emergency)
    say = _all_clear(emergency, warned)
    counted = await _find_told(tx, renderer, emergency, say, settings)
    mailing = Mailing(notice.village_id, notice.id, is_bulk=False)
    await write_recipients(tx, mailing, [_copy(one, say, tx.now) for one in counted.carriers])
    return left, counted.units


async def _find_told(
    tx: Transaction, renderer: Renderer, emergency: Emergency, say: Say, settings: AreaSettings
) -> Counted:
    """One message an address."""
    audience = (await notice_by_id(tx, emergency.notice_id)).audience
    search, carriers = await _search(tx, renderer, audience, say, settings)
    await find_told(tx, search, emergency.notice_id)
    return await count_recipients(tx, carriers)


def _all_clear(emergency: Emergency, warned: Warned) -> Say:
    facts = _facts(warned, emergency.text)
    return Say("emergency.lifted", {**facts, "hazard": emergency.warned.hazard, "lifted": emergency.number})


async def words_of(tx: Transaction, renderer: Renderer, notice: Notice) -> str:
    """A notice as it is to be passed on: an emergency notice never without who says it, when, and how grave it is."""
    try:
        emergency = await emergency_of(tx, notice.id)
    except NotFound:
        return notice.text
    settings = await settings_for(tx, notice.village_id)
    if emergency.lifts_id:
        say = _all_clear(await emergency_of(tx, emergency.lifts_id), emergency.warned)
    else:
        say = _say(emergency.warned, notice.text, asks=False)
    return renderer.render(say, settings.language, Medium.CHAT, settings).text
