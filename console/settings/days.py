"""Which days a village works, and who is on duty on them."""

from calendar import Calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from aiohttp import web

from console.settings.room import Place, back, begin_press, place_of, show
from console.visits import Fields, Office, Visit
from store.actions.settings import set_own_days
from store.actions.staff import leave_duty_open, put_on_duty
from store.database import Transaction
from store.domain.areas import Area, AreaKind
from store.domain.errors import NotAllowed, NotFound
from store.domain.months import month_after
from store.domain.people import Staff
from store.domain.working_calendar import WorkingCalendar
from store.queries.access import may_change_settings, may_keep_duty_roster
from store.queries.areas import settings_for
from store.queries.people import staff_of_village, staff_serving
from store.queries.settings_book import roster_between

ROSTER_DAYS = 28
WORKS: Mapping[str, bool | None] = {"work": True, "free": False, "nation": None}


@dataclass(frozen=True, slots=True)
class Day:
    """`national` is what the nation says; `own` what the village does, None where it says nothing."""

    day: date
    works: bool
    own: bool | None


@dataclass(frozen=True, slots=True)
class DayPages:
    office: Office

    async def calendar(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            place = await place_of(tx, visit, request.query.get("area", ""))
            settings = await settings_for(tx, place.area.id)
        today = self.office.clock().astimezone(settings.zone).date()
        month = _month(request.query.get("month", ""), today)
        calendar = WorkingCalendar(settings.own_days, zone=settings.zone)
        weeks = [
            [
                Day(day, calendar.is_working_day(day), settings.own_days.get(day)) if day.month == month.month else None
                for day in week
            ]
            for week in Calendar().monthdatescalendar(month.year, month.month)
        ]
        return show(
            self.office,
            request,
            visit,
            "calendar",
            place,
            weeks=weeks,
            month=month,
            before=month_after(month, -1),
            after=month_after(month),
            own=sorted((day, works) for day, works in settings.own_days.items() if day >= today),
            is_known=calendar.is_known(month.year),
            may_change=may_change_settings(visit.person, place.area.path),
            works=tuple(WORKS),
            asked=request.query.get("day", ""),
        )

    async def set_day(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        day, works = _day(fields.get("day", "")), fields.get("works", "")
        async with self.office.database.write(self.office.clock()) as tx:
            area = await begin_press(tx, request, visit, fields, "calendar")
            if not may_change_settings(visit.person, area.path):
                raise NotFound("area.unknown")
            if day is None or works not in WORKS:
                raise back("calendar", area, "which_day")
            await set_own_days(tx, area, {day: WORKS[works]}, actor=f"staff:{visit.person.id}")
        raise back("calendar", area, "day_set", month=f"{day:%Y-%m}")

    async def set_roster(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """Only the days whose name was changed: two who fill it in at once keep each other's."""
        async with self.office.database.write(self.office.clock()) as tx:
            area = await begin_press(tx, request, visit, fields, "roster")
            await _keep_roster(tx, visit, area, fields)
        raise back("roster", area, "roster_set")

    async def roster(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            place = await place_of(tx, visit, visit.asked(request).get("area", ""))
            place = Place(_village_of(place), place.others)
            settings = await settings_for(tx, place.area.id)
            today = self.office.clock().astimezone(settings.zone).date()
            days = [today + timedelta(days=number) for number in range(ROSTER_DAYS)]
            on_duty = await roster_between(tx, place.area.id, days[0], days[-1])
            people = await _who_may_stand(tx, place.area)
        calendar = WorkingCalendar(settings.own_days, zone=settings.zone)
        return show(
            self.office,
            request,
            visit,
            "roster",
            place,
            days=[(day, on_duty.get(day), calendar.is_working_day(day)) for day in days],
            people=people,
            may_change=may_keep_duty_roster(visit.person, place.area.path),
        )


async def _keep_roster(tx: Transaction, visit: Visit, area: Area, fields: Fields) -> None:
    if area.kind is not AreaKind.VILLAGE or not may_keep_duty_roster(visit.person, area.path):
        raise NotAllowed("setting.not_yours")
    people = {str(one.id): one for one in await _who_may_stand(tx, area)}
    for who, days in _changed(fields).items():
        if not who:
            await leave_duty_open(tx, area, days, visit.person)
        elif who in people:
            await put_on_duty(tx, area, people[who], days, by=visit.person)
        else:
            raise NotFound("staff.unknown")


async def _who_may_stand(tx: Transaction, area: Area) -> list[Staff]:
    """Those who serve the village or a part of it."""
    everyone = (*await staff_of_village(tx, area.path), *await staff_serving(tx, area.path))
    return list({one.id: one for one in everyone}.values())


def _village_of(place: Place) -> Area:
    """Duty rosters are villages': of a town's people the first village."""
    if place.area.kind is AreaKind.VILLAGE:
        return place.area
    villages = [one for one in place.others if one.kind is AreaKind.VILLAGE and one.path.startswith(place.area.path)]
    if not villages:
        raise NotFound("area.unknown")
    return villages[0]


def _changed(fields: Fields) -> dict[str, list[date]]:
    """Days by who is to stand there ("" for nobody), of those that the form shows otherwise than before."""
    wanted: dict[str, list[date]] = {}
    for name, who in fields.items():
        day = _day(name.removeprefix("day-")) if name.startswith("day-") else None
        if day is not None and who != fields.get(f"was-{day}", ""):
            wanted.setdefault(who, []).append(day)
    return wanted


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _month(text: str, today: date) -> date:
    month = _day(f"{text}-01")
    return month if month and abs(month.year - today.year) <= 1 else today.replace(day=1)
