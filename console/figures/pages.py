"""Figures at the console: of one place over some months, as pictures and tables, and to take along."""

import asyncio
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from aiohttp import web

from console.figures.papers import Paper, pdf_of, workbook_of
from console.figures.tables import headlines, tables_of
from console.places import first_or_asked
from console.visits import Fields, Office, Visit, is_new
from notifier.pages import language_asked
from store.database import Transaction
from store.domain.areas import Area
from store.domain.figures import MOST_MONTHS, Figures, Period, period_of
from store.domain.months import month_after
from store.domain.people import Staff
from store.queries.access import may_see_figures
from store.queries.areas import places_of
from store.queries.figures import figures_of

_MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
FORMATS = tuple(_MEDIA_TYPES)
_QUICK = (1, 3, 12)
"""Months back that one press shows."""


@dataclass(frozen=True, slots=True)
class FiguresPages:
    office: Office

    async def show(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        today = self._today(visit)
        period = period_of(request.query.get("from", ""), request.query.get("to", ""), today)
        async with self.office.database.read(self.office.clock()) as tx:
            places = await places_of(tx, visit.person, may_see_figures)
            area = first_or_asked(places, request.query.get("area", ""))
            figures = await figures_of(tx, area, period)
        words = self.office.pages.words(language_asked(request))
        return self.office.page(
            request,
            visit,
            "figures.html",
            places=places,
            area=area,
            period=period,
            last=period.months[-1],
            months=[month_after(today, -number) for number in range(MOST_MONTHS)],
            quick=[(count, month_after(today, 1 - count), today) for count in _QUICK],
            headlines=headlines(figures, words),
            tables=tables_of(figures, area.name, words),
            formats=FORMATS,
        )

    async def take_along(self, request: web.Request, visit: Visit, fields: Fields) -> web.StreamResponse:
        """A file of what the page shows. That somebody took it is a fact of the place's book, once a press."""
        kind = request.match_info["format"]
        period = period_of(fields.get("from", ""), fields.get("to", ""), self._today(visit))
        async with self.office.database.write(self.office.clock()) as tx:
            area = await _place(tx, visit.person, fields.get("area", ""))
            figures = await figures_of(tx, area, period)
            if await is_new(tx, request, visit, fields):
                values = [kind, str(period.first), period.length]
                tx.audit(area.id, f"staff:{visit.person.id}", "figures.exported", f"area:{area.id}", values)
        body = await asyncio.to_thread(self._file, kind, self._paper(request, area, figures), language_asked(request))
        return self._attached(body, kind, area, period)

    def _file(self, kind: str, paper: Paper, language: str) -> bytes:
        return pdf_of(paper) if kind == "pdf" else workbook_of(paper, self.office.pages.words(language)["figures"])

    def _paper(self, request: web.Request, area: Area, figures: Figures) -> Paper:
        words = self.office.pages.words(language_asked(request))
        own, months = words["figures"], figures.period.months
        return Paper(
            title=own["paper_title"].format(area=area.name),
            subtitle=own["months"].format(
                first=own["month"].format(year=months[0].year, month=months[0].month),
                last=own["month"].format(year=months[-1].year, month=months[-1].month),
            ),
            note=own["what_is_counted"],
            headlines=headlines(figures, words),
            tables=tables_of(figures, area.name, words),
        )

    def _attached(self, body: bytes, kind: str, area: Area, period: Period) -> web.Response:
        name = f"{area.name}{period.first:%Y%m}-{period.months[-1]:%Y%m}.{kind}"
        headers = {
            "Content-Disposition": f"attachment; filename=\"figures.{kind}\"; filename*=UTF-8''{quote(name)}",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }
        return web.Response(body=body, content_type=_MEDIA_TYPES[kind], headers=headers)

    def _today(self, visit: Visit) -> date:
        return self.office.clock().astimezone(visit.settings.zone).date()


async def _place(tx: Transaction, person: Staff, area_id: str) -> Area:
    return first_or_asked(await places_of(tx, person, may_see_figures), area_id)
