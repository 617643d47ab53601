"""A day that comes again, as a village keeps it, and one time that it comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from store.domain.occurrences import PlannedStep, SeriesKind, ServiceKind, steps_of
from store.domain.recurrence import Recurrence
from store.domain.service_days import Slot, slots_of


@dataclass(frozen=True, slots=True)
class Series:
    """`service` is None for the disclosure day, which has no `host` and no `place` either.

    Nobody books where `slot_minutes` is 0: people just come.
    """

    id: int
    area_id: int
    kind: SeriesKind
    service: ServiceKind | None
    host: str
    place: str
    recurrence: Recurrence
    starts_at: time
    ends_at: time
    slot_minutes: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Occurrence:
    """`nominal_day` names it within its series; `day` is when it happens, in the village's `zone`.

    `own_place` is where it is held this once, "" for where the series always is.
    """

    id: int
    series: Series
    nominal_day: date
    day: date
    zone: ZoneInfo
    moved_at: datetime | None = None
    cancelled_at: datetime | None = None
    reason: str = ""
    own_place: str = ""

    @property
    def place(self) -> str:
        return self.own_place or self.series.place

    @property
    def begins_at(self) -> datetime:
        return datetime.combine(self.day, self.series.starts_at, self.zone)

    @property
    def ends_at(self) -> datetime:
        return datetime.combine(self.day, self.series.ends_at, self.zone)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Raises Refusal("service_day.no_slots") where nobody books."""
        return slots_of(self.begins_at, self.ends_at, self.series.slot_minutes)

    @property
    def steps(self) -> tuple[PlannedStep, ...]:
        """What it has to do; not what was too late already when it was set up or moved to this day."""
        since = self.moved_at or self.series.created_at
        planned = steps_of(self.series.kind, self.day, self.zone, self.series.starts_at)
        return tuple(step for step in planned if step.too_late_after > since)

    def is_over(self, now: datetime) -> bool:
        """A service day ends; a disclosure is only late."""
        return self.series.kind is SeriesKind.SERVICE_DAY and now >= self.ends_at


@dataclass(frozen=True, slots=True)
class Booking:
    """Somebody's place on a service day. `position` counts from 1 among those who booked."""

    id: int
    occurrence: Occurrence
    number: int
    position: int
    contact_id: int
    resident_id: int | None
    confirmed: bool

    @property
    def at(self) -> datetime:
        return self.occurrence.slots[self.number - 1].starts_at


@dataclass(frozen=True, slots=True)
class Changed:
    """An occurrence that was cancelled, now happens on another day than `was`, or on that day elsewhere.

    `bookings` are of those who had booked it.
    """

    occurrence: Occurrence
    was: date
    bookings: Sequence[Booking]
