"""Taking one step of an occurrence: what it says, to whom, and when a cadre is asked instead."""

from collections.abc import Sequence

import structlog

from notifier.disclosing import publish_disclosure
from notifier.render import Renderer
from notifier.telling import write_tells
from store.actions.occurrences import Woken, take_step
from store.database import Transaction
from store.domain.months import month_before
from store.domain.occurrences import Outcome, SeriesKind, Step, Verdict
from store.domain.people import Contact, Role
from store.domain.reminders import day_facts, reminder_tells
from store.domain.series import Occurrence
from store.domain.settings import AreaSettings
from store.domain.speech import Option, Question, Say, Tell
from store.queries.areas import settings_for
from store.queries.disclosures import has_items
from store.queries.people import contacts_of_staff, staff_with_role
from store.queries.service_days import bookings_on, subscribers_to

log = structlog.get_logger()

_RELEASE_OR_NOT = (Option("yes", label="step_yes"), Option("no", label="step_no"))


async def decide(tx: Transaction, one: Woken) -> Verdict:
    """The verdict on a step by what there is to say: nothing is published empty, nobody is chased for what is there."""
    occurrence, verdict = one.occurrence, one.due.verdict
    if occurrence.series.kind is SeriesKind.SERVICE_DAY:
        needless = verdict is Verdict.ASK_CADRE and not await _reminders(tx, occurrence)
        return Verdict.DONE if needless else verdict
    filled = await has_items(tx, occurrence.series.area_id, month_before(occurrence.nominal_day))
    if one.due.planned.step is Step.PUBLISH:
        return verdict if filled else Verdict.ASK_CADRE
    return Verdict.DONE if filled else verdict


async def take(tx: Transaction, renderer: Renderer, one: Woken) -> Verdict | None:
    """Take the step as decided; None where it was taken by another meanwhile."""
    verdict = await decide(tx, one)
    over = one.occurrence.is_over(tx.now)
    step_id = await take_step(tx, one, _outcome(verdict, over=over))
    if step_id is None:
        return None
    if verdict is Verdict.RELEASE:
        await _release(tx, renderer, one)
    if verdict is Verdict.ASK_CADRE:
        question = None if over else Question("missed_step", step_id, f"{one.occurrence.day:%m-%d}")
        await tell_cadres(tx, renderer, one.occurrence.series.area_id, await _missed(tx, one, over=over), question)
    return verdict


def _outcome(verdict: Verdict, *, over: bool) -> Outcome:
    """About a day that is over there is nothing to ask: the cadre only hears that nobody was reminded."""
    if verdict is Verdict.RELEASE:
        return Outcome.RELEASED
    return Outcome.ASKED if verdict is Verdict.ASK_CADRE and not over else Outcome.DROPPED


async def _release(tx: Transaction, renderer: Renderer, one: Woken) -> None:
    occurrence, step = one.occurrence, one.due.planned.step
    if occurrence.series.kind is SeriesKind.SERVICE_DAY:
        await write_tells(tx, renderer, await _reminders(tx, occurrence))
    elif step is Step.PUBLISH:
        await publish_disclosure(tx, renderer, occurrence.series.area_id, month_before(occurrence.nominal_day))
    else:
        facts = {**_disclosure_facts(occurrence), "again": step is Step.CHASE_AGAIN}
        await tell_cadres(tx, renderer, occurrence.series.area_id, Say("disclosure.chase", facts))


async def _reminders(tx: Transaction, occurrence: Occurrence) -> list[Tell]:
    series = occurrence.series
    if series.service is None:
        raise ValueError("a series of service days has a service")
    subscribers = await subscribers_to(tx, series.area_id, series.service)
    settings = await settings_for(tx, series.area_id)
    return reminder_tells(occurrence, await bookings_on(tx, occurrence), subscribers, settings, tx.now)


async def _missed(tx: Transaction, one: Woken, *, over: bool) -> Say:
    occurrence = one.occurrence
    options = () if over else _RELEASE_OR_NOT
    if occurrence.series.kind is SeriesKind.SERVICE_DAY:
        return Say("step.missed_reminder", {**day_facts(occurrence), "over": over}, options)
    facts = _disclosure_facts(occurrence)
    filled = await has_items(tx, occurrence.series.area_id, month_before(occurrence.nominal_day))
    return Say("step.missed_disclosure" if filled else "disclosure.empty", facts, options)


def _disclosure_facts(occurrence: Occurrence) -> dict[str, object]:
    return {"of_month": month_before(occurrence.nominal_day), "publish_on": occurrence.day}


async def tell_cadres(
    tx: Transaction, renderer: Renderer, village_id: int, say: Say, question: Question | None = None
) -> None:
    """Tell the village's front desk, or its Party branch where nobody sits there."""
    told = await _cadres(tx, await settings_for(tx, village_id))
    if not told:
        log.warning("due.nobody_to_tell", village=village_id, message=say.message)
    await write_tells(tx, renderer, [Tell(contact.id, say, question) for contact in told])


async def _cadres(tx: Transaction, settings: AreaSettings) -> Sequence[Contact]:
    for role in (Role.FRONT_DESK, Role.PARTY_BRANCH):
        people = await staff_with_role(tx, settings.area.path, (role,))
        reached = await contacts_of_staff(tx, [person.id for person in people])
        if reached:
            return reached
    return ()
