"""The demo's accounts, service days, matters and notice, each at its own time."""

from datetime import datetime, time

from bot.demo.accounts import DisclosureItem, MonthAccounts, Objection
from bot.demo.load_notices import load_notices
from bot.demo.matters import Matter, MeetingResult
from bot.demo.offices import ServiceDay
from bot.demo.parts import Loaded
from store.actions.ballots import cast_ballot
from store.actions.casework import resolve_ticket
from store.actions.disclosures import add_item, mark_published, state_opening
from store.actions.matters import (
    Publication,
    carry_out,
    close_matter,
    comment_on,
    enter_decision,
    open_voting,
    propose_matter,
    publish_matter,
)
from store.actions.series import ServiceHours, add_series
from store.actions.tickets import confirm_ticket, submit_ticket
from store.database import Transaction
from store.domain.ballots import Attendance, Tally
from store.domain.deliberation import MatterRecord, Minutes, RollKind
from store.domain.disclosures import DisclosureCategory, Entry, Flow
from store.domain.matters import SHORTEST_CONSULTATION, MatterSubject
from store.domain.occurrences import ServiceKind
from store.domain.people import masked_name
from store.domain.recurrence import Recurrence
from store.domain.rules import EntitlementKind, rule_for
from store.domain.tickets import Category, Report

_CATEGORIES = {
    "财务收支": DisclosureCategory.FINANCE,
    "集体资产": DisclosureCategory.ASSETS,
    "工程项目": DisclosureCategory.WORKS,
    "低保救助": DisclosureCategory.RELIEF,
    "宅基地": DisclosureCategory.HOMESTEAD,
    "一事一议": DisclosureCategory.LEVY,
}
_SERVICES = {
    "lawyer_day": ServiceKind.LAWYER,
    "police_day": ServiceKind.POLICE,
    "town_day": ServiceKind.TOWN_LEADERS,
}
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WORKS_END = time(17)


async def load_affairs(tx: Transaction, loaded: Loaded) -> None:
    today = tx.now
    for month in loaded.demo.months:
        await _disclose(tx, loaded, month)
    tx.now = today
    for day in loaded.demo.service_days:
        await _receive_on(tx, loaded, day)
    for matter in loaded.demo.matters:
        await _deliberate(tx, loaded, matter)
    for objection in loaded.demo.objections:
        await _object(tx, loaded, objection)
    await load_notices(tx, loaded)
    tx.now = today


async def _disclose(tx: Transaction, loaded: Loaded, month: MonthAccounts) -> None:
    accountant = loaded.staff["accountant"]
    if month.published_at:
        tx.now = month.published_at
    await state_opening(tx, loaded.village, month.month, month.opening_fen, accountant)
    for item in month.items:
        await add_item(tx, loaded.village, month.month, _entry(item), accountant)
    if month.published_at:
        await mark_published(tx, loaded.village, month.month)


def _entry(item: DisclosureItem) -> Entry:
    return Entry(_CATEGORIES[item.category], item.title, Flow(item.flow), item.amount_fen or None)


async def _object(tx: Transaction, loaded: Loaded, objection: Objection) -> None:
    """A doubt about an item goes to the supervisory committee, which finds it right and says so."""
    tx.now = objection.raised_at
    owner = next(one for one in loaded.demo.phones if objection.resident in one.residents)
    report = Report(Category.DISCLOSURE, "", objection.text)
    resident_id = loaded.residents[objection.resident]
    ticket = await submit_ticket(tx, loaded.village, report, loaded.phones[owner.number], resident_id=resident_id)
    tx.now = objection.answered_at
    [resolved] = await resolve_ticket(tx, ticket, loaded.staff[objection.staff], objection.answer)
    await confirm_ticket(tx, resolved, loaded.phones[owner.number], "satisfied")


async def _receive_on(tx: Transaction, loaded: Loaded, day: ServiceDay) -> None:
    """The first Wednesday of a month is BYDAY=1WE; every Tuesday is a weekly rule."""
    weekday = _WEEKDAYS[day.weekday]
    rule = f"FREQ=MONTHLY;BYDAY={day.week_of_month}{weekday}" if day.week_of_month else f"FREQ=WEEKLY;BYDAY={weekday}"
    await add_series(
        tx,
        loaded.village.id,
        _SERVICES[day.key],
        Recurrence(rule, loaded.demo.today),
        ServiceHours(day.starts, day.ends, day.slot_minutes),
        host=loaded.staff[day.staff].name,
        place=day.place,
        actor="demo",
    )


async def _deliberate(tx: Transaction, loaded: Loaded, matter: Matter) -> None:
    """Proposed and published, talked over, and as far as it has come."""
    person = loaded.staff[matter.proposed_by]
    chair = loaded.staff["secretary"]
    tx.now = matter.published_at
    proposer = loaded.phones[next(one.phone for one in loaded.demo.staff if one.key == matter.proposed_by)]
    record = await propose_matter(tx, loaded.village, matter.title, proposer)
    group = loaded.area(matter.group) if matter.group else None
    published = Publication(matter.title, matter.plan, group, named=True, code=matter.code)
    record = await publish_matter(tx, record, published, person)
    for comment in matter.comments:
        tx.now = comment.at
        name = loaded.demo.residents[comment.resident - 1].name
        signature = masked_name(name) if comment.signed else ""
        await comment_on(tx, record, comment.text, loaded.phones[comment.phone], signature=signature)
    if matter.casts and matter.opened_at and matter.closes_at:
        tx.now = matter.opened_at
        record = await open_voting(tx, record, RollKind.COLLECTIVE_MEMBERS, matter.closes_at, chair)
        await _cast(tx, loaded, matter, record)
    if matter.result:
        await _hold_meeting(tx, loaded, record, matter, matter.result)


async def _cast(tx: Transaction, loaded: Loaded, matter: Matter, record: MatterRecord) -> None:
    for cast in matter.casts:
        tx.now = cast.at
        await cast_ballot(
            tx,
            record.id,
            loaded.residents[cast.resident],
            cast.choice,
            actor=f"contact:{loaded.phones[cast.phone].id}",
            channel="phone",
        )


async def _hold_meeting(
    tx: Transaction, loaded: Loaded, record: MatterRecord, matter: Matter, result: MeetingResult
) -> None:
    """A matter of last year: the representatives were asked, then decided on paper; since then it is carried out."""
    chair = loaded.staff["secretary"]
    tx.now = result.met_at - SHORTEST_CONSULTATION
    record = await open_voting(tx, record, RollKind.REPRESENTATIVES, result.met_at, chair)
    tx.now = result.met_at
    record = await close_matter(tx, record, actor="demo")
    prepared_on = matter.published_at.date()
    minutes = Minutes(
        rule=rule_for(matter.rule, EntitlementKind.REPRESENTATIVE),
        subject=MatterSubject.GENERAL,
        held_on=result.met_at.date(),
        roll_size=result.members,
        attendance=Attendance(present=result.attended),
        tally=Tally(agree=result.agree, disagree=result.disagree, abstain=result.abstain),
        notice_given_on=prepared_on,
        party_discussed_on=prepared_on,
        authorised_on=prepared_on,
    )
    record = await enter_decision(tx, record, minutes, chair)
    day, words = result.progress[-1]
    tx.now = datetime.combine(day, _WORKS_END, result.met_at.tzinfo)
    await carry_out(tx, record, words, chair)
