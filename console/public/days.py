"""Service days: who sees residents when and where, as a page and as a calendar that a phone subscribes to."""

from dataclasses import dataclass
from datetime import UTC

from aiohttp import web
from icalendar import Calendar, Event

from console.pages import language_asked
from console.public.board import NOT_KEPT, VILLAGE, Board
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
        """RFC 5545. A day that was called off stays in it as cancelled, so that a phone takes it out."""
        async with self.board.village(request) as (tx, settings):
            ahead = await service_days_ahead(tx, settings, tx.now)
        words = self.board.pages.words(language_asked(request))
        calendar = Calendar()
        calendar.add("prodid", "-//Banyan//service days//ZH")
        calendar.add("version", "2.0")
        calendar.add("x-wr-calname", words["public"]["days_of"].format(village=settings.village_name))
        for day in ahead:
            assert day.series.service is not None  # noqa: S101 - only the disclosure day has none
            name = words["option"][f"service_{day.series.service}"]
            calendar.add_component(_event(day, name, self.board.address(settings), settings))
        headers = {"X-Robots-Tag": NOT_KEPT, "Cache-Control": _FEED_KEPT}
        return web.Response(body=calendar.to_ical(), content_type="text/calendar", charset="utf-8", headers=headers)


def _event(day: Occurrence, name: str, address: str, settings: AreaSettings) -> Event:
    """Without the name of whom residents will meet: that may be known in the village, not on the open page."""
    event = Event()
    event.add("uid", f"{address}service-days/{day.id}")
    event.add("summary", f"{settings.village_name} {name}")
    event.add("dtstamp", (day.cancelled_at or day.moved_at or day.series.created_at).astimezone(UTC))
    event.add("dtstart", day.begins_at.astimezone(UTC))
    event.add("dtend", day.ends_at.astimezone(UTC))
    event.add("location", day.series.place)
    if day.cancelled_at:
        event.add("status", "CANCELLED")
    return event
