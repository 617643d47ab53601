"""A series of service days: beginning one, changing how it goes on, ending it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aiohttp import web

from console.days.form import form_of, plan_of, service_of
from console.visits import Fields, Office, Visit, form_key
from notifier.telling import write_tells
from store.actions.series import add_series, end_series
from store.actions.series_changes import change_series
from store.actions.sign_in import take_form
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

    async def new(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        return await self._new(request, visit, {})

    async def add(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        try:
            async with self.office.database.write(self.office.clock()) as tx:
                settings = await self._village(tx, request, visit)
                done = "added" if await self._add(tx, visit, settings, fields) else "already"
        except NotFound:
            raise
        except Refusal as refusal:
            said = self.office.refused(request, refusal, visit.settings)
            return await self._new(request, visit, fields, status=409, refusal=said)
        raise web.HTTPSeeOther(f"/console/days/{settings.area.id}?done={done}")

    async def _add(self, tx: Transaction, visit: Visit, settings: AreaSettings, fields: Fields) -> bool:
        """False for a form that was pressed before."""
        if not await take_form(tx, visit.session, form_key({**fields, "action": "series-new"})):
            return False
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
        return True

    async def one(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        return await self._one(request, visit)

    async def act(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """Change it or end it; whoever booked a day that goes, moves or is held elsewhere hears of it."""
        action = request.match_info["action"]
        try:
            async with self.office.database.write(self.office.clock()) as tx:
                settings, kept = await self._series(tx, request, visit)
                if not await take_form(tx, visit.session, form_key({**fields, "action": f"series/{kept.id}/{action}"})):
                    raise web.HTTPSeeOther(f"/console/days/{settings.area.id}?done=already")
                changed = await _act(tx, kept, visit.person, action, fields)
                tells = [tell for one in changed for tell in changed_tells(one)]
                await write_tells(tx, self.office.renderer, tells)
        except NotFound:
            raise
        except Refusal as refusal:
            said = self.office.refused(request, refusal, visit.settings)
            return await self._one(request, visit, fields, status=409, refusal=said, action=action)
        raise web.HTTPSeeOther(f"/console/days/{settings.area.id}?done={action}&told={len(tells)}")

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

    async def _new(
        self, request: web.Request, visit: Visit, written: Mapping[str, str], *, status: int = 200, refusal: str = ""
    ) -> web.Response:
        async with self.office.database.read(self.office.clock()) as tx:
            settings = await self._village(tx, request, visit)
            kept = {one.service for one in await series_of_village(tx, settings.area.id)}
        return self.office.pages.page(
            request,
            "days_new.html",
            status=status,
            **visit.known,
            here="days",
            village=settings.area,
            services=[service for service in ServiceKind if service not in kept],
            written=written,
            refusal=refusal,
        )

    async def _one(
        self,
        request: web.Request,
        visit: Visit,
        written: Mapping[str, str] | None = None,
        *,
        status: int = 200,
        refusal: str = "",
        action: str = "",
    ) -> web.Response:
        async with self.office.database.read(self.office.clock()) as tx:
            settings, kept = await self._series(tx, request, visit)
        changing = written if action == "change" else None
        return self.office.pages.page(
            request,
            "days_series.html",
            status=status,
            **visit.known,
            here="days",
            village=settings.area,
            series=kept,
            written=changing or form_of(kept),
            reason=(written or {}).get("text", ""),
            refusal=refusal,
            refused_action=action,
        )


async def _act(tx: Transaction, kept: Series, person: Staff, action: str, fields: Fields) -> Iterable[Changed]:
    actor = f"staff:{person.id}"
    if action == "change":
        return await change_series(tx, kept.id, plan_of(fields, kept.recurrence.rule), actor=actor)
    if not fields.get("text", ""):
        raise Refusal("service_day.reason_missing")
    return await end_series(tx, kept.id, fields["text"], actor=actor)
