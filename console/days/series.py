"""A series of service days: beginning one, changing how it goes on, ending it."""

from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web

from console.days.form import form_of, plan_of, service_of
from console.visits import Fields, Office, Visit, led_to, once
from notifier.telling import write_tells
from store.actions.series import add_series, end_series
from store.actions.series_changes import change_series
from store.database import Transaction
from store.domain.errors import NotFound, Refusal
from store.domain.occurrences import SeriesKind, ServiceKind
from store.domain.people import Staff
from store.domain.recurrence import Recurrence
from store.domain.reminders import changed_tells
from store.domain.series import Changed, Series
from store.domain.settings import AreaSettings
from store.queries.access import may_keep_days
from store.queries.areas import village_served
from store.queries.occurrences import series_by_id, series_of_village


@dataclass(frozen=True, slots=True)
class SeriesPages:
    office: Office

    async def add(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        where = _village_path(request)
        async with self.office.database.write(self.office.clock()) as tx:
            settings = await self._village(tx, request, visit)
            await once(tx, request, visit, fields, where)
            await self._add(tx, visit, settings, fields)
        raise led_to(where, "added")

    async def _add(self, tx: Transaction, visit: Visit, settings: AreaSettings, fields: Fields) -> None:
        plan = plan_of(fields)
        today = tx.now.astimezone(settings.zone).date()
        await add_series(
            tx,
            settings.area.id,
            service_of(fields),
            Recurrence(plan.rule, today, plan.holiday_rule),
            plan.hours,
            host=plan.host,
            place=plan.place,
            actor=f"staff:{visit.person.id}",
        )

    async def act(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """Change it or end it; whoever booked a day that goes, moves or is held elsewhere hears of it."""
        action, where = request.match_info["action"], _village_path(request)
        async with self.office.database.write(self.office.clock()) as tx:
            _, kept = await self._series(tx, request, visit)
            await once(tx, request, visit, fields, where)
            changed = await _act(tx, kept, visit.person, action, fields)
            tells = [tell for one in changed for tell in changed_tells(one)]
            await write_tells(tx, self.office.renderer, tells)
        raise led_to(where, action, told=len(tells))

    async def _village(self, tx: Transaction, request: web.Request, visit: Visit) -> AreaSettings:
        settings = await village_served(tx, visit.person, int(request.match_info["village"]))
        if not may_keep_days(visit.person, settings.area.path):
            raise NotFound("service_day.unknown")
        return settings

    async def _series(self, tx: Transaction, request: web.Request, visit: Visit) -> tuple[AreaSettings, Series]:
        settings = await self._village(tx, request, visit)
        kept = await series_by_id(tx, int(request.match_info["series"]))
        if kept.area_id != settings.area.id or kept.kind is not SeriesKind.SERVICE_DAY:
            raise NotFound("service_day.unknown")
        return settings, kept

    async def new(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            settings = await self._village(tx, request, visit)
            kept = {one.service for one in await series_of_village(tx, settings.area.id)}
        services = [service for service in ServiceKind if service not in kept]
        return self.office.page(request, visit, "days_new.html", village=settings.area, services=services)

    async def one(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        async with self.office.database.read(self.office.clock()) as tx:
            settings, kept = await self._series(tx, request, visit)
        told = visit.told
        return self.office.page(
            request,
            visit,
            "days_series.html",
            village=settings.area,
            series=kept,
            written=told.written if told.action == "change" else form_of(kept),
            reason=told.written.get("text", ""),
        )


def _village_path(request: web.Request) -> str:
    return f"/console/days/{request.match_info['village']}"


async def _act(tx: Transaction, kept: Series, person: Staff, action: str, fields: Fields) -> Iterable[Changed]:
    actor = f"staff:{person.id}"
    if action == "change":
        return await change_series(tx, kept.id, plan_of(fields, kept.recurrence.rule), actor=actor)
    if not fields.get("text", ""):
        raise Refusal("service_day.reason_missing")
    return await end_series(tx, kept.id, fields["text"], actor=actor)
