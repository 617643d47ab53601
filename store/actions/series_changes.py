"""Changing how a series goes on: its rule, its hours, who receives and where; and where one of its days is held."""

from dataclasses import dataclass, replace
from datetime import timedelta

from store.actions.occurrences import set_day
from store.actions.planning import plan_series
from store.actions.series import LONGEST_NAME, ServiceHours, still_ahead
from store.database import Transaction
from store.domain.errors import Refusal
from store.domain.lengths import whole
from store.domain.recurrence import HolidayRule, Recurrence, parse_rule
from store.domain.series import Changed, Occurrence, Series
from store.domain.settings import AreaSettings
from store.queries.areas import settings_for
from store.queries.occurrences import series_by_id
from store.queries.service_days import bookings_on, taken_slots, upcoming_of_series
from store.tables import occurrences, series


@dataclass(frozen=True, slots=True)
class SeriesPlan:
    """How a series goes on: an RRULE, where a holiday moves it, when on its day, who receives, and where."""

    rule: str
    holiday_rule: HolidayRule
    hours: ServiceHours
    host: str
    place: str


async def change_series(tx: Transaction, series_id: int, plan: SeriesPlan, *, actor: str) -> list[Changed]:
    """From now on it goes as `plan` says; answers what that changes for those who have booked.

    Raises Refusal: `service_day.booked_ahead` (count) where the hours change and somebody has booked: his time would
    be another; and what `parse_rule` raises.
    """
    kept = await series_by_id(tx, series_id, lock=True)
    settings = await settings_for(tx, kept.area_id)
    ahead = await upcoming_of_series(tx, kept.id, settings)
    hours_change = plan.hours != ServiceHours(kept.starts_at, kept.ends_at, kept.slot_minutes)
    if hours_change and (booked := sum(map(len, (await taken_slots(tx, ahead)).values()))):
        raise Refusal("service_day.booked_ahead", count=booked)
    changed = replace(
        kept,
        host=whole(plan.host, LONGEST_NAME),
        place=whole(plan.place, LONGEST_NAME),
        recurrence=_recurrence(kept, plan, tx, settings),
        starts_at=plan.hours.starts_at,
        ends_at=plan.hours.ends_at,
        slot_minutes=plan.hours.slot_minutes,
    )
    await _write(tx, changed)
    tx.audit(kept.area_id, actor, "series.changed", f"series:{kept.id}", [plan.rule, plan.holiday_rule])
    if hours_change:
        await _begin_steps_anew(tx, changed, ahead)
    told = await plan_series(tx, changed, settings)
    return [*told, *await _elsewhere(tx, kept, changed, {one.occurrence.id for one in told}, settings)]


def _recurrence(kept: Series, plan: SeriesPlan, tx: Transaction, settings: AreaSettings) -> Recurrence:
    """A new rule begins tomorrow: what is under way today stays."""
    if plan.rule == kept.recurrence.rule:
        return replace(kept.recurrence, holiday_rule=plan.holiday_rule)
    tomorrow = tx.now.astimezone(settings.zone).date() + timedelta(days=1)
    return replace(kept.recurrence, rule=plan.rule, start=tomorrow, holiday_rule=plan.holiday_rule)


async def _write(tx: Transaction, changed: Series) -> None:
    rule = changed.recurrence
    await tx.run(
        series.update()
        .where(series.c.id == changed.id)
        .values(
            host=changed.host,
            place=changed.place,
            rule=parse_rule(rule.rule, rule.start),
            first_day=rule.start,
            holiday_rule=rule.holiday_rule,
            starts_at=changed.starts_at,
            ends_at=changed.ends_at,
            slot_minutes=changed.slot_minutes,
        )
    )


async def _begin_steps_anew(tx: Transaction, changed: Series, ahead: list[Occurrence]) -> None:
    for one in ahead:
        if one.begins_at > tx.now:
            await set_day(tx, replace(one, series=changed, moved_at=tx.now))


async def _elsewhere(
    tx: Transaction, kept: Series, changed: Series, told: set[int], settings: AreaSettings
) -> list[Changed]:
    """Those who booked a day that is held elsewhere now, or by somebody else, and have not heard of it yet."""
    if (kept.place, kept.host) == (changed.place, changed.host):
        return []
    ahead = [one for one in await upcoming_of_series(tx, changed.id, settings) if one.id not in told]
    found = [Changed(one, one.day, await bookings_on(tx, one)) for one in ahead]
    return [one for one in found if one.bookings]


async def change_place(tx: Transaction, occurrence_id: int, place: str, *, actor: str) -> Changed:
    """This one day is held elsewhere. Raises Refusal: `service_day.place_missing`, `.cancelled`, `.past`."""
    if not place.strip():
        raise Refusal("service_day.place_missing")
    occurrence = await still_ahead(tx, occurrence_id)
    own_place = whole(place, LONGEST_NAME)
    await tx.run(occurrences.update().where(occurrences.c.id == occurrence.id).values(place=own_place))
    tx.audit(occurrence.series.area_id, actor, "occurrence.place", f"occurrence:{occurrence.id}", own_place)
    moved = replace(occurrence, own_place=own_place)
    return Changed(moved, occurrence.day, await bookings_on(tx, moved))
