"""An emergency notice on its way: it asks nobody's leave, minds no quiet hours and no opt-out, and passes broadcasts.

Its transfer list asks each household whether it goes; who is silent is on his officer's call list after some minutes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from notifier.audience import Plan, Recipient, plan
from notifier.channels.sms.segments import count_parts
from notifier.render import Medium, Rendered, Renderer, button_rows
from notifier.telling import medium_of, write_tells
from store.actions.deliveries import Draft, put_questions, write_deliveries
from store.actions.emergencies import ROLL_QUESTION, close_roll, open_roll, take_silent_rolls
from store.database import Transaction
from store.domain.accounts import REACHES
from store.domain.audiences import Audience
from store.domain.emergencies import Emergency, EmergencyPlan, Reply, RollEntry, Warned, officers_of
from store.domain.notices import Notice
from store.domain.people import ContactKind, Staff
from store.domain.settings import AreaSettings
from store.domain.speech import Option, Question, Say, Tell
from store.queries.accounts import accounts_serving
from store.queries.areas import groups_of, settings_for
from store.queries.audience import ways_to
from store.queries.emergencies import counts_of_roll, emergency_of, numbers_of, silent_entries, told_of
from store.queries.people import contacts_of_staff, staff_of_village

GOING_OR_FETCH = (Option(Reply.GOING, label="transfer_going"), Option(Reply.FETCH, label="transfer_fetch"))
ROLL_ANSWERS = (Reply.GOING, Reply.FETCH, Reply.STAYING, "unclear")
"""What may be answered: two by a digit, the rest in words."""
CALLED_BY_SMS = 3
"""So many names with their numbers fit into two parts of an SMS; the rest are counted."""

Texts = dict[tuple[str, Medium], Rendered]


async def plan_emergency(
    tx: Transaction, renderer: Renderer, village_id: int, audience: Audience, warned: Warned, text: str, *, asks: bool
) -> EmergencyPlan:
    """Whom it would reach and what it costs. Writes nothing."""
    settings = await settings_for(tx, village_id)
    planned = await _recipients(tx, village_id, audience, settings)
    say = _say(warned, text, asks=asks)
    languages = {settings.language, *planned.sms_languages}
    texts = {one: renderer.render(say, one, Medium.SMS, settings).text for one in languages}
    parts = {language: count_parts(rendered).parts for language, rendered in texts.items()}
    return EmergencyPlan(
        text=texts[settings.language],
        parts=parts[settings.language],
        households=len(planned.recipients),
        by_chat=planned.by_chat,
        by_sms=planned.by_sms,
        unreached=planned.unreachable,
        price_fen=planned.price_fen(parts, settings.sms_price_fen),
    )


async def _recipients(tx: Transaction, village_id: int, audience: Audience, settings: AreaSettings) -> Plan:
    """One message a household, opted out or not. A web chat waits to be opened: it is for whom nothing else wakes."""
    today = tx.now.astimezone(settings.zone).date()
    accounts = await accounts_serving(tx, village_id)
    knocking = {REACHES[account.kind] for account in accounts} - {ContactKind.WEB_CHAT}
    ways = [replace(way, opted_out=False) for way in await ways_to(tx, audience, today)]
    woken = {way.unit_id for way in ways if way.kind in knocking and way.is_adult and not way.dead}
    return plan([way for way in ways if way.kind is not ContactKind.WEB_CHAT or way.unit_id not in woken], accounts)


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


async def send_emergency(
    tx: Transaction, renderer: Renderer, notice: Notice, warned: Warned, person: Staff, *, with_roll: bool
) -> int:
    """Write its deliveries, and its transfer list where one is wanted; how many households. All is due now."""
    settings = await settings_for(tx, notice.village_id)
    planned = await _recipients(tx, notice.village_id, notice.audience, settings)
    say = _say(warned, notice.text, asks=with_roll)
    texts = {
        (language, medium): renderer.render(say, language, medium, settings)
        for language, medium in {(one.language, one.medium) for one in planned.written_to}
    }
    questions = await _ask(tx, notice, planned) if with_roll else {}
    drafts = [_draft(tx, notice, one, texts, questions) for one in planned.recipients]
    await write_deliveries(tx, drafts)
    if with_roll:
        await _open_roll(tx, notice, person, settings)
    return len(drafts)


async def _ask(tx: Transaction, notice: Notice, planned: Plan) -> Mapping[int, int]:
    contact_ids = [one.contact_id for one in planned.written_to if one.contact_id]
    question = Question(ROLL_QUESTION, notice.id, str(notice.number))
    return await put_questions(tx, contact_ids, question, ROLL_ANSWERS)


def _draft(tx: Transaction, notice: Notice, one: Recipient, texts: Texts, questions: Mapping[int, int]) -> Draft:
    rendered = Rendered("", ()) if one.skipped else texts[one.language, one.medium]
    question_id = None if one.skipped else questions.get(one.contact_id or 0)
    return Draft(
        area_id=notice.village_id,
        contact_id=one.contact_id,
        account_id=one.account_id,
        resident_id=one.resident_id,
        notice_id=notice.id,
        text=rendered.text,
        buttons=button_rows(GOING_OR_FETCH, rendered.labels, f"q:{question_id}") if question_id else (),
        due_at=tx.now,
        skipped=one.skipped,
    )


async def _open_roll(tx: Transaction, notice: Notice, person: Staff, settings: AreaSettings) -> None:
    groups = await groups_of(tx, notice.village_id)
    staff = await staff_of_village(tx, settings.area.path)
    officers = officers_of(groups, staff, person)
    await open_roll(tx, notice, person, officers, settings.silence_minutes)


async def lift_emergency(
    tx: Transaction, renderer: Renderer, emergency: Emergency, notice: Notice, warned: Warned
) -> int:
    """Say the all-clear to everybody whom the emergency notice was sent to, and end its transfer list; how many."""
    await close_roll(tx, emergency)
    settings = await settings_for(tx, notice.village_id)
    told = await told_of(tx, emergency.notice_id)
    facts = {**_facts(warned, notice.text), "hazard": emergency.warned.hazard, "lifted": emergency.number}
    say = Say("emergency.lifted", facts)
    texts = {
        (language, medium): renderer.render(say, language, medium, settings).text
        for language, medium in {(one.language, medium_of(one.account_kind)) for one in told}
    }
    drafts = [
        Draft(
            area_id=notice.village_id,
            contact_id=one.contact_id,
            account_id=one.account_id,
            resident_id=one.resident_id,
            notice_id=notice.id,
            text=texts[one.language, medium_of(one.account_kind)],
            due_at=tx.now,
        )
        for one in told
    ]
    await write_deliveries(tx, drafts)
    return len(drafts)


async def call_silent(tx: Transaction, renderer: Renderer) -> int:
    """The minute's tick: officers get the lists of households that said nothing; how many lists were taken up.

    Each officer reads the names and numbers of his own households; who opened the list reads how it stands.
    """
    notice_ids = await take_silent_rolls(tx)
    for notice_id in notice_ids:
        emergency = await emergency_of(tx, notice_id)
        silent = await silent_entries(tx, notice_id)
        tells = [tell for entries in _by_officer(silent) for tell in await _call_list(tx, emergency, entries)]
        await write_tells(tx, renderer, [*tells, *await _standing(tx, emergency, len(silent))])
    return len(notice_ids)


def _by_officer(entries: Sequence[RollEntry]) -> list[list[RollEntry]]:
    found: dict[int | None, list[RollEntry]] = {}
    for entry in entries:
        found.setdefault(entry.officer_id, []).append(entry)
    return list(found.values())


async def _call_list(tx: Transaction, emergency: Emergency, entries: Sequence[RollEntry]) -> list[Tell]:
    officer_id = entries[0].officer_id
    if officer_id is None:
        return []
    numbers = await show_numbers(tx, entries, officer_id)
    facts = {
        "number": emergency.number,
        "homes": [{"name": one.name, "phone": numbers.get(one.id, "")} for one in entries],
        "fitting": CALLED_BY_SMS,
    }
    contacts = await contacts_of_staff(tx, [officer_id])
    return [Tell(contact.id, Say("transfer.call", facts), waits_for_day=False) for contact in contacts]


async def _standing(tx: Transaction, emergency: Emergency, silent: int) -> list[Tell]:
    counts = await counts_of_roll(tx, emergency.notice_id)
    say = Say("transfer.standing", {**counts.facts, "called": silent})
    contacts = await contacts_of_staff(tx, [emergency.drafted_by])
    return [Tell(contact.id, say, waits_for_day=False) for contact in contacts]


async def show_numbers(tx: Transaction, entries: Sequence[RollEntry], staff_id: int) -> Mapping[int, str]:
    """The numbers of these households, by entry, for one member of staff; that he saw them is kept."""
    numbers = await numbers_of(tx, entries)
    shown = sorted({entry.phone_id for entry in entries if entry.id in numbers and entry.phone_id})
    if shown:
        subject = f"notice:{entries[0].notice_id}"
        tx.audit(entries[0].village_id, f"staff:{staff_id}", "contacts.shown", subject, shown)
    return numbers
