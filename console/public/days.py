"""Service days: who sees residents when and where, as a page and as a calendar that a phone subscribes to."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from console.ical import MEDIA_TYPE, Entry, calendar_of
from console.public.board import NOT_KEPT, VILLAGE, Board
from notifier.pages import language_asked
from store.domain.series import Occurrence
from store.domain.settings import AreaSettings
from store.queries.service_days import service_days_ahead

_FEED_KEPT = "public, max-age=3600"


def day_routes(board: Board) -> list[web.RouteDef]:
    days = _Days(board)
    return [
        web.get(f"{VILLAGE}/service-days/", days.page),
        web.get(f"{VILLAGE}/service-days.ics", days.calendar),
    ]


@dataclass(frozen=True, slots=True)
class _Days:
    board: Board

    async def page(self, request: web.Request) -> web.Response:
        async with self.board.village(request) as (tx, settings):
            ahead = await service_days_ahead(tx, settings, tx.now)
        return self.board.page(
            request, "service_days.html", settings, days=ahead, feed=self.board.address(settings, "service-days.ics")
        )

    async def calendar(self, request: web.Request) -> web.Response:
        async with self.board.village(request) as (tx, settings):
            ahead = await service_days_ahead(tx, settings, tx.now)
        words = self.board.pages.words(language_asked(request))
        name = words["public"]["days_of"].format(village=settings.village_name)
        content = calendar_of(name, (self._entry(day, settings, words["option"]) for day in ahead))
        headers = {"X-Robots-Tag": NOT_KEPT, "Cache-Control": _FEED_KEPT}
        return web.Response(body=content, content_type=MEDIA_TYPE, charset="utf-8", headers=headers)

    def _entry(self, day: Occurrence, settings: AreaSettings, names: Mapping[str, str]) -> Entry:
        """Without the name of whom residents will meet: that may be known in the village, not on the open page."""
        return Entry(
            day,
            uid=self.board.address(settings, f"service-days/{day.id}"),
            summary=f"{settings.village_name} {names[f'service_{day.series.service}']}",
            location=day.place,
            changed_at=day.cancelled_at or day.moved_at or day.series.created_at,
        )
